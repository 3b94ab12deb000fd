#!/usr/bin/env bash
# The API: REST, GraphQL, tokens and BI clients on a throwaway cluster.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source pgrx-config/node.sh
setup_node
npm_ci api/graphql

start_cluster
psql -f tests/api/fixture.psql
# SQL that breaks something first, to see the tests fail.
if [ -n "${API_VARIANT:-}" ]; then psql -c "$API_VARIANT"; fi
# The siege has a database of its own, where B is all canaries, and the statements of the forty attacks.
psql -c 'CREATE DATABASE siege'
PGDATABASE=siege PGOPTIONS='-c client_min_messages=warning' install_product
PGDATABASE=siege PGOPTIONS='-c client_min_messages=warning' psql -o /dev/null -c 'SELECT replenish.install_api()' -f tests/security/world.sql
export ATTACKS=$CLUSTER/attacks.json
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/security /usr/bin/python3 -c 'import json, attacks
print(json.dumps([s for a in attacks.ATTACKS for s in a.once + a.each]))' >"$ATTACKS"
export PGDATABASE PGHOST PGPORT
# One file after the other: they write to the same rows. The limit is a whole file's.
node --test --test-timeout=1200000 --test-concurrency=1 --test-reporter=spec tests/api/*.test.mjs

say "BI clients"
# The one that python3-psycopg is for, whatever comes first on the PATH.
/usr/bin/python3 tests/api/bi.py

say "Dump and restore"
cat >"$CLUSTER/facts.sql" <<'SQL'
SELECT c.oid::regclass, pg_get_userbyid(c.relowner), ARRAY(SELECT a::text FROM unnest(c.relacl) AS a ORDER BY 1), c.reloptions,
    md5(pg_get_viewdef(c.oid)), obj_description(c.oid, 'pg_class'),
    ARRAY(SELECT col_description(c.oid, a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid ORDER BY a.attnum)
FROM pg_class AS c WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind = 'v' ORDER BY c.relname;
SELECT p.oid::regprocedure, pg_get_userbyid(p.proowner), ARRAY(SELECT a::text FROM unnest(p.proacl) AS a ORDER BY 1),
    md5(pg_get_functiondef(p.oid)), obj_description(p.oid, 'pg_proc')
FROM pg_proc AS p WHERE p.pronamespace IN ('replenish_api'::regnamespace, 'replenish_auth'::regnamespace) ORDER BY p.oid::regprocedure::text;
SELECT n.nspname, pg_get_userbyid(n.nspowner), ARRAY(SELECT a::text FROM unnest(n.nspacl) AS a ORDER BY 1)
FROM pg_namespace AS n WHERE n.nspname LIKE 'replenish%' ORDER BY 1;
SELECT pg_get_userbyid(d.defaclrole), d.defaclobjtype, d.defaclacl FROM pg_default_acl AS d ORDER BY 1, 2;
SQL
psql -c 'CREATE DATABASE restored'
"$SERVER_BIN/pg_dump" -F custom -f "$CLUSTER/dump"
"$SERVER_BIN/pg_restore" --exit-on-error -d restored "$CLUSTER/dump"
psql -At -f "$CLUSTER/facts.sql" >"$CLUSTER/before"
psql -At -d restored -f "$CLUSTER/facts.sql" >"$CLUSTER/after"
[ "$(grep -c . "$CLUSTER/before")" -gt 40 ] || fail "too few facts to tell anything"
diff "$CLUSTER/before" "$CLUSTER/after" || fail "the dump did not bring the API back"
echo "ok - a dump carries the API with owners, grants and words: $(grep -c . "$CLUSTER/before") facts are equal"

# Splitting demand_history by months binds the API's views as well.
psql -o /dev/null -c "SELECT replenish.partition_demand_history(months_ahead => 1)"
[ "$(PGOPTIONS='-c app.current_tenant_id=aaaaaaaa-0000-4000-8000-000000000000' psql -At -c 'SELECT count(*) >= 180 FROM replenish_api.demand_history')" = t ] ||
    fail "the API does not see partitioned demand"
echo "ok - the API goes on when demand_history is partitioned"
tests/server_log.sh "$CLUSTER/server.log"
