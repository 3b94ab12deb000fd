#!/usr/bin/env bash
# For make soak: kills of the postmaster and of backends (the catalogue's figures are 500 and 100).
# Arguments: how often each.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/crash/postmaster.sh "${1:-500}"
tests/crash/backends.sh "${2:-100}"
