#!/usr/bin/env bash
# pg_dump and restore into a fresh database: rows, policies, grants, owners and FORCE come back.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

start_cluster
psql -o /dev/null <<'SQL'
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
SELECT replenish.install_api();
SELECT * FROM replenish.load_demo_data();
CALL replenish.run_daily_forecasts();
CALL replenish.run_replenishment();
SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000';
SELECT replenish.override_forecast(tenant_id, facility_id, material_id, start_date, 7, 'fair') FROM replenish.forecast_series;
SQL

# One line per fact: a table's rows by md5, its policies, grants, owner and flags.
fingerprint() {
    "$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 -d "$1" <<'SQL'
SELECT format('SELECT %L, count(*), md5(string_agg(r::text, E''\n'' ORDER BY r::text)) FROM %s AS r', c.relname, c.oid::regclass)
FROM pg_class AS c WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY c.relname \gexec
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner),
    (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(c.relacl) AS a), c.reloptions,
    (SELECT array_agg((p.polname, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))::text ORDER BY p.polname) FROM pg_policy AS p WHERE p.polrelid = c.oid)
FROM pg_class AS c WHERE c.relnamespace = 'replenish'::regnamespace ORDER BY c.relname;
SELECT c.oid::regclass, pg_get_userbyid(c.relowner), (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(c.relacl) AS a), c.reloptions, pg_get_viewdef(c.oid), obj_description(c.oid, 'pg_class')
FROM pg_class AS c WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind = 'v' ORDER BY c.relname;
SELECT p.oid::regprocedure, pg_get_userbyid(p.proowner), (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.proacl) AS a), md5(pg_get_functiondef(p.oid)), obj_description(p.oid, 'pg_proc')
FROM pg_proc AS p WHERE p.pronamespace IN ('replenish_api'::regnamespace, 'replenish_auth'::regnamespace) ORDER BY p.oid::regprocedure::text;
SELECT n.nspname, pg_get_userbyid(n.nspowner), (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(n.nspacl) AS a) FROM pg_namespace AS n WHERE n.nspname LIKE 'replenish%' ORDER BY 1;
SELECT pg_get_userbyid(d.defaclrole), d.defaclobjtype, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(d.defaclacl) AS a) FROM pg_default_acl AS d;
SELECT p.oid::regprocedure, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.proacl) AS a) FROM pg_proc AS p WHERE p.pronamespace = 'replenish'::regnamespace ORDER BY p.oid::regprocedure::text;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, 2;
SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'replenish'::regnamespace ORDER BY conrelid::regclass::text, 2;
SQL
}
fingerprint postgres >"$CLUSTER/before"
[ "$(grep -c . "$CLUSTER/before")" -gt 200 ] || fail "the fingerprint is too small to tell anything"

for form in plain custom; do
    createdb() { psql -c "CREATE DATABASE $1"; }
    createdb "restored_$form"
    "$SERVER_BIN/pg_dump" -F "$form" -f "$CLUSTER/$form.dump"
    if [ "$form" = plain ]; then
        psql -d restored_plain -o /dev/null -f "$CLUSTER/plain.dump"
    else
        "$SERVER_BIN/pg_restore" --exit-on-error -d restored_custom "$CLUSTER/custom.dump"
    fi
    fingerprint "restored_$form" >"$CLUSTER/$form"
    diff "$CLUSTER/before" "$CLUSTER/$form" || fail "the $form dump did not bring everything back"
    echo "ok - $form dump: $(grep -c . "$CLUSTER/before") facts are equal after restore"
done

# As the owner, who sees no tenant's rows: the dump fails loudly instead of being empty.
psql -c "CREATE ROLE dumper LOGIN IN ROLE replenish_owner"
if "$SERVER_BIN/pg_dump" -U dumper -n replenish -f "$CLUSTER/owner.dump" 2>"$CLUSTER/owner.err"; then
    fail "a dump by the owner succeeded without the rows it may not see"
fi
grep -q 'row-level security' "$CLUSTER/owner.err" || fail "$(cat "$CLUSTER/owner.err")"
echo "ok - a dump by a role that sees no rows fails and says why"
tests/server_log.sh "$CLUSTER/server.log"
