-- A tenant's operational figures: durations, counts, ages and averages. Whoever monitors the server
-- reads them for all tenants, so no name of a material or category and no quantity is among them.
CREATE FUNCTION replenish.tenant_metrics(tenant_id uuid, moment timestamptz)
RETURNS TABLE (metric_name text, labels jsonb, metric_value float8)
LANGUAGE sql STABLE ROWS 60
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'replenish_measured_timestamp_seconds', '{}'::jsonb,
        extract(epoch FROM tenant_metrics.moment)::float8
    UNION ALL
    SELECT m.metric_name, m.labels, m.metric_value
    FROM replenish.run_metrics(tenant_metrics.tenant_id, tenant_metrics.moment) AS m
    UNION ALL
    SELECT 'replenish_forecast_last_timestamp_seconds', '{}', extract(epoch FROM l.at)
    FROM replenish.last_forecast_at(tenant_metrics.tenant_id) AS l (at)
    WHERE l.at IS NOT NULL
    UNION ALL
    SELECT 'replenish_forecast_series', '{}', count(*)
    FROM replenish.forecast_heads AS h
    WHERE h.tenant_id = tenant_metrics.tenant_id AND h.last_version > 0
    HAVING tenant_metrics.tenant_id <> replenish.server_tenant_id()
    UNION ALL
    SELECT n.metric_name, '{}', n.metric_value
    FROM (
        SELECT
            avg(a.mape) AS mape,
            100 * (sum(a.total_forecasted_demand) / nullif(sum(a.total_actual_demand), 0) - 1) AS bias
        FROM replenish.measured_accuracy(tenant_metrics.tenant_id, 1) AS a
    ) AS b
    CROSS JOIN LATERAL (VALUES
        ('replenish_accuracy_mape_average_percent', b.mape),
        ('replenish_accuracy_bias_percent', b.bias)
    ) AS n (metric_name, metric_value)
    WHERE n.metric_value IS NOT NULL
    UNION ALL
    SELECT 'replenish_alerts_open',
        jsonb_build_object('alert_name', r.alert_name, 'severity', r.severity), count(a.alert_id)
    FROM replenish.alert_rules AS r
    LEFT JOIN replenish.alerts AS a
        ON a.tenant_id = r.tenant_id AND a.alert_name = r.alert_name AND a.closed_at IS NULL
    WHERE r.tenant_id = tenant_metrics.tenant_id
    GROUP BY r.alert_name, r.severity
    UNION ALL
    SELECT n.metric_name, jsonb_build_object('alert_name', r.alert_name), n.metric_value
    FROM replenish.alert_rules AS r
    CROSS JOIN LATERAL (VALUES
        ('replenish_alert_threshold', r.threshold),
        ('replenish_alert_target', r.target)
    ) AS n (metric_name, metric_value)
    WHERE r.tenant_id = tenant_metrics.tenant_id
        AND r.is_enabled
        AND n.metric_value IS NOT NULL
$$;

CREATE FUNCTION replenish.run_metrics(tenant_id uuid, moment timestamptz)
RETURNS TABLE (metric_name text, labels jsonb, metric_value float8)
LANGUAGE sql STABLE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
    WITH newest AS MATERIALIZED (
        SELECT n.* FROM replenish.newest_runs(run_metrics.tenant_id) AS n
    ),
    recent AS MATERIALIZED (
        SELECT
            r.job_name,
            r.run_status,
            r.series_total,
            extract(epoch FROM r.finished_at - r.started_at)::float8 AS seconds
        FROM replenish.job_runs AS r
        WHERE r.tenant_id = run_metrics.tenant_id
            AND r.started_at > run_metrics.moment - interval '30 days'
            AND r.run_status <> 'RUNNING'
    )
    SELECT m.metric_name, jsonb_build_object('job_name', n.job_name), m.metric_value
    FROM newest AS n
    CROSS JOIN LATERAL (VALUES
        ('replenish_job_last_duration_seconds', extract(epoch FROM n.finished_at - n.started_at)::float8),
        ('replenish_job_last_finished_timestamp_seconds', extract(epoch FROM n.finished_at)::float8),
        ('replenish_job_last_series', n.series_total),
        ('replenish_job_last_series_failed', n.series_failed),
        ('replenish_job_last_rows_changed', n.rows_changed),
        ('replenish_job_last_failed', (n.run_status NOT IN ('COMPLETED', 'PARTIAL'))::integer)
    ) AS m (metric_name, metric_value)
    WHERE NOT n.is_running AND m.metric_value IS NOT NULL
    UNION ALL
    SELECT 'replenish_job_running_since_timestamp_seconds', jsonb_build_object('job_name', n.job_name),
        extract(epoch FROM n.started_at)
    FROM newest AS n
    WHERE n.is_running
    UNION ALL
    SELECT 'replenish_job_runs_recent', jsonb_build_object('job_name', r.job_name, 'status', r.run_status),
        count(*)
    FROM recent AS r
    GROUP BY r.job_name, r.run_status
    UNION ALL
    -- Text, so that the label reads the same everywhere.
    SELECT m.metric_name, jsonb_build_object('job_name', q.job_name, 'quantile', p.quantile::text),
        m.metric_value
    FROM (VALUES (0.5), (0.95), (0.99)) AS p (quantile)
    CROSS JOIN LATERAL (
        SELECT
            r.job_name,
            percentile_cont(p.quantile) WITHIN GROUP (ORDER BY r.seconds) AS seconds,
            percentile_cont(p.quantile) WITHIN GROUP (ORDER BY r.series_total) AS series,
            percentile_cont(p.quantile)
                WITHIN GROUP (ORDER BY 1000 * r.seconds / nullif(r.series_total, 0)) AS per_1000
        FROM recent AS r
        WHERE r.run_status IN ('COMPLETED', 'PARTIAL')
        GROUP BY r.job_name
    ) AS q
    CROSS JOIN LATERAL (VALUES
        ('replenish_job_duration_seconds', q.seconds),
        ('replenish_job_batch_series', q.series),
        ('replenish_job_seconds_per_1000_series', q.per_1000)
    ) AS m (metric_name, metric_value)
    WHERE m.metric_value IS NOT NULL
$$;

CREATE FUNCTION replenish.refresh_job_metrics(tenant_id uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    written integer;
BEGIN
    PERFORM replenish.assert_tenant(refresh_job_metrics.tenant_id);
    PERFORM pg_advisory_xact_lock(
        hashtextextended(format('replenish metrics %s', refresh_job_metrics.tenant_id), 0)
    );
    WITH measured AS MATERIALIZED (
        SELECT m.*
        FROM replenish.tenant_metrics(refresh_job_metrics.tenant_id, clock_timestamp()) AS m
    ),
    gone AS (
        DELETE FROM replenish.job_metrics AS j
        WHERE j.tenant_id = refresh_job_metrics.tenant_id
            AND NOT EXISTS (
                SELECT FROM measured AS m
                WHERE m.metric_name = j.metric_name AND m.labels = j.labels
            )
    )
    INSERT INTO replenish.job_metrics AS j (tenant_id, metric_name, labels, metric_value)
    SELECT refresh_job_metrics.tenant_id, m.metric_name, m.labels, m.metric_value
    FROM measured AS m
    ON CONFLICT (tenant_id, metric_name, labels) DO UPDATE
        SET metric_value = excluded.metric_value, measured_at = excluded.measured_at
        WHERE j.metric_value IS DISTINCT FROM excluded.metric_value;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

-- What the server itself knows, for whoever may see its statistics (pg_monitor).
CREATE FUNCTION replenish.server_metrics()
RETURNS TABLE (metric_name text, labels jsonb, metric_value float8)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'replenish_build_info', jsonb_build_object('version', e.extversion), 1::float8
    FROM pg_extension AS e
    WHERE e.extname = 'pg_replenish'
    UNION ALL
    SELECT 'replenish_server_healthy', '{}', (replenish.health_check() ->> 'status' = 'healthy')::integer
    UNION ALL
    SELECT 'replenish_table_bytes', jsonb_build_object('table', t.table_name), t.total_bytes
    FROM replenish.table_sizes() AS t
    UNION ALL
    SELECT n.metric_name, jsonb_build_object('table', s.relname), n.metric_value
    FROM pg_stat_user_tables AS s
    CROSS JOIN LATERAL (VALUES
        ('replenish_table_live_rows', s.n_live_tup::float8),
        ('replenish_table_dead_rows', s.n_dead_tup::float8)
    ) AS n (metric_name, metric_value)
    WHERE s.schemaname = 'replenish'
    UNION ALL
    SELECT 'replenish_server_index_hit_ratio', '{}', i.hit_ratio
    FROM replenish.index_hits() AS i
    WHERE i.hit_ratio IS NOT NULL
    UNION ALL
    SELECT 'replenish_connections_open', jsonb_build_object('state', coalesce(a.state, 'none')), count(*)
    FROM pg_stat_activity AS a
    WHERE a.datname = current_database()
    GROUP BY a.state
    UNION ALL
    SELECT 'replenish_server_connections_limit', '{}', current_setting('max_connections')::float8
    UNION ALL
    SELECT 'replenish_server_start_timestamp_seconds', '{}', extract(epoch FROM pg_postmaster_start_time())
    UNION ALL
    SELECT m.metric_name, m.labels, m.metric_value FROM replenish.statement_metrics() AS m
$$;

-- Calls and time of each function of this schema, where pg_stat_statements is at hand. Statements
-- are counted by the first function that they name; their texts stay where they are.
CREATE FUNCTION replenish.statement_metrics()
RETURNS TABLE (metric_name text, labels jsonb, metric_value float8)
LANGUAGE plpgsql STABLE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension_schema name;
BEGIN
    SELECT n.nspname INTO extension_schema
    FROM pg_extension AS e
    JOIN pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements';
    -- The view raises an error where its library was not preloaded.
    IF extension_schema IS NULL OR current_setting('pg_stat_statements.track', true) IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($query$
        WITH called AS (
            SELECT
                coalesce(p.proname, 'tables') AS routine,
                sum(s.calls)::float8 AS calls,
                sum(s.total_exec_time)::float8 / 1000 AS seconds,
                max(s.max_exec_time)::float8 / 1000 AS slowest
            FROM %I.pg_stat_statements AS s
            LEFT JOIN (
                SELECT DISTINCT r.proname::text
                FROM pg_proc AS r
                WHERE r.pronamespace = 'replenish'::regnamespace
            ) AS p ON p.proname = substring(s.query FROM '\mreplenish\.([a-z_0-9]+)\s*\(')
            WHERE s.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
                AND s.query ~ '\mreplenish\.'
            GROUP BY 1
        )
        SELECT n.metric_name, jsonb_build_object('routine', c.routine), n.metric_value
        FROM called AS c
        CROSS JOIN LATERAL (VALUES
            ('replenish_statement_calls_total', c.calls),
            ('replenish_statement_seconds_total', c.seconds),
            ('replenish_statement_slowest_seconds', c.slowest)
        ) AS n (metric_name, metric_value)
    $query$, extension_schema);
END
$$;

COMMENT ON FUNCTION replenish.tenant_metrics(uuid, timestamptz) IS
'Operational figures of a tenant at a moment; refresh_job_metrics keeps them.';
COMMENT ON FUNCTION replenish.run_metrics(uuid, timestamptz) IS
'Figures of a tenant''s runs: the newest of each job, and quantiles over the last 30 days.';
COMMENT ON FUNCTION replenish.refresh_job_metrics(uuid) IS
'Writes the tenant''s figures into job_metrics, what changed only; returns how many rows.';
COMMENT ON FUNCTION replenish.server_metrics() IS
'Figures of the server: health, sizes, hit ratio, connections, statements.';
COMMENT ON FUNCTION replenish.statement_metrics() IS
'Calls and seconds per function of the schema from pg_stat_statements; no row where that is not installed.';
