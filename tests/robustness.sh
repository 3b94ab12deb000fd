#!/usr/bin/env bash
# No input brings the server down. The longer parts (limits, sqlsmith, peak_memory) run in make soak.
source "$(dirname "$0")/../pgrx-config/common.sh"

say "Robustness: bad values, pathological series"
tests/robustness/server.sh
