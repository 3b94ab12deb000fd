-- What can be read as it is. Security is the reader's own: the policies below the views decide.
DO $$
DECLARE
    view_name text;
BEGIN
    FOREACH view_name IN ARRAY ARRAY[
        'tenants', 'facilities', 'vendors', 'materials', 'material_classes', 'inventory_levels',
        'open_orders', 'demand_history', 'daily_demand_summary', 'forecast_models',
        'material_forecasts', 'forecast_accuracy_metrics', 'vw_forecast_accuracy_summary',
        'replenishment_suggestions', 'vw_critical_replenishment_recommendations', 'job_runs',
        'job_errors'
    ]
    LOOP
        EXECUTE format(
            'CREATE VIEW replenish_api.%1$I WITH (security_invoker = true) AS SELECT %2$s FROM replenish.%1$I',
            view_name,
            (
                -- The working papers of a suggestion come by explain_suggestion().
                SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                FROM pg_attribute AS a
                WHERE a.attrelid = format('replenish.%I', view_name)::regclass
                    AND a.attnum > 0 AND NOT a.attisdropped
                    AND a.attname NOT IN ('calculation', 'backend_pid')
            )
        );
    END LOOP;
END
$$;

-- The words of the tables below, so that OpenAPI and BI tools show them: a column's own, else those
-- of a column of the same name.
DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        WITH words AS (
            SELECT c.relname, a.attname, d.description
            FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_description AS d
                ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
            WHERE c.relnamespace = 'replenish'::regnamespace
        )
        SELECT
            v.oid::regclass AS view_name,
            NULL::name AS column_name,
            obj_description(format('replenish.%I', v.relname)::regclass, 'pg_class') AS words
        FROM pg_class AS v
        WHERE v.relnamespace = 'replenish_api'::regnamespace AND v.relkind = 'v'
        UNION ALL
        SELECT
            v.oid::regclass,
            a.attname,
            coalesce(
                (SELECT w.description FROM words AS w WHERE w.relname = v.relname AND w.attname = a.attname),
                (SELECT min(w.description) FROM words AS w WHERE w.attname = a.attname),
                initcap(left(a.attname, 1)) || substr(replace(a.attname, '_', ' '), 2) || '.'
            )
        FROM pg_class AS v
        JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE v.relnamespace = 'replenish_api'::regnamespace AND v.relkind = 'v'
    LOOP
        IF described.column_name IS NULL THEN
            EXECUTE format('COMMENT ON VIEW %s IS %L', described.view_name, described.words);
        ELSE
            EXECUTE format(
                'COMMENT ON COLUMN %s.%I IS %L', described.view_name, described.column_name, described.words
            );
        END IF;
    END LOOP;
END
$$;
