#!/usr/bin/env bash
# make bench: the figures that this project states, each size on a throwaway cluster of its own.
# SIZES="100 1000" for a quick look; the default takes half an hour and 12 GB of disk.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

SIZES=${SIZES:-100 1000 10000 100000}
tenant=00000000-0000-4000-8000-00000000be00
facility=00000000-0000-4000-8000-00000000be01
results=$CARGO_TARGET_DIR/bench
mkdir -p "$results"
: >"$results/results.tsv"

# begin materials days: a cluster with that much demand.
begin() {
    materials=$1 days=$2
    say "$materials materials x $days days"
    # A quarter of this machine's memory or less, as a server has it; statistics and vacuum as after a load.
    start_cluster "shared_buffers = '4GB'" "max_wal_size = '32GB'" "checkpoint_timeout = '1d'" "autovacuum = off"
    psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.install()' 2>/dev/null
    alive loading "$SERVER_BIN/psql" -X -q -v ON_ERROR_STOP=1 -v materials="$materials" -v days="$days" \
        -f benches/load.sql
    printf '%-42s %7s %8s %8s %10s %8s %8s\n' run threads seconds CPU rows/s 'own MB' 'WAL MB'
}

# end: the cluster goes, the script goes on.
end() { (KEEP_CLUSTER='' stop_cluster) || true; trap - EXIT; CLUSTER=; }

# run name threads sql: one line, from a backend of its own.
run() {
    "$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 -v name="$1" -v threads="$2" -v sql="$3" -v tenant=$tenant \
        -v materials="$materials" -v days="$days" -f benches/measure.sql | tee -a "$results/results.tsv" |
        awk -F '\t' '{ printf "%-42s %7s %8.2f %8.2f %10.0f %8s %8s\n", $3, $4, $5, $6, $7, $8, $9 }'
}

forget() { psql -c 'TRUNCATE replenish.forecast_versions, replenish.forecast_fits, replenish.forecast_heads'; }

# new_day n: another day for every material, as the night before brought it.
new_day() {
    psql -c "INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
        SELECT h.tenant_id, h.facility_id, h.material_id, h.demand_date + 7, h.actual_demand_quantity, 'EA'
        FROM replenish.demand_history AS h WHERE h.demand_date = date '2025-12-24' + $1"
}

nights() {
    run 'reading all histories' 1 "SELECT count(p.packed) FROM (SELECT array_agg(m.material_id) AS ids FROM (SELECT material_id, (row_number() OVER (ORDER BY material_id) - 1) / 100 AS n FROM replenish.materials) AS m GROUP BY m.n) AS c CROSS JOIN LATERAL replenish.packed_history('$tenant', '$facility', c.ids, '2025-12-31') AS p"
    run 'first night, NAIVE (reading and writing)' 1 "CALL replenish.run_daily_forecasts('$tenant', 'NAIVE')"
    forget
    run 'first night, HOLT_WINTERS' 2 "CALL replenish.run_daily_forecasts('$tenant', 'HOLT_WINTERS')"
    forget
    run 'first night, AUTO' 1 "CALL replenish.run_daily_forecasts('$tenant')"
    forget
    run 'first night, AUTO' 2 "CALL replenish.run_daily_forecasts('$tenant')"
    run 'the same again, nothing changed' 2 "CALL replenish.run_daily_forecasts('$tenant')"
    new_day 1
    run 'second night, one new day' 2 "CALL replenish.run_daily_forecasts('$tenant')"
    new_day 2
    run 'third night, one new day' 1 "CALL replenish.run_daily_forecasts('$tenant')"
    run 'replenishment' 1 "CALL replenish.run_replenishment('$tenant', '2026-01-03')"
}

# measure name limit_ms sql: best of three calls in one session.
measure() {
    local best
    best=$("$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 \
        -c "SET app.current_tenant_id = '$tenant'" -c '\timing on' \
        -c "$3" -c "$3" -c "$3" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 3 | sort -n | head -n 1)
    printf '%-66s %8.1f ms  (limit %s ms)\n' "$1" "$best" "$2"
}

interactive() {
    local ids="(SELECT array_agg(material_id) FROM (SELECT material_id FROM replenish.materials ORDER BY material_id LIMIT 100) AS m)"
    local one="(SELECT material_id FROM replenish.materials ORDER BY material_id LIMIT 1)"
    local fresh
    fresh=$(for table in heads versions fits; do printf 'DELETE FROM replenish.forecast_%s WHERE material_id IN (SELECT unnest(%s)); ' $table "$ids"; done)
    measure "generate_forecasts, 100 materials, 90 days ahead, stored" 150 \
        "BEGIN; $fresh SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility', $ids); ROLLBACK"
    measure "calculate_safety_stock" 150 "SELECT * FROM replenish.calculate_safety_stock('$tenant', '$facility', $one)"
    measure "one material's forecasts" 20 "SELECT * FROM replenish.get_material_forecasts('$tenant', '$facility', $one)"
    psql -At -c "SELECT format('forecast_versions %s, demand_history %s', pg_size_pretty(pg_total_relation_size('replenish.forecast_versions')), pg_size_pretty(pg_total_relation_size('replenish.demand_history')))"
}

for size in $SIZES; do
    begin "$size" 365
    nights
    if [ "$size" = 10000 ]; then
        say "Interactive, best of three, at $size materials"
        interactive
        say "What one would do instead: a client that reads, fits with statsforecast, and copies back"
        benches/client.sh "$tenant" | tee -a "$results/client.tsv"
    fi
    end
done
if [[ " $SIZES " == *" 10000 "* ]]; then
    begin 10000 1095
    run 'first night, AUTO' 2 "CALL replenish.run_daily_forecasts('$tenant')"
    new_day 1
    run 'second night, one new day' 2 "CALL replenish.run_daily_forecasts('$tenant')"
    end
fi
say "Growth"
python3 benches/growth.py "$results/results.tsv" docs/growth.svg
