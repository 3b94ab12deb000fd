-- demand_history by months: the same rows, the same forecasts, the same protection.
-- Seen to fail: with partitions that get no policy, or are not forced; with table_grants() letting writers into
-- partitions; with table_definition() without triggers, foreign keys or policies; without the check of the
-- isolation level; with strays that stay in demand_history_other; with a maintenance that does not look for them;
-- with EXECUTE or ownership left unchecked; with an uninstall() that does not lift FORCE before it looks.
\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT plan(43);
-- What a reader can see of the state before and after: rows, forecasts, plans, notes, facts of the table.
CREATE FUNCTION public.state_of_affairs() RETURNS TABLE (what text, md5 text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT 'rows', md5(string_agg(h::text, E'\n' ORDER BY h::text)) FROM replenish.demand_history AS h;
    RETURN QUERY SELECT 'summary', md5(string_agg(s::text, E'\n' ORDER BY s::text)) FROM replenish.daily_demand_summary AS s;
    RETURN QUERY SELECT 'forecasts', md5(string_agg((v.tenant_id, v.material_id, v.forecast_version, v.mean, v.lower_95, v.upper_80)::text, E'\n' ORDER BY v::text))
        FROM replenish.forecast_versions AS v;
    RETURN QUERY SELECT 'definition', md5(string_agg(replace(d, ' ON ONLY ', ' ON '), E'\n' ORDER BY d)) FROM replenish.table_definition('replenish.demand_history') AS d;
    -- Not by table_definition() alone, which the partitioning itself goes by.
    RETURN QUERY SELECT 'policies', md5(string_agg((p.polname, p.polcmd, p.polpermissive, p.polroles, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))::text, E'\n' ORDER BY p.polname))
        FROM pg_policy AS p WHERE p.polrelid = 'replenish.demand_history'::regclass;
    RETURN QUERY SELECT 'triggers', md5(string_agg(pg_get_triggerdef(t.oid), E'\n' ORDER BY t.tgname))
        FROM pg_trigger AS t WHERE t.tgrelid = 'replenish.demand_history'::regclass AND NOT t.tgisinternal;
    RETURN QUERY SELECT 'constraints', md5(string_agg(c.conname || pg_get_constraintdef(c.oid), E'\n' ORDER BY c.conname))
        FROM pg_constraint AS c WHERE c.conrelid = 'replenish.demand_history'::regclass AND c.contype IN ('c', 'p', 'u', 'f');
    RETURN QUERY SELECT 'columns', md5(string_agg((a.attname, a.atttypid, a.attnotnull, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum))::text, E'\n' ORDER BY a.attname))
        FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = 'replenish.demand_history'::regclass AND a.attnum > 0;
    RETURN QUERY SELECT 'owner and flags', md5((c.relowner, c.relrowsecurity, c.relforcerowsecurity, ARRAY(SELECT a::text FROM unnest(c.relacl) AS a ORDER BY 1))::text)
        FROM pg_class AS c WHERE c.oid = 'replenish.demand_history'::regclass;
    RETURN QUERY SELECT 'views', md5(string_agg(c.relname || pg_get_userbyid(c.relowner) || pg_get_viewdef(c.oid) || coalesce(c.reloptions::text, '') || coalesce(obj_description(c.oid), '') || coalesce(c.relacl::text, ''), E'\n' ORDER BY c.relname))
        FROM pg_class AS c WHERE c.relkind = 'v' AND c.relnamespace IN ('replenish'::regnamespace, 'public'::regnamespace) AND c.relname <> 'pg_all_foreign_keys' AND c.relname <> 'tap_funky';
END $$;

-- An outlier of long ago, a privilege on a column, a policy, a trigger and a view of the user's own.
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
VALUES (:a, :facility, :m3, '2019-05-05', 3, 'EA');
CREATE ROLE auditor;
GRANT SELECT (demand_date) ON replenish.demand_history TO auditor;
CREATE POLICY no_outliers ON replenish.demand_history AS RESTRICTIVE FOR UPDATE TO auditor USING (actual_demand_quantity < 1e6);
CREATE VIEW public.my_view WITH (security_barrier = true) AS SELECT h.demand_date, h.actual_demand_quantity FROM replenish.demand_history AS h;
COMMENT ON VIEW public.my_view IS 'mine';
CREATE VIEW public.my_second AS SELECT * FROM public.my_view;
CALL replenish.run_daily_forecasts();
CREATE TABLE public.before AS SELECT * FROM public.state_of_affairs();

-- Refusals leave everything as it was.
SET SESSION AUTHORIZATION night;
SELECT throws_ok('SELECT replenish.partition_demand_history()', '42501', 'permission denied for function partition_demand_history', 'the batch role may not partition');
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION replenish.partition_demand_history(date, integer) TO night;
SET SESSION AUTHORIZATION night;
SELECT throws_ok('SELECT replenish.partition_demand_history()', '42501', 'demand_history belongs to role replenish_owner, not to night', 'nor where it may call the function');
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION replenish.partition_demand_history(date, integer) FROM night;
SET ROLE replenish_owner;
SELECT throws_ok('SELECT replenish.maintain_demand_partitions()', '55000', 'demand_history is not partitioned', 'there is nothing to maintain yet');
SELECT throws_ok('SELECT replenish.partition_demand_history(months_ahead => 0)', '22023', 'months_ahead must be between 1 and 120, not 0', 'months_ahead is checked');
SELECT throws_ok($$ SELECT replenish.partition_demand_history('1900-01-01') $$, '22023', NULL, 'so is the number of partitions');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT throws_ok('SELECT replenish.partition_demand_history()', '25001', NULL, 'a snapshot older than the lock could lose rows');
ROLLBACK;
SELECT throws_ok('SELECT replenish.partition_demand_history()', '42501', 'permission denied for schema public', 'a view of another owner is not touched');
RESET ROLE;
CREATE MATERIALIZED VIEW public.stale AS SELECT count(*) FROM replenish.demand_history;
SELECT throws_ok('SELECT replenish.partition_demand_history()', '2BP01', NULL, 'what cannot be bound to the new table stops it');
DROP MATERIALIZED VIEW public.stale;
SELECT is_empty('SELECT * FROM public.state_of_affairs() EXCEPT SELECT * FROM public.before', 'and nothing has changed');

SELECT lives_ok($$ CREATE TABLE public.made AS SELECT * FROM replenish.partition_demand_history('2024-12-01') AS p (name) $$, 'partition_demand_history()');
SELECT is((SELECT array_agg(name ORDER BY name) FROM public.made WHERE name < 'demand_history_2025_03'), ARRAY['demand_history_2024_12', 'demand_history_2025_01', 'demand_history_2025_02'], 'a partition a month');
SELECT is((SELECT max(name) FROM public.made WHERE name <> 'demand_history_other'), to_char(now() + interval '3 months', '"demand_history_"YYYY_MM'), 'through three months from now');
SELECT results_eq('SELECT * FROM public.before', 'SELECT * FROM public.state_of_affairs()', 'rows, forecasts, definition, columns, owner, grants and views are the same');
SELECT is((SELECT count(*) FROM replenish.demand_changes), 0::bigint, 'to partition is no change of demand');
SELECT is((SELECT count(*) FROM replenish.demand_history_other), 1::bigint, 'what is older than first_month is kept apart');
SELECT is_empty($$ SELECT * FROM replenish.verify_deployment() WHERE status = 'FAILED' $$, 'verify_deployment() finds nothing wrong');
SELECT is((SELECT detail FROM replenish.verify_deployment() WHERE check_name = 'partitions'), 'there for this month and the next', 'and sees the partitions');
SELECT is_empty($$ SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relname LIKE 'demand\_history%' AND c.relkind IN ('r', 'p') AND (obj_description(c.oid, 'pg_class') IS NULL OR col_description(c.oid, a.attnum) IS NULL) $$, 'every partition and column has its comment');
SELECT is_empty($$ SELECT c.oid::regclass FROM pg_class AS c WHERE c.relispartition AND c.relkind = 'r' AND (
    pg_get_userbyid(c.relowner) <> 'replenish_owner' OR NOT c.relforcerowsecurity
    OR NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname = 'touch_row')
    OR (SELECT count(*) FROM pg_constraint AS k WHERE k.conrelid = c.oid) <> (SELECT count(*) FROM pg_constraint AS k WHERE k.conrelid = 'replenish.demand_history'::regclass)) $$, 'owner, FORCE, trigger, checks, key and foreign key on each');

-- Directly.
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET SESSION AUTHORIZATION writer_a;
SET search_path = public, pg_catalog;
SELECT is((SELECT count(*) FROM replenish.demand_history_2025_01), 93::bigint, 'a tenant reads its rows of a partition');
SELECT is_empty($$ SELECT tenant_id FROM replenish.demand_history_2025_01 WHERE tenant_id <> replenish.current_tenant_id() $$, 'and nobody else''s');
SELECT throws_ok($$ INSERT INTO replenish.demand_history_2025_01 (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    VALUES ('aaaaaaaa-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', '2025-01-05', 1, 'EA') $$,
    '42501', 'permission denied for table demand_history_2025_01', 'nobody writes into a partition directly, past the triggers of the whole');
SELECT throws_ok($$ DELETE FROM replenish.demand_history_2025_01 $$, '42501', NULL, 'or deletes from it');
SELECT throws_ok($$ INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    VALUES ('bbbbbbbb-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '2025-06-01', 1, 'EA') $$, '42501', NULL, 'nor for another tenant into the whole');
SELECT lives_ok($$ SELECT replenish.record_demand('aaaaaaaa-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '2025-02-01', 5) $$, 'demand is recorded as before');
SELECT throws_ok($$ INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    VALUES ('aaaaaaaa-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000099', '2025-06-01', 1, 'EA') $$, '23503', NULL, 'the foreign key holds');
SELECT throws_ok($$ INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    VALUES ('aaaaaaaa-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '2025-02-01', 1, 'EA') $$, '23505', NULL, 'so does the key');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT count(*) FROM replenish.demand_changes), 1::bigint, 'a change of the past through the whole is noticed');
SELECT is((SELECT updated_by FROM replenish.demand_history WHERE demand_date = '2025-02-01' AND material_id = :m1 AND tenant_id = :a), 'writer_a', 'and who made it');
RESET app.current_tenant_id;
CALL replenish.run_daily_forecasts();
SELECT is((SELECT array_agg(forecast_version ORDER BY forecast_version) FROM replenish.forecast_series WHERE tenant_id = :a AND material_id = :m1), ARRAY[1, 2], 'the night forecasts that series anew');
SELECT is((SELECT count(*) FROM replenish.forecast_series), 7::bigint, 'and only it');

-- Later months.
SET ROLE replenish_owner;
SELECT is_empty('SELECT replenish.maintain_demand_partitions()', 'no month is missing');
SELECT results_eq('SELECT replenish.maintain_demand_partitions(4)', $$ SELECT to_char(now() + interval '4 months', '"demand_history_"YYYY_MM') $$, 'one more');
RESET ROLE;
DROP TABLE replenish.demand_history_2025_03;
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom) VALUES (:a, :facility, :m1, '2025-03-03', 4, 'EA'), (:b, :facility, :m1, '2025-03-31', 4, 'EA');
SELECT is((SELECT count(*) FROM replenish.demand_history_other), 3::bigint, 'rows without a partition are not lost');
SET ROLE replenish_owner;
SELECT results_eq('SELECT replenish.maintain_demand_partitions()', $$ VALUES ('demand_history_2025_03') $$, 'and get one');
RESET ROLE;
SELECT results_eq('SELECT (SELECT count(*) FROM replenish.demand_history_2025_03), (SELECT count(*) FROM replenish.demand_history_other)', 'VALUES (2::bigint, 1::bigint)', 'with the rows of both tenants');
SELECT is_empty($$ SELECT * FROM replenish.verify_deployment() WHERE status = 'FAILED' $$, 'all is well');
SELECT is((SELECT relforcerowsecurity FROM pg_class WHERE oid = 'replenish.demand_history_other'::regclass), true, 'row-level security is forced again');

-- The library goes and comes back.
SET client_min_messages = warning;
DROP EXTENSION pg_replenish CASCADE;
SET ROLE replenish_owner;
SELECT is((SELECT count(*) FROM replenish.demand_history_2025_01), 0::bigint, 'DROP EXTENSION CASCADE leaves partitions locked');
RESET ROLE;
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles() \g /dev/null
SET ROLE replenish_owner;
SELECT lives_ok('SELECT replenish.install()', 'install() repairs a partitioned table');
RESET ROLE;
SELECT is_empty($$ SELECT * FROM replenish.verify_deployment() WHERE status = 'FAILED' $$, 'completely');
SET ROLE replenish_owner;
SELECT throws_ok('SELECT replenish.uninstall()', '55000', NULL, 'uninstall() sees the rows of partitions');
RESET ROLE;
DROP VIEW public.my_second, public.my_view;
SET ROLE replenish_owner;
SELECT lives_ok('SELECT replenish.uninstall(drop_data => true)', 'and drops them when told to');
RESET ROLE;
SELECT * FROM finish();
