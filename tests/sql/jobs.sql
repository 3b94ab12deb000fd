\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT no_plan();
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
    $$ VALUES ('a', 'FORECASTS', 'PARTIAL', 4, 3, 1, 3), ('b', 'FORECASTS', 'COMPLETED', 3, 3, 0, 3) $$,
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

-- Interrupted runs: a call goes on with a fresh one of the same settings, and gives up an old one.
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SELECT replenish.open_run('FORECASTS', :a, 2, '{"refit": true}', true) AS run \gset
SELECT is(replenish.run_chunk(:a, :'run', replenish.claim_chunk(:a, :'run'))::text, '', 'a chunk of an open run is done');
SELECT throws_ok(format('SELECT replenish.run_chunk(%L, %L, 1)', :a, :'run'), '55000', format('run %s has no chunk 1 to be done', :'run'), 'and not a second time');
SELECT throws_ok(format('SELECT replenish.run_chunk(%L, %L, 99)', :a, :'run'), '55000', format('run %s has no chunk 99 to be done', :'run'), 'nor is one that there is not');
SELECT results_eq('SELECT sessions_at_work, series_total, series_done, done_pct FROM replenish.job_progress', $$ VALUES (0::bigint, 4, 2, 50.0) $$, 'and its progress shows');
SELECT is(replenish.open_run('FORECASTS', :a, 1000, '{"refit": true}', true), :'run'::uuid, 'the next call goes on with it');
SELECT results_eq(format('SELECT series_status, count(*) FROM replenish.job_series WHERE job_run_id = %L GROUP BY 1 ORDER BY 1', :'run'), $$ VALUES ('PENDING', 2::bigint), ('STORED', 2) $$, 'where it stopped');
SELECT isnt(replenish.open_run('FORECASTS', :a, 1000, '{"refit": false}', true), :'run'::uuid, 'another call begins its own');
SELECT is((SELECT run_status FROM replenish.job_runs WHERE job_run_id = :'run'), 'ABANDONED', 'and gives up what nobody works on');
SELECT isnt(replenish.claim_chunk(:a, :'run'), NULL, 'whoever was only between two chunks goes on');
SELECT results_eq(format('SELECT run_status, finished_at FROM replenish.job_runs WHERE job_run_id = %L', :'run'), $$ VALUES ('RUNNING', NULL::timestamptz) $$, 'and the run is at work again');
SELECT replenish.open_run('FORECASTS', :a, 2, '{"refit": true}', true) AS run \gset
UPDATE replenish.job_runs SET started_at = started_at - interval '21 hours' WHERE run_status = 'RUNNING';
SELECT isnt(replenish.open_run('FORECASTS', :a, 2, '{"refit": true}', true), :'run'::uuid, 'what was interrupted a day ago is begun anew');
-- Series that come while a run is open are swept up before it closes.
SELECT job_run_id AS run FROM replenish.job_runs WHERE run_status = 'RUNNING' \gset
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
VALUES (:a, '00000000-0000-4000-8000-00000000007a', 'LATE', 'late', 'EA');
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
VALUES (:a, :facility, '00000000-0000-4000-8000-00000000007a', '2025-02-20', 1, 'EA');
SELECT replenish.run_chunk(:a, :'run', replenish.claim_chunk(:a, :'run')) \g /dev/null
SELECT replenish.run_chunk(:a, :'run', replenish.claim_chunk(:a, :'run')) \g /dev/null
SELECT is(replenish.claim_chunk(:a, :'run'), NULL, 'all chunks are done');
SELECT is(replenish.close_run(:a, :'run'), true, 'the sweep finds a series that came since');
SELECT replenish.run_chunk(:a, :'run', replenish.claim_chunk(:a, :'run')) \g /dev/null
SELECT is(replenish.close_run(:a, :'run'), false, 'then the run is over');
SELECT results_eq(format('SELECT run_status, series_total, series_done FROM replenish.job_runs WHERE job_run_id = %L', :'run'), $$ VALUES ('COMPLETED', 5, 5) $$, 'complete');

-- One poisoned series among many: halved down to it.
CREATE FUNCTION public.poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.material_id = '00000000-0000-4000-8000-000000000002' AND NEW.tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000' THEN
        RAISE EXCEPTION 'poison' USING ERRCODE = current_setting('test.sqlstate'), DETAIL = 'a test';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON replenish.replenishment_suggestions FOR EACH ROW EXECUTE FUNCTION public.poison();
DELETE FROM replenish.replenishment_suggestions WHERE tenant_id = :a;
SET test.sqlstate = '22012';
CALL replenish.run_replenishment(:a, as_of => '2025-03-01');
SELECT results_eq('SELECT run_status, series_total, series_done, series_failed FROM replenish.job_runs ORDER BY started_at DESC LIMIT 1', $$ VALUES ('PARTIAL', 3, 2, 1) $$, 'a poisoned series fails alone');
SELECT results_eq('SELECT material_id, sqlstate, message, detail FROM replenish.job_series WHERE series_status = ''FAILED'' AND job_name = ''REPLENISHMENT''', $$ VALUES ('00000000-0000-4000-8000-000000000002'::uuid, '22012', 'poison', 'a test') $$, 'by name');
SELECT is((SELECT count(*) FROM replenish.replenishment_suggestions WHERE tenant_id = :a), 2::bigint, 'the others are written');
-- A conflict is tried again, and what is no matter of data ends the run.
DELETE FROM replenish.replenishment_suggestions WHERE tenant_id = :a;
SET test.sqlstate = '40001';
\set ON_ERROR_STOP off
CALL replenish.run_replenishment(:a, as_of => '2025-03-02');
\set first_state :SQLSTATE
SET test.sqlstate = '42501';
CALL replenish.run_replenishment(as_of => '2025-03-02');
\set second_state :SQLSTATE
\set ON_ERROR_STOP on
SELECT is(:'first_state'::text, '40001', 'a conflict that stays is the call''s error');
SELECT is(:'second_state'::text, '42501', 'and so is anything else');
SELECT results_eq($$ SELECT left(tenant_id::text, 1), run_status, error_sqlstate, error_message FROM replenish.job_runs WHERE job_name = 'REPLENISHMENT' ORDER BY started_at DESC LIMIT 3 $$,
    $$ VALUES ('b', 'COMPLETED', NULL, NULL), ('a', 'FAILED', '42501', 'poison'), ('a', 'FAILED', '40001', 'poison') $$, 'the runs say so, and the other tenant had its turn');
SELECT is((SELECT max(c.attempts) FROM replenish.job_chunks AS c JOIN replenish.job_runs AS r USING (tenant_id, job_run_id) WHERE r.error_sqlstate = '40001'), 2, 'after three attempts');
DROP TRIGGER poison ON replenish.replenishment_suggestions;
CALL replenish.run_replenishment(:a, as_of => '2025-03-02');
SELECT is((SELECT run_status FROM replenish.job_runs ORDER BY started_at DESC LIMIT 1), 'COMPLETED', 'the next run does the rest');

-- So does a conflict while a run is closed.
CREATE FUNCTION public.poison_the_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'no lock' USING ERRCODE = '55P03';
END $$;
CREATE TRIGGER poison BEFORE UPDATE ON replenish.job_runs FOR EACH ROW
WHEN (NEW.run_status = 'COMPLETED' AND NEW.tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000') EXECUTE FUNCTION public.poison_the_end();
\set ON_ERROR_STOP off
CALL replenish.run_replenishment(as_of => '2025-03-03');
\set first_state :SQLSTATE
\set ON_ERROR_STOP on
DROP TRIGGER poison ON replenish.job_runs;
SELECT is(:'first_state'::text, '55P03', 'a run that cannot be closed is the call''s error');
SELECT results_eq($$ SELECT left(tenant_id::text, 1), run_status, error_sqlstate FROM replenish.job_runs WHERE job_name = 'REPLENISHMENT' ORDER BY started_at DESC LIMIT 2 $$,
    $$ VALUES ('b', 'COMPLETED', NULL), ('a', 'FAILED', '55P03') $$, 'it has failed, and the other tenant had its turn');
-- What one session ended is over for those that share the run.
SELECT replenish.open_run('FORECASTS', :a, 1, '{"refit": true}', true) AS run \gset
SELECT replenish.survive_failure(:a, :'run', NULL, '53200', 'out of memory', '') \g /dev/null
SELECT is(replenish.claim_chunk(:a, :'run'), NULL, 'nothing is claimed from a run that has failed');
SELECT is(replenish.close_run(:a, :'run'), false, 'and nothing is closed');

-- A material that is switched off while a run is open is no failure of it.
SELECT replenish.open_run('FORECASTS', :a, 1000, '{"refit": true}', true) AS run \gset
UPDATE replenish.materials SET forecasting_enabled = false WHERE material_code = 'LATE';
SELECT replenish.run_chunk(:a, :'run', replenish.claim_chunk(:a, :'run')) \g /dev/null
SELECT results_eq(format('SELECT series_status FROM replenish.job_series WHERE job_run_id = %L AND material_id = ''00000000-0000-4000-8000-00000000007a''', :'run'), $$ VALUES ('UNCHANGED') $$, 'what was switched off meanwhile is left alone');
SELECT is(replenish.close_run(:a, :'run'), false, 'and the run is over');
UPDATE replenish.materials SET forecasting_enabled = true WHERE material_code = 'LATE';

-- Missed nights are made up for.
DELETE FROM replenish.forecast_accuracy_metrics;
CALL replenish.run_daily_forecasts(:a);
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a, :facility, m.material_id, date '2025-03-01' + d, 12, 'EA' FROM generate_series(1, 5) AS d, replenish.materials AS m WHERE m.tenant_id = :a;
CALL replenish.run_forecast_accuracy(:a, period_end => '2025-03-03');
CALL replenish.run_forecast_accuracy(:a, period_end => '2025-03-06');
SELECT results_eq('SELECT DISTINCT measurement_period_end FROM replenish.forecast_accuracy_metrics ORDER BY 1', $$ VALUES (date '2025-03-03'), ('2025-03-04'), ('2025-03-05'), ('2025-03-06') $$, 'a night measures the days that were missed');
CALL replenish.run_forecast_accuracy(:a, period_end => '2025-03-20');
SELECT is((SELECT max(measurement_period_end) FROM replenish.forecast_accuracy_metrics), date '2025-03-06', 'and none that are still to come');
SELECT count(*) FROM replenish.record_demand(:a, :facility, :m1, '2025-03-07', 3) \g /dev/null
SELECT count(*) FROM replenish.calculate_forecast_accuracy(:a, :facility) \g /dev/null
SELECT results_eq(
    format('SELECT s.last_30_days_mape = (SELECT round(m.mape, 2) FROM replenish.forecast_accuracy_metrics AS m WHERE m.material_id = s.material_id AND m.measurement_period_end = ''2025-03-07''), s.last_60_days_mape IS NOT NULL, s.last_90_days_bias IS NOT NULL FROM replenish.vw_forecast_accuracy_summary AS s WHERE s.tenant_id = %L AND s.material_id = %L', :a, :m1),
    $$ VALUES (true, true, true) $$, 'the summary has the newest of each length, though one was measured by hand since');

-- A dry run writes nothing.
SELECT count(*) AS runs FROM replenish.job_runs \gset
CALL replenish.run_daily_forecasts(:a, dry_run => true);
SELECT is((SELECT count(*) FROM replenish.job_runs), :runs::bigint, 'a dry run leaves no run');
-- Old runs go.
UPDATE replenish.job_runs SET started_at = started_at - interval '91 days';
CALL replenish.run_replenishment(:a, as_of => '2025-03-02');
SELECT is((SELECT count(*) FROM replenish.job_runs WHERE tenant_id = :a), 1::bigint, 'runs are kept for replenish.kept_run_days');
RESET app.current_tenant_id;

-- Health.
SELECT is(replenish.health_check() ->> 'status', 'healthy', 'health_check');
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(replenish.health_check() -> 'services') AS k), ARRAY['demandHistory', 'forecasting', 'safetyStock'], 'with its services');
SELECT is((SELECT count(*) FROM replenish.load_demo_data()), 3::bigint, 'demo data');
SELECT * FROM finish();
