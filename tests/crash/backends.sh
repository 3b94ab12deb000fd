#!/usr/bin/env bash
# Single backends ended at random moments, by pg_terminate_backend and every fifth by kill -9 (then
# the postmaster restarts all of them). Argument: how often (100).
# Seen to fail: with CRASH_VARIANT='ALTER TABLE replenish.forecast_versions SET UNLOGGED' heads name versions
# that are gone.
source "$(dirname "$0")/common.sh"

kills=${1:-100}
prepare
terminated=0
crashed=0
start_work nights nights owner
# A random backend of the work, as long as there is one.
victim="SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle' ORDER BY random() LIMIT 1"
while [ $((terminated + crashed)) -lt "$kills" ]; do
    random_sleep 150
    if [ $(((terminated + crashed) % 5)) = 4 ]; then
        pid=$(psql -At -c "$victim" 2>/dev/null) || continue
        if [ -z "$pid" ] || ! kill -9 "$pid" 2>/dev/null; then continue; fi
        crashed=$((crashed + 1))
        until psql -o /dev/null -c 'SELECT 1' 2>/dev/null; do sleep 0.05; done
    else
        ended=$(psql -At -c "SELECT count(*) FROM ($victim) AS v WHERE pg_terminate_backend(v.pid)" 2>/dev/null) || continue
        terminated=$((terminated + ended))
    fi
    if [ $(((terminated + crashed) % 10)) = 9 ]; then verify "$((terminated + crashed)) ended backends"; fi
done
stop_work
verify "$kills ended backends"
verify_storage "$kills ended backends"
verify_resume "$kills ended backends"
died=$(grep -c 'was terminated by signal 9' "$CLUSTER/server.log" || true)
[ "$died" -le "$crashed" ] || fail "$died backends died by signal 9, $crashed were killed"
if grep -E 'PANIC|XX000|terminated by signal [^9]' "$CLUSTER/server.log"; then fail "the server log shows more than the kills"; fi
echo "ok - $terminated backends terminated, $crashed killed: nothing lost, torn or doubled, amcheck clean, runs resume"
