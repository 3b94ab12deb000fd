#!/usr/bin/env bash
# make demo: an embedded cluster, the demo data (and the retail data where REPLENISH_DATA names its
# folder), the nightly pipeline, and what came of it. KEEP=1 leaves the cluster up.
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
say "And every night from now on, by pg_cron"
psql -c 'SELECT * FROM replenish.schedule_jobs()'

connect="$SERVER_BIN/psql -h $CLUSTER -U postgres postgres"
if [ -n "${KEEP:-}" ]; then
    KEEP_CLUSTER=1
    say "The cluster stays up. Look around, then stop it:"
    echo "  $connect"
    echo "    SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000';"
    echo "    SELECT * FROM replenish.vw_critical_replenishment_recommendations;"
    echo "    \\df replenish.*"
    if [ "$(id -u)" = 0 ]; then as="setpriv --reuid=postgres --regid=postgres --init-groups "; fi
    echo "  ${as:-}$SERVER_BIN/pg_ctl -D $CLUSTER/data stop && rm -r $CLUSTER"
else
    echo "The cluster is gone again. 'make demo KEEP=1' leaves it up and says how to connect."
fi
