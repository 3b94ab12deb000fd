-- forecast_algorithm accepts each model's name, as an argument and as the material's own setting.
\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT no_plan();
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_batch;

CREATE FUNCTION pg_temp.by_name(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count(*) FROM replenish.generate_forecasts(
        replenish.current_tenant_id(), 'ffffffff-0000-4000-8000-000000000001', forecast_horizon_days => 7, forecast_algorithm => name);
    RETURN (
        SELECT string_agg(DISTINCT s.requested_algorithm || ' ' || s.forecast_algorithm, ',')
        FROM replenish.forecast_series AS s WHERE s.forecast_status = 'ACTIVE'
    );
END $$;
CREATE FUNCTION pg_temp.by_setting(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE replenish.materials SET forecast_algorithm = name;
    PERFORM count(*) FROM replenish.forecast_chunk(
        'ffffffff-0000-4000-8000-000000000001', (SELECT array_agg(material_id) FROM replenish.materials), '2025-03-01', 7, NULL, 'REFIT');
    RETURN (SELECT string_agg(DISTINCT requested_algorithm, ',') FROM replenish.forecast_series WHERE forecast_status = 'ACTIVE');
END $$;
-- 60 days with a week in them are enough for every model.
SELECT is(
    pg_temp.by_name(name),
    name || ' ' || CASE name WHEN 'AUTO' THEN 'COMBINATION' ELSE name END,
    name || ' by argument: nothing took its place')
FROM unnest(replenish.forecast_algorithms()) AS name;
SELECT is(pg_temp.by_setting(name), name, name || ' by setting')
FROM unnest(replenish.forecast_algorithms()) AS name;
SELECT throws_ok(
    $$ UPDATE replenish.materials SET forecast_algorithm = 'PROPHET' $$, '23514', NULL, 'a name that is none is refused');

-- ETS in every stable form, with the form that was fitted.
SELECT is(
    (SELECT DISTINCT parameters ->> 'form' FROM replenish.fit_ets(ARRAY(SELECT 50 + i + 10 * (i % 7) + (i * i) % 5 FROM generate_series(0, 69) AS i), 14, 7, form)),
    form, form || ' is fitted by name')
FROM unnest(ARRAY['ANN', 'AAdN', 'AAN', 'MNN', 'MAdN', 'MAN', 'ANA', 'AAdA', 'AAA', 'MNA', 'MAdA', 'MAA', 'MNM', 'MAdM', 'MAM']) AS form;
SELECT is(
    (SELECT bool_and(given.aicc >= best.aicc) FROM (
        SELECT DISTINCT (parameters ->> 'aicc')::float8 AS aicc FROM replenish.fit_ets(ARRAY(SELECT 50 + i + 10 * (i % 7) + (i * i) % 5 FROM generate_series(0, 69) AS i), 1, 7)
    ) AS best, LATERAL (
        SELECT DISTINCT (parameters ->> 'aicc')::float8 AS aicc FROM unnest(ARRAY['ANN', 'AAN', 'ANA', 'MAM']) AS form,
            LATERAL replenish.fit_ets(ARRAY(SELECT 50 + i + 10 * (i % 7) + (i * i) % 5 FROM generate_series(0, 69) AS i), 1, 7, form)
    ) AS given), true, 'without a name the form with the smallest AICc is taken');
SELECT results_eq(
    'SELECT step, yhat FROM replenish.forecast_ets(ARRAY(SELECT 50 + i % 9 FROM generate_series(0, 69) AS i), 3, NULL, ''MAdN'')',
    'SELECT step, yhat FROM replenish.fit_ets(ARRAY(SELECT 50 + i % 9 FROM generate_series(0, 69) AS i), 3, NULL, ''madn'')',
    'forecast_ets and fit_ets are one model, whatever the case of its name');
SELECT throws_ok(
    $$ SELECT * FROM replenish.forecast_ets(ARRAY[1, 2, 3, 4, 5], 3, NULL, 'ANM') $$, '22023', 'ETS form "ANM" is unknown', 'an unstable form is refused');
SELECT throws_ok(
    $$ SELECT * FROM replenish.forecast_ets(ARRAY[1, 0, 3, 4, 5], 3, NULL, 'MNN') $$, '22000', 'a multiplicative model needs values above zero, but value 2 is 0', 'and a multiplicative one of zeros');
SELECT throws_ok(
    $$ SELECT * FROM replenish.forecast_ets(ARRAY[129, 60, 2, 65, 42, 9, 11, 3, 53, 3, 3, 6, 166, 490, 7, 35, 1, 167], 3, NULL, 'MAN') $$,
    '22000', 'ETS form MAN finds no path through the history that stays above zero', 'or where it cannot stay above zero: more values are not asked for');
SELECT throws_ok(
    $$ SELECT * FROM replenish.backtest(ARRAY(SELECT 10 + i * i % 5 FROM generate_series(0, 39) AS i), 3, 'SEASONAL_NAIVE', season_length => 1, refit => false) $$,
    '22000', 'SEASONAL_NAIVE needs a season, and the history shows none', 'a season that is not there is named');

-- What AUTO tried and why is kept.
SELECT pg_temp.by_name('AUTO') \g /dev/null
SELECT matches(
    replenish.explain_forecast(:a, :facility, :m1) ->> 'reason', '^Demand comes often \(SMOOTH, one step in 1\.00 has any, squared variation of sizes 0\.02\) and shows a season of 7 and (no trend|a rising trend \(Kendall''s tau 0\.\d\d\)): a combination', 'the reason names the kind of demand');
SELECT is(
    (SELECT count(*) FROM jsonb_array_elements(replenish.explain_forecast(:a, :facility, :m1) -> 'tried') AS t WHERE (t ->> 'score')::float8 >= 0),
    5::bigint, 'with the scores of all that were tried');
SELECT is(
    (SELECT forecast_value_added > 0 FROM replenish.backtest(ARRAY(SELECT 50 + 10 * (i % 7) + (i * i) % 5 FROM generate_series(0, 139) AS i), 7)),
    true, 'a backtest says what the model adds to a naive forecast');
SELECT * FROM finish();
