#!/usr/bin/env bash
# A cancel at any moment, and ten thousand calls in one backend. CANCEL_MOMENTS, MEMORY_CALLS: how many;
# LIMITS_SEED: which.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/world.sh

start_world
psql -o /dev/null -v materials=100 -f benches/load.sql
# What must not be torn.
psql -o /dev/null -f tests/crash/work.sql
# It makes the login and the schema that cancel.py uses.
python tests/robustness/fuzz.py 50 0.05
python tests/robustness/memory.py "${MEMORY_CALLS:-10000}" "${LIMITS_SEED:-18}"
python tests/robustness/cancel.py "${CANCEL_MOMENTS:-50}" "${LIMITS_SEED:-20}"
tests/server_log.sh "$CLUSTER/server.log"
