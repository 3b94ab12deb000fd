#!/usr/bin/env bash
# What must not bring a backend down or make it answer with an internal error: bad values and pathological
# series. FUZZ_CALLS and FUZZ_SECONDS a function, FUZZ_SEED: figures of the long run (make soak).
# Argument: which share of the calls, as 1/3; several run side by side, and the first has the grid as well.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/world.sh

share=${1:-1/1}
# The nights write thousands of runs.
start_world "autovacuum = on" "autovacuum_naptime = 5s"
if [[ $share = 1/* ]]; then python tests/robustness/grid.py; fi
python tests/robustness/fuzz.py "${FUZZ_CALLS:-20000}" "${FUZZ_SECONDS:-inf}" "${FUZZ_SEED:-20261124}" "$share"
tests/server_log.sh "$CLUSTER/server.log"
