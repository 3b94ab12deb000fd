#!/usr/bin/env bash
# Runs tests/sql/*.sql with pg_prove (TAP), each in a database of its own. Arguments: files to run.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
command -v pg_prove >/dev/null || fail "pg_prove is missing: pgrx-config/setup.sh tests"

start_cluster "cron.database_name = 'cron_here'"
psql -c 'CREATE DATABASE replenish_template'
psql -d replenish_template -o /dev/null <<'SQL'
CREATE EXTENSION pgtap;
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
CREATE ROLE writer_a LOGIN IN ROLE replenish_writer;
CREATE ROLE reader_b LOGIN IN ROLE replenish_reader;
CREATE ROLE night LOGIN IN ROLE replenish_batch;
ALTER ROLE writer_a SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
ALTER ROLE reader_b SET app.current_tenant_id = 'bbbbbbbb-0000-4000-8000-000000000000';
SQL
files=("$@")
if [ ${#files[@]} = 0 ]; then files=(tests/sql/*.sql); fi
pg_prove --psql-bin "$SERVER_BIN/psql" "${files[@]}"
tests/server_log.sh "$CLUSTER/server.log"
