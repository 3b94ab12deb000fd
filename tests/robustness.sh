#!/usr/bin/env bash
# No input brings the server down. Each part has a cluster of its own.
source "$(dirname "$0")/../pgrx-config/common.sh"

say "Robustness: bad values, cancel, memory"
tests/robustness/server.sh
say "Robustness: sqlsmith"
tests/robustness/sqlsmith.sh
say "Robustness: peak memory"
tests/robustness/peak_memory.sh
