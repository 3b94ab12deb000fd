#!/usr/bin/env bash
# A streaming standby: reads answer as on the primary, writers are refused with 25006 and mark nothing
# as failed, and after promotion the nights go on. The standby starts from a base backup, so restoring
# one is tested along with it.
# Seen to fail: with run_alerts() when it made a warning of the refusal, with the two functions that standby.py has to
# find, and with a table that a standby does not get (LIFECYCLE_VARIANT="ALTER TABLE replenish.job_metrics SET UNLOGGED").
source "$(dirname "$0")/common.bash"
source tests/python.sh

start_cluster "wal_level = replica" "max_wal_senders = 4"
if [[ $PRELOAD = *pg_cron* ]]; then psql -c 'CREATE EXTENSION pg_cron'; fi
fill_database postgres
psql -c 'CREATE ROLE night LOGIN IN ROLE replenish_batch' -c 'CREATE ROLE keeper LOGIN IN ROLE replenish_owner'
# At hours that never come.
if [[ $PRELOAD = *pg_cron* ]]; then psql -o /dev/null -c "SELECT replenish.schedule_jobs('0 0 31 2 *', '0 0 31 2 *', '0 0 31 2 *', '0 0 31 2 *')"; fi
psql -c "ALTER ROLE keeper SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000'"
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
    for _ in $(seq 1200); do
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

# Every routine of the catalog, with two that are wrong and have to be found.
psql <<'SQL'
CREATE FUNCTION replenish.self_test_hides() RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN DELETE FROM replenish.vendors; RETURN 1; EXCEPTION WHEN read_only_sql_transaction THEN RETURN 1; END $$;
CREATE FUNCTION replenish.self_test_differs() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT pg_catalog.pg_is_in_recovery()';
SQL
caught_up
# Without replay, whose locks of what the primary rolls back would come between.
psql "${standby[@]}" -o /dev/null -c 'SELECT pg_wal_replay_pause()'
python tests/lifecycle/standby.py "$CLUSTER/standby_socket"
psql "${standby[@]}" -o /dev/null -c 'SELECT pg_wal_replay_resume()'
psql -c 'DROP FUNCTION replenish.self_test_hides(), replenish.self_test_differs()'
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
