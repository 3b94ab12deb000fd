#!/usr/bin/env bash
# Everything that an attacker with a login can try, on one cluster. Arguments: nothing, or "unpreloaded"
# for a server that loads the library only when a session first needs it, and with it "every" for the attacks
# too that do not meet the tenant setting. SECURITY_STATEMENTS: how many random statements (default 10,000);
# SECURITY_SEED: from where.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/world.sh
source tests/security/pgbouncer.sh

settings=()
if [ "${1:-}" = unpreloaded ]; then
    others=${PRELOAD%pg_replenish}
    settings=("shared_preload_libraries = '${others%,}'")
fi
# Somewhere for a transaction that waits for its commit (volumes.py).
settings+=("max_prepared_transactions = 4")
start_world "${settings[@]}"
psql -o /dev/null -f tests/security/targets.sql

# Where functions were called, nights were too, and they take the notes of late demand away.
notes_again() { psql -o /dev/null -f tests/security/late_demand.sql; }
if [ "${1:-}" = unpreloaded ]; then
    python tests/security/forty_attacks.py "$@"
    notes_again
    python tests/security/nobody.py unpreloaded
else
    python tests/security/forty_attacks.py
    python tests/security/random_statements.py "${SECURITY_STATEMENTS:-10000}" "${SECURITY_SEED:-20261124}"
    python tests/security/pooled.py "${SECURITY_ROUNDS:-1000}"
    start_pgbouncer
    python tests/security/pooled.py "${SECURITY_ROUNDS:-1000}" "$BOUNCER_PORT"
    python tests/security/promises.py
    notes_again
    python tests/security/nobody.py
    python tests/security/volumes.py
fi
# What pg_cron says of a job that is not the caller's.
tests/server_log.sh "$CLUSTER/server.log" "XX000 ERROR:  could not find valid entry for job '[a-z_]+'$"
