#!/usr/bin/env bash
# After a newer image on old data: brings SQL, roles, tables and API of one database up to date, all or nothing. As a
# superuser; safe to run again. Usage: replenish-upgrade [psql argument …]
set -euo pipefail

run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
# The API stands on what changes: it goes first and comes back last.
run --single-transaction "$@" <<'SQL'
SELECT to_regnamespace('replenish_api') IS NOT NULL AS api \gset
\if :api
    SELECT replenish.drop_api() \g /dev/null
\endif
ALTER EXTENSION pg_replenish UPDATE;
SELECT replenish.create_roles() AS new_role;
SET LOCAL ROLE replenish_owner;
SELECT * FROM replenish.install();
RESET ROLE;
\if :api
    SELECT replenish.install_api() \g /dev/null
\endif
SQL
run "$@" -c "SELECT check_name, detail, what_to_do FROM replenish.verify_deployment() WHERE status = 'FAILED'"
