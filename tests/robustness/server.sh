#!/usr/bin/env bash
# What must not bring a backend down or make it answer with an internal error: bad values and pathological
# series. FUZZ_CALLS and FUZZ_SECONDS a function, FUZZ_SEED: figures of the long run (make soak).
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/world.sh

start_world
python tests/robustness/grid.py
python tests/robustness/fuzz.py "${FUZZ_CALLS:-20000}" "${FUZZ_SECONDS:-1}" "${FUZZ_SEED:-20261124}"
tests/server_log.sh "$CLUSTER/server.log"
