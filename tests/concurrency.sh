#!/usr/bin/env bash
# Several sessions at once: install(), one night started four times, planners beside the night.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

start_cluster
check() { # what, SQL that must return t
    local answer
    answer=$(psql -At -c "$2")
    [ "$answer" = t ] || fail "$1: $answer"
    echo "ok - $1"
}

psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()'
for i in 1 2 3 4; do
    psql -o /dev/null -c 'SET ROLE replenish_owner' -c 'SELECT replenish.install()' 2>"$CLUSTER/install.$i" &
done
wait
cat "$CLUSTER"/install.* >&2
check "install() from four sessions applies each step once" \
    "SELECT count(*) = (SELECT count(*) FROM replenish.migrations()) FROM replenish.schema_migrations"

psql -v materials=400 -f benches/load.sql
tenant=00000000-0000-4000-8000-00000000be00
facility=00000000-0000-4000-8000-00000000be01
pids=()
for i in 1 2 3 4; do
    psql -c "CALL replenish.run_daily_forecasts('$tenant', batch_size => 20)" 2>"$CLUSTER/night.$i" &
    pids+=($!)
done
for i in 1 2 3 4; do
    psql -o /dev/null -c "SET app.current_tenant_id = '$tenant'" \
        -c "SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility')" \
        -c "SELECT count(*) FROM replenish.generate_replenishment_recommendations('$tenant', '$facility', as_of => '2026-01-01')" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "a session failed"; done
check "one night started four times beside four planners: one version a series" \
    "SELECT count(*) = 400 AND max(forecast_version) = 1 AND bool_and(forecast_status = 'ACTIVE') FROM replenish.forecast_series"
check "and at most one open suggestion each" \
    "SELECT count(*) = count(DISTINCT material_id) AND count(*) > 0 FROM replenish.replenishment_suggestions"
check "the four sessions shared runs, each series once in each" \
    "SELECT bool_and(r.run_status = 'COMPLETED' AND r.series_done = 400) AND max(s.sessions) > 1 AND bool_and(s.series = 400)
     FROM replenish.job_runs AS r
     JOIN (SELECT c.job_run_id, count(DISTINCT c.backend_pid) AS sessions, count(DISTINCT m.id) AS series
           FROM replenish.job_chunks AS c CROSS JOIN LATERAL unnest(c.material_ids) AS m (id) GROUP BY c.job_run_id) AS s USING (job_run_id)"

# A backend killed in mid-run: every series is old or new, never half, and the next run completes.
psql -o /dev/null -c "DELETE FROM replenish.forecast_heads" -c "DELETE FROM replenish.forecast_versions" -c "DELETE FROM replenish.forecast_fits"
psql -c "SET replenish.max_threads = 1" -c "CALL replenish.run_daily_forecasts('$tenant', batch_size => 10)" 2>/dev/null &
night=$!
for _ in $(seq 1000); do
    if [ "$(psql -At -c "SELECT count(*) FROM replenish.forecast_series")" -ge 10 ]; then break; fi
done
psql -At -o /dev/null -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%' AND pid <> pg_backend_pid()"
wait "$night" && echo "the night was over before it could be killed" || true
check "a killed night leaves whole chunks" \
    "SELECT count(*) % 10 = 0 AND bool_and(cardinality(mean) = horizon_days) FROM replenish.forecast_series"
psql -c "CALL replenish.run_daily_forecasts('$tenant')"
check "the next call does the rest" \
    "SELECT count(*) = 400 AND max(forecast_version) = 1 FROM replenish.forecast_series"
check "as the same run" \
    "SELECT bool_and(r.run_status = 'COMPLETED' AND r.series_done = 400) AND count(DISTINCT c.backend_pid) = 2
     FROM replenish.job_runs AS r JOIN replenish.job_chunks AS c USING (job_run_id)
     WHERE r.started_at = (SELECT max(started_at) FROM replenish.job_runs)"
check "no run stays running" "SELECT count(*) = 0 FROM replenish.job_runs WHERE run_status = 'RUNNING'"
tests/server_log.sh "$CLUSTER/server.log"
