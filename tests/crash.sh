#!/usr/bin/env bash
# What is cut off in mid-run: the postmaster, a backend, the disk, a call, an allocation, one series.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/crash/postmaster.sh 15
tests/crash/backends.sh 100
tests/crash/disk_full.sh
tests/crash/bad_series.sh
tests/crash/fault.sh
