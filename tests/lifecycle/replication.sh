#!/usr/bin/env bash
# Logical replication: every table has the identity that UPDATE and DELETE need, and with all tables
# published what happens on one side happens on the other.
# Seen to fail: with a table without identity (LIFECYCLE_VARIANT="ALTER TABLE replenish.demand_history REPLICA IDENTITY NOTHING").
source "$(dirname "$0")/common.bash"

start_cluster "wal_level = logical" "max_replication_slots = 30"
psql -c 'CREATE DATABASE subscriber'
fill_database postgres
psql -o /dev/null -d subscriber -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()' \
    -c 'SET ROLE replenish_owner' -c 'SELECT replenish.install()'
# The subscriber's triggers note nothing: replicated changes bring the publisher's own notes.
psql -o /dev/null <<'SQL'
SELECT format('CREATE PUBLICATION everything FOR TABLE %s', string_agg(c.oid::regclass::text, ', '))
FROM pg_class AS c WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_migrations' \gexec
SELECT pg_create_logical_replication_slot('everything', 'pgoutput');
SQL
options='create_slot = false, slot_name = everything'
# From 16 on changes are applied as the table's owner unless told otherwise, and FORCE ROW LEVEL
# SECURITY stops that one.
if [ "$PG_MAJOR" -ge 16 ]; then options+=', run_as_owner = true'; fi
psql -o /dev/null -d subscriber -c "CREATE SUBSCRIPTION everything CONNECTION 'host=$CLUSTER dbname=postgres user=postgres' PUBLICATION everything WITH ($options)" 2>/dev/null
arrived() {
    for _ in $(seq 300); do
        row_facts -d postgres >"$CLUSTER/here"
        row_facts -d subscriber >"$CLUSTER/there"
        if cmp -s "$CLUSTER/here" "$CLUSTER/there"; then break; fi
        sleep 0.1
    done
    same "$1" "$CLUSTER/here" "$CLUSTER/there"
}
arrived "the first copy"
psql -o /dev/null <<'SQL'
UPDATE replenish.demand_history SET actual_demand_quantity = actual_demand_quantity + 1 WHERE demand_date > current_date - 10;
DELETE FROM replenish.demand_history WHERE demand_date < current_date - 80;
CALL replenish.run_daily_forecasts();
CALL replenish.run_forecast_accuracy();
CALL replenish.run_replenishment();
DELETE FROM replenish.open_orders;
SQL
arrived "a night, changed and deleted rows"
# In each table a row is updated and deleted: PostgreSQL refuses that without an identity.
psql -o /dev/null <<'SQL'
SET session_replication_role = replica;
SELECT format('UPDATE %1$s SET tenant_id = tenant_id; DELETE FROM %1$s', c.oid::regclass)
FROM pg_class AS c WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_migrations' \gexec
SQL
arrived "every row of every table updated and deleted"
check "nothing is left" "SELECT count(*) = 0 FROM replenish.demand_history" -d subscriber
psql -d subscriber -c 'DROP SUBSCRIPTION everything' 2>/dev/null
tests/server_log.sh "$CLUSTER/server.log"
