\ir ../fresh.psql
\ir ../two_tenants.psql
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_batch;
SELECT plan(42);

SELECT is((SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, forecast_horizon_days => 30, dry_run => true)), 90::bigint, 'a dry run shows the forecasts');
SELECT is((SELECT count(*) FROM replenish.forecast_series), 0::bigint, 'and stores none');
SELECT is((SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, forecast_horizon_days => 30)), 90::bigint, 'a real run returns them');
SELECT results_eq(
    'SELECT min(forecast_date), max(forecast_date), min(forecast_version), max(forecast_version) FROM replenish.material_forecasts',
    $$ VALUES (date '2025-03-02', date '2025-03-31', 1, 1) $$, 'from the day after the last observation');
SELECT is((SELECT count(*) FROM replenish.material_forecasts WHERE forecasted_demand_quantity < 0 OR lower_bound_95_pct < 0), 0::bigint, 'never negative');
SELECT is(
    (SELECT bool_and(lower_bound_95_pct <= lower_bound_80_pct AND lower_bound_80_pct <= forecasted_demand_quantity
        AND forecasted_demand_quantity <= upper_bound_80_pct AND upper_bound_80_pct <= upper_bound_95_pct)
     FROM replenish.material_forecasts), true, 'bounds in order');
SELECT is((SELECT count(DISTINCT forecast_id) FROM replenish.material_forecasts), 90::bigint, 'every day has its identity');
SELECT is((SELECT DISTINCT season_length FROM replenish.forecast_series), 7, 'the week was found');
SELECT results_eq(
    'SELECT DISTINCT forecast_horizon_type, forecast_status FROM replenish.material_forecasts',
    $$ VALUES ('SHORT_TERM', 'ACTIVE') $$, '30 days are SHORT_TERM');
SELECT is((SELECT count(*) FROM replenish.forecast_models WHERE model_status = 'ACTIVE' AND is_default_model AND training_sample_size = 60 AND backtest_mae IS NOT NULL), 3::bigint, 'each with its model and backtest');

-- Rerun.
CREATE TEMP TABLE before AS SELECT xmin::text AS x, material_id FROM replenish.forecast_versions;
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, forecast_horizon_days => 30) \g /dev/null
SELECT is_empty('SELECT xmin::text, material_id FROM replenish.forecast_versions EXCEPT SELECT x, material_id FROM before', 'a rerun on unchanged data touches nothing');

-- New demand makes a new version and supersedes the former.
SELECT replenish.record_demand(:a, :facility, :m1, '2025-03-02', 99) \g /dev/null
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, ARRAY[:m1]::uuid[], 30) \g /dev/null
SELECT results_eq(
    format('SELECT forecast_version, forecast_status FROM replenish.forecast_series WHERE material_id = %L ORDER BY 1', :m1),
    $$ VALUES (1, 'SUPERSEDED'), (2, 'ACTIVE') $$, 'supersedes the former active version');
SELECT is((SELECT min(forecast_date) FROM replenish.get_material_forecasts(:a, :facility, :m1)), date '2025-03-03', 'which starts a day later');
SELECT is((SELECT count(*) FROM replenish.get_material_forecasts(:a, :facility, :m1, forecast_status => NULL)), 60::bigint, 'both can be read');
SELECT is((SELECT max(n) FROM (SELECT count(*) AS n FROM replenish.forecast_series WHERE forecast_status = 'ACTIVE' GROUP BY material_id) AS a), 1::bigint, 'never two active versions');
UPDATE replenish.forecast_versions SET is_rejected = true WHERE material_id = :m1 AND forecast_version = 2;
SELECT results_eq(
    format('SELECT forecast_version, forecast_status FROM replenish.forecast_series WHERE material_id = %L ORDER BY 1', :m1),
    $$ VALUES (1, 'SUPERSEDED'), (2, 'REJECTED') $$, 'a rejected forecast is not in force');
UPDATE replenish.forecast_versions SET is_rejected = false WHERE material_id = :m1 AND forecast_version = 2;

-- Days without a row.
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom, missing_demand)
VALUES (:a, '00000000-0000-4000-8000-00000000000a', 'ZERO', 'zero', 'EA', 'ZERO'),
    (:a, '00000000-0000-4000-8000-00000000000b', 'FILL', 'fill', 'EA', 'INTERPOLATE'),
    (:a, '00000000-0000-4000-8000-00000000000c', 'NONE', 'none', 'EA', 'ZERO');
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a, :facility, m.id, date '2025-01-01' + 2 * d, 10, 'EA'
FROM (VALUES ('00000000-0000-4000-8000-00000000000a'::uuid), ('00000000-0000-4000-8000-00000000000b')) AS m (id), generate_series(0, 19) AS d;
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, forecast_algorithm => 'MOVING_AVERAGE') \g /dev/null
SELECT results_eq(
    $$ SELECT m.material_code, round(s.mean[1]::numeric, 4), s.training_end_date, s.fit_status FROM replenish.forecast_series AS s JOIN replenish.materials AS m USING (tenant_id, material_id)
       WHERE m.material_code IN ('ZERO', 'FILL') ORDER BY 1 $$,
    $$ VALUES ('FILL', 10.0000, date '2025-02-08', 'CONSTANT'), ('ZERO', 1.0714, date '2025-03-02', 'SHORT_HISTORY') $$,
    'missing days are zero demand up to the facility''s last day, or a line where the material says so');
SELECT is((SELECT count(*) FROM replenish.forecast_series AS s JOIN replenish.materials AS m USING (tenant_id, material_id) WHERE m.material_code = 'NONE'), 0::bigint, 'without any demand there is nothing to forecast');
SELECT is((SELECT fit_reason ~ 'shorter than the 90' FROM replenish.forecast_series AS s JOIN replenish.materials AS m USING (tenant_id, material_id) WHERE m.material_code = 'ZERO'), true, 'and the reason says so');

-- as_of.
SELECT is((SELECT min(forecast_date) FROM replenish.generate_forecasts(:a, :facility, ARRAY[:m2]::uuid[], as_of => '2025-02-10')), date '2025-02-11', 'as_of ends the history');
SELECT is((SELECT training_sample_size FROM replenish.forecast_series WHERE material_id = :m2 AND forecast_status = 'ACTIVE'), 41, 'at that day');

-- The material's own switch.
UPDATE replenish.materials SET forecasting_enabled = false WHERE material_id = :m3;
SELECT is((SELECT count(*) FROM replenish.generate_forecasts(:a, :facility) WHERE material_id = :m3), 0::bigint, 'a material that is switched off is left out');

-- Every algorithm by name.
SELECT lives_ok(format('SELECT * FROM replenish.generate_forecasts(%L, %L, ARRAY[%L]::uuid[], 7, %L)', :a, :facility, :m2, name), name)
FROM unnest(replenish.forecast_algorithms()) AS name LIMIT 5;
SELECT is((SELECT count(DISTINCT requested_algorithm) FROM replenish.forecast_series WHERE material_id = :m2) >= 5, true, 'the requested algorithm is kept');

-- Overrides.
SELECT is(
    (SELECT (is_manually_overridden, manual_override_quantity, manual_override_by)::text FROM replenish.override_forecast(:a, :facility, :m1, '2025-03-05', 500, 'trade fair', override_by => 'ann')),
    '(t,500,ann)', 'an override shows beside the model''s number');
SELECT replenish.record_demand(:a, :facility, :m1, '2025-03-03', 50) \g /dev/null
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility) \g /dev/null
SELECT is((SELECT manual_override_quantity FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-05', '2025-03-05')), 500::numeric, 'and survives a new forecast');
SELECT count(*) FROM replenish.override_forecast(:a, :facility, :m1, '2025-03-05', 600, 'bigger fair') \g /dev/null
SELECT is((SELECT manual_override_quantity FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-05', '2025-03-05')), 600::numeric, 'another one takes its place');
SELECT count(*) FROM replenish.override_forecast(:a, :facility, :m1, '2025-03-05', NULL, 'cancelled') \g /dev/null
SELECT is((SELECT is_manually_overridden FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-05', '2025-03-05')), false, 'and NULL takes it back');

-- Quantities are shown as the cast would show them, to the last digit, whether the fast way takes them or not.
SELECT is_empty(
    $$ SELECT v, replenish.stored_quantity(v) FROM (
           SELECT unnest(ARRAY[0, -0.0, 7, 12.5, 1e-6, 1e-7, 0.1 + 0.2, 999999999.999999, 1e9, 123456789012, -3.25, 1e300, 'NaN', 'Infinity']::float8[]) AS v
           UNION ALL SELECT i::float8 * i / 1e6 FROM generate_series(1, 100000, 7) AS i
           UNION ALL SELECT i / 7.0 FROM generate_series(1, 1000) AS i) AS n
       WHERE replenish.stored_quantity(v)::text IS DISTINCT FROM nullif(nullif(v::numeric::text, 'NaN'), 'Infinity') $$,
    'a stored quantity is the numeric of its double, and NULL where that is no number');

-- Explanation.
SELECT is(
    (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(replenish.explain_forecast(:a, :facility, :m1)) AS k),
    ARRAY['algorithm', 'backtest', 'confidence', 'generated_at', 'material', 'naive_mae', 'parameters', 'reason', 'requested_algorithm', 'season_length', 'status', 'trained_on', 'tried', 'version'],
    'explain_forecast tells what was tried and why');

-- The result depends neither on threads nor on the order in which rows were stored.
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
SELECT :a, md5(i::text)::uuid, 'MANY' || i, 'many', 'EA' FROM generate_series(1, 60) AS i;
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a, :facility, md5(i::text)::uuid, date '2025-01-01' + d, (i * 17 + d * d * i) % 23, 'EA'
FROM generate_series(1, 60) AS i, generate_series(0, 60) AS d ORDER BY md5(d::text);
DELETE FROM replenish.forecast_heads; DELETE FROM replenish.forecast_versions; DELETE FROM replenish.forecast_fits;
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility) \g /dev/null
SELECT md5(array_agg((mean, upper_95, candidates) ORDER BY material_id)::text) AS two FROM replenish.forecast_series \gset
DELETE FROM replenish.forecast_heads; DELETE FROM replenish.forecast_versions; DELETE FROM replenish.forecast_fits;
SET replenish.max_threads = 1;
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility) \g /dev/null
SELECT is((SELECT md5(array_agg((mean, upper_95, candidates) ORDER BY material_id)::text) FROM replenish.forecast_series), :'two', 'same input, same bytes with one thread');

-- A material that goes takes its forecasts with it, and may come back.
DELETE FROM replenish.demand_history WHERE material_id = :m2;
DELETE FROM replenish.inventory_levels WHERE material_id = :m2;
DELETE FROM replenish.forecast_overrides WHERE material_id = :m2;
DELETE FROM replenish.forecast_heads WHERE material_id = :m2;
SELECT is_empty(format('SELECT FROM replenish.forecast_versions WHERE material_id = %L', :m2), 'no forecast stays without its series');
CREATE TEMP TABLE gone AS SELECT * FROM replenish.materials WHERE material_id = :m2;
DELETE FROM replenish.materials WHERE material_id = :m2;
INSERT INTO replenish.materials SELECT * FROM gone;
SELECT is((SELECT actual_demand_quantity FROM replenish.record_demand(:a, :facility, :m2, '2025-03-01', 5)), 5::numeric, 'it comes back under its id');
SELECT is((SELECT max(forecast_version) FROM replenish.generate_forecasts(:a, :facility, ARRAY[:m2]::uuid[])), 1, 'and is forecast from version 1 on');

-- Plans that a session keeps from when tables were small read by key once these have grown: none reads a whole table.
CREATE FUNCTION pg_temp.rows_read(call text, tables text[] = NULL, OUT in_sequence bigint, OUT by_key bigint) LANGUAGE plpgsql AS $$
DECLARE
    counted CONSTANT text := $q$ SELECT sum(seq_tup_read), sum(idx_tup_fetch) FROM pg_stat_xact_user_tables
        WHERE schemaname = 'replenish' AND ($1 IS NULL OR relname = ANY ($1)) $q$;
    in_sequence_before bigint;
    by_key_before bigint;
BEGIN
    EXECUTE counted INTO in_sequence_before, by_key_before USING tables;
    EXECUTE call;
    EXECUTE counted INTO in_sequence, by_key USING tables;
    in_sequence := in_sequence - in_sequence_before;
    by_key := by_key - by_key_before;
END $$;
RESET ROLE;
ANALYZE;
SET ROLE replenish_batch;
SELECT is((pg_temp.rows_read(call)).in_sequence, 0::bigint, call) FROM (VALUES
    (format('SELECT count(*) FROM replenish.plan_materials(%L, %L, ARRAY[%L]::uuid[], ''2025-03-01'')', :a, :facility, :m1)),
    (format('SELECT count(*) FROM replenish.get_material_forecasts(%L, %L, %L)', :a, :facility, :m1)),
    (format('SELECT count(*) FROM replenish.measured_days(%L, %L, ARRAY[%L]::uuid[], ''2025-03-02'', ''2025-03-05'')', :a, :facility, :m1))
) AS c (call);
-- The first nights of a tenant, in a session that has forecast a few series before.
RESET ROLE;
DELETE FROM replenish.forecast_heads;
VACUUM ANALYZE replenish.forecast_heads, replenish.forecast_fits, replenish.forecast_versions;
SET ROLE replenish_batch;
SELECT count(*) FROM replenish.forecast_chunk(:facility, ARRAY(SELECT md5(i::text)::uuid FROM generate_series(1, 20) AS i), '2025-03-01', 5, 'NAIVE') \g /dev/null
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
SELECT :a, md5('new ' || i)::uuid, 'NEW' || i, 'new', 'EA' FROM generate_series(1, 1000) AS i;
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a, :facility, md5('new ' || i)::uuid, '2025-03-01', 5, 'EA' FROM generate_series(1, 1000) AS i;
SELECT ok(in_sequence + by_key < 20000, format('1,000 new series are begun with %s rows read', in_sequence + by_key))
FROM pg_temp.rows_read(
    format('SELECT count(*) FROM replenish.forecast_chunk(%L, ARRAY(SELECT md5(''new '' || i)::uuid FROM generate_series(1, 1000) AS i), ''2025-03-01'', 5, ''NAIVE'')', :facility),
    '{forecast_heads,forecast_fits,forecast_versions}');
SELECT * FROM finish();
