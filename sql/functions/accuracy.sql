-- Forecast and actual of every day of the period, by the last forecast made before that day. Planned once a
-- session, like plan_materials().
CREATE FUNCTION replenish.measured_days(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    period_start date,
    period_end date
) RETURNS TABLE (
    material_id uuid,
    demand_date date,
    actual numeric,
    forecast float8,
    naive_mae float8,
    forecast_model_id uuid,
    forecast_start date
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 30000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    FOR material_id, demand_date, actual, forecast, naive_mae, forecast_model_id, forecast_start IN
        SELECT f.material_id, f.day, coalesce(h.actual_demand_quantity, 0), f.forecast, f.naive_mae,
            f.forecast_model_id, f.start_date
        FROM (
            SELECT DISTINCT ON (s.material_id, s.start_date + i - 1)
                s.material_id,
                s.start_date + i - 1 AS day,
                s.mean[i] AS forecast,
                s.naive_mae,
                s.forecast_model_id,
                s.start_date,
                m.missing_demand,
                m.masked_demand
            FROM unnest(measured_days.material_ids) AS w (material_id)
            JOIN replenish.materials AS m
                ON m.tenant_id = measured_days.tenant_id AND m.material_id = w.material_id
            -- One lookup a material, whatever the planner knows of tables that a night has just filled:
            -- joined at will they were read once for each other (measured: 58 s for 400 materials).
            CROSS JOIN LATERAL (
                SELECT v.*
                FROM replenish.forecast_series AS v
                WHERE v.tenant_id = measured_days.tenant_id
                    AND v.facility_id = measured_days.facility_id
                    AND v.material_id = w.material_id
                    AND v.forecast_status <> 'REJECTED'
                    AND v.start_date <= measured_days.period_end
                OFFSET 0
            ) AS s
            CROSS JOIN LATERAL generate_series(
                greatest(measured_days.period_start - s.start_date, 0) + 1,
                least(measured_days.period_end - s.start_date + 1, s.horizon_days)
            ) AS i
            ORDER BY s.material_id, s.start_date + i - 1, s.start_date DESC, s.forecast_version DESC
        ) AS f
        LEFT JOIN replenish.demand_history AS h
            ON h.tenant_id = measured_days.tenant_id
            AND h.facility_id = measured_days.facility_id
            AND h.material_id = f.material_id
            AND h.demand_date = f.day
        WHERE (h.demand_date IS NOT NULL OR f.missing_demand = 'ZERO')
            -- What was asked for on such a day is not known.
            AND NOT (f.masked_demand IN ('STOCKOUTS', 'BOTH') AND coalesce(h.is_stockout, false))
    LOOP
        RETURN NEXT;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.measure_accuracy(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    period_start date,
    period_end date,
    aggregation_level text
) RETURNS SETOF replenish.forecast_accuracy_metric
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    metric replenish.forecast_accuracy_metric;
BEGIN
    FOR metric IN
        SELECT
            NULL::uuid,
            (array_agg(p.forecast_model_id ORDER BY p.bucket DESC))[1],
            measure_accuracy.tenant_id,
            measure_accuracy.facility_id,
            p.material_id,
            measure_accuracy.period_start,
            measure_accuracy.period_end,
            measure_accuracy.aggregation_level,
            round(replenish.mape(p.actual, p.forecast)::numeric, 6),
            round(replenish.rmse(p.actual, p.forecast)::numeric, 6),
            round(replenish.mae(p.actual, p.forecast)::numeric, 6),
            round(replenish.bias(p.actual, p.forecast)::numeric, 6),
            round(replenish.bias_pct(p.actual, p.forecast)::numeric, 6),
            round(replenish.wape(p.actual, p.forecast)::numeric, 6),
            round(replenish.smape(p.actual, p.forecast)::numeric, 6),
            CASE WHEN measure_accuracy.aggregation_level = 'DAILY'
                THEN round(replenish.mase(p.actual, p.forecast, p.naive_mae)::numeric, 6)
            END,
            round(replenish.tracking_signal(p.actual, p.forecast)::numeric, 6),
            count(*)::integer,
            sum(p.actual)::numeric,
            round(sum(p.forecast)::numeric, 6),
            replenish.mape(p.actual, p.forecast) <= max(m.target_forecast_accuracy_pct)::float8,
            max(m.target_forecast_accuracy_pct),
            NULL::timestamptz, NULL::text, NULL::timestamptz, NULL::text
        FROM (
            SELECT
                d.material_id,
                b.bucket,
                sum(d.actual)::float8 AS actual,
                sum(d.forecast ORDER BY d.demand_date) AS forecast,
                max(d.naive_mae) AS naive_mae,
                (array_agg(d.forecast_model_id ORDER BY d.demand_date DESC))[1] AS forecast_model_id
            FROM replenish.measured_days(
                measure_accuracy.tenant_id, measure_accuracy.facility_id, measure_accuracy.material_ids,
                measure_accuracy.period_start, measure_accuracy.period_end
            ) AS d
            CROSS JOIN LATERAL (
                SELECT CASE measure_accuracy.aggregation_level
                    WHEN 'WEEKLY' THEN date_trunc('week', d.demand_date::timestamp)::date
                    WHEN 'MONTHLY' THEN date_trunc('month', d.demand_date::timestamp)::date
                    WHEN 'QUARTERLY' THEN date_trunc('quarter', d.demand_date::timestamp)::date
                    ELSE d.demand_date
                END
            ) AS b (bucket)
            GROUP BY d.material_id, b.bucket
        ) AS p
        JOIN replenish.materials AS m
            ON m.tenant_id = measure_accuracy.tenant_id AND m.material_id = p.material_id
        GROUP BY p.material_id
        ORDER BY p.material_id
    LOOP
        RETURN NEXT metric;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.calculate_forecast_accuracy(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL,
    period_start date = NULL,
    period_end date = NULL,
    aggregation_level text = 'DAILY',
    dry_run boolean = false
) RETURNS SETOF replenish.forecast_accuracy_metric
LANGUAGE plpgsql VOLATILE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    last_day date;
    first_day date;
    chosen uuid[];
BEGIN
    PERFORM replenish.assert_tenant(calculate_forecast_accuracy.tenant_id);
    aggregation_level := upper(aggregation_level);
    IF aggregation_level IS NULL
        OR aggregation_level NOT IN ('DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY') THEN
        RAISE EXCEPTION 'aggregation_level "%" is unknown', aggregation_level
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Known are DAILY, WEEKLY, MONTHLY and QUARTERLY.';
    END IF;
    chosen := replenish.forecastable(
        calculate_forecast_accuracy.tenant_id, calculate_forecast_accuracy.facility_id,
        calculate_forecast_accuracy.material_ids
    );
    last_day := replenish.observed_until(
        calculate_forecast_accuracy.tenant_id, calculate_forecast_accuracy.facility_id
    );
    IF last_day IS NULL THEN
        RETURN;
    END IF;
    first_day := coalesce(period_start, coalesce(period_end, last_day) - 29);
    IF period_end IS NULL AND first_day > last_day THEN
        RAISE EXCEPTION 'no demand is recorded from % on', first_day
            USING ERRCODE = 'invalid_parameter_value',
                HINT = format('The last recorded day is %s: pass an earlier period_start.', last_day);
    END IF;
    period_end := coalesce(period_end, last_day);
    PERFORM replenish.assert_period(first_day, period_end);
    IF coalesce(dry_run, false) THEN
        RETURN QUERY
        SELECT a.*
        FROM replenish.measure_accuracy(
            calculate_forecast_accuracy.tenant_id, calculate_forecast_accuracy.facility_id, chosen,
            first_day, least(period_end, last_day), aggregation_level
        ) AS a;
        RETURN;
    END IF;
    PERFORM replenish.store_accuracy(
        calculate_forecast_accuracy.tenant_id, calculate_forecast_accuracy.facility_id, chosen,
        first_day, least(period_end, last_day), aggregation_level
    );
    PERFORM replenish.store_measured_days(
        calculate_forecast_accuracy.tenant_id, calculate_forecast_accuracy.facility_id, chosen,
        first_day, least(period_end, last_day)
    );
    RETURN QUERY
    SELECT r.*
    FROM unnest(chosen) AS c (material_id)
    CROSS JOIN LATERAL replenish.get_forecast_accuracy_metrics(
        calculate_forecast_accuracy.tenant_id, calculate_forecast_accuracy.facility_id, c.material_id,
        first_day, least(period_end, last_day)
    ) AS r
    WHERE r.measurement_period_start = first_day
        AND r.measurement_period_end = least(period_end, last_day)
        AND r.aggregation_level = calculate_forecast_accuracy.aggregation_level;
END
$$;

-- Measures a period and keeps what changed; returns the number of rows written.
CREATE FUNCTION replenish.store_accuracy(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    period_start date,
    period_end date,
    aggregation_level text
) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    changed integer;
BEGIN
    PERFORM replenish.lock_facility(store_accuracy.tenant_id, store_accuracy.facility_id);
    INSERT INTO replenish.forecast_accuracy_metrics AS a (
        forecast_model_id, tenant_id, facility_id, material_id, measurement_period_start,
        measurement_period_end, aggregation_level, mape, rmse, mae, bias, bias_pct, wape, smape,
        mase, tracking_signal, sample_size, total_actual_demand, total_forecasted_demand,
        is_within_tolerance, target_mape_threshold
    )
    SELECT
        n.forecast_model_id, n.tenant_id, n.facility_id, n.material_id, n.measurement_period_start,
        n.measurement_period_end, n.aggregation_level, n.mape, n.rmse, n.mae, n.bias, n.bias_pct,
        n.wape, n.smape, n.mase, n.tracking_signal, n.sample_size, n.total_actual_demand,
        n.total_forecasted_demand, n.is_within_tolerance, n.target_mape_threshold
    FROM replenish.measure_accuracy(
        store_accuracy.tenant_id, store_accuracy.facility_id, store_accuracy.material_ids,
        store_accuracy.period_start, store_accuracy.period_end, store_accuracy.aggregation_level
    ) AS n
    ON CONFLICT (
        tenant_id, facility_id, material_id, measurement_period_start, measurement_period_end,
        aggregation_level
    ) DO UPDATE SET
        forecast_model_id = excluded.forecast_model_id,
        mape = excluded.mape,
        rmse = excluded.rmse,
        mae = excluded.mae,
        bias = excluded.bias,
        bias_pct = excluded.bias_pct,
        wape = excluded.wape,
        smape = excluded.smape,
        mase = excluded.mase,
        tracking_signal = excluded.tracking_signal,
        sample_size = excluded.sample_size,
        total_actual_demand = excluded.total_actual_demand,
        total_forecasted_demand = excluded.total_forecasted_demand,
        is_within_tolerance = excluded.is_within_tolerance,
        target_mape_threshold = excluded.target_mape_threshold
    WHERE (
        a.forecast_model_id, a.mape, a.rmse, a.mae, a.bias, a.bias_pct, a.wape, a.smape, a.mase,
        a.tracking_signal, a.sample_size, a.total_actual_demand, a.total_forecasted_demand,
        a.is_within_tolerance, a.target_mape_threshold
    ) IS DISTINCT FROM (
        excluded.forecast_model_id, excluded.mape, excluded.rmse, excluded.mae, excluded.bias,
        excluded.bias_pct, excluded.wape, excluded.smape, excluded.mase, excluded.tracking_signal,
        excluded.sample_size, excluded.total_actual_demand, excluded.total_forecasted_demand,
        excluded.is_within_tolerance, excluded.target_mape_threshold
    );
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;

-- Writes beside what was asked for on each day of the period what had been forecast; returns the number of days
-- that changed. They are locked in the order of the key first, as a backfill does, and in one go: two who write
-- days never wait for each other in a circle.
CREATE FUNCTION replenish.store_measured_days(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    period_start date,
    period_end date
) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    changed integer;
BEGIN
    PERFORM replenish.lock_facility(store_measured_days.tenant_id, store_measured_days.facility_id);
    WITH measured AS (
        SELECT d.material_id, d.demand_date, greatest(d.forecast, 0)::numeric AS forecast
        FROM replenish.measured_days(
            store_measured_days.tenant_id, store_measured_days.facility_id,
            store_measured_days.material_ids, store_measured_days.period_start,
            store_measured_days.period_end
        ) AS d
    ),
    locked AS MATERIALIZED (
        SELECT h.material_id, h.demand_date, d.forecast
        FROM measured AS d
        JOIN replenish.demand_history AS h
            ON h.tenant_id = store_measured_days.tenant_id
            AND h.facility_id = store_measured_days.facility_id
            AND h.material_id = d.material_id
            AND h.demand_date = d.demand_date
            AND h.demand_date BETWEEN store_measured_days.period_start AND store_measured_days.period_end
            AND h.forecasted_demand_quantity IS DISTINCT FROM d.forecast
        ORDER BY h.material_id, h.demand_date
        FOR NO KEY UPDATE OF h
    )
    UPDATE replenish.demand_history AS h
    SET forecasted_demand_quantity = l.forecast
    FROM locked AS l
    WHERE h.tenant_id = store_measured_days.tenant_id
        AND h.facility_id = store_measured_days.facility_id
        AND h.material_id = l.material_id
        AND h.demand_date = l.demand_date
        AND h.demand_date BETWEEN store_measured_days.period_start AND store_measured_days.period_end;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;

-- What statistics add to the naive forecast, and planners to statistics: errors of the last forecast
-- made before each day, with the override that was in force, and of the last demand known then.
CREATE FUNCTION replenish.forecast_value_added(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL,
    period_start date = NULL,
    period_end date = NULL
) RETURNS TABLE (
    material_id uuid,
    days integer,
    overridden_days integer,
    naive_mae numeric,
    statistical_mae numeric,
    final_mae numeric,
    statistics_value_added_pct numeric,
    overrides_value_added_pct numeric
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT
            coalesce(forecast_value_added.period_start, o.day - 89) AS first_day,
            least(forecast_value_added.period_end, o.day) AS last_day,
            coalesce(
                (
                    SELECT t.time_zone
                    FROM replenish.tenants AS t
                    WHERE t.tenant_id = forecast_value_added.tenant_id
                ),
                'UTC'
            ) AS time_zone
        FROM replenish.observed_until(
            forecast_value_added.tenant_id, forecast_value_added.facility_id
        ) AS o (day)
    ),
    measured AS (
        SELECT
            d.material_id,
            d.demand_date,
            d.actual,
            d.forecast,
            coalesce(o.override_quantity::float8, d.forecast) AS final,
            o.override_quantity IS NOT NULL AS overridden,
            coalesce(h.actual_demand_quantity, 0) AS naive
        FROM period AS p
        CROSS JOIN LATERAL replenish.measured_days(
            forecast_value_added.tenant_id,
            forecast_value_added.facility_id,
            replenish.forecastable(
                forecast_value_added.tenant_id, forecast_value_added.facility_id,
                forecast_value_added.material_ids
            ),
            p.first_day,
            p.last_day
        ) AS d
        LEFT JOIN replenish.demand_history AS h
            ON h.tenant_id = forecast_value_added.tenant_id
            AND h.facility_id = forecast_value_added.facility_id
            AND h.material_id = d.material_id
            AND h.demand_date = d.forecast_start - 1
        CROSS JOIN LATERAL (SELECT d.demand_date::timestamp AT TIME ZONE p.time_zone) AS b (moment)
        LEFT JOIN LATERAL (
            -- In force when the day began.
            SELECT v.override_quantity
            FROM replenish.forecast_overrides AS v
            WHERE v.tenant_id = forecast_value_added.tenant_id
                AND v.facility_id = forecast_value_added.facility_id
                AND v.material_id = d.material_id
                AND v.forecast_date = d.demand_date
                AND v.created_at < b.moment
                AND (v.revoked_at IS NULL OR v.revoked_at >= b.moment)
                AND (v.expires_at IS NULL OR v.expires_at >= b.moment)
            ORDER BY v.created_at DESC
            LIMIT 1
        ) AS o ON true
    )
    SELECT
        e.material_id,
        e.days,
        e.overridden_days,
        round(e.naive::numeric, 4),
        round(e.statistical::numeric, 4),
        round(e.final::numeric, 4),
        round((100 * (1 - e.statistical / nullif(e.naive, 0)))::numeric, 2),
        round((100 * (1 - e.final / nullif(e.statistical, 0)))::numeric, 2)
    FROM (
        SELECT
            m.material_id,
            count(*)::integer AS days,
            count(*) FILTER (WHERE m.overridden)::integer AS overridden_days,
            replenish.mae(m.actual::float8, m.naive::float8) AS naive,
            replenish.mae(m.actual::float8, m.forecast) AS statistical,
            replenish.mae(m.actual::float8, m.final) AS final
        FROM measured AS m
        GROUP BY m.material_id
    ) AS e
    ORDER BY e.material_id
$$;
