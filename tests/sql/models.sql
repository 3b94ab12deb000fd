\ir ../fresh.psql
SELECT no_plan();

-- The figures of the references are checked in the crates; here, that SQL passes them through.
SELECT results_eq(
    'SELECT step, yhat FROM replenish.forecast_naive(ARRAY[1, 5, 4], 2)',
    'VALUES (1, 4::float8), (2, 4::float8)', 'naive');
SELECT results_eq(
    'SELECT yhat FROM replenish.forecast_seasonal_naive(ARRAY[1, 9, 2, 8], 3, 2)',
    'VALUES (2::float8), (8), (2)', 'seasonal naive');
SELECT is(
    (SELECT yhat FROM replenish.forecast_moving_average(ARRAY[9, 1, 2, 3], 1, window_size => 3)),
    2::float8, 'moving average');
SELECT is(
    (SELECT round(yhat::numeric, 6) FROM replenish.forecast_exponential_smoothing(ARRAY[10, 20, 30], 1, alpha => 0.3)),
    18.1::numeric(10, 6), 'exponential smoothing: 10, 13, 18.1');
SELECT is(
    (SELECT round(yhat::numeric, 6) FROM replenish.forecast_holt(ARRAY(SELECT 3 + 2 * i FROM generate_series(0, 19) AS i), 5) WHERE step = 5),
    51::numeric(10, 6), 'Holt continues a line');
SELECT is(
    (SELECT bool_and(lo_95 < lo_80 AND lo_80 < yhat AND yhat < hi_80 AND hi_80 < hi_95)
     FROM replenish.forecast_holt_winters(ARRAY(SELECT 50 + i + 10 * (i % 7) + (i * i) % 5 FROM generate_series(0, 69) AS i), 14, 7)),
    true, 'bounds lie around the mean');
SELECT is(
    (SELECT array_agg(k ORDER BY k) FROM replenish.fit_holt_winters(ARRAY(SELECT 50 + i + 10 * (i % 7) FROM generate_series(0, 69) AS i), 1, 7, damped => true), jsonb_object_keys(parameters) AS k),
    ARRAY['alpha', 'beta', 'gamma', 'level', 'phi', 'season_length', 'slope'], 'fit_ returns the parameters');
SELECT is(
    (SELECT count(*) FROM replenish.forecast_auto(ARRAY[4, 5, 6, 4, 5, 6, 7, 5, 4, 6, 5], 30)), 30::bigint, 'AUTO gives every day');
SELECT is((SELECT count(*) FROM replenish.forecast_auto(ARRAY[7], 3)), 3::bigint, 'even of a single value');
SELECT is(
    (SELECT season_length FROM replenish.detect_seasonality(ARRAY(SELECT CASE i % 7 WHEN 0 THEN 30 ELSE 10 END FROM generate_series(0, 69) AS i))),
    7, 'a week is found');
SELECT is_empty('SELECT * FROM replenish.detect_seasonality(ARRAY[5, 5, 5, 5, 5, 5])', 'a constant has none');
SELECT is((SELECT demand_pattern FROM replenish.classify_demand(ARRAY[0, 0, 5, 0, 0, 5, 0, 0, 5])), 'INTERMITTENT', 'demand classes');
SELECT results_eq(
    $$ SELECT slope, (replenish.classify_demand(ARRAY(SELECT 100 + slope * i + 10 * (i % 7) + i * i % 5 FROM generate_series(0, 69) AS i))).trend
       FROM unnest(ARRAY[-0.5, 0, 0.5]) AS slope $$,
    $$ VALUES (-0.5, 'DOWN'), (0.0, 'NONE'), (0.5, 'UP') $$, 'a trend is told from a season');
SELECT results_eq(
    'SELECT trend, trend_tau, trend_p_value FROM replenish.classify_demand(ARRAY[0, 0, 0, 0, 0, 0, 0, 0])',
    'VALUES (''NONE'', 0::float8, 1::float8)', 'nothing goes nowhere');

SELECT is(
    (SELECT count(*) FROM replenish.forecast_with(ARRAY(SELECT 20 + i % 7 + i * i % 5 FROM generate_series(1, 80) AS i), 14, name)
     WHERE lo_95 <= lo_80 AND lo_80 <= yhat AND yhat <= hi_80 AND hi_80 <= hi_95 AND yhat BETWEEN 0 AND 100), 14::bigint,
    name || ' by name: bounds in order, no runaway')
FROM unnest(replenish.forecast_algorithms()) AS name;
SELECT is((SELECT round(yhat::numeric, 6) FROM replenish.forecast_drift(ARRAY[1, 4, 7], 2) WHERE step = 2), 13.000000, 'drift');
SELECT is((SELECT count(*) FROM replenish.forecast_mstl(ARRAY(SELECT 20 + i % 7 + (i % 28) FROM generate_series(1, 200) AS i), 14, ARRAY[7, 28])), 14::bigint, 'two seasons');
SELECT cmp_ok((SELECT yhat FROM replenish.forecast_tsb(ARRAY[5,0,0,5,0,0,5,0,0,0,0,0,0,0,0,0,0,0,0,0], 1)), '<', (SELECT yhat FROM replenish.forecast_croston(ARRAY[5,0,0,5,0,0,5,0,0,0,0,0,0,0,0,0,0,0,0,0], 1)), 'TSB forgets demand that died out, Croston does not');
SELECT is(
    (SELECT bool_and(a.value <= b.value) FROM replenish.forecast_quantiles(ARRAY[0,3,0,1,0,2,0,0,4,0,0,2,1,0], 5, ARRAY[0.5, 0.98]) AS a
     JOIN replenish.forecast_quantiles(ARRAY[0,3,0,1,0,2,0,0,4,0,0,2,1,0], 5, ARRAY[0.5, 0.98]) AS b USING (step) WHERE a.quantile = 0.5 AND b.quantile = 0.98),
    true, 'quantiles in order');
SELECT results_eq(
    'SELECT windows_tested, sample_size, mae_is_zero FROM (SELECT windows_tested, sample_size, mase < 1e-9 AS mae_is_zero FROM replenish.backtest(ARRAY(SELECT 10 + i % 7 FROM generate_series(1, 100) AS i), 7, ''SEASONAL_NAIVE'', 4, season_length => 7)) AS b',
    'VALUES (4, 28::bigint, NULL::boolean)', 'a backtest over four windows; a perfect season leaves MASE without a scale');

-- Over rows.
CREATE TABLE public.sales AS
SELECT item, date '2025-01-01' + d AS day, (10 + d % 7)::numeric AS qty
FROM (VALUES ('x'), ('y')) AS i (item), generate_series(0, 69) AS d;
SELECT is(
    (SELECT count(*) FROM (SELECT item, (replenish.forecast_agg(day, qty, 14)).* FROM public.sales GROUP BY item) AS f
     WHERE cardinality(yhat) = 14 AND start_date = '2025-03-12' AND status = 'FITTED'), 2::bigint,
    'forecast_agg forecasts every group from the day after its last');
SELECT is(
    (SELECT replenish.forecast_agg(day, qty ORDER BY random()) FROM public.sales WHERE item = 'x'),
    (SELECT replenish.forecast_agg(day, qty ORDER BY day) FROM public.sales WHERE item = 'x'),
    'whatever the order of the rows');
SELECT is(
    (SELECT (replenish.forecast_agg(d, q, 1, 'NAIVE')).yhat FROM (VALUES (date '2025-01-01', 1.0), ('2025-01-03', 5)) AS t (d, q)),
    ARRAY[5::float8], 'days without a row are days');
SELECT is(
    (SELECT (replenish.forecast_agg(d, q, 1, 'MOVING_AVERAGE')).yhat FROM (VALUES (date '2025-01-01', 1.0), ('2025-01-03', 5)) AS t (d, q)),
    ARRAY[2::float8], 'of zero demand');
SELECT is((SELECT replenish.forecast_agg(NULL::date, 1) IS NULL), true, 'no usable row, no forecast');
SELECT is(
    (SELECT count(*) FROM replenish.forecast_by('public.sales', 'item', 'day', 'qty', horizon => 5)), 10::bigint,
    'forecast_by reads any table');
SELECT throws_ok(
    $$ SELECT * FROM replenish.forecast_by('public.sales', 'item); DROP TABLE public.sales; --', 'day', 'qty') $$,
    '42703', NULL, 'and quotes its column names');

-- Inventory.
SELECT is(round(replenish.service_level_z(0.97)::numeric, 4), 1.8808, 'the exact quantile, not the step below');
SELECT is(
    round(replenish.safety_stock(100, 20, 9, 2, 0.95, 'combined')::numeric, 3),
    round((1.6448536269514722 * sqrt(9 * 400 + 10000 * 4))::numeric, 3), 'King''s formula');
SELECT is(round(replenish.economic_order_quantity(12000, 10, 50, 0.25)::numeric, 3), 692.820, 'Harris');
SELECT is(replenish.reorder_point(10, 7, 25), 95::float8, 'reorder point');
SELECT is(replenish.round_order_quantity(101, 50, 24), 120::float8, 'rounded up to the multiple');
SELECT is(replenish.round_order_quantity(30, NULL, 0.1), 30::float8, 'without an extra lot by rounding error');
SELECT is(replenish.calculate_replenishment_urgency(0, 10, 20, NULL, 7), 'CRITICAL', 'nothing available');
SELECT is(replenish.calculate_replenishment_urgency(50, 10, 20, 7, 7), 'HIGH', 'runs out within the lead time');
SELECT is(replenish.calculate_replenishment_urgency(5, 10, 20, 30, 7), 'MEDIUM', 'below safety stock');
SELECT is(replenish.calculate_replenishment_urgency(50, 10, 20, NULL, 7), 'LOW', 'no stock-out in sight');

-- Accuracy.
CREATE TABLE public.pairs AS SELECT * FROM (VALUES (1, 10, 12), (2, 20, 16), (3, 0, 1)) AS p (day, actual, forecast);
SELECT is(round(replenish.mape(actual, forecast)::numeric, 6), 20.000000, 'MAPE leaves out zero actuals') FROM public.pairs;
SELECT is(round(replenish.wape(actual, forecast)::numeric, 6), 23.333333, 'WAPE') FROM public.pairs;
SELECT is(round(replenish.rmse(actual, forecast)::numeric, 6), 2.645751, 'RMSE') FROM public.pairs;
SELECT is(round(replenish.bias(actual, forecast)::numeric, 6), -0.333333, 'bias') FROM public.pairs;
SELECT is(round(replenish.mase(actual, forecast ORDER BY day)::numeric, 6), round(7.0 / 3 / 15, 6), 'MASE over ordered rows') FROM public.pairs;
SELECT is(round(replenish.mase(actual, forecast, 2)::numeric, 6), round(7.0 / 6, 6), 'MASE with its scale') FROM public.pairs;
SELECT is(replenish.mape(0, 5), NULL, 'undefined is NULL, never 0');
SELECT is(replenish.mase(5, 5, 0), NULL, 'without a scale no MASE');
SELECT is((SELECT replenish.mape(actual, forecast) FROM public.pairs WHERE false), NULL, 'no rows, no measure');
SELECT is(
    (SELECT round(replenish.mape(1000, 11000)::numeric)), 1000::numeric, '1,000% fits');

-- A parallel plan gives the same sums.
CREATE TABLE public.many AS SELECT i, (i % 100)::float8 AS actual, ((i * 7) % 100)::float8 AS forecast FROM generate_series(1, 200000) AS i;
ANALYZE public.many;
SELECT replenish.rmse(actual, forecast) AS serial FROM public.many \gset
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT matches(
    (SELECT string_agg(line, ' ') FROM public.plan_of('SELECT replenish.rmse(actual, forecast) FROM public.many') AS line),
    'Partial Aggregate', 'the aggregates run in parallel');
SELECT is(round(replenish.rmse(actual, forecast)::numeric, 9), round(:serial::numeric, 9), 'with the same result') FROM public.many;
SELECT * FROM finish();
