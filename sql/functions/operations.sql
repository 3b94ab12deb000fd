CREATE FUNCTION replenish.verify_deployment()
RETURNS TABLE (check_name text, status text, detail text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pending text;
BEGIN
    IF to_regclass('replenish.schema_migrations') IS NULL THEN
        RETURN QUERY VALUES (
            'tables', 'FAILED', 'the tables are not there: run SELECT replenish.install()'
        );
        RETURN;
    END IF;
    SELECT string_agg(m.migration_name, ', ' ORDER BY m.migration_number) INTO pending
    FROM replenish.migrations() AS m
    WHERE NOT EXISTS (
        SELECT FROM replenish.schema_migrations AS s WHERE s.migration_number = m.migration_number
    );
    RETURN QUERY
    SELECT 'migrations', CASE WHEN pending IS NULL THEN 'OK' ELSE 'FAILED' END,
        coalesce('not applied: ' || pending || '; run SELECT replenish.install()', 'all applied');
    RETURN QUERY
    SELECT c.check_name, c.status, c.detail FROM replenish.verify_relations() AS c
    UNION ALL
    SELECT c.check_name, c.status, c.detail FROM replenish.verify_server() AS c
    UNION ALL
    SELECT c.check_name, c.status, c.detail FROM replenish.verify_data() AS c;
END
$$;

-- Tables, indexes, row-level security, views and functions, from the catalog.
CREATE FUNCTION replenish.verify_relations()
RETURNS TABLE (check_name text, status text, detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH tables AS (
        SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity
        FROM pg_class AS c
        WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p')
    ),
    findings (check_name, finding, fine) AS (
        SELECT 'tables', string_agg(w.name, ', '), 'all there'
        FROM (VALUES
            ('alert_rules'), ('alerts'), ('job_metrics'), ('metrics'),
            ('demand_history'), ('class_service_levels'), ('facilities'), ('forecast_accuracy_metrics'), ('forecast_models'),
            ('forecast_fits'), ('forecast_heads'), ('forecast_overrides'), ('forecast_series'),
            ('forecast_versions'), ('demand_changes'), ('holidays'), ('inventory_levels'),
            ('inventory_transactions'), ('job_chunks'), ('job_errors'), ('job_progress'), ('job_runs'), ('job_series'), ('material_forecasts'),
            ('materials'), ('open_orders'), ('replenishment_suggestions'), ('supplier_receipts'),
            ('tenants'), ('vendor_prices'), ('vendors'), ('vw_critical_replenishment_recommendations'),
            ('vw_forecast_accuracy_summary'), ('daily_demand_summary')
        ) AS w (name)
        WHERE to_regclass('replenish.' || w.name) IS NULL
        UNION ALL
        SELECT 'row-level security', string_agg(t.relname, ', '), 'enabled and forced on every table'
        FROM tables AS t
        WHERE NOT (t.relrowsecurity AND t.relforcerowsecurity)
        UNION ALL
        SELECT 'policies', string_agg(t.relname, ', '), 'every table has one with USING and WITH CHECK'
        FROM tables AS t
        WHERE NOT EXISTS (
            SELECT FROM pg_policy AS p
            WHERE p.polrelid = t.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL
        )
        UNION ALL
        SELECT 'keys', string_agg(i.indexrelid::regclass::text, ', '), 'every unique key leads with tenant_id'
        FROM pg_index AS i
        JOIN tables AS t ON t.oid = i.indrelid AND t.relname <> 'schema_migrations'
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND a.attname <> 'tenant_id'
        UNION ALL
        SELECT 'indexes', string_agg(i.indexrelid::regclass::text, ', '), 'all valid'
        FROM pg_index AS i
        JOIN tables AS t ON t.oid = i.indrelid
        WHERE NOT i.indisvalid
        UNION ALL
        SELECT 'views', string_agg(c.relname, ', '), 'all run with the caller''s rights'
        FROM pg_class AS c
        WHERE c.relnamespace = 'replenish'::regnamespace
            AND c.relkind = 'v'
            AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)
        UNION ALL
        SELECT 'functions', string_agg(p.oid::regprocedure::text, ', '), 'no writer is open to PUBLIC'
        FROM pg_proc AS p
        WHERE p.pronamespace = 'replenish'::regnamespace
            AND p.provolatile = 'v'
            AND p.prorettype <> 'trigger'::regtype
            AND has_function_privilege('public', p.oid, 'EXECUTE')
    )
    SELECT f.check_name, CASE WHEN f.finding IS NULL THEN 'OK' ELSE 'FAILED' END,
        coalesce(f.finding, f.fine)
    FROM findings AS f
$$;

CREATE FUNCTION replenish.verify_server()
RETURNS TABLE (check_name text, status text, detail text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    scheduled integer;
BEGIN
    RETURN QUERY
    SELECT 'library', 'OK', format('version %s', e.extversion)
    FROM pg_extension AS e
    WHERE e.extname = 'pg_replenish';
    -- Only some roles may see this setting; for the others there is no row.
    RETURN QUERY
    SELECT 'preload',
        CASE WHEN s.setting ~ '\mpg_replenish\M' THEN 'OK' ELSE 'WARNING' END,
        format('shared_preload_libraries is ''%s''', s.setting)
    FROM pg_settings AS s
    WHERE s.name = 'shared_preload_libraries';
    RETURN QUERY
    SELECT 'roles', CASE WHEN count(*) FILTER (WHERE to_regrole(r.name) IS NULL) = 0 THEN 'OK' ELSE 'WARNING' END,
        coalesce(
            'missing: ' || string_agg(r.name, ', ') FILTER (WHERE to_regrole(r.name) IS NULL)
                || '; run SELECT replenish.create_roles()',
            'all there')
    FROM (VALUES
        ('replenish_owner'), ('replenish_reader'), ('replenish_writer'), ('replenish_batch')
    ) AS r (name);
    IF to_regclass('cron.job') IS NULL OR NOT has_table_privilege('cron.job', 'SELECT') THEN
        RETURN QUERY VALUES ('jobs', 'WARNING', 'pg_cron is not at hand: see the hint of schedule_jobs()');
    ELSE
        EXECUTE 'SELECT count(*) FROM cron.job AS j JOIN replenish.nightly_jobs() AS n '
            'ON n.job_name = j.jobname WHERE j.active' INTO scheduled;
        RETURN QUERY
        SELECT 'jobs', CASE WHEN scheduled = 4 THEN 'OK' ELSE 'WARNING' END,
            format('%s of 4 jobs are scheduled and visible to %s', scheduled, current_user);
    END IF;
END
$$;

-- What the rows of the current tenant say (of all tenants, for a superuser).
CREATE FUNCTION replenish.verify_data()
RETURNS TABLE (check_name text, status text, detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'active versions',
        CASE WHEN count(*) = 0 THEN 'OK' ELSE 'FAILED' END,
        format('%s series whose version in force or its model is missing', count(*))
    FROM replenish.forecast_heads AS h
    LEFT JOIN replenish.forecast_versions AS v
        ON v.tenant_id = h.tenant_id
        AND v.facility_id = h.facility_id
        AND v.material_id = h.material_id
        AND v.forecast_version = h.last_version
    LEFT JOIN replenish.forecast_fits AS f
        ON f.tenant_id = h.tenant_id
        AND f.facility_id = h.facility_id
        AND f.material_id = h.material_id
        AND f.first_version = h.fit_version
    WHERE h.last_version > 0
        AND (v.fit_version IS DISTINCT FROM h.fit_version OR f.first_version IS NULL)
    UNION ALL
    SELECT 'duplicate suggestions',
        CASE WHEN count(*) = 0 THEN 'OK' ELSE 'FAILED' END,
        format('%s materials with more than one open suggestion', count(*))
    FROM (
        SELECT r.tenant_id, r.facility_id, r.material_id
        FROM replenish.replenishment_suggestions AS r
        WHERE r.suggestion_status IN ('PENDING', 'APPROVED')
        GROUP BY r.tenant_id, r.facility_id, r.material_id
        HAVING count(*) > 1
    ) AS d
    UNION ALL
    SELECT 'registered tenants',
        CASE WHEN count(*) = 0 THEN 'OK' ELSE 'WARNING' END,
        format('%s tenants with materials are not in replenish.tenants: the nightly runs pass them by', count(*))
    FROM (
        SELECT DISTINCT m.tenant_id
        FROM replenish.materials AS m
        WHERE NOT EXISTS (SELECT FROM replenish.tenants AS t WHERE t.tenant_id = m.tenant_id)
    ) AS u
$$;

-- Cheap enough for a probe every second: two formulas and two pages, whatever the size of the
-- tables. A role without a tenant, or without rights on the tables, may ask as well.
CREATE FUNCTION replenish.health_check() RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    forecasting text;
    safety_stock text := 'up';
    demand_history text;
BEGIN
    BEGIN
        PERFORM FROM replenish.forecast_naive(ARRAY[1, 2, 3], 1);
        forecasting := replenish.probe_table('forecast_heads');
    EXCEPTION WHEN OTHERS THEN
        forecasting := 'down: ' || SQLERRM;
    END;
    BEGIN
        PERFORM replenish.safety_stock(10, 3, 7);
    EXCEPTION WHEN OTHERS THEN
        safety_stock := 'down: ' || SQLERRM;
    END;
    demand_history := replenish.probe_table('demand_history');
    RETURN jsonb_build_object(
        'status', CASE
            WHEN forecasting = 'up' AND safety_stock = 'up' AND demand_history = 'up' THEN 'healthy'
            ELSE 'unhealthy'
        END,
        'timestamp', clock_timestamp(),
        'database', current_database(),
        'services', jsonb_build_object(
            'forecasting', forecasting,
            'safetyStock', safety_stock,
            'demandHistory', demand_history
        ),
        'uptime', extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::bigint
    );
END
$$;

-- Reads one page by its address: a search for a row would read a whole table where the caller has
-- no tenant, since no row is theirs.
CREATE FUNCTION replenish.probe_table(table_name text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation CONSTANT regclass := to_regclass(format('replenish.%I', table_name));
BEGIN
    IF relation IS NULL THEN
        RETURN format('down: table %s is missing, run SELECT replenish.install()', table_name);
    ELSIF has_table_privilege(relation, 'SELECT') THEN
        EXECUTE format('SELECT FROM %s WHERE ctid = ''(0,1)''', relation);
    END IF;
    RETURN 'up';
EXCEPTION WHEN OTHERS THEN
    RETURN 'down: ' || SQLERRM;
END
$$;
COMMENT ON FUNCTION replenish.probe_table(text) IS
'up, or down and why: whether a table is there and, where the caller may read it, one page can be read.';
