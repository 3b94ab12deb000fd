#!/usr/bin/env bash
# After a newer image on old data: brings SQL, roles and tables of one database up to date. As a
# superuser; safe to run again. Usage: replenish-upgrade [psql argument …]
set -euo pipefail

run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
# The API stands on what changes: it goes first and comes back last.
api=$(run -At "$@" -c "SELECT to_regnamespace('replenish_api') IS NOT NULL")
if [ "$api" = t ]; then run "$@" -o /dev/null -c 'SELECT replenish.drop_api()'; fi
run "$@" <<'SQL'
ALTER EXTENSION pg_replenish UPDATE;
SELECT replenish.create_roles() AS new_role;
SET ROLE replenish_owner;
SELECT * FROM replenish.install();
RESET ROLE;
SQL
if [ "$api" = t ]; then run "$@" -o /dev/null -c 'SELECT replenish.install_api()'; fi
run "$@" -c "SELECT check_name, detail, what_to_do FROM replenish.verify_deployment() WHERE status = 'FAILED'"
