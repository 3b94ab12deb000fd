\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT plan(60);
\set QUIET on
\set server '''00000000-0000-0000-0000-000000000000'''
\set bad '''00000000-0000-4000-8000-0000000000ba'''
CREATE TABLE public.seen (name text, subject text, opened_at timestamptz);
-- What is open for the current tenant: as one text, so that a surprise shows whole.
CREATE FUNCTION public.open_alerts() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(a.alert_name, ' ' ORDER BY a.alert_name, a.subject), '')
    FROM replenish.alerts AS a
    WHERE a.tenant_id = replenish.current_tenant_id() AND a.closed_at IS NULL $$;
CREATE FUNCTION public.open_message() RETURNS text LANGUAGE sql AS $$
    SELECT a.message FROM replenish.alerts AS a
    WHERE a.tenant_id = replenish.current_tenant_id() AND a.closed_at IS NULL $$;
CREATE FUNCTION public.evaluated() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replenish.evaluate_alerts(replenish.current_tenant_id());
    RETURN public.open_alerts();
END $$;

-- A quiet night.
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts();
CALL replenish.run_replenishment(as_of => '2025-03-01');
CALL replenish.run_alerts();
SELECT is(current_setting('app.current_tenant_id'), '', 'run_alerts leaves no tenant behind');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT count(*) FROM replenish.alerts), 0::bigint, 'a good night raises nothing');
SELECT results_eq(
    'SELECT alert_name, severity, threshold, threshold_unit, window_days, target FROM replenish.alert_rules ORDER BY 1, tenant_id',
    $$ SELECT d.alert_name, d.severity, d.threshold, d.threshold_unit, d.window_days, d.target FROM replenish.default_alert_rules() AS d
       CROSS JOIN generate_series(1, CASE WHEN d.concerns_server THEN 1 ELSE 2 END) ORDER BY 1 $$,
    'every threshold is a row: each tenant has its own, the server has the server''s');

-- One poisoned series in 1,000: its span is beyond what models accept.
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom, forecast_algorithm)
SELECT :a::uuid, md5('m' || i)::uuid, 'M' || i, 'm', 'EA', 'NAIVE' FROM generate_series(1, 996) AS i
UNION ALL SELECT :a, :bad::uuid, 'BAD', 'bad', 'EA', 'NAIVE';
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a::uuid, :facility::uuid, m.material_id, date '2025-02-20' + d, 5 + d % 3, 'EA'
FROM replenish.materials AS m CROSS JOIN generate_series(0, 9) AS d WHERE m.tenant_id = :a AND m.forecast_algorithm = 'NAIVE'
UNION ALL SELECT :a, :facility, :bad, date '1900-01-01', 1, 'EA';
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:a);
RESET SESSION AUTHORIZATION;
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SELECT results_eq(
    $$ SELECT run_status, series_total, series_failed FROM replenish.job_runs WHERE job_name = 'FORECASTS' ORDER BY started_at DESC LIMIT 1 $$,
    $$ VALUES ('PARTIAL', 1000, 1) $$, 'one of 1,000 series failed');
SELECT is(public.open_alerts(), 'JOB_PARTIAL', 'and the night itself has raised the alert');
SELECT results_eq(
    'SELECT severity, subject, facility_id, material_id FROM replenish.alerts',
    format('VALUES (''WARNING'', ''FORECASTS'', %L::uuid, %L::uuid)', :facility, :bad), 'that names the series');
SELECT matches(
    (SELECT message FROM replenish.alerts),
    'FORECASTS run of .* left 1 of 1000 series undone: BAD \(22000 the history spans 45716 days', 'in words');
SELECT is((SELECT details #>> '{series,0,material_code}' FROM replenish.alerts), 'BAD', 'and as data');
INSERT INTO public.seen SELECT alert_name, subject, opened_at FROM replenish.alerts;
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:a);
CALL replenish.run_alerts();
RESET SESSION AUTHORIZATION;
SELECT results_eq('SELECT alert_name, subject, opened_at FROM replenish.alerts', 'SELECT * FROM public.seen', 'another such night raises no second one');
SELECT cmp_ok((SELECT last_seen_at FROM replenish.alerts), '>', (SELECT opened_at FROM public.seen), 'but sees it again');
DELETE FROM replenish.demand_history WHERE demand_date = '1900-01-01';
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:a);
RESET SESSION AUTHORIZATION;
SELECT is((SELECT run_status FROM replenish.job_runs WHERE job_name = 'FORECASTS' ORDER BY started_at DESC LIMIT 1), 'COMPLETED', 'after the repair the run is complete');
SELECT results_eq('SELECT count(*), count(closed_at) FROM replenish.alerts', 'VALUES (1::bigint, 1::bigint)', 'and has closed the alert');

-- Failed, and dead.
INSERT INTO replenish.job_runs (tenant_id, job_name, run_status, started_at, finished_at, series_total, series_done, error_sqlstate, error_message)
VALUES (:a, 'ACCURACY', 'FAILED', now() - interval '9 minutes', now(), 9, 4, '53100', 'could not extend file: No space left on device');
SELECT is(public.evaluated(), 'JOB_FAILED', 'a failed run is raised by one evaluation');
SELECT is(public.evaluated(), 'JOB_FAILED', 'and not twice');
SELECT matches(public.open_message(), 'after 4 of 9 series: 53100 could not extend', 'with its error');
INSERT INTO replenish.job_runs (tenant_id, job_name, run_status, started_at, finished_at) VALUES (:a, 'ACCURACY', 'COMPLETED', now() - interval '8 minutes', now());
SELECT is(public.evaluated(), '', 'a good run closes it');
INSERT INTO replenish.job_runs (tenant_id, job_name, started_at, backend_pid) VALUES (:a, 'ACCURACY', now() - interval '2 minutes', 1 << 30);
SELECT is(public.evaluated(), 'JOB_FAILED', 'a run on which nobody works has failed, whatever its row says');
SELECT matches(public.open_message(), 'was interrupted after 0 of 0 series: no session is at work', 'and that is said');
DELETE FROM replenish.job_runs WHERE backend_pid = 1 << 30;
SELECT is(public.evaluated(), '', 'no more');

-- The same by a run that really ends by an error: the call itself raises the alert.
CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '55000'; END $$;
CREATE TRIGGER no_room BEFORE UPDATE ON replenish.forecast_heads FOR EACH ROW EXECUTE FUNCTION public.no_room();
SET SESSION AUTHORIZATION night;
\set ON_ERROR_STOP 0
CALL replenish.run_daily_forecasts(:a, resume => false);
\set ON_ERROR_STOP 1
RESET SESSION AUTHORIZATION;
SELECT is(public.open_alerts(), 'JOB_FAILED', 'a run that ends by an error has raised its alert');
SELECT matches(public.open_message(), 'FORECASTS run of .* ended by an error after 0 of 1000 series: 55000 no room', 'which says what it was');
DROP TRIGGER no_room ON replenish.forecast_heads;
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:a);
RESET SESSION AUTHORIZATION;
SELECT is(public.open_alerts(), '', 'the next run closes it');

-- Overlong: no job ends, the evaluation alone finds it.
INSERT INTO replenish.job_runs (tenant_id, job_name, started_at) VALUES (:a, 'REPLENISHMENT', now() - interval '61 minutes') RETURNING job_run_id AS run \gset
SELECT pg_advisory_lock_shared(replenish.job_lock('run', :'run')) \g /dev/null
UPDATE replenish.job_runs SET started_at = '2020-01-01', finished_at = '2020-01-01 00:01' WHERE tenant_id = :a AND job_name = 'REPLENISHMENT' AND run_status = 'COMPLETED';
SELECT is(public.evaluated(), 'JOB_OVERLONG', 'a run that is at work for more than an hour');
SELECT matches(public.open_message(), 'REPLENISHMENT run of .* has been at work for 1.0[0-9] hours, more than 1', 'says so');
UPDATE replenish.alert_rules SET threshold = 2 WHERE tenant_id = :a AND alert_name = 'JOB_OVERLONG';
SELECT is(public.evaluated(), '', 'the threshold can be edited');
UPDATE replenish.alert_rules SET threshold = 1 WHERE tenant_id = :a AND alert_name = 'JOB_OVERLONG';
SELECT public.evaluated() \g /dev/null
UPDATE replenish.job_runs SET run_status = 'COMPLETED', finished_at = now() WHERE tenant_id = :a AND run_status = 'RUNNING';
SELECT pg_advisory_unlock_all() \g /dev/null
SELECT is(public.evaluated(), 'JOB_OVERLONG', 'one that took longer');
SELECT is((SELECT opened_at = last_seen_at FROM replenish.alerts WHERE closed_at IS NULL AND tenant_id = :a), false, 'is the same alert');
SET SESSION AUTHORIZATION night;
CALL replenish.run_replenishment(:a, as_of => '2025-03-01');
RESET SESSION AUTHORIZATION;
SELECT is(public.open_alerts(), '', 'until a run is in time again');

-- Missing.
UPDATE replenish.job_runs SET started_at = started_at - interval '50 hours', finished_at = finished_at - interval '50 hours' WHERE tenant_id = :a AND job_name = 'FORECASTS';
SELECT is(public.evaluated(), '', 'forecasts were made by hand since');
UPDATE replenish.forecast_versions SET forecast_generation_timestamp = now() - interval '50 hours' WHERE tenant_id = :a;
SELECT is(public.evaluated(), 'FORECASTS_MISSING', 'no forecasts for two days, though no job has ended');
SELECT matches(public.open_message(), 'no forecasts since .*: 2.1 days, more than 2', 'says since when');
SET SESSION AUTHORIZATION night;
CALL replenish.run_daily_forecasts(:a);
RESET SESSION AUTHORIZATION;
SELECT is(public.open_alerts(), '', 'a night that finds nothing to change closes it');
INSERT INTO replenish.tenants (tenant_id, tenant_name, created_at) VALUES ('cccccccc-0000-4000-8000-000000000000', 'new', now() - interval '3 days');
SET app.current_tenant_id = 'cccccccc-0000-4000-8000-000000000000';
SELECT is(public.evaluated(), '', 'a tenant without demand misses nothing');
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom) VALUES (replenish.current_tenant_id(), :m1, 'ONE', 'one', 'EA');
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom) VALUES (replenish.current_tenant_id(), :facility, :m1, '2025-01-01', 1, 'EA');
SELECT is(public.evaluated(), 'FORECASTS_MISSING', 'one that was never forecast does');

-- Accuracy: seven measurements in a row.
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
CREATE FUNCTION public.measure(day date, mape numeric, bias_pct numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO replenish.forecast_accuracy_metrics (tenant_id, facility_id, material_id, measurement_period_start, measurement_period_end, aggregation_level, mape, bias_pct, sample_size, total_actual_demand, total_forecasted_demand, target_mape_threshold)
    SELECT replenish.current_tenant_id(), 'ffffffff-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', day - days + 1, day, 'DAILY', mape, bias_pct, days, 100, 100 + coalesce(bias_pct, 0), 20
    FROM unnest(ARRAY[30, 60, 90]) AS days $$;
SELECT public.measure(date '2025-03-01' + d, 51, 2) FROM generate_series(0, 5) AS d \g /dev/null
SELECT is(public.evaluated(), '', 'MAPE above 50% for six days');
SELECT public.measure('2025-03-07', 70, -10) \g /dev/null
SELECT is(public.evaluated(), 'MATERIAL_MAPE', 'for seven days; a bias of 10% is not beyond it');
SELECT matches(public.open_message(), 'MAPE of ONE is 70.0%, and above 50% in each of the last 7 measurements, until 2025-03-07', 'names the material');
SELECT public.measure('2025-03-08', 50, -10.1) \g /dev/null
SELECT is(public.evaluated(), 'FORECAST_BIAS', 'one better day ends it; bias beyond 10%');
SELECT matches(public.open_message(), 'forecasts of ONE were 10.1% too low', 'says to which side');
SELECT public.measure('2025-03-09', NULL, NULL) \g /dev/null
SELECT is(public.evaluated(), '', 'days that cannot be measured raise nothing');

-- Stock.
UPDATE replenish.inventory_levels SET on_hand_quantity = 3, allocated_quantity = 3 WHERE tenant_id = :a AND material_id = :m2;
UPDATE replenish.inventory_levels SET on_hand_quantity = 1e6 WHERE tenant_id = :a AND material_id = :m3;
SELECT is(public.evaluated(), '', 'out of stock with a suggestion is the buyer''s business');
DELETE FROM replenish.replenishment_suggestions WHERE tenant_id = :a;
SELECT is(public.evaluated(), 'CRITICAL_WITHOUT_RECOMMENDATION', 'without one it is an alert');
SELECT is((SELECT material_id FROM replenish.alerts WHERE closed_at IS NULL AND tenant_id = :a), :m2::uuid, 'of that material');
BEGIN;
INSERT INTO replenish.open_orders (tenant_id, facility_id, material_id, due_date, ordered_quantity) VALUES (:a, :facility, :m2, '2025-03-10', 9);
SELECT is(public.evaluated(), '', 'not with an order on its way');
ROLLBACK;
SET SESSION AUTHORIZATION night;
CALL replenish.run_replenishment(:a, as_of => '2025-03-01');
RESET SESSION AUTHORIZATION;
SELECT is(public.open_alerts(), '', 'the replenishment run closes it');

-- The server's own.
SET app.current_tenant_id = '00000000-0000-0000-0000-000000000000';
SELECT is(public.evaluated(), '', 'no table has 100 GB');
UPDATE replenish.alert_rules SET threshold = 0.0005 WHERE alert_name = 'TABLE_SIZE';
SELECT matches(public.evaluated(), '^(TABLE_SIZE ?)+$', 'a table beyond its threshold');
SELECT ok((SELECT count(*) > 0 FROM replenish.alerts WHERE closed_at IS NULL AND subject = 'demand_history'), 'is named');
UPDATE replenish.alert_rules SET is_enabled = false WHERE alert_name = 'TABLE_SIZE';
SELECT is(public.evaluated(), '', 'an alert that is switched off closes');
-- Statistics come in when a transaction ends; this session's own have to be there.
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT cmp_ok((SELECT blocks FROM replenish.index_hits()), '>', 10000::bigint, 'indexes were read');
UPDATE replenish.alert_rules SET threshold = 100.1 WHERE alert_name = 'INDEX_HIT_RATIO';
SELECT is(public.evaluated(), 'INDEX_HIT_RATIO', 'a hit ratio below its threshold');

-- Closed ones do not stay for ever.
UPDATE replenish.alerts SET opened_at = opened_at - interval '100 days', last_seen_at = last_seen_at - interval '100 days', closed_at = closed_at - interval '100 days' WHERE tenant_id = :server AND closed_at IS NOT NULL;
SELECT public.evaluated() \g /dev/null
SELECT results_eq(format('SELECT alert_name, closed_at IS NULL FROM replenish.alerts WHERE tenant_id = %L', :server), $$ VALUES ('INDEX_HIT_RATIO', true) $$, 'closed alerts go after kept_run_days, open ones stay');

-- Editing wrong.
SELECT throws_ok($$ UPDATE replenish.alert_rules SET threshold = NULL WHERE alert_name = 'TABLE_SIZE' $$, '23514', NULL, 'a threshold has to be given');
SELECT throws_ok($$ UPDATE replenish.alert_rules SET severity = 'LOUD' $$, '23514', NULL, 'severities are known ones');

-- An evaluation that fails is said, and stops nobody else.
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no alerts today' USING ERRCODE = '22023'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON replenish.job_metrics FOR EACH ROW WHEN (OLD.tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000') EXECUTE FUNCTION public.refuse();
CREATE TEMP TABLE measured AS SELECT tenant_id, metric_value FROM replenish.job_metrics WHERE metric_name = 'replenish_measured_timestamp_seconds';
SET app.current_tenant_id = '';
SET client_min_messages = error;
CALL replenish.run_alerts();
RESET client_min_messages;
SELECT set_eq(
    $$ SELECT j.tenant_id FROM replenish.job_metrics AS j JOIN measured AS m USING (tenant_id) WHERE j.metric_name = 'replenish_measured_timestamp_seconds' AND j.metric_value > m.metric_value $$,
    format('VALUES (%L::uuid), (%L::uuid)', :b, :server), 'tenants after the one that fails are looked at');
DROP TRIGGER refuse ON replenish.job_metrics;

-- Who sees what.
CREATE ROLE exporter LOGIN IN ROLE pg_monitor;
SET SESSION AUTHORIZATION exporter;
SELECT ok((SELECT count(DISTINCT labels ->> 'tenant_id') >= 3 FROM replenish.metrics), 'pg_monitor reads the figures of every tenant');
SELECT is_empty(
    $$ SELECT DISTINCT k FROM replenish.metrics AS m CROSS JOIN jsonb_object_keys(m.labels) AS k
       WHERE k NOT IN ('tenant_id', 'job_name', 'quantile', 'status', 'alert_name', 'severity', 'table', 'state', 'routine', 'version') $$,
    'which name no material, facility or category');
SELECT throws_ok('SELECT * FROM replenish.alerts', '42501', NULL, 'and no table of theirs');
SELECT is(replenish.health_check() ->> 'status', 'healthy', 'and may ask for health');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION writer_a;
SELECT throws_ok(format('SELECT * FROM replenish.evaluate_alerts(%L)', :b), '42501', NULL, 'nobody evaluates another tenant');
RESET SESSION AUTHORIZATION;
SELECT * FROM finish();
