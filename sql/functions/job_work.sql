-- What each job has to do: the series that are due, and the work on a chunk of them.
CREATE FUNCTION replenish.due_series(job_name text, tenant_id uuid)
RETURNS TABLE (facility_id uuid, material_id uuid)
LANGUAGE plpgsql STABLE ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    CASE due_series.job_name
        WHEN 'FORECASTS' THEN
            -- Every series that has demand, found by one probe each: the history itself is not read.
            RETURN QUERY
            SELECT f.facility_id, m.material_id
            FROM replenish.demand_facilities(due_series.tenant_id) AS f
            CROSS JOIN replenish.materials AS m
            CROSS JOIN LATERAL (
                SELECT h.demand_date
                FROM replenish.demand_history AS h
                WHERE h.tenant_id = due_series.tenant_id
                    AND h.facility_id = f.facility_id
                    AND h.material_id = m.material_id
                LIMIT 1
            ) AS demanded
            WHERE m.tenant_id = due_series.tenant_id AND m.forecasting_enabled;
        WHEN 'ACCURACY' THEN
            RETURN QUERY
            SELECT k.facility_id, k.material_id
            FROM replenish.forecast_heads AS k
            WHERE k.tenant_id = due_series.tenant_id AND k.last_version > 0;
        WHEN 'REPLENISHMENT' THEN
            RETURN QUERY
            SELECT i.facility_id, i.material_id
            FROM replenish.inventory_levels AS i
            WHERE i.tenant_id = due_series.tenant_id;
    END CASE;
END
$$;

CREATE FUNCTION replenish.do_chunk(
    job_name text,
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    settings jsonb
) RETURNS replenish.chunk_answer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    answer replenish.chunk_answer;
BEGIN
    CASE job_name
        WHEN 'FORECASTS' THEN
            RETURN replenish.do_forecast_chunk(
                tenant_id, facility_id, material_ids, (settings ->> 'horizon_days')::integer,
                settings ->> 'algorithm', (settings ->> 'refit')::boolean
            );
        WHEN 'ACCURACY' THEN
            answer.rows_changed := replenish.do_accuracy_chunk(
                tenant_id, facility_id, material_ids, (settings ->> 'period_end')::date
            );
        WHEN 'REPLENISHMENT' THEN
            answer.rows_changed := replenish.store_suggestions(
                tenant_id, facility_id, material_ids,
                coalesce((settings ->> 'as_of')::date, replenish.tenant_today(tenant_id))
            );
    END CASE;
    answer.outcomes := array_fill('DONE'::text, ARRAY[cardinality(material_ids)]);
    RETURN answer;
END
$$;

-- Unusable data of one series does not stop the others.
CREATE FUNCTION replenish.do_forecast_chunk(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    forecast_horizon_days integer,
    forecast_algorithm text,
    refit boolean
) RETURNS replenish.chunk_answer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    until CONSTANT date := replenish.observed_until(
        do_forecast_chunk.tenant_id, do_forecast_chunk.facility_id
    );
    answer replenish.chunk_answer;
BEGIN
    WITH outcome AS (
        SELECT
            w.id AS material_id,
            -- A series of which nothing is heard has no demand by that day, unless its material was switched off or
            -- deleted since the run was listed.
            coalesce(c.outcome, CASE WHEN m.forecasting_enabled THEN 'FAILED' ELSE 'UNCHANGED' END) AS outcome,
            coalesce(c.sqlstate, '22000') AS sqlstate,
            coalesce(c.message, format('there is no demand on or before %s', until)) AS message
        FROM unnest(do_forecast_chunk.material_ids) AS w (id)
        LEFT JOIN replenish.forecast_chunk(
            do_forecast_chunk.facility_id, do_forecast_chunk.material_ids, until,
            do_forecast_chunk.forecast_horizon_days, do_forecast_chunk.forecast_algorithm,
            CASE WHEN do_forecast_chunk.refit THEN 'REFIT' ELSE 'UPDATE' END
        ) AS c ON c.material_id = w.id
        LEFT JOIN replenish.materials AS m
            ON m.tenant_id = do_forecast_chunk.tenant_id AND m.material_id = w.id
    )
    SELECT
        array_agg(o.outcome ORDER BY o.material_id),
        count(*) FILTER (WHERE o.outcome IN ('STORED', 'UPDATED')),
        array_agg(o.material_id ORDER BY o.material_id) FILTER (WHERE o.outcome = 'FAILED'),
        array_agg(o.sqlstate ORDER BY o.material_id) FILTER (WHERE o.outcome = 'FAILED'),
        array_agg(o.message ORDER BY o.material_id) FILTER (WHERE o.outcome = 'FAILED')
    INTO answer
    FROM outcome AS o;
    RETURN answer;
END
$$;

-- The windows of the last 30, 60 and 90 days, also those of nights that were missed.
CREATE FUNCTION replenish.do_accuracy_chunk(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    period_end date
) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    -- Nights that are made up for.
    most_missed CONSTANT integer := 14;
    longest_window CONSTANT integer := 90;
    last_recorded CONSTANT date := replenish.observed_until(
        do_accuracy_chunk.tenant_id, do_accuracy_chunk.facility_id
    );
    -- Days that are not recorded yet are no days without demand.
    last_day CONSTANT date := least(do_accuracy_chunk.period_end, last_recorded);
    measured date;
    missed_nights integer;
    changed integer := 0;
BEGIN
    IF last_recorded IS NULL THEN
        RETURN 0;
    END IF;
    -- One material speaks for the chunk: all are measured in one transaction.
    SELECT max(a.measurement_period_end) INTO measured
    FROM replenish.forecast_accuracy_metrics AS a
    WHERE a.tenant_id = do_accuracy_chunk.tenant_id
        AND a.facility_id = do_accuracy_chunk.facility_id
        AND a.material_id = do_accuracy_chunk.material_ids[1]
        AND a.measurement_period_end < last_day;
    missed_nights := least(last_day - coalesce(measured, last_day - 1) - 1, most_missed);
    FOR missed IN REVERSE missed_nights .. 0 LOOP
        FOR days IN REVERSE longest_window .. 30 BY 30 LOOP
            changed := changed + replenish.store_accuracy(
                do_accuracy_chunk.tenant_id, do_accuracy_chunk.facility_id,
                do_accuracy_chunk.material_ids,
                last_day - missed - days + 1, last_day - missed, 'DAILY'
            );
        END LOOP;
    END LOOP;
    RETURN changed + replenish.store_measured_days(
        do_accuracy_chunk.tenant_id, do_accuracy_chunk.facility_id, do_accuracy_chunk.material_ids,
        last_day - missed_nights - longest_window + 1, last_day
    );
END
$$;

-- What is done once, when all of a run's chunks are.
CREATE FUNCTION replenish.conclude_job(job_name text, tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF conclude_job.job_name = 'REPLENISHMENT' THEN
        PERFORM replenish.apply_budget(conclude_job.tenant_id, f.facility_id)
        FROM (
            SELECT DISTINCT i.facility_id
            FROM replenish.inventory_levels AS i
            WHERE i.tenant_id = conclude_job.tenant_id
            -- Each is locked: in one order.
            ORDER BY i.facility_id
        ) AS f;
    END IF;
END
$$;
