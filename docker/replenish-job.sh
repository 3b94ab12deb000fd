#!/usr/bin/env bash
# One scheduled job, for schedulers outside the database. PGHOST, PGDATABASE, PGUSER and PGPASSWORD say
# where and as whom. Ends with an error when the job does. Usage: replenish-job forecasts|accuracy|replenishment|alerts
set -euo pipefail

case ${1:-} in
forecasts) call='CALL replenish.run_daily_forecasts()' ;;
accuracy) call='CALL replenish.run_forecast_accuracy()' ;;
replenishment) call='CALL replenish.run_replenishment()' ;;
alerts) call='CALL replenish.run_alerts()' ;;
*)
    echo "usage: replenish-job forecasts|accuracy|replenishment|alerts" >&2
    exit 2
    ;;
esac
psql -X -q -v ON_ERROR_STOP=1 -c "$call"
if [ "$1" = alerts ]; then exit; fi
# What became of it, for the scheduler's log; the procedure has raised an error where it had to. One
# statement a tenant, since a statement sees one tenant only.
psql -X -q -v ON_ERROR_STOP=1 <<SQL
DO \$\$
DECLARE
    tenant uuid;
    run record;
BEGIN
    FOR tenant IN SELECT t.tenant_id FROM replenish.tenants AS t WHERE t.active ORDER BY t.tenant_id LOOP
        PERFORM set_config('app.current_tenant_id', tenant::text, true);
        SELECT * INTO run FROM replenish.job_runs AS j WHERE j.job_name = '${1^^}' ORDER BY j.started_at DESC LIMIT 1;
        RAISE INFO '% of tenant %: % of % series, % failed, % rows changed', run.run_status, tenant, run.series_done,
            run.series_total, run.series_failed, run.rows_changed;
    END LOOP;
END
\$\$
SQL
