#!/usr/bin/env bash
# statement_timeout and cancel act within a second, also while threads fit models, and no single call computes longer.
# Seen to fail, in every run: with a function that catches the cancel and works on, with one that is done before it,
# with a statement that takes the longest call five times.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

start_cluster
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.install()' 2>/dev/null
psql -v materials=1500 -f benches/load.sql
tenant=00000000-0000-4000-8000-00000000be00
facility=00000000-0000-4000-8000-00000000be01
long="array(SELECT 50 + i % 7 + (i * 7919) % 101 FROM generate_series(1, 36525) AS i)::float8[]"

# cancelled what sql: must end with 57014 within a second of its 100 ms; the best of five, since others share the machine
cancelled() {
    local started ended state ms
    for _ in {1..5}; do
        started=$(date +%s%N)
        state=$("$SERVER_BIN/psql" -X -q -At -v VERBOSITY=sqlstate \
            -c "SET app.current_tenant_id = '$tenant'" -c "SET statement_timeout = '100ms'" -c "$2" 2>&1 >/dev/null | tail -n 1) || true
        ended=$(date +%s%N)
        ms=$(((ended - started) / 1000000))
        [[ $state == *57014* ]] || fail "$1 was not cancelled: $state after $ms ms"
        if [ "$ms" -lt 1200 ]; then break; fi
    done
    [ "$ms" -lt 1200 ] || fail "$1 took $ms ms to cancel"
    echo "ok - $1 ends $ms ms after its start"
}
cancelled "generate_forecasts" "SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility')"
cancelled "run_daily_forecasts" "CALL replenish.run_daily_forecasts('$tenant')"
cancelled "one thread" "SET replenish.max_threads = 1; SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility')"
cancelled "forecast_auto in a loop" "SELECT count(*) FROM generate_series(1, 100000) AS i, replenish.forecast_auto(array_fill(i, ARRAY[50]) || ARRAY[i % 7, 3, 9], 10)"
cancelled "forecast_agg" "SELECT material_id, (replenish.forecast_agg(demand_date, actual_demand_quantity, 90)).algorithm FROM replenish.demand_history GROUP BY material_id"
cancelled "propose_replenishment" "SELECT count(*) FROM generate_series(1, 100), replenish.propose_replenishment('$tenant', '$facility', ARRAY(SELECT material_id FROM replenish.materials), '2026-01-01')"
[ "$(psql -At -c "SELECT count(*) FROM replenish.forecast_series")" = 0 ] || fail "a cancelled run left something"
psql -c "SET app.current_tenant_id = '$tenant'" -o /dev/null \
    -c "SELECT count(*) FROM replenish.generate_forecasts('$tenant', '$facility', as_of => '2025-10-01')"
cancelled "calculate_forecast_accuracy" "SELECT count(*) FROM replenish.calculate_forecast_accuracy('$tenant', '$facility', period_start => '2025-10-02', period_end => '2025-12-31')"
cancelled "run_forecast_accuracy" "CALL replenish.run_forecast_accuracy('$tenant')"
cancelled "run_replenishment" "CALL replenish.run_replenishment('$tenant', '2026-01-01')"
cancelled "get_forecast_accuracy_summary" "SELECT count(*) FROM generate_series(1, 1000), replenish.get_forecast_accuracy_summary('$tenant', '$facility')"

# Fifty policies of each of 1,096 days, from a history of a hundred years.
policy="(SELECT p.policy || '{\"forecast_algorithm\": \"NAIVE\", \"season_length\": null, \"minimum_forecast_history_days\": 30}'
    FROM replenish.plan_materials('$tenant', '$facility', ARRAY(SELECT material_id FROM replenish.materials LIMIT 1), '2026-01-01') AS p)"
century="(SELECT replenish.pack_demand(date '1926-01-01' + i, 1 + i * 7 % 11) FROM generate_series(0, 36000) AS i)"
for use_forecast in true false; do
    cancelled "simulate_material at the limits" "SELECT count(*) FROM replenish.simulate_material($policy, $century, date '1926-01-01' + 36000, 1096,
        ARRAY(SELECT 0.5 + i / 103.0 FROM generate_series(1, 50) AS i)::float8[], 999, 5, $use_forecast, 1000, 1)"
done

# The longest single calls there are: no interrupt is looked at inside one, so each has to be short.
# at_limits SQL: how many milliseconds of processor time it takes, which a busy machine does not stretch.
at_limits() {
    psql -o /dev/null -c 'SET client_min_messages = log' -c 'SET log_statement_stats = on' -c "$1" 2>&1 |
        sed -nE 's/^!\s+([0-9.]+) s user, ([0-9.]+) s system, .* elapsed$/\1 \2/p' | awk 'END { if (NR) print int(1000 * ($1 + $2)) }'
}
# soon_enough SQL: the first time under a second, or the last of ten; caches and threads shared with others stretch processor time too.
soon_enough() {
    local ms
    for _ in {1..10}; do
        ms=$(at_limits "$1")
        if [ "${ms:-1000}" -lt 1000 ]; then break; fi
    done
    echo "$ms"
}
for call in "forecast_auto($long, 3660)" "forecast_holt_winters($long, 3660, 1000)" "forecast_holt($long, 3660, true)" \
    "forecast_holt_winters($long, 3660, 7, 'multiplicative', true)" "forecast_moving_average($long, 3660, 30000)" \
    "detect_seasonality($long)" "classify_demand($long)" "forecast_auto($long, 3660, 1000)" \
    "forecast_ets($long, 3660, 7)" "forecast_ets($long, 3660, 1000)" "forecast_dynamic_optimized_theta($long, 3660, 7)" \
    "forecast_imapa($long, 3660)" "forecast_mstl($long, 3660, ARRAY[7, 365])" "forecast_quantiles($long, 3660, ARRAY[0.5, 0.9, 0.99])" \
    "backtest($long, 90, windows => 3)" "backtest($long, 3660, windows => 30, step => 1)"; do
    ms=$(soon_enough "SELECT count(*) FROM replenish.$call")
    [ -n "$ms" ] || fail "the server does not say what ${call%%(*} took"
    [ "$ms" -lt 1000 ] || fail "replenish.${call%%(*} takes $ms ms of processor time at the limits"
    echo "ok - ${call%%(*} at the limits: $ms ms of processor time"
done

# What this test is for has to show.
psql -c "CREATE FUNCTION stubborn() RETURNS integer LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(30); RETURN 1; EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(1.3); RAISE; END'"
# After a second it sleeps, on a busy machine as well: before that nothing would catch the cancel.
if (cancelled "a function that works on" "SET statement_timeout = '1s'; SELECT stubborn()") 2>/dev/null; then fail "a function that works on after its cancel passed"; fi
if (cancelled "a function that is done before" "SELECT 1") 2>/dev/null; then fail "a call that was not cancelled passed"; fi
ms=$(at_limits "SELECT count(*) FROM generate_series(0, 4) AS i, replenish.backtest($long, 3660, windows => 30 - i, step => 1)")
[ "$ms" -ge 1000 ] || fail "five of the longest calls took only $ms ms of processor time"
echo "ok - a function that works on after its cancel would be noticed, and one that computes for $ms ms"
tests/server_log.sh "$CLUSTER/server.log"
