-- verify_deployment() finds what is broken: each fault is made, must be found under its own name with
-- something to do, and is undone by the ROLLBACK of its savepoint.
\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT count(*) FROM replenish.load_demo_data() \g /dev/null
CALL replenish.run_daily_forecasts();
BEGIN;
SET LOCAL app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
COMMIT;
SELECT replenish.guard_schema() \g /dev/null
CREATE TABLE public.faults (place integer GENERATED ALWAYS AS IDENTITY, check_name text, status text, fault text);
INSERT INTO public.faults (check_name, status, fault) VALUES
    ('library', 'FAILED', $$ UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'pg_replenish' $$),
    ('migrations', 'FAILED', $$ DELETE FROM replenish.schema_migrations WHERE migration_number = 6 $$),
    ('schema', 'FAILED', $$ INSERT INTO replenish.schema_migrations VALUES (999, '0999_later', now(), 'x', '9.9.9') $$),
    ('tables', 'FAILED', $$ DROP TABLE replenish.class_service_levels $$),
    ('views', 'FAILED', $$ DROP VIEW replenish.material_classes $$),
    ('constraints', 'FAILED', $$ ALTER TABLE replenish.materials DROP CONSTRAINT materials_abc_class_known $$),
    ('constraints', 'FAILED', $$ UPDATE pg_constraint SET convalidated = false WHERE conname = 'materials_abc_class_known' $$),
    ('indexes', 'FAILED', $$ DROP INDEX replenish.demand_history_facility_date_idx $$),
    ('indexes', 'FAILED', $$ UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'replenish.demand_history_facility_date_idx'::regclass $$),
    ('row-level security', 'FAILED', $$ ALTER TABLE replenish.vendors NO FORCE ROW LEVEL SECURITY $$),
    ('row-level security', 'FAILED', $$ ALTER TABLE replenish.vendors DISABLE ROW LEVEL SECURITY $$),
    ('row-level security', 'FAILED', $$ CREATE TABLE replenish.mine (tenant_id uuid) $$),
    ('policies', 'FAILED', $$ DROP POLICY tenant_isolation ON replenish.vendors $$),
    ('policies', 'FAILED', $$ ALTER POLICY tenant_isolation ON replenish.vendors WITH CHECK (true) $$),
    ('policies', 'FAILED', $$ ALTER POLICY tenant_isolation ON replenish.vendors USING (tenant_id IS NOT NULL) $$),
    ('open policies', 'WARNING', $$ CREATE POLICY all_of_it ON replenish.vendors USING (true) $$),
    ('keys', 'FAILED', $$ CREATE UNIQUE INDEX vendors_name ON replenish.vendors (vendor_name) $$),
    ('keys', 'FAILED', $$ CREATE TABLE public.t (i uuid PRIMARY KEY); ALTER TABLE replenish.vendors ADD FOREIGN KEY (vendor_id) REFERENCES public.t NOT VALID $$),
    ('replica identity', 'FAILED', $$ ALTER TABLE replenish.vendors REPLICA IDENTITY NOTHING $$),
    ('views'' rights', 'FAILED', $$ ALTER VIEW replenish.material_forecasts RESET (security_invoker) $$),
    ('views'' rights', 'FAILED', $$ CREATE MATERIALIZED VIEW replenish.mine AS SELECT 1 $$),
    ('grants to PUBLIC', 'FAILED', $$ GRANT SELECT ON replenish.vendors TO PUBLIC $$),
    ('grants to PUBLIC', 'FAILED', $$ GRANT CREATE ON SCHEMA replenish TO PUBLIC $$),
    ('grants missing', 'FAILED', $$ REVOKE INSERT ON replenish.vendors FROM replenish_writer $$),
    ('grants beyond', 'FAILED', $$ GRANT UPDATE ON replenish.vendors TO replenish_reader $$),
    ('grants beyond', 'FAILED', $$ GRANT TRUNCATE ON replenish.vendors TO replenish_batch $$),
    ('functions', 'FAILED', $$ ALTER EXTENSION pg_replenish DROP FUNCTION replenish.load_demo_data(date); DROP FUNCTION replenish.load_demo_data(date) $$),
    ('library functions', 'FAILED', $$ UPDATE pg_proc SET prosrc = 'gone_wrapper' WHERE oid = 'replenish.service_level_z(float8)'::regprocedure $$),
    ('search_path', 'FAILED', $$ ALTER FUNCTION replenish.assert_tenant(uuid) RESET search_path $$),
    ('search_path', 'FAILED', $$ ALTER FUNCTION replenish.assert_tenant(uuid) SECURITY DEFINER $$),
    ('writers closed', 'FAILED', $$ GRANT EXECUTE ON FUNCTION replenish.uninstall(boolean) TO PUBLIC $$),
    ('writers granted', 'FAILED', $$ REVOKE EXECUTE ON FUNCTION replenish.uninstall(boolean) FROM replenish_owner $$),
    ('roles', 'FAILED', $$ ALTER ROLE replenish_reader BYPASSRLS $$),
    ('guard', 'WARNING', $$ ALTER EVENT TRIGGER replenish_guard DISABLE $$),
    ('active versions', 'FAILED', $$ UPDATE replenish.forecast_heads SET last_version = 7 WHERE last_version = 1 $$),
    ('version gaps', 'FAILED', $$ INSERT INTO replenish.forecast_versions SELECT tenant_id, facility_id, material_id, 3, 1, gen_random_uuid(), now(), false, start_date, horizon_days, mean, lower_80, upper_80, lower_95, upper_95 FROM replenish.forecast_versions $$),
    ('orphans', 'FAILED', $$ SET LOCAL session_replication_role = replica; DELETE FROM replenish.forecast_heads $$),
    ('orphans', 'FAILED', $$ DELETE FROM replenish.forecast_fits $$),
    ('duplicate suggestions', 'FAILED', $$ DROP INDEX replenish.replenishment_suggestions_one_open;
        INSERT INTO replenish.replenishment_suggestions SELECT (jsonb_populate_record(r, jsonb_build_object('suggestion_id', gen_random_uuid()))).* FROM replenish.replenishment_suggestions AS r $$),
    ('registered tenants', 'WARNING', $$ DELETE FROM replenish.tenants WHERE tenant_name = 'A' $$);

CREATE FUNCTION public.found(fault text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    names text[];
BEGIN
    BEGIN
        EXECUTE fault;
        names := ARRAY(SELECT v.check_name || ' ' || v.status FROM replenish.verify_deployment() AS v
            WHERE v.status <> 'OK' AND v.detail <> '' AND v.what_to_do <> '' AND v.check_name <> 'jobs');
        RAISE EXCEPTION USING ERRCODE = 'RB001', MESSAGE = 'undo';
    EXCEPTION WHEN SQLSTATE 'RB001' THEN
        NULL;
    END;
    RETURN QUERY SELECT unnest(names);
END $$;
SELECT plan(8 + (SELECT count(*)::integer FROM public.faults));

SELECT is_empty($$ SELECT * FROM replenish.verify_deployment() WHERE status <> 'OK' AND check_name <> 'jobs' $$, 'a sound deployment has no finding');
SELECT ok((SELECT count(*) FROM replenish.verify_deployment()) >= 30, 'and many checks');
SELECT is((SELECT count(*) FROM replenish.verify_deployment() WHERE what_to_do IS NOT NULL AND status = 'OK'), 0::bigint, 'with nothing to do');
SELECT ok(
    f.check_name || ' ' || f.status IN (SELECT public.found(f.fault)),
    format('%s: %s', f.check_name, left(regexp_replace(f.fault, '\s+', ' ', 'g'), 90)))
FROM public.faults AS f ORDER BY f.place;

-- Indexes: "used" is judged by scans.
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :a, :facility, :m1, date '1950-01-01' + d, 1, 'EA' FROM generate_series(1, 12000) AS d;
CREATE INDEX demand_history_idle_idx ON replenish.demand_history (tenant_id, demand_uom);
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT is((SELECT status FROM replenish.verify_relations() WHERE check_name = 'indexes used'), 'OK', 'an index is not idle on its first day');
SELECT matches((SELECT detail FROM replenish.verify_relations('0 s') WHERE check_name = 'indexes used' AND status = 'WARNING'), 'demand_history_idle_idx', 'but is once there was time enough');

SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET SESSION AUTHORIZATION writer_a;
SET search_path = public, pg_catalog;
SELECT is_empty($$ SELECT * FROM replenish.verify_deployment() WHERE status = 'FAILED' $$, 'a writer may ask');
SELECT is((SELECT detail FROM replenish.verify_deployment() WHERE check_name = 'data'), 'rows of tenant aaaaaaaa-0000-4000-8000-000000000000 were looked at', 'and is told whose rows were looked at');
RESET SESSION AUTHORIZATION;
RESET app.current_tenant_id;
SET SESSION AUTHORIZATION night;
SELECT is((SELECT status FROM replenish.verify_deployment() WHERE check_name = 'data'), 'WARNING', 'who sees no rows is told so');
RESET SESSION AUTHORIZATION;
SELECT * FROM finish();
