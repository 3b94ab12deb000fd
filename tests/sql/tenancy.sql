-- Seen to fail: with a policy USING (true) or WITH CHECK (true), with the login in the owner's, batch or another tenant's
-- role or with the right to set the tenant, as owner of a table, with TRUNCATE or CREATE granted, with an assert_tenant()
-- that asserts nothing, with get_demand_history() or explain_forecast() SECURITY DEFINER, with a writer who may not forecast.
\ir ../fresh.psql
\ir ../two_tenants.psql
BEGIN;
SET LOCAL app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility) \g /dev/null
SET LOCAL app.current_tenant_id = 'bbbbbbbb-0000-4000-8000-000000000000';
SELECT count(*) FROM replenish.generate_forecasts(:b, :facility) \g /dev/null
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:b, :facility, as_of => '2025-03-01') \g /dev/null
COMMIT;
SELECT suggestion_id AS b_suggestion FROM replenish.replenishment_suggestions WHERE tenant_id = :b LIMIT 1 \gset
CREATE TABLE public.canary AS SELECT 'secret-b%'::text AS pattern;
GRANT CREATE ON SCHEMA public TO writer_a;
-- With the caller's rights.
CREATE FUNCTION public.rows_of_b(relation regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    answer bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %s AS r WHERE to_jsonb(r) ->> ''tenant_id'' LIKE ''bbbb%%''', relation) INTO answer;
    RETURN answer;
END $$;
SELECT public.rows_of_b('replenish.materials') > 0 AS counted \gset

ANALYZE replenish.materials;
SELECT 1 / (count(*) > 0)::int FROM pg_stats WHERE schemaname = 'replenish' AND coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '') LIKE '%secret-b%' \g /dev/null
\c - writer_a
SET search_path = public, pg_catalog;
SELECT plan(43);
SELECT is(replenish.current_tenant_id(), :a::uuid, 'the login is tenant A');
SELECT ok(:'counted', 'what rows_of_b counts is there for a superuser');

-- No way to switch.
SELECT throws_ok($$ SET app.current_tenant_id = 'bbbbbbbb-0000-4000-8000-000000000000' $$, '42501', NULL, 'SET is refused');
SELECT throws_ok($$ SELECT set_config('app.current_tenant_id', 'bbbbbbbb-0000-4000-8000-000000000000', true) $$, '42501', NULL, 'set_config is refused');
SELECT throws_ok($$ ALTER ROLE writer_a SET app.current_tenant_id = 'bbbbbbbb-0000-4000-8000-000000000000' $$, '42501', NULL, 'ALTER ROLE self is refused');
SELECT throws_ok(
    $$ CREATE FUNCTION public.sneak() RETURNS bigint LANGUAGE sql SET app.current_tenant_id = 'bbbbbbbb-0000-4000-8000-000000000000' AS 'SELECT count(*) FROM replenish.materials' $$,
    '42501', NULL, 'a function with a SET clause is refused');
SELECT throws_ok('SET ROLE replenish_owner', '42501', NULL, 'SET ROLE owner is refused');
SELECT throws_ok('SET ROLE replenish_batch', '42501', NULL, 'SET ROLE batch is refused');
SELECT throws_ok('SET SESSION AUTHORIZATION reader_b', '42501', NULL, 'another login is refused');
SELECT throws_ok('ALTER TABLE replenish.materials DISABLE ROW LEVEL SECURITY', '42501', NULL, 'row-level security stays on');
SELECT throws_ok('CREATE FUNCTION replenish.trap() RETURNS int LANGUAGE sql AS $f$ SELECT 1 $f$', '42501', NULL, 'CREATE in the schema is refused');
SELECT throws_ok($$ SELECT replenish.isolate_tenant('replenish.materials') $$, '42501', NULL, 'the owner''s functions are closed');
SELECT throws_ok('TRUNCATE replenish.materials', '42501', NULL, 'TRUNCATE is refused');
SELECT throws_ok('CREATE RULE r AS ON SELECT TO replenish.materials DO INSTEAD SELECT 1', '42501', NULL, 'rules are refused');
SET row_security = off;
SELECT throws_ok('SELECT * FROM replenish.materials', '42501', NULL, 'row_security = off raises an error');
RESET row_security;

-- Every relation: nothing of B.
SELECT is_empty(
    $$ SELECT c.oid::regclass FROM pg_class AS c
       WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'v') AND public.rows_of_b(c.oid) > 0 $$,
    'no table and no view shows a row of B');
SELECT is((SELECT count(*) FROM replenish.materials), 3::bigint, 'A sees its own');
SELECT is((SELECT count(*) FROM replenish.tenants), 1::bigint, 'A sees its own registry row');
SELECT is((SELECT max(actual_demand_quantity) FROM replenish.demand_history) < 1000, true, 'no quantity of B');
SELECT is((SELECT max(total_demand_quantity) FROM replenish.daily_demand_summary) < 1000, true, 'nor in the summary');

-- Every read and writer with B's ids.
SELECT is_empty(format('SELECT * FROM replenish.get_demand_history(%L, %L, %L)', :b, :facility, :m1), 'get_demand_history');
SELECT is_empty(format('SELECT * FROM replenish.get_material_forecasts(%L, %L, %L)', :b, :facility, :m1), 'get_material_forecasts');
SELECT is_empty(format('SELECT * FROM replenish.calculate_safety_stock(%L, %L, %L)', :b, :facility, :m1), 'calculate_safety_stock');
SELECT is_empty(format('SELECT * FROM replenish.get_forecast_accuracy_summary(%L, %L)', :b, :facility), 'get_forecast_accuracy_summary');
SELECT is_empty(format('SELECT * FROM replenish.get_forecast_accuracy_metrics(%L, %L, %L)', :b, :facility, :m1), 'get_forecast_accuracy_metrics');
SELECT is_empty(format('SELECT * FROM replenish.get_replenishment_recommendations(%L, %L)', :b, :facility), 'get_replenishment_recommendations');
SELECT is(replenish.explain_forecast(:b, :facility, :m1), NULL, 'explain_forecast');
SELECT is(replenish.explain_suggestion(:'b_suggestion'), NULL, 'explain_suggestion');
SELECT throws_ok(format('SELECT * FROM replenish.generate_forecasts(%L, %L)', :b, :facility), '42501', NULL, 'generate_forecasts');
SELECT throws_ok(format('SELECT * FROM replenish.calculate_forecast_accuracy(%L, %L)', :b, :facility), '42501', NULL, 'calculate_forecast_accuracy');
SELECT throws_ok(format('SELECT * FROM replenish.generate_replenishment_recommendations(%L, %L)', :b, :facility), '42501', NULL, 'generate_replenishment_recommendations');
SELECT throws_ok(format('SELECT replenish.record_demand(%L, %L, %L, ''2025-01-05'', 1)', :b, :facility, :m1), '42501', NULL, 'record_demand');
SELECT throws_ok(format('SELECT replenish.backfill_demand_history(%L, %L, ''2025-01-01'', ''2025-01-05'')', :b, :facility), '42501', NULL, 'backfill_demand_history');
SELECT throws_ok(format('SELECT * FROM replenish.review_suggestion(%L, ''APPROVED'')', :'b_suggestion'), '22023', NULL, 'review_suggestion knows no suggestion of B');

-- Writing for B.
SELECT throws_ok(
    format('INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom) VALUES (%L, gen_random_uuid(), ''X'', ''x'', ''EA'')', :b),
    '42501', NULL, 'INSERT for B is refused');
SELECT throws_ok(format('UPDATE replenish.materials SET tenant_id = %L', :b), '42501', NULL, 'UPDATE of tenant_id is refused');
WITH gone AS (DELETE FROM replenish.demand_history WHERE tenant_id = :b RETURNING 1)
SELECT is((SELECT count(*) FROM gone), 0::bigint, 'DELETE finds nothing of B');

-- Within its own tenant the writer may do its work, and the reader may read it.
SELECT is((SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, forecast_horizon_days => 7)), 21::bigint, 'a writer forecasts its own demand');
SELECT is((replenish.record_demand(:a, :facility, :m1, '2025-03-02', 5)).actual_demand_quantity, 5::numeric, 'records it');
SELECT lives_ok(format('SELECT * FROM replenish.calculate_forecast_accuracy(%L, %L)', :a, :facility), 'measures it');
SELECT lives_ok(format('SELECT * FROM replenish.generate_replenishment_recommendations(%L, %L, as_of => ''2025-03-02'')', :a, :facility), 'and asks for suggestions');

-- Expressions that would tell what they see.
CREATE FUNCTION public.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
$$ BEGIN IF $1 LIKE 'secret-b%' THEN RAISE EXCEPTION 'leaked %', $1; END IF; RETURN true; END $$;
SELECT lives_ok('SELECT count(*) FROM replenish.materials WHERE public.leak(material_name)', 'a cheap leaky function never meets a row of B');
SELECT is_empty($$ SELECT FROM pg_stats WHERE schemaname = 'replenish' AND coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '') LIKE '%secret-b%' $$, 'pg_stats shows nothing of B');
SELECT * FROM finish();
\c - reader_b
SELECT 1 / (count(*) = 3)::int FROM replenish.materials \g /dev/null
SELECT 1 / (count(*) > 0)::int FROM replenish.get_material_forecasts(:b, :facility, :m1) \g /dev/null
SELECT 1 / (replenish.explain_forecast(:b, :facility, :m1) IS NOT NULL)::int \g /dev/null
SELECT 1 / (count(*) > 0)::int FROM replenish.vw_critical_replenishment_recommendations \g /dev/null

