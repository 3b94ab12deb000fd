#!/usr/bin/env bash
# The README's first SQL block gives the output that stands below it.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source tests/markdown.bash

start_cluster
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish'
split_page README.md "$CLUSTER/readme"
[ -s "$CLUSTER/readme/block-02.output" ] || fail "no output stands below the README's first block"
run_block "$CLUSTER/readme/block-01.sql" >/dev/null
echo "ok - the README's first block gives the output below it"
