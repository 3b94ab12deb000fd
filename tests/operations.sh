#!/usr/bin/env bash
# The runbook's sql and sh blocks run from top to bottom, in a database called shop.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

start_cluster "cron.database_name = 'shop'"
psql -c 'CREATE DATABASE shop'
export PGDATABASE=shop PATH=$SERVER_BIN:$PATH
for _ in $(seq 100); do
    if psql -At -c "SELECT 1" >/dev/null 2>&1; then break; fi
    sleep 0.1
done
# One file a block, named by its place and kind.
awk -v folder="$CLUSTER" '
    /^```/ { if (kind) { kind = "" } else { kind = substr($0, 4); n++; file = sprintf("%s/block-%02d.%s", folder, n, kind) } next }
    kind == "sql" || kind == "sh" { print > file }' docs/operations.md
mkdir "$CLUSTER/work"
run=0
for block in "$CLUSTER"/block-*; do
    case $block in
    *.sql) output=$("$SERVER_BIN/psql" -X -v ON_ERROR_STOP=1 -f "$block" 2>&1) || { cat "$block"; fail "$output"; } ;;
    *.sh) output=$(cd "$CLUSTER/work" && bash -euo pipefail "$block" 2>&1) || { cat "$block"; fail "$output"; } ;;
    esac
    run=$((run + 1))
    if grep -q 'FAILED' <<<"$output"; then fail "$(cat "$block") says: $output"; fi
    if [ -n "${VERBOSE:-}" ]; then printf '%s\n' "$output"; fi
done
[ "$run" -ge 12 ] || fail "only $run blocks were found in docs/operations.md"
restored=$(psql -At -d shop_restored -c 'SELECT count(*) FROM replenish.demand_history')
[ "$restored" = 270 ] || fail "the runbook's restore brought $restored rows of demand, not 270"
jobs=$(psql -At -c "SELECT string_agg(jobname, ' ' ORDER BY jobname) FROM cron.job")
[ "$jobs" = replenish_partitions ] || fail "after unschedule_jobs() these jobs are left: $jobs"
echo "ok - $run blocks of docs/operations.md run, and the backup restores"
tests/server_log.sh "$CLUSTER/server.log"
