#!/usr/bin/env bash
# A streaming standby: reads answer as on the primary, writers are refused with 25006 and mark nothing
# as failed, and after promotion the nights go on. The standby starts from a base backup, so restoring
# one is tested along with it.
# Seen to fail: with a table that a standby does not get (LIFECYCLE_VARIANT="ALTER TABLE replenish.job_metrics SET UNLOGGED").
source "$(dirname "$0")/common.bash"

start_cluster "wal_level = replica" "max_wal_senders = 4"
fill_database postgres
psql -c 'CREATE ROLE night LOGIN IN ROLE replenish_batch'
row_facts >"$CLUSTER/rows"
as_server mkdir "$CLUSTER/standby_socket"
as_server "$SERVER_BIN/pg_basebackup" -h "$CLUSTER" -U postgres -D "$CLUSTER/standby" -R -X stream -c fast
# The wheel's pg_verifybackup of 18 crashes before it has read its arguments.
if as_server "$SERVER_BIN/pg_verifybackup" --version >/dev/null 2>&1; then
    as_server "$SERVER_BIN/pg_verifybackup" -q "$CLUSTER/standby"
else
    from_wheel || fail "pg_verifybackup does not run"
    echo "# the backup is not verified: this pg_verifybackup does not run"
fi
echo "unix_socket_directories = '$CLUSTER/standby_socket'" | as_server tee -a "$CLUSTER/standby/postgresql.auto.conf" >/dev/null
start_standby() { as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/standby" -l "$CLUSTER/standby.log" -w -t 60 start >/dev/null; }
stop_standby() { as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/standby" -m immediate -w stop >/dev/null 2>&1; }
before_stop stop_standby
start_standby
standby=(-h "$CLUSTER/standby_socket")
caught_up() {
    local position
    position=$(psql -At -c 'SELECT pg_current_wal_lsn()')
    for _ in $(seq 200); do
        if [ "$(psql -At "${standby[@]}" -c "SELECT pg_last_wal_replay_lsn() >= '$position'")" = t ]; then return; fi
        sleep 0.05
    done
    fail "the standby does not catch up"
}

caught_up
check "the standby is one" 'SELECT pg_is_in_recovery()' "${standby[@]}"
row_facts "${standby[@]}" >"$CLUSTER/rows.standby"
same "tables and views read as on the primary" "$CLUSTER/rows" "$CLUSTER/rows.standby"
tenant=00000000-0000-4000-8000-00000000d000
facility=00000000-0000-4000-8000-00000000f001
material=00000000-0000-4000-8000-000000000001
reads="SET app.current_tenant_id = '$tenant'; SET ROLE replenish_reader;
SELECT md5(string_agg(r::text, ',')) FROM replenish.get_demand_history('$tenant', '$facility', '$material') AS r;
SELECT md5(string_agg(r::text, ',')) FROM replenish.get_material_forecasts('$tenant', '$facility', '$material') AS r;
SELECT md5(string_agg(r::text, ',')) FROM replenish.get_replenishment_recommendations('$tenant', '$facility') AS r;
SELECT replenish.calculate_safety_stock('$tenant', '$facility', '$material', as_of => current_date);
SELECT replenish.explain_forecast('$tenant', '$facility', '$material');
SELECT md5(string_agg(r::text, ',')) FROM replenish.project_stock('$tenant', '$facility', '$material') AS r;
SELECT * FROM replenish.forecast_by('replenish.demand_history', 'material_id', 'demand_date', 'actual_demand_quantity');
SELECT count(*) > 3 FROM replenish.demand_history;"
[ "$(psql -At -c "$reads")" = "$(psql -At "${standby[@]}" -c "$reads")" ] || fail "a read differs on the standby"
echo "ok - the read functions answer the same"
check "health_check() is healthy" "SELECT replenish.health_check() ->> 'status' = 'healthy'" "${standby[@]}"
check "verify_deployment() finds nothing wrong" \
    "SELECT count(*) > 20 AND count(*) FILTER (WHERE status = 'FAILED') = 0 FROM replenish.verify_deployment()" "${standby[@]}"

# Every way to write. A write must end with 25006 before anything else can go wrong.
for call in 'CALL replenish.run_daily_forecasts()' 'CALL replenish.run_forecast_accuracy()' 'CALL replenish.run_replenishment()'; do
    refused "$call" 25006 "$call" "${standby[@]}" -U night
done
as_tenant="SET app.current_tenant_id = '$tenant'; SET ROLE replenish_writer;"
refused "generate_forecasts" 25006 "$as_tenant SELECT * FROM replenish.generate_forecasts('$tenant', '$facility')" "${standby[@]}"
refused "generate_replenishment_recommendations" 25006 \
    "$as_tenant SELECT * FROM replenish.generate_replenishment_recommendations('$tenant', '$facility')" "${standby[@]}"
refused "record_demand" 25006 \
    "$as_tenant SELECT replenish.record_demand('$tenant', '$facility', '$material', current_date, 1)" "${standby[@]}"
refused "override_forecast" 25006 \
    "$as_tenant SELECT replenish.override_forecast('$tenant', '$facility', '$material', current_date, 1, 'x')" "${standby[@]}"
refused "backfill_demand_history" 25006 \
    "$as_tenant SELECT replenish.backfill_demand_history('$tenant', '$facility', current_date, current_date)" "${standby[@]}"
for statement in 'SELECT replenish.install()' 'SELECT replenish.uninstall(true)' 'SELECT replenish.partition_demand_history()'; do
    refused "$statement" 25006 "SET ROLE replenish_owner; $statement" "${standby[@]}"
done
refused "create_roles()" 25006 'SELECT replenish.create_roles()' "${standby[@]}"
refused "load_demo_data()" 25006 'SELECT replenish.load_demo_data()' "${standby[@]}"
row_facts >"$CLUSTER/rows.after"
same "no run, error or change is noted anywhere" "$CLUSTER/rows" "$CLUSTER/rows.after"

# What the primary writes arrives; after promotion the nights go on.
psql -U night -c 'CALL replenish.run_daily_forecasts(resume => false)'
caught_up
row_facts >"$CLUSTER/rows"
row_facts "${standby[@]}" >"$CLUSTER/rows.standby"
same "a night of the primary arrives" "$CLUSTER/rows" "$CLUSTER/rows.standby"
as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/standby" -w promote >/dev/null
psql "${standby[@]}" -U night -c 'CALL replenish.run_daily_forecasts(resume => false)'
check "after promotion the night is done there" \
    "SELECT count(*) >= 2 AND bool_and(run_status = 'COMPLETED') FROM replenish.job_runs WHERE job_name = 'FORECASTS'" "${standby[@]}"
tests/server_log.sh "$CLUSTER/server.log"
tests/server_log.sh "$CLUSTER/standby.log"
