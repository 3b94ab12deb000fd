#!/usr/bin/env bash
# Run by the image's entrypoint when the data folder is new: extension, roles, tables, guard, nights.
#   POSTGRES_USER, POSTGRES_DB                 as for the image
#   REPLENISH_SCHEDULE = pg_cron | none        who starts the nights: pg_cron, or somebody else
#   REPLENISH_NIGHT_PASSWORD_FILE              file with the password of replenish_night, for schedulers outside
#   REPLENISH_DEMO = 1                         loads the demo tenant
set -euo pipefail

schedule=${REPLENISH_SCHEDULE:-pg_cron}
case $schedule in
pg_cron | none) ;;
*)
    echo "REPLENISH_SCHEDULE is pg_cron or none, not $schedule" >&2
    exit 1
    ;;
esac
run() { psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "${POSTGRES_DB:-$POSTGRES_USER}" -o /dev/null "$@"; }

run <<'SQL'
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
SELECT replenish.guard_schema();
SQL
if [ "$schedule" = pg_cron ]; then
    run -c 'CREATE EXTENSION pg_cron' -c 'SELECT replenish.schedule_jobs()'
fi
if [ -n "${REPLENISH_NIGHT_PASSWORD_FILE:-}" ]; then
    replenish-password replenish_night "$REPLENISH_NIGHT_PASSWORD_FILE" -U "$POSTGRES_USER" -d "${POSTGRES_DB:-$POSTGRES_USER}"
fi
if [ "${REPLENISH_DEMO:-}" = 1 ]; then
    run -c 'SELECT * FROM replenish.load_demo_data()'
fi
run -c "DO \$\$ DECLARE fault record; BEGIN
    FOR fault IN SELECT * FROM replenish.verify_deployment() WHERE status = 'FAILED' LOOP
        RAISE EXCEPTION '%: %', fault.check_name, fault.detail USING HINT = fault.what_to_do;
    END LOOP;
END \$\$"
echo "pg_replenish is in place; nights: $schedule"
