#!/usr/bin/env bash
# Checks 38 and 39: from every released version to the one that is built, and from that one to a made-up later version
# with every kind of change: rows stay, the catalog becomes that of a fresh install, nights go on. SQL
# of an older version works with the newer library. A migration that fails leaves everything as it was.
# Seen to fail: with an upgrade script that leaves out comments and grants.
source "$(dirname "$0")/common.bash"

extension=$(server_share)/extension
current=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$extension/pg_replenish.control")
later=99.0.0
candidate=0.0.1
make_file() { # name, from standard input
    echo "$extension/$1" >>"$CLUSTER/made"
    cat >"$extension/$1"
}
start_cluster "cron.database_name = 'cron_here'"
before_stop 'xargs -r rm -f <"$CLUSTER/made"'

install_as_owner="SET ROLE replenish_owner; SELECT replenish.install()"
fresh_database() { # name, version
    psql -c "CREATE DATABASE $1"
    psql -o /dev/null -d "$1" -c "CREATE EXTENSION pg_replenish VERSION '$2'" -c 'SELECT replenish.create_roles()' \
        -c "$install_as_owner" -c 'RESET ROLE' -c 'SELECT replenish.install_api()'
    catalog_facts -d "$1" >"$CLUSTER/$1.catalog"
}
# The rows of today's columns, asked for by the same queries before and after an upgrade.
row_queries() {
    "$SERVER_BIN/psql" -X -q -At -d "$1" <<'SQL'
SELECT format('SELECT %L, count(*), md5(string_agg(r::text, E''\n'' ORDER BY r::text)) FROM (SELECT %s FROM %s) AS r;', c.relname,
    (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), c.oid::regclass)
FROM pg_class AS c
WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND c.relname NOT IN ('schema_migrations', 'material_classes', 'metrics')
ORDER BY c.relname
SQL
}
# In place of the library's list of migrations another one. Arguments: database, SQL over replenish.library_steps()
shadow_migrations() {
    psql -d "$1" -c 'ALTER EXTENSION pg_replenish DROP FUNCTION replenish.migrations()' \
        -c 'ALTER FUNCTION replenish.migrations() RENAME TO library_steps' \
        -c "CREATE FUNCTION replenish.migrations() RETURNS TABLE (migration_number integer, migration_name text, statements text) LANGUAGE sql AS \$shadow\$ $2 \$shadow\$"
}
lift_shadow() {
    psql -d "$1" -c 'DROP FUNCTION replenish.migrations()' -c 'ALTER FUNCTION replenish.library_steps() RENAME TO migrations' \
        -c 'ALTER EXTENSION pg_replenish ADD FUNCTION replenish.migrations()'
}
upgrade() { # database, version, database of a fresh install of it
    local before
    row_queries "$1" >"$CLUSTER/queries"
    psql -At -d "$1" -f "$CLUSTER/queries" >"$CLUSTER/rows"
    psql -o /dev/null -d "$1" -c 'SELECT replenish.drop_api()' -c "ALTER EXTENSION pg_replenish UPDATE TO '$2'" \
        -c 'SELECT replenish.create_roles()' -c "$install_as_owner" -c 'RESET ROLE' -c 'SELECT replenish.install_api()'
    catalog_facts -d "$1" >"$CLUSTER/$1.upgraded"
    same "$1 to $2: the catalog is that of a fresh install" "$CLUSTER/$3.catalog" "$CLUSTER/$1.upgraded"
    psql -At -d "$1" -f "$CLUSTER/queries" >"$CLUSTER/rows.after"
    same "$1 to $2: the rows are as they were" "$CLUSTER/rows" "$CLUSTER/rows.after"
    before=$(psql -At -d "$1" -c 'SELECT clock_timestamp()')
    psql -d "$1" -c 'CALL replenish.run_daily_forecasts(resume => false)'
    check "$1 to $2: the night goes on" \
        "SELECT bool_and(run_status = 'COMPLETED') AND count(*) FILTER (WHERE started_at > '$before') > 0 FROM replenish.job_runs WHERE job_name = 'FORECASTS'" -d "$1"
}

# Released versions. None is yet: 0.1.0 is unreleased and sql/releases/ holds no script, so what this part goes through is a
# stand-in, what is built under a lower number. Each script and list that `make freeze-release` puts there is taken up
# by the same loop.
for list in sql/releases/*.migrations; do
    [ -e "$list" ] || continue
    (cd sql/migrations && md5sum --quiet -c "../../$list") || fail "a migration of $list was edited: make it a new one"
    echo "ok - the migrations of $(basename "$list" .migrations) are as they were released"
done
mkdir "$CLUSTER/releases"
cp sql/releases/pg_replenish--*.sql sql/releases/*.migrations "$CLUSTER/releases" 2>/dev/null || true
cp "$extension/pg_replenish--$current.sql" "$CLUSTER/releases/pg_replenish--$candidate.sql"
(cd sql/migrations && md5sum ./*.sql | grep -v views) >"$CLUSTER/releases/$candidate.migrations"
python3 pgrx-config/upgrade_script.py script "$CLUSTER/releases/pg_replenish--$candidate.sql" \
    "$extension/pg_replenish--$current.sql" | make_file "pg_replenish--$candidate--$current.sql"
fresh_database fresh "$current"
for script in "$CLUSTER"/releases/pg_replenish--*.sql; do
    version=$(basename "$script" .sql | sed 's/pg_replenish--//')
    [ "$version" != "$current" ] || continue
    database=from_${version//[^0-9]/_}
    python3 pgrx-config/upgrade_script.py symbols "$script" "$extension/pg_replenish--$current.sql"
    echo "ok - $version: no symbol of the library has changed its signature"
    make_file "pg_replenish--$version.sql" <"$script"
    psql -c "CREATE DATABASE $database"
    psql -d "$database" -o /dev/null -c "CREATE EXTENSION pg_replenish VERSION '$version'"
    names=$(sed -E "s|.* (\./)?(.*)\.sql|'\2'|" "$CLUSTER/releases/$version.migrations" | paste -sd,)
    shadow_migrations "$database" "SELECT * FROM replenish.library_steps() WHERE migration_name IN ($names)"
    psql -d "$database" -o /dev/null -c 'SELECT replenish.create_roles()' -c "$install_as_owner"
    lift_shadow "$database"
    check "$version with the library of $current says what to do" \
        "SELECT what_to_do LIKE '%UPDATE TO%install()%' FROM replenish.verify_deployment() WHERE status = 'FAILED' AND check_name = 'library'" -d "$database"
    psql -d "$database" -o /dev/null -c 'SELECT * FROM replenish.load_demo_data()'
    check "$version with the library of $current works" \
        "SELECT count(*) = 14 AND min(yhat) > 0 FROM replenish.demand_history AS h, LATERAL (SELECT array_agg(actual_demand_quantity::float8) AS a FROM replenish.demand_history) AS s, LATERAL replenish.forecast_auto(s.a, 14) WHERE h.demand_date = (SELECT max(demand_date) FROM replenish.demand_history) AND h.material_id = '00000000-0000-4000-8000-000000000001'" -d "$database"
    upgrade "$database" "$current" fresh
done

# On to a later version with every kind of change.
python3 tests/lifecycle/newer.py "$extension/pg_replenish--$current.sql" | make_file "pg_replenish--$later.sql"
python3 pgrx-config/upgrade_script.py script "$extension/pg_replenish--$current.sql" \
    "$extension/pg_replenish--$later.sql" | make_file "pg_replenish--$current--$later.sql"
fresh_database fresh_later "$later"
fill_database postgres
upgrade postgres "$later" fresh_later
check "what a tenant may see is the same" \
    "SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000'; SET ROLE replenish_reader; SELECT count(*) = 180 AND count(DISTINCT tenant_id) = 1 FROM replenish.demand_history"

# A view that stands on a function whose result changes: the upgrade is refused whole.
sed '/CREATE  FUNCTION "forecast_day_id"/,/AS /s/RETURNS uuid/RETURNS text/' \
    "$extension/pg_replenish--$current.sql" | make_file pg_replenish--98.0.0.sql
python3 pgrx-config/upgrade_script.py script "$extension/pg_replenish--$current.sql" \
    "$extension/pg_replenish--98.0.0.sql" | make_file "pg_replenish--$current--98.0.0.sql"
catalog_facts -d fresh >"$CLUSTER/before"
refused "an upgrade that would take a view along" 2BP01 "ALTER EXTENSION pg_replenish UPDATE TO '98.0.0'" -d fresh
catalog_facts -d fresh >"$CLUSTER/after"
same "and leaves everything as it was" "$CLUSTER/before" "$CLUSTER/after"

# A migration that fails half-way.
psql -c 'CREATE DATABASE failing'
fill_database failing
shadow_migrations failing "SELECT * FROM replenish.library_steps() UNION ALL VALUES
    (998, '0998_fine', 'CREATE TABLE replenish.test_fine (tenant_id uuid PRIMARY KEY); SELECT replenish.isolate_tenant(''replenish.test_fine'')'),
    (999, '0999_fails', 'ALTER TABLE replenish.materials ADD COLUMN half text; ALTER TABLE replenish.holidays NO FORCE ROW LEVEL SECURITY;
        DROP VIEW replenish.material_classes; ALTER TABLE replenish.demand_history NO FORCE ROW LEVEL SECURITY;
        DELETE FROM replenish.demand_history; SELECT 1 / 0')"
catalog_facts -d failing >"$CLUSTER/before"
row_facts -d failing >>"$CLUSTER/before"
refused "install() with a migration that fails" 22012 "$install_as_owner" -d failing
catalog_facts -d failing >"$CLUSTER/after"
row_facts -d failing >>"$CLUSTER/after"
same "rolls everything back" "$CLUSTER/before" "$CLUSTER/after"
psql -d failing -c "CREATE OR REPLACE FUNCTION replenish.migrations() RETURNS TABLE (migration_number integer, migration_name text, statements text) LANGUAGE sql AS \$shadow\$
    SELECT * FROM replenish.library_steps() UNION ALL VALUES (998, '0998_fine', 'ALTER TABLE replenish.materials ADD COLUMN half text') \$shadow\$" \
    -o /dev/null -c "$install_as_owner"
check "and once mended it is applied" \
    "SELECT count(*) = 1 FROM replenish.schema_migrations WHERE migration_number = 998" -d failing
tests/server_log.sh "$CLUSTER/server.log"
