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

# Internal errors that PostgreSQL has of its own, and nonsense finds. Whatever else comes up is looked at first: the
# product's only where it has a hand in it.
explained=(
    # Its parser: a literal of no known type in a subquery meets text (coerce_type, parse_coerce.c).
    'XX000 ERROR:  failed to find conversion function from unknown to text$'
    # interval(interval, integer) called by itself, with any number (timestamp.c).
    'XX000 ERROR:  (invalid INTERVAL typmod: 0x[0-9a-f]+|unrecognized interval typmod: -?[0-9]+)$'
    # What takes an OID of its catalogs, called with any number.
    'XX000 ERROR:  cache lookup failed for [a-z ]+ [0-9]+$'
    # pg_cron, of an argument that is NULL and of a job that there is not.
    'XX000 ERROR:  (schedule|command|job_name) can not be NULL$'
    "XX000 ERROR:  could not find valid entry for job (-?[0-9]+|'[^']*')$"
)

start_world
# PostgreSQL's plumbing: what only aggregates, type modifiers and access methods call, and nobody by its name. It trusts
# what it is given and answers nonsense with internal errors.
psql <<'SQL'
DO $$
DECLARE
    plumbing regprocedure;
BEGIN
    FOR plumbing IN
        SELECT p.oid
        FROM pg_proc AS p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
            AND (
                EXISTS (
                    SELECT FROM pg_aggregate AS a
                    WHERE p.oid IN (
                        a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn
                    )
                )
                OR EXISTS (SELECT FROM pg_type AS t WHERE p.oid IN (t.typmodin, t.typmodout))
                OR p.proname ~ 'validate$'
            )
            AND NOT EXISTS (SELECT FROM pg_operator AS o WHERE o.oprcode = p.oid)
            AND NOT EXISTS (SELECT FROM pg_cast AS c WHERE c.castfunc = p.oid)
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', plumbing);
    END LOOP;
END
$$;
SQL
# It calls everything that it may call: nothing may last long, and it must not end its own session.
psql -c "ALTER ROLE in_replenish_writer SET statement_timeout = '250ms'" -c "ALTER ROLE in_replenish_writer SET track_functions = 'all'" \
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
tests/server_log.sh "$CLUSTER/server.log" "${explained[@]}"
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
echo "$queries sqlsmith queries, 0 crashes, 0 internal errors; seed $seed"
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
if tests/server_log.sh "$CLUSTER/server.log" "${explained[@]}" >/dev/null 2>&1; then fail "a crash did not show in the server's log"; fi
pkill -P "$smithing" 2>/dev/null || true
wait "$smithing" || true
echo "ok - a crash shows"
