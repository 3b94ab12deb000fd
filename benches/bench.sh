#!/usr/bin/env bash
# make bench: the figures that this project states, on a throwaway cluster. MATERIALS=1000 for a
# quick look.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

MATERIALS=${MATERIALS:-10000}
tenant=00000000-0000-4000-8000-00000000be00
facility=00000000-0000-4000-8000-00000000be01

start_cluster
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.install()' 2>/dev/null
alive "loading $MATERIALS materials x 365 days" "$SERVER_BIN/psql" -X -q -v ON_ERROR_STOP=1 \
    -v materials="$MATERIALS" -f benches/load.sql

# measure name limit_ms sql: best of three runs in one session
measure() {
    local name=$1 limit=$2 sql=$3 best
    best=$("$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 \
        -c "SET app.current_tenant_id = '$tenant'" -c '\timing on' \
        -c "$sql" -c "$sql" -c "$sql" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 3 | sort -n | head -n 1)
    printf '%-66s %10.1f ms  (limit %s ms)\n' "$name" "$best" "$limit"
}

# A run in a backend of its own, with its memory and its processor time when it is done.
run() {
    local name=$1 limit=$2 sql=$3
    "$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 <<SQL
SET app.current_tenant_id = '$tenant';
CREATE TEMP TABLE clock AS SELECT clock_timestamp() AS started;
$sql;
SELECT format('%-66s %10s s   (limit %s s)', '$name',
    round(extract(epoch FROM clock_timestamp() - started), 2), '$limit') FROM clock;
CREATE TEMP TABLE status (line text);
SELECT format('COPY status FROM PROGRAM %L',
    format('cat /proc/%s/status | tr "\t" " "; awk ''{print "Cpu " (\$14 + \$15) / 100}'' /proc/%s/stat', pg_backend_pid(), pg_backend_pid())) \gexec
SELECT format('    processor %s s, peak memory %s MB of which shared with all backends %s MB',
    max(substr(line, 5)) FILTER (WHERE line LIKE 'Cpu %'),
    max(regexp_replace(line, '\D', '', 'g')::int / 1024) FILTER (WHERE line LIKE 'VmHWM%'),
    max(regexp_replace(line, '\D', '', 'g')::int / 1024) FILTER (WHERE line LIKE 'RssShmem%'))
FROM status;
SQL
}

ids="(SELECT array_agg(material_id) FROM (SELECT material_id FROM replenish.materials ORDER BY material_id LIMIT 100) AS m)"
one="(SELECT material_id FROM replenish.materials ORDER BY material_id LIMIT 1)"

say "Batch, one backend"
run "forecasts of $MATERIALS materials x 365 days, AUTO, 90 days ahead, stored" 20 "CALL replenish.run_daily_forecasts('$tenant')"
run "the same again, nothing changed" 20 "CALL replenish.run_daily_forecasts('$tenant')"
run "replenishment of $MATERIALS materials" 5 "CALL replenish.run_replenishment('$tenant', '2026-01-01')"
say "Interactive, best of three"
measure "generate_forecasts, 100 materials x 365 days, 90 days ahead, stored" 500 \
    "BEGIN; DELETE FROM replenish.forecast_heads WHERE material_id IN (SELECT unnest($ids)); DELETE FROM replenish.forecast_versions WHERE material_id IN (SELECT unnest($ids)); DELETE FROM replenish.forecast_fits WHERE material_id IN (SELECT unnest($ids)); SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility', $ids); ROLLBACK"
measure "calculate_safety_stock" 150 "SELECT * FROM replenish.calculate_safety_stock('$tenant', '$facility', $one)"
measure "one material's forecasts at $MATERIALS materials" 20 "SELECT * FROM replenish.get_material_forecasts('$tenant', '$facility', $one)"
say "Storage"
psql -At -c "SELECT format('forecast_versions %s, demand_history %s', pg_size_pretty(pg_total_relation_size('replenish.forecast_versions')), pg_size_pretty(pg_total_relation_size('replenish.demand_history')))"
