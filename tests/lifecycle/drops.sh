#!/usr/bin/env bash
# What DROP can do: nothing by anyone but a superuser; and that one has to mean it.
# Seen to fail: with the schema in the owner's hands (LIFECYCLE_VARIANT="ALTER SCHEMA replenish OWNER TO replenish_owner").
source "$(dirname "$0")/common.bash"

start_cluster
fill_database postgres
row_facts >"$CLUSTER/rows"
for role in replenish_owner replenish_batch replenish_writer replenish_reader; do
    for statement in 'DROP SCHEMA replenish' 'DROP SCHEMA replenish CASCADE' 'DROP EXTENSION pg_replenish' 'DROP EXTENSION pg_replenish CASCADE'; do
        refused "$role: $statement" 42501 "SET ROLE $role; $statement"
    done
done
for role in replenish_batch replenish_writer replenish_reader; do
    refused "$role: DROP TABLE" 42501 "SET ROLE $role; DROP TABLE replenish.demand_history CASCADE"
    refused "$role: TRUNCATE" 42501 "SET ROLE $role; TRUNCATE replenish.demand_history CASCADE"
done
refused "a superuser's DROP SCHEMA" 2BP01 'DROP SCHEMA replenish'
refused "a superuser's DROP EXTENSION" 2BP01 'DROP EXTENSION pg_replenish'
refused "uninstall() while there is data" 55000 'SET ROLE replenish_owner; SELECT replenish.uninstall()'
refused "guard_schema() by the owner" 42501 'SET ROLE replenish_owner; SELECT replenish.guard_schema()'

# Without the guard CASCADE does what it says: this is what the guard is for.
check "without the guard, DROP SCHEMA … CASCADE takes the tables along" \
    "SELECT to_regclass('replenish.demand_history') IS NULL" -c 'BEGIN' -c 'SET client_min_messages = error' \
    -c 'DROP SCHEMA replenish CASCADE'
psql -o /dev/null -c 'SELECT replenish.guard_schema()' -c 'SELECT replenish.guard_schema()'
refused "with the guard: DROP SCHEMA … CASCADE" 55000 'DROP SCHEMA replenish CASCADE'
refused "with the guard: DROP OWNED … CASCADE" 55000 'DROP OWNED BY replenish_owner CASCADE'
row_facts >"$CLUSTER/rows.after"
same "the rows are all there" "$CLUSTER/rows" "$CLUSTER/rows.after"

# DROP EXTENSION … CASCADE keeps the data and closes it, to whoever works for the tenant as well.
as_tenant="SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000'; "
no_row="SELECT NOT EXISTS (SELECT FROM replenish.demand_history) AND NOT EXISTS (SELECT FROM replenish.materials)"
for role in replenish_owner replenish_batch; do
    check "before, $role sees the tenant's rows" "${as_tenant}SET ROLE $role; SELECT count(*) > 0 FROM replenish.materials, replenish.demand_history"
done
psql -c 'SET client_min_messages = error' -c 'DROP EXTENSION pg_replenish CASCADE'
check "after DROP EXTENSION … CASCADE the owner sees no row" "${as_tenant}SET ROLE replenish_owner; $no_row"
check "nor does the batch role" "${as_tenant}SET ROLE replenish_batch; $no_row"
refused "and nobody writes" 42501 \
    "SET ROLE replenish_batch; INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES (gen_random_uuid(), 'x')"
check "the rows are there" "SELECT count(*) > 0 FROM replenish.demand_history"
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()' -c 'SET ROLE replenish_owner' \
    -c 'SELECT replenish.install()'
row_facts >"$CLUSTER/rows.after"
same "create and install bring everything back" "$CLUSTER/rows" "$CLUSTER/rows.after"

psql -o /dev/null -c 'SET client_min_messages = error' -c 'SELECT replenish.uninstall(drop_data => true)' \
    -c 'DROP EXTENSION pg_replenish' -c 'DROP SCHEMA replenish CASCADE'
check "after uninstall() the guard lets the schema go" "SELECT to_regnamespace('replenish') IS NULL"
tests/server_log.sh "$CLUSTER/server.log"
