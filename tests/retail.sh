#!/usr/bin/env bash
# The real input: the online retail data through the whole pipeline, and pg_cron running it.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

data=${REPLENISH_DATA:-}
if [ ! -r "$data/online_retail_daily.csv.gz" ]; then
    [ -z "${CI:-}" ] || fail "REPLENISH_DATA must name the folder of online_retail_daily.csv.gz in CI, not '$data'"
    echo "skipped: REPLENISH_DATA does not name the folder of online_retail_daily.csv.gz"
    exit 0
fi

start_cluster "cron.database_name = 'postgres'"
check() { # what, SQL that must return t
    local answer
    answer=$(psql -At -c "$2")
    [ "$answer" = t ] || fail "$1: $answer"
    echo "ok - $1"
}
psql -o /dev/null <<'SQL'
CREATE EXTENSION pg_replenish;
CREATE EXTENSION pg_cron;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
SQL
psql -o /dev/null -v retail_daily="$data/online_retail_daily.csv.gz" -v retail_meta="$data/online_retail_meta.csv.gz" \
    -v holdout_days=28 -f demo/load_retail.sql

# The night by pg_cron itself, as replenish_night, which is no superuser: once, one or two minutes from now, and the others never.
never="0 0 31 2 *"
# Whoever may use pg_cron can have jobs of the same names.
psql -o /dev/null -c "CREATE ROLE stranger LOGIN" -c "GRANT USAGE ON SCHEMA cron TO stranger"
psql -o /dev/null -U stranger -c "SELECT cron.schedule('replenish_forecasts', '$never', 'SELECT 1')"
psql -o /dev/null -c 'SELECT * FROM replenish.schedule_jobs()'
check "jobs of a stranger do not count" \
    "SELECT count(*) = 1 AND bool_and(schedule = '0 2 * * *' AND username = 'replenish_night') FROM cron.job WHERE jobname = 'replenish_forecasts'"
soon=$(psql -At -c "SELECT to_char(now() AT TIME ZONE 'GMT' + interval '120 s', 'FMMI FMHH24 * * *')")
psql -o /dev/null -c "SELECT * FROM replenish.schedule_jobs(forecasts => '$soon', accuracy => '$never', replenishment => '$never')"
psql -o /dev/null -c "SELECT * FROM replenish.schedule_jobs(alerts => '*/20 * * * *')"
check "what is scheduled stays where nothing else is said" \
    "SELECT string_agg(schedule, '; ' ORDER BY jobname) = '$never; */20 * * * *; $soon; $never' FROM cron.job WHERE command LIKE 'CALL replenish.run_%'"
# What an operator has paused stays paused.
psql -o /dev/null -c "SELECT cron.alter_job(jobid, active := false) FROM cron.job WHERE jobname = 'replenish_alerts'" \
    -c 'SELECT * FROM replenish.schedule_jobs()'
check "what is paused stays so" "SELECT bool_and(NOT active) FROM cron.job WHERE jobname = 'replenish_alerts'"
psql -o /dev/null -c "SELECT cron.alter_job(jobid, active := true) FROM cron.job WHERE jobname = 'replenish_alerts'"
check "pg_cron has the three nights and the alerts, once" \
    "SELECT count(*) = 4 AND bool_and(active AND username = 'replenish_night') FROM cron.job WHERE command LIKE 'CALL replenish.run_%'"
echo "waiting for pg_cron to begin minute $soon"
wait_for() { # seconds, SQL that comes to return t
    for _ in $(seq "$1"); do
        if [ "$(psql -At -c "$2")" = t ]; then return; fi
        sleep 1
    done
    fail "not true after $1 s: $2"
}
wait_for 240 "SELECT count(*) = 1 FROM replenish.job_runs"
wait_for 600 "SELECT bool_and(run_status <> 'RUNNING') FROM replenish.job_runs"
wait_for 60 "SELECT bool_and(status NOT IN ('starting', 'running')) FROM cron.job_run_details WHERE command = 'CALL replenish.run_daily_forecasts()'"
check "unschedule_jobs() takes them out" "SELECT count(*) = 4 FROM replenish.unschedule_jobs()"
check "the night ran as the role of the nights" \
    "SELECT bool_and(created_by = 'replenish_night' AND run_status = 'COMPLETED') FROM replenish.job_runs"
check "pg_cron ran the forecasts unattended" \
    "SELECT count(*) >= 1 FROM cron.job_run_details WHERE command = 'CALL replenish.run_daily_forecasts()' AND status = 'succeeded'"
check "every article got a forecast or a stated reason" \
    "SELECT count(*) = 0 FROM replenish.inventory_levels AS i
     WHERE NOT EXISTS (SELECT FROM replenish.forecast_series AS s WHERE s.material_id = i.material_id AND s.forecast_status = 'ACTIVE' AND s.fit_reason <> '')
         AND NOT EXISTS (SELECT FROM replenish.job_errors AS e WHERE e.material_id = i.material_id AND e.message <> '')"
check "more than 3,700 articles" "SELECT count(*) > 3700 FROM replenish.forecast_series WHERE forecast_status = 'ACTIVE'"
check "forecasts start the day after the last observation" \
    "SELECT bool_and(start_date = '2011-11-12' AND training_end_date = '2011-11-11') FROM replenish.forecast_series WHERE forecast_status = 'ACTIVE'"
check "no forecast is negative, infinite or out of all proportion" \
    "SELECT bool_and(f.forecasted_demand_quantity >= 0 AND f.forecasted_demand_quantity <= 5 * h.most) FROM replenish.material_forecasts AS f
     JOIN (SELECT material_id, max(actual_demand_quantity) AS most FROM replenish.demand_history GROUP BY material_id) AS h USING (material_id)
     WHERE f.forecast_status = 'ACTIVE'"

psql -f demo/play_holdout.sql
psql -c 'CALL replenish.run_forecast_accuracy()'
psql -c "CALL replenish.run_replenishment('00000000-0000-4000-8000-00000000d001', '2011-12-09')"
check "accuracy is measured on the 28 days held out" \
    "SELECT count(*) > 3700 AND min(sample_size) = 28 AND max(sample_size) = 28 FROM replenish.forecast_accuracy_metrics WHERE measurement_period_end = '2011-12-09' AND measurement_period_start = '2011-11-10'"
# A sane forecast of this data errs by about its own demand (peers: 1.05 to 1.08); a broken one by far more.
check "its WAPE and bias are those of a sane forecast" \
    "SELECT sum(mae * sample_size) / sum(total_actual_demand) BETWEEN 0.8 AND 1.25 AND abs(sum(total_forecasted_demand) / sum(total_actual_demand) - 1) < 0.2
     FROM replenish.forecast_accuracy_metrics WHERE measurement_period_start = '2011-11-10'"
check "suggestions follow from stock" \
    "SELECT count(*) > 1000 AND bool_and(current_available_quantity + current_on_order_quantity <= reorder_point_quantity + 0.0001) FROM replenish.replenishment_suggestions"
check "each with a reason and an urgency by the one rule" \
    "SELECT bool_and(suggestion_reason <> '' AND urgency_level = replenish.calculate_replenishment_urgency(current_available_quantity::float8, safety_stock_quantity::float8, reorder_point_quantity::float8, days_until_stockout, vendor_lead_time_days::float8)) FROM replenish.replenishment_suggestions"
check "the deployment is sound" "SELECT count(*) = 0 FROM replenish.verify_deployment() WHERE status = 'FAILED'"
psql -c "SELECT round(100 * sum(mae * sample_size) / sum(total_actual_demand), 1) AS wape_pct,
    round(100 * (sum(total_forecasted_demand) / sum(total_actual_demand) - 1), 1) AS bias_pct, round(avg(mase), 3) AS mean_mase
    FROM replenish.forecast_accuracy_metrics WHERE measurement_period_start = '2011-11-10'"

# What the policy of plans would have done in the last 90 days of the articles that sell on most days:
# docs/service.md shows this table. Every number follows from the data and the seed.
psql <<'SQL'
CREATE VIEW public.replay AS
SELECT f.use_forecast, r.*
FROM (VALUES (true, '{0.9, 0.95, 0.98}'::float8[]), (false, '{0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999, 0.9999999, 0.99999999}')) AS f (use_forecast, levels)
CROSS JOIN LATERAL replenish.simulate_policy(
    '00000000-0000-4000-8000-00000000d001', '00000000-0000-4000-8000-00000000f002', days => 90,
    lead_time_days => 14, lead_time_std_dev => 3, demand_classes => '{SMOOTH, ERRATIC}',
    replenishment_policy => 'PERIODS_OF_SUPPLY', supply_days => 14,
    service_levels => f.levels, use_forecast => f.use_forecast) AS r;
SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d001';
CREATE TABLE public.replayed AS SELECT * FROM public.replay;
SELECT CASE WHEN use_forecast THEN 'plan' ELSE 'z sd sqrt(L)' END AS safety_stock, service_level AS target, materials,
    round(cycle_service, 3) AS cycle_service, round(fill_rate, 3) AS fill_rate, cycles, round(average_days_of_stock, 1) AS days_of_stock
FROM public.replayed ORDER BY use_forecast DESC, service_level;
SQL
check "achieved cycle service is within 3 points of its target" \
    "SELECT count(*) = 3 AND max(abs(cycle_service - service_level::numeric)) < 0.03 FROM public.replayed WHERE use_forecast"
# Straight lines between the formula's points; beyond its last point more stock still, so that one counts.
check "with no more stock than the textbook formula holds at the same service" \
    "SELECT count(*) = 3 AND bool_and(p.average_days_of_stock <= f.stock) FROM public.replayed AS p
     CROSS JOIN LATERAL (
         SELECT coalesce(
             (SELECT a.average_days_of_stock + (b.average_days_of_stock - a.average_days_of_stock) * (p.cycle_service - a.cycle_service) / (b.cycle_service - a.cycle_service)
              FROM public.replayed AS a JOIN public.replayed AS b ON NOT a.use_forecast AND NOT b.use_forecast AND a.cycle_service <= p.cycle_service AND b.cycle_service > p.cycle_service
              ORDER BY a.cycle_service DESC, b.cycle_service LIMIT 1),
             (SELECT max(m.average_days_of_stock) FROM public.replayed AS m WHERE NOT m.use_forecast)) AS stock) AS f
     WHERE p.use_forecast"
tests/server_log.sh "$CLUSTER/server.log"
