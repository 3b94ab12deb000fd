\ir ../fresh.psql
\ir ../two_tenants.psql
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SELECT no_plan();

-- Each line: what is called, its SQLSTATE, its message.
CREATE TEMP TABLE mistakes (call text, state text, message text);
INSERT INTO mistakes VALUES
    ('SELECT * FROM replenish.forecast_naive(ARRAY[1,2,3], -5)', '22023', 'horizon must not be negative, not -5'),
    ('SELECT * FROM replenish.forecast_naive(ARRAY[1,2,3], 0)', '22023', 'horizon must be between 1 and 3660, not 0'),
    ('SELECT * FROM replenish.forecast_naive(ARRAY[1,2,3], 10000000)', '22023', 'horizon must be between 1 and 3660, not 10000000'),
    ('SELECT * FROM replenish.forecast_naive(ARRAY[1,2,3], NULL)', '22004', 'horizon must not be NULL'),
    ('SELECT * FROM replenish.forecast_auto(ARRAY[1,2,3], 0)', '22023', 'horizon must be between 1 and 3660, not 0'),
    ('SELECT * FROM replenish.forecast_auto(NULL, 3)', '22004', 'history must not be NULL'),
    ('SELECT replenish.plan_text((repeat(''['', 200) || repeat('']'', 200))::jsonb, ''{}'', ''EA'')', '22023', NULL),
    ('SELECT replenish.plan_text(''{"lead_time_days": 1e400}'', ''{}'', ''EA'')', '22023', NULL),
    ('SELECT * FROM replenish.forecast_auto(''{}'', 3)', '22000', 'the history is empty'),
    ('SELECT * FROM replenish.forecast_auto(ARRAY[1,NULL,3], 3)', '22004', 'history must not contain NULL, but element 2 is NULL'),
    ('SELECT * FROM replenish.forecast_auto(ARRAY[1,''NaN'',3]::pg_catalog.float8[], 3)', '22000', 'the history must hold finite numbers, but value 2 is NaN'),
    ('SELECT * FROM replenish.forecast_auto(ARRAY[1,''infinity'',3]::pg_catalog.float8[], 3)', '22000', 'the history must hold finite numbers, but value 2 is inf'),
    ('SELECT * FROM replenish.forecast_auto(ARRAY[1,2,3,4], 3, 100000)', '22023', 'season_length must be between 1 and 1000, not 100000'),
    ('SELECT * FROM replenish.forecast_auto(array_fill(1e308, ARRAY[20]) || ARRAY[-1e308], 3)', '22000', 'the values are too large to forecast: the result is not finite'),
    ('SELECT * FROM replenish.forecast_auto(array_fill(1::pg_catalog.float8, ARRAY[40000]), 3)', '22023', 'history has 40000 values, more than the 36525 that are accepted'),
    ('SELECT * FROM replenish.forecast_moving_average(ARRAY[1,2,3], 3, 0)', '22023', 'window_size must be between 1 and 36525, not 0'),
    ('SELECT * FROM replenish.forecast_exponential_smoothing(ARRAY[1,2,3], 3, 1.5)', '22023', 'alpha must lie between 0 and 1, not 1.5'),
    ('SELECT * FROM replenish.forecast_holt(ARRAY[1,2], 3)', '22000', 'HOLT needs at least 3 values, not 2'),
    ('SELECT * FROM replenish.forecast_holt_winters(ARRAY[1,2,3,4,5], 3, 7)', '22023', 'season length 7 is more than half of the history of 5 values'),
    ('SELECT * FROM replenish.forecast_holt_winters(ARRAY[1,2,3,4], 3, 2, ''wavy'')', '22023', 'seasonal form "wavy" is unknown'),
    ('SELECT * FROM replenish.forecast_holt_winters(ARRAY[1,0,3,4], 3, 2, ''multiplicative'')', '22000', 'a multiplicative model needs values above zero, but value 2 is 0'),
    ('SELECT * FROM replenish.forecast_seasonal_naive(ARRAY[1,2,3,4], 3, 0)', '22023', 'season_length must be between 1 and 1000, not 0'),
    ('SELECT * FROM replenish.forecast_with(ARRAY[1,2,3], 3, ''PROPHET'')', '22023', 'forecast algorithm "PROPHET" is unknown'),
    ('SELECT * FROM replenish.forecast_quantiles(ARRAY[1,2,3], 3, ARRAY[1.5])', '22023', NULL),
    ('SELECT * FROM replenish.forecast_quantiles(ARRAY[1,2,3], 3, NULL)', '22023', NULL),
    ('SELECT * FROM replenish.backtest(ARRAY[1,2,3], 3)', '22000', NULL),
    ('SELECT * FROM replenish.backtest(ARRAY[1,2,3,4,5,6,7,8,9], 3, windows => 0)', '22023', NULL),
    ('SELECT * FROM replenish.backtest(ARRAY[1,2,3,4,5,6,7,8,9], 3, step => -1)', '22023', NULL),
    ('SELECT * FROM replenish.forecast_mstl(ARRAY[1,2,3], 3, NULL)', '22023', NULL),
    ('SELECT * FROM replenish.forecast_mstl(ARRAY[1,2,3], 3, ARRAY[7])', '22023', NULL),
    ('SELECT replenish.forecast_agg(d, 1, 5, ''PROPHET'') FROM (VALUES (date ''2025-01-01'')) AS t (d)', '22023', 'forecast algorithm "PROPHET" is unknown'),
    ('SELECT replenish.forecast_agg(d, 1) FROM (VALUES (date ''infinity'')) AS t (d)', '22023', 'demand date must be a finite day, not infinity'),
    ('SELECT replenish.forecast_agg(d, 1) FROM (VALUES (date ''5874897-12-31'')) AS t (d)', '22023', 'the forecast leaves PostgreSQL''s calendar'),
    ('SELECT replenish.forecast_agg(d, 1) FROM (VALUES (date ''4713-01-01 BC''), (date ''2025-01-01'')) AS t (d)', '22000', 'the history spans 2460640 days, more than the 36525 that are accepted'),
    ('SELECT replenish.forecast_agg(d, ''NaN'') FROM (VALUES (date ''2025-01-01'')) AS t (d)', '22023', 'demand quantity must be a finite number, not NaN'),
    ('SELECT replenish.demand_statistics(''\x0102'', ''2025-01-01'')', '22000', 'the packed demand series is damaged: its length is 2 bytes'),
    ('SELECT replenish.demand_statistics(replenish.pack_demand(''2025-01-05'', 1), ''2025-01-01'')', '22000', 'there is no demand on or before 2025-01-01'),
    ('SELECT replenish.demand_statistics(replenish.pack_demand(date ''2025-01-05'' + i, 1e300 * i), ''2025-01-31'') FROM generate_series(1, 5) AS i',
        '22000', 'the values are too large to forecast: the result is not finite'),
    ('SELECT replenish.demand_profile(replenish.pack_demand(date ''2025-01-05'' + i, 1e307 * (i / 9)), ''2025-01-14'') FROM generate_series(1, 9) AS i',
        '22000', 'the values are too large to forecast: the result is not finite'),
    ('SELECT replenish.demand_statistics(replenish.pack_demand(''2025-01-05'', 1), ''infinity'')', '22023', 'demand date must be a finite day, not infinity'),
    ('SELECT replenish.daily_demand(replenish.pack_demand(''2025-01-05'', 1), ''2025-01-05'', ''ZERO'', ''SOME'')', '22023', 'masked demand "SOME" is unknown'),
    ('SELECT replenish.pack_demand(''2025-01-05'', ''NaN'', true)', '22023', 'demand quantity must be a finite number, not NaN'),
    ('SELECT replenish.forecast_ets(ARRAY[1,2,3,4,5], 3, NULL, ''ANM'')', '22023', 'ETS form "ANM" is unknown'),
    ('SELECT replenish.record_stockouts(NULL, NULL)', '22004', 'tenant_id must not be NULL'),
    ('SELECT replenish.mape(''NaN'', 1)', '22023', 'actual must be a finite number, not NaN'),
    ('SELECT replenish.service_level_z(1)', '22023', NULL),
    ('SELECT replenish.service_level_z(0)', '22023', NULL),
    ('SELECT replenish.service_level_z(''NaN'')', '22023', NULL),
    ('SELECT replenish.safety_stock(10, 3, -1)', '22023', NULL),
    ('SELECT replenish.safety_stock(10, 3, 7, 0, 0.95, ''guess'')', '22023', NULL),
    ('SELECT replenish.economic_order_quantity(1000, 0, 50, 0.25)', '22023', NULL),
    ('SELECT replenish.round_order_quantity(10, 0, 0)', '22023', NULL),
    ('SELECT replenish.reorder_point(''infinity'', 7, 1)', '22023', NULL),
    ('SELECT * FROM replenish.generate_forecasts(:a, :f, forecast_horizon_days => 0)', '22023', 'forecast_horizon_days must be between 1 and 3660, not 0'),
    ('SELECT * FROM replenish.generate_forecasts(:a, :f, forecast_horizon_days => -1)', '22023', 'forecast_horizon_days must be between 1 and 3660, not -1'),
    ('SELECT * FROM replenish.generate_forecasts(:a, :f, forecast_algorithm => ''PROPHET'')', '22023', 'forecast algorithm "PROPHET" is unknown'),
    ('SELECT * FROM replenish.generate_forecasts(:a, :f, as_of => ''infinity'')', '22023', 'as_of must lie in the years 1900 to 2999, not infinity'),
    ('SELECT * FROM replenish.generate_forecasts(:a, :f, as_of => ''4713-01-01 BC'')', '22023', NULL),
    ('SELECT * FROM replenish.generate_forecasts(:a, NULL)', '22004', 'facility_id must not be NULL'),
    ('SELECT * FROM replenish.generate_forecasts(:a, :f, ARRAY[:f]::uuid[])', '22023', 'material ffffffff-0000-4000-8000-000000000001 is unknown'),
    ('SELECT * FROM replenish.calculate_forecast_accuracy(:a, :f, aggregation_level => ''YEARLY'')', '22023', 'aggregation_level "YEARLY" is unknown'),
    ('SELECT * FROM replenish.calculate_forecast_accuracy(:a, :f, period_start => ''2025-02-02'', period_end => ''2025-02-01'')', '22023', 'start_date 2025-02-02 is after end_date 2025-02-01'),
    ('SELECT * FROM replenish.calculate_forecast_accuracy(:a, :f, period_start => ''-infinity'')', '22023', NULL),
    ('SELECT * FROM replenish.calculate_forecast_accuracy(:a, :f, period_start => ''2025-06-01'')', '22023', 'no demand is recorded from 2025-06-01 on'),
    ('SELECT * FROM replenish.generate_replenishment_recommendations(:a, :f, urgency_level_filter => ''PANIC'')', '22023', 'urgency level "PANIC" is unknown'),
    ('SELECT * FROM replenish.generate_replenishment_recommendations(:a, :f, as_of => ''infinity'')', '22023', NULL),
    ('SELECT * FROM replenish.calculate_safety_stock(:a, :f, :m, ''NaN'')', '22023', 'service level must be a finite number, not NaN'),
    ('SELECT * FROM replenish.calculate_safety_stock(:a, :f, :m, 95)', '22023', 'service level must lie between 0 and 1, not 95'),
    ('SELECT * FROM replenish.plan_materials(:a, :f, ARRAY[:m]::uuid[], ''infinity'')', '22023', 'demand date must be a finite day, not infinity'),
    ('SELECT replenish.record_demand(:a, :f, :f, ''2025-01-01'', 1)', '23503', 'material ffffffff-0000-4000-8000-000000000001 is unknown'),
    ('SELECT replenish.record_demand(:a, :f, :m, ''2025-01-01'', 2, ''BOX'')', '22023', 'material 00000000-0000-4000-8000-000000000001 is counted in EA, not in BOX'),
    ('SELECT replenish.record_demand(:a, :f, :m, ''2025-01-01'', -1000)', '23514', NULL),
    ('SELECT replenish.record_demand(:a, :f, :m, ''2025-01-01'', ''NaN'')', '23514', NULL),
    ('SELECT replenish.record_demand(:a, :f, :m, ''infinity'', 1)', '23514', NULL),
    ('SELECT replenish.record_demand(:a, :f, :m, ''4713-01-01 BC'', 1)', '23514', NULL),
    ('SELECT replenish.backfill_demand_history(:a, :f, ''2025-02-02'', NULL)', '22004', NULL),
    ('SELECT replenish.backfill_demand_history(:a, :f, ''-infinity'', ''2025-01-01'')', '22023', NULL),
    ('SELECT replenish.override_forecast(:a, :f, :m, ''2025-03-01'', 5, '' '')', '22023', 'an override needs a reason'),
    ('SELECT replenish.override_forecast(:a, :f, :m, ''2025-03-01'', 5, ''x'', ''2000-01-01'')', '22023', NULL),
    ('SELECT replenish.review_suggestion(:f, ''MAYBE'')', '22023', 'decision "MAYBE" is unknown'),
    ('SELECT replenish.review_suggestion(:f, ''APPROVED'')', '22023', NULL),
    ('SELECT replenish.review_suggestion(:f, ''CONVERTED_TO_PO'')', '22023', NULL),
    ('CALL replenish.run_daily_forecasts(batch_size => 0)', '22023', 'batch_size must be between 1 and 10000, not 0'),
    ('CALL replenish.run_daily_forecasts(forecast_horizon_days => -3)', '22023', 'forecast_horizon_days must be between 1 and 3660, not -3'),
    ('SELECT replenish.schedule_jobs()', '55000', NULL),
    ('SELECT replenish.forecast_chunk(:f, NULL, ''2025-01-01'', 5, ''AUTO'')', '22004', NULL),
    ('SELECT replenish.forecast_chunk(:f, ARRAY[:m]::uuid[], NULL, 5, ''AUTO'')', '22004', NULL),
    ('SELECT replenish.forecast_chunk(:f, ARRAY[:m]::uuid[], ''infinity'', 5, ''AUTO'')', '22023', NULL);
UPDATE mistakes SET call = replace(replace(replace(call, ':a,', quote_literal(:a) || ','), ':f', quote_literal(:facility)), ':m', quote_literal(:m1));

SELECT throws_ok(call, state, message, call) FROM mistakes;

-- What a person reads below the message: hints, no backtraces, and no query of two hundred lines as the context.
CREATE FUNCTION pg_temp.below(call text, OUT detail text, OUT hint text, OUT context text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE call;
    hint := 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
END $$;
SELECT doesnt_imatch(b.detail, 'backtrace|0x|panicked', 'no backtrace: ' || call) FROM mistakes, pg_temp.below(call) AS b;
SELECT isnt(b.hint, '', 'a hint: ' || call) FROM mistakes, pg_temp.below(call) AS b WHERE state <> '23514';
SELECT cmp_ok(length(b.context), '<', 3000, 'a short context: ' || call) FROM mistakes, pg_temp.below(call) AS b;

SELECT throws_ok($$ SELECT replenish.safety_stock(1, 1, 'NaN') $$, '22023', NULL, 'NaN never enters');
SELECT is(
    (SELECT count(*) FROM replenish.forecast_series), 0::bigint, 'no mistake stored anything');
SELECT * FROM finish();
