\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT plan(22);
\set QUIET on

-- A series that cannot be forecast: its span is beyond what models accept.
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
VALUES (:a, '00000000-0000-4000-8000-0000000000ba', 'BAD', 'bad', 'EA');
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
VALUES (:a, :facility, '00000000-0000-4000-8000-0000000000ba', '1900-01-01', 1, 'EA'),
    (:a, :facility, '00000000-0000-4000-8000-0000000000ba', '2025-01-01', 1, 'EA');
INSERT INTO replenish.tenants (tenant_id, tenant_name, active) VALUES ('cccccccc-0000-4000-8000-000000000000', 'idle', false);

SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(batch_size => 2);
CALL replenish.run_forecast_accuracy();
CALL replenish.run_replenishment(as_of => '2025-03-01');
SELECT is(current_setting('app.current_tenant_id'), '', 'a run leaves no tenant behind');
RESET SESSION AUTHORIZATION;

SELECT results_eq(
    $$ SELECT left(tenant_id::text, 1), job_name, run_status, series_total, series_done, series_failed, rows_changed
       FROM replenish.job_runs WHERE job_name = 'FORECASTS' ORDER BY 1 $$,
    $$ VALUES ('a', 'FORECASTS', 'INCOMPLETE', 4, 3, 1, 3), ('b', 'FORECASTS', 'COMPLETED', 3, 3, 0, 3) $$,
    'every active tenant, status by completeness');
SELECT results_eq(
    'SELECT sqlstate, message, material_id FROM replenish.job_errors',
    $$ VALUES ('22000', 'the history spans 45716 days, more than the 36525 that are accepted', '00000000-0000-4000-8000-0000000000ba'::uuid) $$,
    'the bad series is logged with its SQLSTATE and stops nobody');
SELECT is((SELECT count(*) FROM replenish.forecast_series WHERE forecast_status = 'ACTIVE' AND horizon_days = 90), 6::bigint, 'the material''s own horizon');
SELECT is((SELECT count(*) FROM replenish.job_runs WHERE run_status = 'RUNNING' OR finished_at IS NULL), 0::bigint, 'all runs are closed');
SELECT is((SELECT count(*) FROM replenish.replenishment_suggestions), 6::bigint, 'both tenants have suggestions');

-- Rerun: nothing changes.
CREATE TABLE public.before AS SELECT s.xmin::text AS x FROM replenish.forecast_versions AS s UNION ALL SELECT r.xmin::text FROM replenish.replenishment_suggestions AS r;
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts();
CALL replenish.run_replenishment(as_of => '2025-03-01');
RESET SESSION AUTHORIZATION;
SELECT is_empty('SELECT s.xmin::text FROM replenish.forecast_versions AS s UNION ALL SELECT r.xmin::text FROM replenish.replenishment_suggestions AS r EXCEPT SELECT x FROM public.before', 'a second night on the same data touches no row');
SELECT is((SELECT rows_changed FROM replenish.job_runs WHERE job_name = 'REPLENISHMENT' AND tenant_id = :b ORDER BY started_at DESC LIMIT 1), 0, 'and says so');

-- The mended series is done by the next run.
DELETE FROM replenish.demand_history WHERE demand_date = '1900-01-01';
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:a);
RESET SESSION AUTHORIZATION;
SELECT is((SELECT run_status FROM replenish.job_runs WHERE job_name = 'FORECASTS' ORDER BY started_at DESC LIMIT 1), 'COMPLETED', 'a mended series is forecast by the next run');
SELECT is((SELECT count(*) FROM replenish.forecast_series WHERE material_id = '00000000-0000-4000-8000-0000000000ba'), 1::bigint, 'and only it');

-- resume = false fits anew.
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:b, resume => false);
CALL replenish.run_daily_forecasts(:b, forecast_algorithm => 'NAIVE', forecast_horizon_days => 7);
RESET SESSION AUTHORIZATION;
SELECT is((SELECT max(forecast_version) FROM replenish.forecast_series WHERE tenant_id = :b), 3, 'resume = false refits, another algorithm as well');
SELECT results_eq(format('SELECT DISTINCT forecast_algorithm, horizon_days FROM replenish.forecast_series WHERE tenant_id = %L AND forecast_status = ''ACTIVE''', :b), $$ VALUES ('NAIVE', 7) $$, 'as asked');

-- Back to the materials' own settings.
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:b);
RESET SESSION AUTHORIZATION;
SELECT is((SELECT rows_changed FROM replenish.job_runs WHERE job_name = 'FORECASTS' AND tenant_id = :b ORDER BY started_at DESC LIMIT 1), 3, 'other settings ask for another fit');

-- Kept versions.
SET replenish.kept_versions = 1;
CALL replenish.run_daily_forecasts(:b, forecast_algorithm => 'HOLT');
SELECT results_eq(format('SELECT DISTINCT forecast_version, forecast_status FROM replenish.forecast_series WHERE tenant_id = %L ORDER BY 1', :b), $$ VALUES (4, 'SUPERSEDED'), (5, 'ACTIVE') $$, 'older versions go as the setting says');
RESET replenish.kept_versions;

-- A tenant's own role runs its own night, and no other.
SELECT throws_ok($$ SET SESSION AUTHORIZATION writer_a; CALL replenish.run_daily_forecasts() $$, '42501', NULL, 'a writer is no batch role');
RESET SESSION AUTHORIZATION;

-- Someone else is at work.
SELECT is(replenish.start_job('FORECASTS', :a) IS NOT NULL, true, 'a run registers');
SELECT is((SELECT count(*) FROM replenish.job_runs WHERE run_status = 'RUNNING'), 1::bigint, 'and is seen running');
SELECT is(replenish.start_job('FORECASTS', :a) IS NOT NULL, true, 'the next run of the same session');
SELECT is((SELECT count(*) FROM replenish.job_runs WHERE run_status = 'ABANDONED'), 1::bigint, 'marks the dead one');

-- Health.
SELECT is(replenish.health_check() ->> 'status', 'healthy', 'health_check');
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(replenish.health_check() -> 'services') AS k), ARRAY['demandHistory', 'forecasting', 'safetyStock'], 'with its services');
SELECT is((SELECT count(*) FROM replenish.load_demo_data()), 3::bigint, 'demo data');
SELECT * FROM finish();
