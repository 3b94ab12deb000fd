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
node --test --test-concurrency=1 --test-reporter=spec tests/api/*.test.mjs
