#!/usr/bin/env bash
# The same demand gives the same bytes: with one thread and several, rows in any order on disk, chunks
# of any size. Seen to fail: the last database has one unit more on one day, and must differ.
source "$(dirname "$0")/common.sh"

start_cluster
psql -c 'CREATE DATABASE base'
export PGDATABASE=base
install_extension
psql -v materials=150 -f benches/load.sql
psql -o /dev/null -f tests/content.sql
export PGDATABASE=postgres

# run database threads chunk [SQL first]: the content after a forecast of a month ago and a night
run() {
    psql -c "CREATE DATABASE $1 TEMPLATE base"
    psql -d "$1" -o /dev/null -c "${4:-SELECT 1}" -c "SET replenish.max_threads = $2" \
        -c "SET app.current_tenant_id = '$tenant'" \
        -c "SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility', as_of => '2025-12-01')" \
        -c "CALL replenish.run_daily_forecasts('$tenant', batch_size => $3)" \
        -c "CALL replenish.run_forecast_accuracy('$tenant', batch_size => $3)" \
        -c "CALL replenish.run_replenishment('$tenant', '2026-01-01', batch_size => $3)"
    psql -d "$1" -At -c 'SELECT content.all()' >"$CLUSTER/$1"
}
shuffle="
    CREATE TEMPORARY TABLE shuffled AS
    SELECT tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom
    FROM replenish.demand_history ORDER BY md5(material_id::text || demand_date);
    TRUNCATE replenish.demand_history;
    INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    SELECT * FROM shuffled;"
run one_thread 1 1000
for filled in forecast_versions forecast_fits replenishment_suggestions forecast_accuracy_metrics; do
    [ "$(psql -d one_thread -At -c "SELECT count(*) > 10 FROM replenish.$filled")" = t ] || fail "$filled is too empty to tell anything"
done
run threads 64 1000
run small_chunks 64 7
run shuffled 64 37 "$shuffle"
for other in threads small_chunks shuffled; do
    diff "$CLUSTER/one_thread" "$CLUSTER/$other" || fail "$other gives other bytes than one thread"
    echo "ok - $other: equal md5 of $(grep -c . "$CLUSTER/$other") tables"
done
run other 64 1000 "UPDATE replenish.demand_history SET actual_demand_quantity = actual_demand_quantity + 1
    WHERE demand_date = '2025-12-11' AND material_id = (SELECT material_id FROM replenish.materials ORDER BY material_id LIMIT 1)"
if diff -q "$CLUSTER/one_thread" "$CLUSTER/other" >/dev/null; then fail "one unit more changes nothing: this test sees nothing"; fi
echo "ok - one unit more on one day changes the md5"
tests/server_log.sh "$CLUSTER/server.log"
