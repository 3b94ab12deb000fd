#!/usr/bin/env bash
# Check 21: sqlsmith, which makes random queries out of the whole catalog, as a tenant's writer. No crash.
# SQLSMITH_QUERIES: how many (default 10,000); SQLSMITH_SEED.
# Seen to fail: with kill -SEGV of a backend in mid-run (the last step does that and demands to see it).
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/world.sh
command -v sqlsmith >/dev/null || fail "sqlsmith is missing: pgrx-config/setup.sh tests"

start_world
# It calls everything that it may call: nothing may last long, and it must not end its own session.
psql -c "ALTER ROLE in_replenish_writer SET statement_timeout = '250ms'" \
    -c "REVOKE EXECUTE ON FUNCTION pg_sleep(float8), pg_sleep_for(interval), pg_sleep_until(timestamptz), pg_terminate_backend(int, bigint), pg_cancel_backend(int) FROM PUBLIC"
smith() { # queries, seed
    sqlsmith --target="host=$PGHOST port=$PGPORT dbname=$PGDATABASE user=in_replenish_writer" --max-queries="$1" --seed="$2" \
        --exclude-catalog >"$CLUSTER/sqlsmith.out" 2>"$CLUSTER/sqlsmith.err" || true
}
queries=${SQLSMITH_QUERIES:-10000} seed=${SQLSMITH_SEED:-1}
before=$(psql -At -c "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")
smith "$queries" "$seed"
sleep 1
after=$(psql -At -c "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")
if grep -qiE 'connection to server was lost|server closed the connection|crash' "$CLUSTER/sqlsmith.err"; then
    tail -n 5 "$CLUSTER/sqlsmith.err"
    fail "sqlsmith lost its connection; seed $seed"
fi
tests/server_log.sh "$CLUSTER/server.log"
[ $((after - before)) -ge "$queries" ] || fail "only $((after - before)) of $queries queries ran: $(tail -n 3 "$CLUSTER/sqlsmith.err")"
psql -o /dev/null -c "SET SESSION AUTHORIZATION in_replenish_writer" -c "SELECT count(*) FROM replenish.materials"
echo "$queries sqlsmith queries, 0 crashes; seed $seed"

# The same with a backend that dies: that has to show.
smith 1000000 2 &
smithing=$!
pid=
for _ in $(seq 100); do
    pid=$(psql -At -c "SELECT pid FROM pg_stat_activity WHERE usename = 'in_replenish_writer' LIMIT 1")
    if [ -n "$pid" ]; then break; fi
    sleep 0.1
done
kill -SEGV "$pid"
sleep 1
if tests/server_log.sh "$CLUSTER/server.log" >/dev/null 2>&1; then fail "a crash did not show in the server's log"; fi
pkill -P "$smithing" 2>/dev/null || true
wait "$smithing" || true
echo "ok - a crash shows"
