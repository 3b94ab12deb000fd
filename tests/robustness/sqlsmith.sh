#!/usr/bin/env bash
# Check 21: sqlsmith, which makes random queries out of the whole catalog, as a tenant's writer. No crash, no
# internal error. Two thirds of its queries are refused, since it guesses types; a fifth at least has to be
# answered, and the product's own functions and tables have to be among what they use.
# SQLSMITH_QUERIES: how many (default 10,000); SQLSMITH_SEED.
# Seen to fail: with kill -SEGV of a backend in mid-run (the last step does that and demands to see it); with
# SQLSMITH_VARIANT='REVOKE USAGE ON SCHEMA replenish FROM replenish_reader, replenish_writer' 3% of the queries are
# answered; with SQLSMITH_VARIANT="ALTER ROLE in_replenish_writer SET track_functions = 'none'" no function is seen called.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/world.sh
command -v sqlsmith >/dev/null || fail "sqlsmith is missing: pgrx-config/setup.sh tests"

# Internal errors that PostgreSQL and pg_cron have of their own, and nonsense finds: raised in C, in no function written
# in SQL or plpgsql. The product's are raised in Rust, or have such a function as their context.
without_others() { # log
    awk '
        function done() { if (text != "" && !(foreign && location)) { printf "%s", text } text = ""; foreign = 1; location = 0 }
        /^[0-9-]+ [0-9:.]+ [^ ]+ \[[0-9]+\] [0-9A-Z]+ (LOG|NOTICE|WARNING|ERROR|FATAL|PANIC):/ { done() }
        { text = text $0 "\n" }
        /\] XX000 CONTEXT:/ { foreign = 0 }
        /\] XX000 LOCATION: .*\.c:[0-9]+$/ { location = 1 }
        END { done() }' "$1"
}
check_log() {
    without_others "$CLUSTER/server.log" >"$CLUSTER/server.own.log"
    tests/server_log.sh "$CLUSTER/server.own.log"
}

start_world
# It calls everything that it may call: nothing may last long, and it must not end its own session.
psql -c "ALTER ROLE in_replenish_writer SET statement_timeout = '250ms'" -c "ALTER ROLE in_replenish_writer SET track_functions = 'all'" \
    -c "ALTER ROLE in_replenish_writer SET log_error_verbosity = 'verbose'" \
    -c "REVOKE EXECUTE ON FUNCTION pg_sleep(float8), pg_sleep_for(interval), pg_sleep_until(timestamptz), pg_terminate_backend(int, bigint), pg_cancel_backend(int) FROM PUBLIC"
smith() { # queries, seed
    sqlsmith --target="host=$PGHOST port=$PGPORT dbname=$PGDATABASE user=in_replenish_writer" --max-queries="$1" --seed="$2" \
        --exclude-catalog >"$CLUSTER/sqlsmith.out" 2>"$CLUSTER/sqlsmith.err" || true
}
queries=${SQLSMITH_QUERIES:-10000} seed=${SQLSMITH_SEED:-1}
if [ -n "${SQLSMITH_VARIANT:-}" ]; then psql -c "$SQLSMITH_VARIANT"; fi
psql -o /dev/null -c "SELECT pg_stat_reset()"
before=$(wc -l <"$CLUSTER/server.log")
smith "$queries" "$seed"
sleep 1
if grep -qiE 'connection to server was lost|server closed the connection|crash' "$CLUSTER/sqlsmith.err"; then
    tail -n 5 "$CLUSTER/sqlsmith.err"
    fail "sqlsmith lost its connection; seed $seed"
fi
check_log
IFS='|' read -r ran functions calls scanned tables < <(psql -At <<'SQL'
SELECT
    (SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()),
    f.functions, f.calls, t.scanned, t.tables
FROM (SELECT count(*) AS functions, coalesce(sum(calls), 0) AS calls FROM pg_stat_user_functions WHERE schemaname ~ '^_?replenish') AS f
CROSS JOIN (
    SELECT count(*) FILTER (WHERE seq_scan + coalesce(idx_scan, 0) > 0) AS scanned, count(*) AS tables
    FROM pg_stat_user_tables WHERE schemaname = 'replenish'
) AS t
SQL
)
answered=$((queries - $(tail -n "+$before" "$CLUSTER/server.log" | grep -c ' ERROR:  ' || true)))
[ "$ran" -ge "$queries" ] || fail "only $ran of $queries queries ran: $(tail -n 3 "$CLUSTER/sqlsmith.err")"
[ "$answered" -ge $((queries / 5)) ] || fail "only $answered of $queries queries were answered"
[ "$functions" -ge 20 ] && [ "$calls" -ge $((queries / 10)) ] || fail "only $functions functions of the product were called, $calls times"
[ "$scanned" -ge $((tables * 9 / 10)) ] || fail "only $scanned of the product's $tables tables were read"
psql -o /dev/null -c "SET SESSION AUTHORIZATION in_replenish_writer" -c "SELECT count(*) FROM replenish.materials"
echo "$queries sqlsmith queries, 0 crashes, 0 internal errors but $(grep -c '\] XX000 ERROR:' "$CLUSTER/server.log" || true) of PostgreSQL's own; seed $seed"
echo "ok - $answered of them were answered, with $calls calls of $functions functions of the product and reads of $scanned of its $tables tables"

# The same with a backend that dies: that has to show.
smith 1000000 2 &
smithing=$!
pid=
for _ in $(seq 600); do
    pid=$(psql -At -c "SELECT pid FROM pg_stat_activity WHERE usename = 'in_replenish_writer' LIMIT 1")
    # Its first connection does not live long.
    if [ -n "$pid" ] && kill -SEGV "$pid" 2>/dev/null; then break; fi
    pid=
    sleep 0.1
done
[ -n "$pid" ] || fail "sqlsmith did not connect: $(tail -n 3 "$CLUSTER/sqlsmith.err")"
for _ in $(seq 600); do
    if grep -q "(PID $pid) was terminated" "$CLUSTER/server.log"; then break; fi
    sleep 0.1
done
if check_log >/dev/null 2>&1; then fail "a crash did not show in the server's log"; fi
pkill -P "$smithing" 2>/dev/null || true
wait "$smithing" || true
echo "ok - a crash shows"
