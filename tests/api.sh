#!/usr/bin/env bash
# The API: REST, GraphQL, tokens and BI clients on a throwaway cluster.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source pgrx-config/node.sh
setup_node
npm_ci api/graphql

start_cluster
psql -f tests/api/fixture.psql
export PGDATABASE PGHOST PGPORT
# One file after the other: they write to the same rows.
node --test --test-timeout=60000 --test-concurrency=1 --test-reporter=spec tests/api/*.test.mjs

say "BI clients"
venv=$CARGO_TARGET_DIR/bi-venv
if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
"$venv/bin/python" -c 'import psycopg' 2>/dev/null || alive "psycopg" "$venv/bin/pip" install -q 'psycopg[binary]==3.2.13'
"$venv/bin/python" tests/api/bi.py
tests/server_log.sh "$CLUSTER/server.log"
