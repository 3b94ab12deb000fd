#!/usr/bin/env bash
# For make soak: kills of the postmaster and of backends (the catalogue's figures are 500 and 100), and each allocation
# that fails, over several threads more than make test has, others with each seed. Arguments: how often the first two.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/crash/postmaster.sh "${1:-500}"
tests/crash/backends.sh "${2:-100}"
FAULT_POINTS=1000000 FAULT_THREAD_POINTS=$((${2:-100} * 10)) FAULT_SEED=${CRASH_SEED:-0} tests/crash/fault.sh
