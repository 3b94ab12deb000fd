#!/usr/bin/env bash
# Eight clients on one tenant do everything at once: sales, backfills, forecasts, overrides,
# accuracy, suggestions, decisions, nights. No deadlock, no unexpected error, and afterwards every sale
# is counted once. Argument: seconds (default 60). The clients' draws are the same in every run (STORM_SEED, up to 9
# digits, gives others), how they meet is not.
# STORM_VARIANT names a function of storm/variants.sql that breaks something first: with each the test fails.
source "$(dirname "$0")/common.sh"

seconds=${1:-60}
seed=${STORM_SEED:-20261124}
here=tests/concurrency/storm
start_cluster "max_connections = 50"
install_extension
psql -v materials=120 -f benches/load.sql
psql -o /dev/null -f "$here/setup.sql"
if [ -n "${STORM_VARIANT:-}" ]; then psql -o /dev/null -f "$here/variants.sql" -c "SELECT storm.$STORM_VARIANT()"; fi
psql -c "CALL replenish.run_daily_forecasts('$tenant')" -c ANALYZE

pids=()
logs=()
clients() { # role, how many, script
    seed=$((seed + 1))
    PGOPTIONS="-c client_min_messages=error -c seed=0.$seed" "$SERVER_BIN/pgbench" -n -U "$1" -c "$2" -T "$seconds" --random-seed="$seed" \
        -f "$here/$3.pgbench" >"$CLUSTER/$3.log" 2>&1 &
    pids+=($!)
    logs+=("$CLUSTER/$3.log")
}
clients storm_planner 2 planner
clients storm_planner 2 shop
clients storm_planner 2 backfill
clients storm_night 2 night
failed=0
for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
if [ "$failed" = 1 ] || grep -E 'ERROR|aborted' "${logs[@]}"; then
    grep -hE 'error|ERROR' "${logs[@]}" | sort | uniq -c | sort -n | tail -20 || true
    grep -E 'ERROR|DETAIL' "$CLUSTER/server.log" | tail -20 || true
    fail "a client was refused something"
fi
# Each group has done a tenth of what it did on two cores with a load of ten (1,644, 13,644, 2,912 and 240 a minute), so that
# clients which only wait are noticed.
enough() { # script, at least how many transactions a minute
    local done
    done=$(sed -n 's/^number of transactions actually processed: //p' "$CLUSTER/$1.log")
    echo "# $1: $done transactions"
    [ "$((done * 60))" -ge "$(($2 * seconds))" ] || fail "$1 did only $done transactions in $seconds s"
}
enough planner 160
enough shop 1300
enough backfill 290
enough night 24
# The night that was cut off by the end of the time is closed by the next one.
psql -c "CALL replenish.run_daily_forecasts('$tenant')" -c "CALL replenish.run_replenishment('$tenant', '2026-01-01')"
grep -A 12 'deadlock detected' "$CLUSTER/server.log" | tail -40 || true
check "no deadlock" "SELECT deadlocks = 0 FROM pg_stat_database WHERE datname = 'postgres'"
check "every sale is counted once" "
    SELECT count(*) = 0
    FROM (
        SELECT material_id, transaction_at::date AS day, sum(quantity) AS sold
        FROM replenish.inventory_transactions GROUP BY 1, 2
    ) AS t
    FULL JOIN (SELECT * FROM replenish.demand_history WHERE demand_date >= storm.first_day()) AS h
        ON h.material_id = t.material_id AND h.demand_date = t.day
    WHERE t.sold IS DISTINCT FROM h.actual_demand_quantity"
check "one open suggestion a material" "
    SELECT count(*) = count(DISTINCT material_id) AND count(*) > 0
    FROM replenish.replenishment_suggestions WHERE suggestion_status IN ('PENDING', 'APPROVED')"
check "one override a day in force" "
    SELECT count(*) = count(DISTINCT (material_id, forecast_date)) AND count(*) > 0
    FROM replenish.forecast_overrides WHERE revoked_at IS NULL"
check "one forecast in force a material, with its model" "
    SELECT count(*) = 120 AND count(DISTINCT material_id) = 120 AND bool_and(cardinality(mean) = horizon_days)
    FROM replenish.forecast_series WHERE forecast_status = 'ACTIVE'"
psql -At -c "SELECT format('storm: %s transactions in $seconds s, %s deadlocks, %s forecasts, %s suggestions',
    xact_commit, deadlocks, (SELECT count(*) FROM replenish.forecast_versions),
    (SELECT count(*) FROM replenish.replenishment_suggestions)) FROM pg_stat_database WHERE datname = 'postgres'"
tests/server_log.sh "$CLUSTER/server.log"
