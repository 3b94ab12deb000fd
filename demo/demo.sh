#!/usr/bin/env bash
# make demo: an embedded cluster, the demo data (and the retail data where REPLENISH_DATA names its
# folder), the nightly pipeline, and what came of it. KEEP=1 leaves the cluster up, NO_NIGHTS=1 schedules none.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

say "Starting a throwaway cluster"
start_cluster "cron.database_name = 'postgres'"
psql <<'SQL'
CREATE EXTENSION pg_replenish;
CREATE EXTENSION pg_cron;
SELECT count(*) AS roles_created FROM replenish.create_roles();
SET ROLE replenish_owner;
SELECT count(*) AS migrations_applied FROM replenish.install();
RESET ROLE;
SQL

say "Loading the demo data"
psql -c "SELECT material_code, demand_days FROM replenish.load_demo_data()"
retail=
if [ -n "${REPLENISH_DATA:-}" ] && [ -r "$REPLENISH_DATA/online_retail_daily.csv.gz" ]; then
    retail=yes
    say "Loading the retail data, the last 28 days held out"
    psql -v retail_daily="$REPLENISH_DATA/online_retail_daily.csv.gz" \
        -v retail_meta="$REPLENISH_DATA/online_retail_meta.csv.gz" \
        -v holdout_days=28 -f demo/load_retail.sql
else
    echo "REPLENISH_DATA does not name the folder of the retail data: the demo goes on without it."
fi

say "The night: forecasts, accuracy, replenishment for every tenant"
# Four weeks ago, so that there are forecasts whose days have come.
psql -o /dev/null -f demo/last_month.sql
psql -c '\timing on' -c 'CALL replenish.run_daily_forecasts()'
if [ -n "$retail" ]; then psql -f demo/play_holdout.sql; fi
psql -c '\timing on' -c 'CALL replenish.run_forecast_accuracy()' \
    -c "CALL replenish.run_replenishment('00000000-0000-4000-8000-00000000d000')"
if [ -n "$retail" ]; then
    psql -c '\timing on' -c "CALL replenish.run_replenishment('00000000-0000-4000-8000-00000000d001', '2011-12-09')"
fi

say "What came of it"
psql -P pager=off -f demo/show.sql
if [ -z "${NO_NIGHTS:-}" ]; then
    say "And every night from now on, by pg_cron"
    psql -c 'SELECT * FROM replenish.schedule_jobs()'
fi

if [ -z "${KEEP:-}" ]; then
    echo "The cluster is gone again. 'make demo KEEP=1' leaves it up, with the dashboard, and says how to get there."
    exit
fi
demo=00000000-0000-4000-8000-00000000d000
say "The dashboard"
source pgrx-config/web.sh
setup_node
setup_nginx
build_dashboard
npm_ci api/graphql
psql -c "SELECT count(*) AS api_objects FROM replenish.install_api()"
trap 'status=$?; stop_web; stop_cluster $status' EXIT
start_web
write_stop_script
KEEP_CLUSTER=1
say "Everything stays up. Open the dashboard, signed in as the demo tenant for 12 hours:"
echo "  $WEB_URL/inventory-forecasting#token=$(web_token $demo)"
if [ -n "$retail" ]; then
    echo "or as the online shop with its 3,791 articles:"
    echo "  $WEB_URL/inventory-forecasting#token=$(web_token 00000000-0000-4000-8000-00000000d001)"
fi
echo "Or look around in SQL:"
echo "  $SERVER_BIN/psql -h $CLUSTER -U postgres postgres"
echo "    SET app.current_tenant_id = '$demo';"
echo "    SELECT * FROM replenish.vw_critical_replenishment_recommendations;"
echo "    \\df replenish.*"
echo "Stop it and remove its files:"
echo "  $CLUSTER/stop.sh"
