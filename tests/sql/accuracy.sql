\ir ../fresh.psql
\ir ../two_tenants.psql
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_batch;
SELECT plan(13);

-- A forecast made before the period, and a later one that must not count for days before it.
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, ARRAY[:m1]::uuid[], 30, 'NAIVE', as_of => '2025-02-19') \g /dev/null
SELECT is((SELECT forecasted_demand_quantity FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-02-20', '2025-02-20')), 10::numeric, 'NAIVE repeats the last value');
CREATE TEMP TABLE expected AS
SELECT h.demand_date, h.actual_demand_quantity::float8 AS actual, 10::float8 AS forecast
FROM replenish.demand_history AS h WHERE h.material_id = :m1 AND h.demand_date BETWEEN '2025-02-20' AND '2025-03-01';
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, ARRAY[:m1]::uuid[], 30, 'AUTO') \g /dev/null
SELECT is((SELECT count(*) FROM replenish.calculate_forecast_accuracy(:a, :facility, ARRAY[:m1]::uuid[], '2025-02-20', '2025-03-01', dry_run => true)), 1::bigint, 'a dry run measures');
SELECT is((SELECT count(*) FROM replenish.forecast_accuracy_metrics), 0::bigint, 'and stores nothing');
SELECT results_eq(
    format('SELECT round(mape, 4), round(rmse, 4), round(mae, 4), round(bias, 4), sample_size FROM replenish.calculate_forecast_accuracy(%L, %L, ARRAY[%L]::uuid[], ''2025-02-20'', ''2025-03-01'')', :a, :facility, :m1),
    'SELECT round(replenish.mape(actual, forecast)::numeric, 4), round(replenish.rmse(actual, forecast)::numeric, 4), round(replenish.mae(actual, forecast)::numeric, 4), round(replenish.bias(actual, forecast)::numeric, 4), 10 FROM expected',
    'only forecasts made before a day count for it');
SELECT is((SELECT count(*) FROM replenish.demand_history WHERE forecasted_demand_quantity IS NOT NULL), 10::bigint, 'history shows the forecast of each day');
SELECT is((SELECT is_within_tolerance FROM replenish.forecast_accuracy_metrics), (SELECT mape <= 20 FROM replenish.forecast_accuracy_metrics), 'tolerance by the material''s target');
SELECT is((SELECT round(mase, 6) FROM replenish.forecast_accuracy_metrics), (SELECT round((replenish.mae(e.actual, e.forecast) / s.naive_mae)::numeric, 6) FROM expected AS e, replenish.forecast_series AS s WHERE s.forecast_version = 1 GROUP BY s.naive_mae), 'MASE by the scale of the training history');

SELECT xmin::text AS x FROM replenish.forecast_accuracy_metrics \gset
SELECT count(*) FROM replenish.calculate_forecast_accuracy(:a, :facility, ARRAY[:m1]::uuid[], '2025-02-20', '2025-03-01') \g /dev/null
SELECT is((SELECT xmin::text FROM replenish.forecast_accuracy_metrics), :'x', 'measuring again changes nothing');

-- Days without a row are days without demand.
DELETE FROM replenish.demand_history WHERE material_id = :m1 AND demand_date = '2025-02-25';
SELECT count(*) FROM replenish.calculate_forecast_accuracy(:a, :facility, ARRAY[:m1]::uuid[], '2025-02-20', '2025-03-01') \g /dev/null
SELECT is((SELECT sample_size FROM replenish.forecast_accuracy_metrics), 10, 'a missing day still counts');
SELECT is((SELECT total_actual_demand FROM replenish.forecast_accuracy_metrics), (SELECT sum(actual)::numeric FROM expected WHERE demand_date <> '2025-02-25'), 'as zero demand');

SELECT is((SELECT sample_size FROM replenish.calculate_forecast_accuracy(:a, :facility, ARRAY[:m1]::uuid[], '2025-02-20', '2025-03-01', 'weekly')), 2, 'weeks are summed first');
SELECT is((SELECT count(*) FROM replenish.get_forecast_accuracy_metrics(:a, :facility, :m1)), 2::bigint, 'one row per period and level');
SELECT is((SELECT current_forecast_algorithm IS NOT NULL FROM replenish.get_forecast_accuracy_summary(:a, :facility) WHERE material_id = :m1), true, 'the summary shows how it is forecast');
SELECT * FROM finish();
