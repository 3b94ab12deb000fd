#!/usr/bin/env bash
# Check 19: a backend that forecasts and proposes for 10,000 materials stays below 500 MB: the batch
# works in chunks, so its memory does not follow the number of materials.
# PEAK_DAYS: days of history (default 120; the soak takes 365).
# Seen to fail: with a limit below what an idle backend needs (the last step).
source "$(dirname "$0")/../../pgrx-config/cluster.sh"

# Shared buffers count into a backend's peak as far as it touched them, so they are few.
start_cluster "shared_buffers = '32MB'" "client_min_messages = warning"
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()' -c 'SET ROLE replenish_owner' -c 'SELECT replenish.install()'
psql -v materials=10000 -v days="${PEAK_DAYS:-120}" -f benches/load.sql
tenant=00000000-0000-4000-8000-00000000be00
facility=00000000-0000-4000-8000-00000000be01
limit_kb=500000
# peak statement: the most memory, in kB, that the statement's backend ever held; it looks itself up.
peak() {
    psql -At -o /dev/null -c "SET app.current_tenant_id = '$tenant'" -c "$1" \
        -c '\o' -c "SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s+(\d+) kB')"
}
check() { # what, statement
    local kb
    kb=$(peak "$2")
    [[ $kb =~ ^[0-9]+$ ]] || fail "$1: no peak but '$kb'"
    [ "$kb" -lt "$limit_kb" ] || fail "$1 held $kb kB, limit $limit_kb kB"
    echo "ok - $1: $((kb / 1024)) MB at most (limit $((limit_kb / 1000)) MB)"
}
check "run_daily_forecasts of 10,000 materials" "CALL replenish.run_daily_forecasts('$tenant')"
[ "$(psql -At -c "SELECT count(*) FROM replenish.forecast_heads WHERE last_version > 0")" = 10000 ] || fail "not every material was forecast"
psql -c ANALYZE
# A day earlier, so that each is fitted anew.
check "generate_forecasts of 10,000 materials in one statement" "SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility', as_of => '2025-12-30')"
[ "$(psql -At -c "SELECT count(*) FROM replenish.forecast_versions")" = 20000 ] || fail "not every material was forecast anew"
check "run_replenishment of 10,000 materials" "CALL replenish.run_replenishment('$tenant', '2026-01-01')"
if (limit_kb=1000 && check "nothing" "SELECT 1") 2>/dev/null; then fail "a limit of 1 MB held"; fi
echo "ok - a limit that is too low is noticed"
tests/server_log.sh "$CLUSTER/server.log"
