#!/usr/bin/env bash
# No input brings the server down, no call outlasts its cancel, no backend grows.
source "$(dirname "$0")/../pgrx-config/common.sh"

say "Robustness: bad values, pathological series"
tests/robustness/server.sh
say "Robustness: cancels, memory of one backend"
tests/robustness/limits.sh
say "Robustness: memory of 10,000 materials"
tests/robustness/peak_memory.sh
say "Robustness: sqlsmith"
tests/robustness/sqlsmith.sh
