# What the parts of tests/lifecycle share. Source it from bash.
source "$(dirname "${BASH_SOURCE[0]}")/../../pgrx-config/cluster.sh"

export PGOPTIONS='-c client_min_messages=warning'

# before_stop COMMAND: what else has to end or go when the script ends, however it ends.
before_stop() { trap 'status=$?; set +e; '"$1"'; (exit $status); stop_cluster' EXIT; }

# check WHAT SQL [psql argument …]: the statement must answer t.
check() {
    local what=$1 statement=$2 answer
    shift 2
    answer=$(psql -At "$@" -c "$statement" 2>&1) || true
    [ "$answer" = t ] || fail "$what: $answer"
    echo "ok - $what"
}

# refused WHAT SQLSTATE SQL [psql argument …]: every statement must be refused with that SQLSTATE.
refused() {
    local what=$1 state=$2 statement=$3 answer
    shift 3
    answer=$("$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 -v VERBOSITY=verbose "$@" -c "$statement" 2>&1) &&
        fail "$what: was not refused"
    grep -q "ERROR:  $state:" <<<"$answer" || fail "$what: $answer"
    echo "ok - $what ($state)"
}

# The whole product in a database: tables, two tenants with data, three nights' jobs, an override.
fill_database() {
    psql -o /dev/null -d "$1" <<'SQL'
CREATE EXTENSION IF NOT EXISTS pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
SELECT replenish.install_api();
SELECT * FROM replenish.load_demo_data();
INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES ('aaaaaaaa-0000-4000-8000-000000000000', 'A');
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
SELECT 'aaaaaaaa-0000-4000-8000-000000000000', ('00000000-0000-4000-8000-00000000000' || i)::uuid, 'A-' || i, 'a' || i, 'EA'
FROM generate_series(1, 3) AS i;
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT m.tenant_id, 'ffffffff-0000-4000-8000-000000000001', m.material_id, current_date - d, 10 + d % 7, 'EA'
FROM replenish.materials AS m, generate_series(1, 60) AS d WHERE m.material_code LIKE 'A-%';
CALL replenish.run_daily_forecasts();
CALL replenish.run_forecast_accuracy();
CALL replenish.run_replenishment();
SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000';
SELECT replenish.override_forecast(tenant_id, facility_id, material_id, start_date, 7, 'fair')
FROM replenish.forecast_series WHERE tenant_id = replenish.current_tenant_id();
SQL
    # SQL that breaks something first, to see a part fail.
    if [ -n "${LIFECYCLE_VARIANT:-}" ]; then psql -d "$1" -c "$LIFECYCLE_VARIANT"; fi
}

# Facts of a database, one a line: what its catalog says, and the md5 of the rows of each table and view,
# apart from the view metrics, which tells the time.
catalog_facts() { "$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 -f tests/lifecycle/catalog.psql "$@" | LC_ALL=C sort; }
row_facts() {
    "$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$@" <<'SQL'
SELECT format('SELECT %L, count(*), md5(string_agg(r::text, E''\n'' ORDER BY r::text)) FROM %s AS r', c.relname, c.oid::regclass)
FROM pg_class AS c
WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND c.relname NOT IN ('schema_migrations', 'metrics')
ORDER BY c.relname \gexec
SQL
}

# same WHAT FILE FILE: the two hold the same facts, and enough of them to tell anything.
same() {
    [ "$(grep -c . "$2")" -ge 20 ] || fail "$1: $2 holds too few facts to tell anything"
    diff "$2" "$3" >"$3.diff" || { head -n 40 "$3.diff"; fail "$1"; }
    echo "ok - $1: $(grep -c . "$2") facts are equal"
}
