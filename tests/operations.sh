#!/usr/bin/env bash
# The runbook's sql and sh blocks run from top to bottom, in a database called shop.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source tests/markdown.bash

start_cluster "cron.database_name = 'shop'"
database_of_page shop
run_page docs/operations.md
[ "$RAN" -ge 12 ] || fail "only $RAN blocks were found in docs/operations.md"
restored=$(psql -At -d shop_restored -c 'SELECT count(*) FROM replenish.demand_history')
[ "$restored" = 270 ] || fail "the runbook's restore brought $restored rows of demand, not 270"
jobs=$(psql -At -c "SELECT string_agg(jobname, ' ' ORDER BY jobname) FROM cron.job")
[ "$jobs" = replenish_partitions ] || fail "after unschedule_jobs() these jobs are left: $jobs"
echo "ok - $RAN blocks of docs/operations.md run, and the backup restores"
tests/server_log.sh "$CLUSTER/server.log"
