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
        'job_errors', 'alerts'
    ]
    LOOP
        -- Alerts are there where their table is.
        CONTINUE WHEN to_regclass(format('replenish.%I', view_name)) IS NULL;
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
-- of the column that it comes from. What views make themselves is said here.
DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        WITH own_words (view_name, column_name, words) AS (
            VALUES
                ('material_forecasts', 'forecast_date', 'The day that is forecast.'),
                ('material_forecasts', 'forecast_year', 'Year of the day.'),
                ('material_forecasts', 'forecast_month', 'Month of the day, 1 to 12.'),
                ('material_forecasts', 'forecast_week_of_year', 'ISO week of the day, 1 to 53.'),
                ('material_forecasts', 'upper_bound_80_pct', 'With 80% probability demand is at most this, in units, and at least lower_bound_80_pct.'),
                ('material_forecasts', 'upper_bound_95_pct', 'With 95% probability demand is at most this, in units, and at least lower_bound_95_pct.'),
                ('material_forecasts', 'manual_override_by', 'Who put the planner''s number in.'),
                ('material_forecasts', 'manual_override_reason', 'Why.'),
                ('forecast_models', 'model_name', 'Algorithm and version, for people.'),
                ('forecast_models', 'model_algorithm', 'Algorithm that was fitted.'),
                ('forecast_models', 'model_version', 'Forecast version that it began with.'),
                ('forecast_models', 'training_timestamp', 'Moment of the fit.'),
                ('vw_forecast_accuracy_summary', 'last_30_days_mape', 'Mean absolute percentage error of the last 30 measured days, in percent.'),
                ('vw_forecast_accuracy_summary', 'last_60_days_mape', 'Mean absolute percentage error of the last 60 measured days, in percent.'),
                ('vw_forecast_accuracy_summary', 'last_90_days_mape', 'Mean absolute percentage error of the last 90 measured days, in percent.'),
                ('vw_forecast_accuracy_summary', 'last_30_days_bias', 'Mean of forecast minus actual over the last 30 measured days, in units.'),
                ('vw_forecast_accuracy_summary', 'last_60_days_bias', 'Mean of forecast minus actual over the last 60 measured days, in units.'),
                ('vw_forecast_accuracy_summary', 'last_90_days_bias', 'Mean of forecast minus actual over the last 90 measured days, in units.'),
                ('vw_forecast_accuracy_summary', 'total_forecasts_generated', 'Days forecast in all kept versions.'),
                ('vw_forecast_accuracy_summary', 'total_actual_demand_recorded', 'Days with a row of demand.'),
                ('vw_forecast_accuracy_summary', 'current_forecast_algorithm', 'Algorithm of the forecast in force.'),
                ('vw_forecast_accuracy_summary', 'last_forecast_generation_date', 'Moment of the newest forecast.')
        ),
        words AS (
            SELECT c.relname, a.attname, d.description
            FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_description AS d
                ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
            WHERE c.relnamespace = 'replenish'::regnamespace
        )
        SELECT
            format('VIEW %s', v.oid::regclass) AS object,
            obj_description(format('replenish.%I', v.relname)::regclass, 'pg_class') AS words
        FROM pg_class AS v
        WHERE v.relnamespace = 'replenish_api'::regnamespace AND v.relkind = 'v'
        UNION ALL
        SELECT
            format('COLUMN %s.%I', v.oid::regclass, a.attname),
            coalesce(
                (
                    SELECT o.words FROM own_words AS o
                    WHERE o.view_name = v.relname AND o.column_name = a.attname
                ),
                (
                    SELECT w.description FROM words AS w
                    WHERE w.attname = a.attname
                    ORDER BY
                        w.relname = v.relname DESC,
                        array_position(
                            ARRAY['replenishment_suggestions', 'forecast_fits', 'materials', 'demand_history'],
                            w.relname::text
                        ),
                        w.relname
                    LIMIT 1
                )
            )
        FROM pg_class AS v
        JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE v.relnamespace = 'replenish_api'::regnamespace AND v.relkind = 'v'
    LOOP
        EXECUTE format('COMMENT ON %s IS %L', described.object, described.words);
    END LOOP;
END
$$;
