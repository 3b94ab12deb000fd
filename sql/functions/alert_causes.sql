-- What holds now that an alert speaks of. Each cause reads its threshold from alert_rules; nothing
-- is stored here.
CREATE TYPE replenish.alert_cause AS (
    alert_name text,
    subject text,
    facility_id uuid,
    material_id uuid,
    message text,
    details jsonb
);

CREATE FUNCTION replenish.alert_causes(tenant_id uuid, moment timestamptz)
RETURNS SETOF replenish.alert_cause
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.* FROM replenish.job_causes(alert_causes.tenant_id, alert_causes.moment) AS c
    WHERE alert_causes.tenant_id <> replenish.server_tenant_id()
    UNION ALL
    SELECT c.* FROM replenish.missing_forecast_causes(alert_causes.tenant_id, alert_causes.moment) AS c
    WHERE alert_causes.tenant_id <> replenish.server_tenant_id()
    UNION ALL
    SELECT c.* FROM replenish.accuracy_causes(alert_causes.tenant_id) AS c
    WHERE alert_causes.tenant_id <> replenish.server_tenant_id()
    UNION ALL
    SELECT c.* FROM replenish.stock_causes(alert_causes.tenant_id) AS c
    WHERE alert_causes.tenant_id <> replenish.server_tenant_id()
    UNION ALL
    SELECT c.* FROM replenish.server_causes(alert_causes.tenant_id) AS c
    WHERE alert_causes.tenant_id = replenish.server_tenant_id()
$$;

-- The newest run of each job that is over, and the newest that is at work, if any. A run on which no
-- session has worked for a minute is over, whatever its row says: between two chunks it takes less.
CREATE FUNCTION replenish.newest_runs(tenant_id uuid)
RETURNS TABLE (
    job_name text,
    job_run_id uuid,
    is_running boolean,
    run_status text,
    started_at timestamptz,
    finished_at timestamptz,
    series_total integer,
    series_done integer,
    series_failed integer,
    rows_changed integer,
    backend_pid integer,
    error_sqlstate text,
    error_message text
)
LANGUAGE sql STABLE ROWS 4
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT ON (r.job_name, s.is_running)
        r.job_name, r.job_run_id, s.is_running, r.run_status, r.started_at, r.finished_at,
        r.series_total, r.series_done, r.series_failed, r.rows_changed, r.backend_pid,
        r.error_sqlstate, r.error_message
    FROM replenish.job_runs AS r
    LEFT JOIN replenish.job_progress AS p
        ON p.tenant_id = r.tenant_id AND p.job_run_id = r.job_run_id
    CROSS JOIN LATERAL (
        SELECT r.run_status = 'RUNNING' AND (
            p.sessions_at_work > 0
            OR clock_timestamp() - coalesce(p.last_progress_at, r.started_at) < interval '1 minute'
        )
    ) AS s (is_running)
    WHERE r.tenant_id = newest_runs.tenant_id
    ORDER BY r.job_name, s.is_running, r.started_at DESC
$$;

CREATE FUNCTION replenish.job_causes(tenant_id uuid, moment timestamptz)
RETURNS SETOF replenish.alert_cause
LANGUAGE sql STABLE ROWS 4
SET search_path = pg_catalog, pg_temp
AS $$
    WITH runs AS MATERIALIZED (
        SELECT n.*, format('%s run of %s', n.job_name, date_trunc('second', n.started_at)) AS name
        FROM replenish.newest_runs(job_causes.tenant_id) AS n
    ),
    rules AS MATERIALIZED (
        SELECT u.alert_name, u.threshold
        FROM replenish.alert_rules AS u
        WHERE u.tenant_id = job_causes.tenant_id
    )
    SELECT
        'JOB_FAILED', r.job_name, NULL::uuid, NULL::uuid,
        CASE
            WHEN r.run_status = 'FAILED' THEN format(
                '%s ended by an error after %s of %s series: %s %s', r.name, r.series_done,
                r.series_total, coalesce(r.error_sqlstate, '?????'), coalesce(r.error_message, 'unknown'))
            ELSE format(
                '%s was interrupted after %s of %s series: no session is at work on it', r.name,
                r.series_done, r.series_total)
        END,
        jsonb_build_object(
            'job_run_id', r.job_run_id, 'run_status', r.run_status, 'started_at', r.started_at,
            'series_done', r.series_done, 'series_total', r.series_total,
            'error_sqlstate', r.error_sqlstate, 'error_message', r.error_message
        )
    FROM runs AS r
    WHERE NOT r.is_running AND r.run_status IN ('FAILED', 'ABANDONED', 'RUNNING')
    UNION ALL
    SELECT
        'JOB_PARTIAL', r.job_name, f.facility_id, f.material_id,
        format('%s left %s of %s series undone: %s', r.name, r.series_failed, r.series_total, f.names),
        jsonb_build_object(
            'job_run_id', r.job_run_id, 'series_failed', r.series_failed,
            'series_total', r.series_total, 'threshold', u.threshold, 'series', f.series
        )
    FROM runs AS r
    JOIN rules AS u ON u.alert_name = 'JOB_PARTIAL'
    CROSS JOIN LATERAL replenish.failed_series(job_causes.tenant_id, r.job_run_id) AS f
    WHERE NOT r.is_running AND r.run_status = 'PARTIAL' AND r.series_failed > u.threshold
    UNION ALL
    SELECT DISTINCT ON (r.job_name)
        'JOB_OVERLONG', r.job_name, NULL, NULL,
        format(
            '%s %s %s hours, more than %s', r.name,
            CASE WHEN r.is_running THEN 'has been at work for' ELSE 'took' END,
            round(d.hours, 2), u.threshold),
        jsonb_build_object(
            'job_run_id', r.job_run_id, 'run_status', r.run_status, 'started_at', r.started_at,
            'hours', round(d.hours, 4), 'threshold', u.threshold,
            'series_done', r.series_done, 'backend_pid', r.backend_pid
        )
    FROM runs AS r
    JOIN rules AS u ON u.alert_name = 'JOB_OVERLONG'
    CROSS JOIN LATERAL (
        SELECT extract(epoch FROM coalesce(r.finished_at, job_causes.moment) - r.started_at) / 3600
    ) AS d (hours)
    WHERE d.hours > u.threshold AND (r.is_running OR r.finished_at IS NOT NULL)
    ORDER BY 1, 2, 3
$$;

-- Series that a run could not do: the first five as words, the first hundred as data. Where there is
-- one only, it is named by its keys as well.
CREATE FUNCTION replenish.failed_series(tenant_id uuid, job_run_id uuid)
RETURNS TABLE (facility_id uuid, material_id uuid, names text, series jsonb)
LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    WITH failed AS MATERIALIZED (
        SELECT
            e.facility_id,
            e.material_id,
            coalesce(m.material_code, e.material_id::text, 'a whole chunk') AS code,
            e.sqlstate,
            e.message,
            row_number() OVER (ORDER BY m.material_code, e.facility_id, e.job_error_id) AS rank,
            count(*) OVER () AS total
        FROM replenish.job_errors AS e
        LEFT JOIN replenish.materials AS m
            ON m.tenant_id = e.tenant_id AND m.material_id = e.material_id
        WHERE e.tenant_id = failed_series.tenant_id AND e.job_run_id = failed_series.job_run_id
    )
    SELECT
        (array_agg(f.facility_id) FILTER (WHERE f.total = 1))[1],
        (array_agg(f.material_id) FILTER (WHERE f.total = 1))[1],
        coalesce(
            string_agg(format('%s (%s %s)', f.code, f.sqlstate, f.message), '; ' ORDER BY f.rank)
                FILTER (WHERE f.rank <= 5)
            || CASE WHEN max(f.total) > 5 THEN format('; and %s more', max(f.total) - 5) ELSE '' END,
            'see job_errors'
        ),
        coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'facility_id', f.facility_id, 'material_id', f.material_id,
                    'material_code', f.code, 'sqlstate', f.sqlstate, 'message', f.message
                ) ORDER BY f.rank
            ) FILTER (WHERE f.rank <= 100),
            '[]'
        )
    FROM failed AS f
$$;

-- When the tenant was last forecast: by a run that did some of its work, or by a call. NULL for never.
CREATE FUNCTION replenish.last_forecast_at(tenant_id uuid) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(
        (
            SELECT max(r.finished_at)
            FROM replenish.job_runs AS r
            WHERE r.tenant_id = last_forecast_at.tenant_id
                AND r.job_name = 'FORECASTS'
                AND r.run_status IN ('COMPLETED', 'PARTIAL')
                AND r.series_done > 0
        ),
        (
            SELECT max(v.forecast_generation_timestamp)
            FROM replenish.forecast_heads AS h
            CROSS JOIN LATERAL (
                SELECT w.forecast_generation_timestamp
                FROM replenish.forecast_versions AS w
                WHERE w.tenant_id = h.tenant_id
                    AND w.facility_id = h.facility_id
                    AND w.material_id = h.material_id
                    AND w.forecast_version = h.last_version
            ) AS v
            WHERE h.tenant_id = last_forecast_at.tenant_id
        )
    )
$$;

-- Counts from the tenant's registration where there never was a forecast, and only where there is
-- something to forecast.
CREATE FUNCTION replenish.missing_forecast_causes(tenant_id uuid, moment timestamptz)
RETURNS SETOF replenish.alert_cause
LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'FORECASTS_MISSING', 'FORECASTS', NULL::uuid, NULL::uuid,
        format(
            'no forecasts %s: %s days, more than %s',
            coalesce('since ' || date_trunc('second', l.at), 'since the tenant was registered'),
            round(d.days, 1), u.threshold),
        jsonb_build_object('last_forecast_at', l.at, 'days', round(d.days, 2), 'threshold', u.threshold)
    FROM replenish.alert_rules AS u
    CROSS JOIN LATERAL replenish.last_forecast_at(missing_forecast_causes.tenant_id) AS l (at)
    CROSS JOIN LATERAL (
        SELECT extract(epoch FROM missing_forecast_causes.moment - coalesce(l.at, (
            SELECT t.created_at
            FROM replenish.tenants AS t
            WHERE t.tenant_id = missing_forecast_causes.tenant_id
        ))) / 86400
    ) AS d (days)
    WHERE u.tenant_id = missing_forecast_causes.tenant_id
        AND u.alert_name = 'FORECASTS_MISSING'
        AND d.days > u.threshold
        AND EXISTS (
            SELECT FROM replenish.demand_history AS h
            JOIN replenish.materials AS m
                ON m.tenant_id = h.tenant_id AND m.material_id = h.material_id
            WHERE h.tenant_id = missing_forecast_causes.tenant_id AND m.forecasting_enabled
        )
$$;

-- The newest nightly measurements of each series, over 30 days each: the last one, and the lowest
-- MAPE of the last so many. A night without new demand measures nothing new.
CREATE FUNCTION replenish.measured_accuracy(tenant_id uuid, measurements integer)
RETURNS TABLE (
    facility_id uuid,
    material_id uuid,
    measured_until date,
    mape numeric,
    bias_pct numeric,
    total_actual_demand numeric,
    total_forecasted_demand numeric,
    measurement_count integer,
    lowest_mape numeric
)
LANGUAGE sql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        h.facility_id, h.material_id, q.measured_until, q.mape, q.bias_pct, q.total_actual_demand,
        q.total_forecasted_demand, q.measurement_count, q.lowest_mape
    FROM replenish.forecast_heads AS h
    CROSS JOIN LATERAL (
        SELECT
            max(n.measurement_period_end) AS measured_until,
            (array_agg(n.mape ORDER BY n.measurement_period_end DESC))[1] AS mape,
            (array_agg(n.bias_pct ORDER BY n.measurement_period_end DESC))[1] AS bias_pct,
            (array_agg(n.total_actual_demand ORDER BY n.measurement_period_end DESC))[1]
                AS total_actual_demand,
            (array_agg(n.total_forecasted_demand ORDER BY n.measurement_period_end DESC))[1]
                AS total_forecasted_demand,
            count(*)::integer AS measurement_count,
            -- A measurement without a MAPE is not a bad one.
            min(coalesce(n.mape, 0)) AS lowest_mape
        FROM (
            SELECT a.*
            FROM replenish.forecast_accuracy_metrics AS a
            WHERE a.tenant_id = h.tenant_id
                AND a.facility_id = h.facility_id
                AND a.material_id = h.material_id
                AND a.aggregation_level = 'DAILY'
                AND a.measurement_period_end - a.measurement_period_start = 29
            ORDER BY a.measurement_period_start DESC
            LIMIT measured_accuracy.measurements
        ) AS n
    ) AS q
    WHERE h.tenant_id = measured_accuracy.tenant_id AND q.measurement_count > 0
$$;

CREATE FUNCTION replenish.accuracy_causes(tenant_id uuid)
RETURNS SETOF replenish.alert_cause
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH rules AS MATERIALIZED (
        SELECT u.alert_name, u.threshold, u.window_days
        FROM replenish.alert_rules AS u
        WHERE u.tenant_id = accuracy_causes.tenant_id AND u.is_enabled
    ),
    measured AS MATERIALIZED (
        SELECT a.*, m.material_code, format('%s/%s', a.facility_id, a.material_id) AS subject
        FROM replenish.measured_accuracy(
            accuracy_causes.tenant_id,
            coalesce((SELECT u.window_days FROM rules AS u WHERE u.alert_name = 'MATERIAL_MAPE'), 1)
        ) AS a
        JOIN replenish.materials AS m
            ON m.tenant_id = accuracy_causes.tenant_id
            AND m.material_id = a.material_id
            AND m.forecasting_enabled
    )
    SELECT
        'MATERIAL_MAPE', a.subject, a.facility_id, a.material_id,
        format(
            'MAPE of %s is %s%%, and above %s%% in each of the last %s measurements, until %s',
            a.material_code, round(a.mape, 1), u.threshold, u.window_days, a.measured_until),
        jsonb_build_object(
            'material_code', a.material_code, 'mape', a.mape, 'lowest_mape', a.lowest_mape,
            'measured_until', a.measured_until, 'threshold', u.threshold, 'window_days', u.window_days
        )
    FROM measured AS a
    JOIN rules AS u ON u.alert_name = 'MATERIAL_MAPE'
    WHERE a.measurement_count = u.window_days AND a.lowest_mape > u.threshold
    UNION ALL
    SELECT
        'FORECAST_BIAS', a.subject, a.facility_id, a.material_id,
        format(
            'forecasts of %s were %s%% too %s over the 30 days until %s, more than %s%%',
            a.material_code, round(abs(a.bias_pct), 1),
            CASE WHEN a.bias_pct > 0 THEN 'high' ELSE 'low' END, a.measured_until, u.threshold),
        jsonb_build_object(
            'material_code', a.material_code, 'bias_pct', a.bias_pct,
            'measured_until', a.measured_until, 'threshold', u.threshold
        )
    FROM measured AS a
    JOIN rules AS u ON u.alert_name = 'FORECAST_BIAS'
    WHERE abs(a.bias_pct) > u.threshold
$$;

-- Nothing available, nothing on its way, nobody told to order, and there was demand in the last 90
-- days that the facility recorded.
CREATE FUNCTION replenish.stock_causes(tenant_id uuid)
RETURNS SETOF replenish.alert_cause
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'CRITICAL_WITHOUT_RECOMMENDATION', format('%s/%s', i.facility_id, i.material_id),
        i.facility_id, i.material_id,
        format(
            'of %s nothing is available (%s %s), nothing is on order and no suggestion is open',
            m.material_code, trim_scale(s.available), m.primary_uom),
        jsonb_build_object(
            'material_code', m.material_code, 'available_quantity', s.available,
            'on_hand_quantity', i.on_hand_quantity, 'allocated_quantity', i.allocated_quantity
        )
    FROM replenish.inventory_levels AS i
    JOIN replenish.materials AS m
        ON m.tenant_id = i.tenant_id AND m.material_id = i.material_id
    CROSS JOIN LATERAL (SELECT i.on_hand_quantity - i.allocated_quantity) AS s (available)
    WHERE i.tenant_id = stock_causes.tenant_id
        -- The one rule of urgency says so as well: CRITICAL is what is out of stock.
        AND s.available <= 0
        AND NOT EXISTS (
            SELECT FROM replenish.replenishment_suggestions AS r
            WHERE r.tenant_id = i.tenant_id
                AND r.facility_id = i.facility_id
                AND r.material_id = i.material_id
                AND r.suggestion_status IN ('PENDING', 'APPROVED')
        )
        AND NOT EXISTS (
            SELECT FROM replenish.open_orders AS o
            WHERE o.tenant_id = i.tenant_id
                AND o.facility_id = i.facility_id
                AND o.material_id = i.material_id
                AND o.order_status = 'OPEN'
                AND o.ordered_quantity > o.received_quantity
        )
        AND EXISTS (
            SELECT FROM replenish.demand_history AS h
            WHERE h.tenant_id = i.tenant_id
                AND h.facility_id = i.facility_id
                AND h.material_id = i.material_id
                AND h.demand_date
                    > replenish.observed_until(i.tenant_id, i.facility_id) - 90
                AND h.actual_demand_quantity > 0
        )
$$;

-- Sizes and hit ratios belong to the server, not to a tenant: only its own tenant looks at them.
CREATE FUNCTION replenish.server_causes(tenant_id uuid)
RETURNS SETOF replenish.alert_cause
LANGUAGE sql STABLE ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'TABLE_SIZE', t.table_name, NULL::uuid, NULL::uuid,
        format(
            'table %s takes %s with its indexes, more than %s GB', t.table_name,
            pg_size_pretty(t.total_bytes), trim_scale(u.threshold)),
        jsonb_build_object('total_bytes', t.total_bytes, 'threshold_gb', u.threshold)
    FROM replenish.table_sizes() AS t
    JOIN replenish.alert_rules AS u
        ON u.tenant_id = server_causes.tenant_id AND u.alert_name = 'TABLE_SIZE'
    WHERE t.total_bytes > u.threshold * 1024 * 1024 * 1024
    UNION ALL
    SELECT
        'INDEX_HIT_RATIO', 'indexes', NULL, NULL,
        format(
            '%s%% of index blocks were found in shared buffers, less than %s%%',
            round(100 * i.hit_ratio::numeric, 2), u.threshold),
        jsonb_build_object(
            'hit_percent', round(100 * i.hit_ratio::numeric, 4), 'blocks', i.blocks,
            'threshold', u.threshold
        )
    FROM replenish.index_hits() AS i
    JOIN replenish.alert_rules AS u
        ON u.tenant_id = server_causes.tenant_id AND u.alert_name = 'INDEX_HIT_RATIO'
    -- Below 80 MB of blocks a cold start would be the news.
    WHERE i.blocks >= 10000 AND 100 * i.hit_ratio < u.threshold
$$;

-- Partitioned tables with all their partitions.
CREATE FUNCTION replenish.table_sizes() RETURNS TABLE (table_name text, total_bytes bigint)
LANGUAGE sql STABLE ROWS 30
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.relname::text, sum(pg_total_relation_size(p.relid))::bigint
    FROM pg_class AS c
    CROSS JOIN LATERAL (
        SELECT c.oid AS relid
        WHERE c.relkind = 'r'
        UNION ALL
        SELECT t.relid::oid FROM pg_partition_tree(c.oid) AS t WHERE c.relkind = 'p'
    ) AS p
    WHERE c.relnamespace = 'replenish'::regnamespace
        AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition
    GROUP BY c.relname
$$;

CREATE FUNCTION replenish.index_hits() RETURNS TABLE (blocks bigint, hit_ratio float8)
LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        sum(s.idx_blks_hit + s.idx_blks_read)::bigint,
        sum(s.idx_blks_hit)::float8 / nullif(sum(s.idx_blks_hit + s.idx_blks_read), 0)::float8
    FROM pg_statio_user_indexes AS s
    WHERE s.schemaname = 'replenish'
$$;

COMMENT ON TYPE replenish.alert_cause IS 'A cause of an alert, as alerts keeps it.';
COMMENT ON FUNCTION replenish.alert_causes(uuid, timestamptz) IS
'Every cause of an alert that holds for the tenant at a moment; evaluate_alerts makes rows of them.';
COMMENT ON FUNCTION replenish.newest_runs(uuid) IS
'Of each job the newest run that is over and the newest that is at work. A run on which no session is at work is over.';
COMMENT ON FUNCTION replenish.job_causes(uuid, timestamptz) IS
'Jobs whose last run failed or left series undone, and runs that took or take too long.';
COMMENT ON FUNCTION replenish.failed_series(uuid, uuid) IS
'Series that a run could not do, in words and as json.';
COMMENT ON FUNCTION replenish.last_forecast_at(uuid) IS
'Moment at which the tenant was last forecast by a run or a call; a run that found nothing to change counts. NULL for never.';
COMMENT ON FUNCTION replenish.missing_forecast_causes(uuid, timestamptz) IS
'A tenant with demand that was not forecast for too many days.';
COMMENT ON FUNCTION replenish.measured_accuracy(uuid, integer) IS
'Per series the newest nightly 30-day measurement, and the lowest MAPE of the last so many.';
COMMENT ON FUNCTION replenish.accuracy_causes(uuid) IS
'Materials whose MAPE stayed too high, or whose forecasts lean to one side.';
COMMENT ON FUNCTION replenish.stock_causes(uuid) IS
'Materials with demand of which nothing is available, nothing on order and no suggestion open.';
COMMENT ON FUNCTION replenish.server_causes(uuid) IS
'Tables that are too large, and an index hit ratio that is too low, by the rules of server_tenant_id().';
COMMENT ON FUNCTION replenish.table_sizes() IS
'Bytes of each table of the schema with its indexes and partitions.';
COMMENT ON FUNCTION replenish.index_hits() IS
'Index blocks asked for since the statistics were reset, and the share (0 to 1) that shared buffers had.';
