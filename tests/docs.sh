#!/usr/bin/env bash
# Pages whose sql and sh blocks run from top to bottom and print what the page states.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source tests/markdown.bash

start_cluster
database_of_page shop
run_page docs/erp.md
[ "$RAN" -ge 10 ] || fail "only $RAN blocks were found in docs/erp.md"
echo "ok - $RAN blocks of docs/erp.md run and print what it states"
tests/server_log.sh "$CLUSTER/server.log"
