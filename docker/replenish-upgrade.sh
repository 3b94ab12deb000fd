#!/usr/bin/env bash
# After a newer image on old data: brings SQL, roles and tables of one database up to date. As a
# superuser; safe to run again. Usage: replenish-upgrade [psql argument …]
set -euo pipefail

psql -X -q -v ON_ERROR_STOP=1 "$@" <<'SQL'
ALTER EXTENSION pg_replenish UPDATE;
SELECT replenish.create_roles() AS new_role;
SET ROLE replenish_owner;
SELECT * FROM replenish.install();
RESET ROLE;
SELECT check_name, detail, what_to_do FROM replenish.verify_deployment() WHERE status = 'FAILED';
SQL
