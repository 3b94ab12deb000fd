#!/usr/bin/env bash
# What must not bring a backend down or make it answer with an internal error: bad values, pathological
# series, ten thousand calls, a cancel at any moment. FUZZ_CALLS and FUZZ_SECONDS a function, FUZZ_SEED,
# MEMORY_CALLS, CANCEL_MOMENTS: figures of the long run (make soak).
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/world.sh

start_world
python tests/robustness/grid.py
python tests/robustness/fuzz.py "${FUZZ_CALLS:-20000}" "${FUZZ_SECONDS:-0.6}" "${FUZZ_SEED:-20261124}"
python tests/robustness/cancel.py "${CANCEL_MOMENTS:-50}"
python tests/robustness/memory.py "${MEMORY_CALLS:-10000}"
tests/server_log.sh "$CLUSTER/server.log"
