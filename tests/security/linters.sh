#!/usr/bin/env bash
# Check 7: pgspot on the installation script and on what install() and install_api() run, plpgsql_check on
# every plpgsql function. No finding beyond the ones that are listed and explained here.
# Seen to fail: pgspot found the bare format() of the check for strangers (tests/security/hostile.sh shows what
# it let in) and 21 functions without a search_path; plpgsql_check an unused variable.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"
source tests/python.sh

start_cluster "cron.database_name = 'postgres'" "client_min_messages = warning"
psql -o /dev/null <<'SQL'
CREATE EXTENSION pg_cron;
CREATE EXTENSION plpgsql_check;
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
SELECT replenish.install_api();
SQL

# Procedures that COMMIT cannot have a SET clause; enter_tenant() sets the path for them. They qualify every name,
# which pgspot goes on checking.
unpinned=()
while IFS= read -r signature; do unpinned+=(--proc-without-search-path "$signature"); done < <(psql -At <<'SQL'
SELECT format('%s(%s)', p.oid::regproc, (
    SELECT string_agg(p.proargnames[a.place] || ' ' || format_type(a.type, NULL), ',' ORDER BY a.place)
    FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)))
FROM pg_proc AS p
WHERE p.pronamespace = 'replenish'::regnamespace AND (p.prokind = 'p' OR p.proname = 'enter_tenant')
SQL
)
clean() { # file, name to print
    "$VENV/bin/pgspot" "${unpinned[@]}" "$1" >"$CLUSTER/pgspot" || true
    grep -q 'Errors: 0 Warnings: 0 Unknown: 0' "$CLUSTER/pgspot" || { cat "$CLUSTER/pgspot"; fail "pgspot has findings in $2"; }
    echo "ok - pgspot: 0 findings in $2"
}
found() { # file, what is wrong with it
    if "$VENV/bin/pgspot" "${unpinned[@]}" "$1" >"$CLUSTER/pgspot"; then fail "pgspot does not see $2"; fi
    echo "ok - and it sees $2"
}
script=("$(server_root)/usr/share/postgresql/$PG_MAJOR/extension/pg_replenish--"*.sql)
for file in "${script[@]}"; do clean "$file" "${file##*/}"; done
# The files with procedures once more alone: pgspot takes the path that one function sets for that of all
# that follow, and the order of the script is the build's. Seen to fail: bare operators of run_job().
while IFS= read -r file; do clean "$file" "$file alone"; done < <(grep -l 'CREATE PROCEDURE' sql/functions/*.sql)
# The same script with one name left bare must be found.
sed 's/pg_catalog\.format(/format(/' "${script[-1]}" >"$CLUSTER/careless.sql"
found "$CLUSTER/careless.sql" "a bare name"

# What install() runs as the tables' owner, and install_api() where a superuser calls it. Both pin their path, and
# so do these files' own statements; the functions in them have to pin their own.
as_run() { # file, the function that runs it
    psql -At -v routine="$2" <<'SQL' | grep -qx t || fail "$2() does not pin its search_path"
SELECT coalesce(p.proconfig::text LIKE '%search_path=pg_catalog, pg_temp%', false)
FROM pg_proc AS p WHERE p.pronamespace = 'replenish'::regnamespace AND p.proname = :'routine'
SQL
    echo 'SET search_path = pg_catalog, pg_temp;'
    cat "$1"
}
for file in sql/migrations/*.sql; do
    as_run "$file" install >"$CLUSTER/part.sql"
    clean "$CLUSTER/part.sql" "$file"
done
for file in sql/api/*.sql; do
    as_run "$file" install_api >"$CLUSTER/part.sql"
    clean "$CLUSTER/part.sql" "$file"
done
# Whoever was there first would own the table: seen to fail, as is a function of the API that leaves the path to its caller.
as_run sql/migrations/0001_registry.sql install | sed 's/^CREATE TABLE /CREATE TABLE IF NOT EXISTS /' >"$CLUSTER/careless.sql"
found "$CLUSTER/careless.sql" "a table that may be somebody else's"
as_run sql/api/auth.sql install_api | sed '2,$ { /^SET search_path/d }' >"$CLUSTER/careless.sql"
found "$CLUSTER/careless.sql" "a function of the API without a path"

psql -At -f tests/security/plpgsql_check.sql >"$CLUSTER/findings"
[ ! -s "$CLUSTER/findings" ] || { cat "$CLUSTER/findings"; fail "plpgsql_check has findings"; }
checked=$(psql -At -c "SELECT count(*) FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang WHERE p.pronamespace = 'replenish'::regnamespace AND l.lanname = 'plpgsql'")
psql -c "CREATE FUNCTION replenish.careless() RETURNS integer LANGUAGE plpgsql AS 'DECLARE unused integer; BEGIN RETURN (SELECT no_such FROM replenish.materials); END'"
[ "$(psql -At -f tests/security/plpgsql_check.sql | grep -c careless)" -ge 1 ] || fail "plpgsql_check does not see a mistake"
echo "ok - plpgsql_check: 0 findings in $checked functions, and it sees a mistake"
