CREATE PROCEDURE replenish.run_daily_forecasts(
    tenant_id uuid = NULL,
    forecast_algorithm text = NULL,
    forecast_horizon_days integer = NULL,
    batch_size integer = 1000,
    resume boolean = true
)
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM replenish.assert_forecast_arguments(forecast_horizon_days, forecast_algorithm, NULL);
    CALL replenish.run_job('FORECASTS', tenant_id, batch_size, pg_catalog.jsonb_build_object(
        'algorithm', forecast_algorithm, 'horizon_days', forecast_horizon_days, 'refit', NOT resume
    ));
END
$$;

CREATE PROCEDURE replenish.run_forecast_accuracy(
    tenant_id uuid = NULL,
    period_end date = NULL,
    batch_size integer = 1000
)
LANGUAGE plpgsql
AS $$
BEGIN
    CALL replenish.run_job('ACCURACY', tenant_id, batch_size, pg_catalog.jsonb_build_object(
        'period_end', period_end
    ));
END
$$;

CREATE PROCEDURE replenish.run_replenishment(
    tenant_id uuid = NULL,
    as_of date = NULL,
    batch_size integer = 1000
)
LANGUAGE plpgsql
AS $$
BEGIN
    CALL replenish.run_job('REPLENISHMENT', tenant_id, batch_size, pg_catalog.jsonb_build_object(
        'as_of', as_of
    ));
END
$$;

-- Every run: for each tenant its chunks, a transaction each.
CREATE PROCEDURE replenish.run_job(
    job_name text,
    tenant_id uuid,
    batch_size integer,
    settings jsonb
)
LANGUAGE plpgsql
AS $$
DECLARE
    visited uuid;
    run uuid;
    keys uuid[];
BEGIN
    PERFORM replenish.assert_batch_size(batch_size);
    FOREACH visited IN ARRAY replenish.tenants_to_visit(tenant_id) LOOP
        PERFORM replenish.enter_tenant(visited);
        run := replenish.start_job(job_name, visited);
        COMMIT;
        CONTINUE WHEN run IS NULL;
        PERFORM replenish.enter_tenant(visited);
        FOR keys IN
            SELECT c.keys FROM replenish.job_chunks(job_name, visited, batch_size) AS c
        LOOP
            PERFORM replenish.enter_tenant(visited);
            PERFORM replenish.run_chunk(job_name, run, visited, keys, settings);
            COMMIT;
        END LOOP;
        PERFORM replenish.enter_tenant(visited);
        PERFORM replenish.finish_job(run, visited);
        COMMIT;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.job_chunks(job_name text, tenant_id uuid, batch_size integer)
RETURNS TABLE (keys uuid[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE job_name
        WHEN 'FORECASTS' THEN
            RETURN QUERY SELECT c.keys FROM replenish.forecast_chunks(tenant_id, batch_size) AS c;
        WHEN 'ACCURACY' THEN
            RETURN QUERY SELECT c.keys FROM replenish.accuracy_chunks(tenant_id, batch_size) AS c;
        WHEN 'REPLENISHMENT' THEN
            RETURN QUERY SELECT c.keys FROM replenish.replenishment_chunks(tenant_id, batch_size) AS c;
    END CASE;
END
$$;

-- One chunk of a job. The lock keeps a second run of the same job out until the COMMIT.
CREATE FUNCTION replenish.run_chunk(
    job_name text,
    job_run_id uuid,
    tenant_id uuid,
    keys uuid[],
    settings jsonb
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(replenish.job_lock(job_name, tenant_id));
    CASE job_name
        WHEN 'FORECASTS' THEN
            PERFORM replenish.run_forecast_chunk(
                job_run_id, tenant_id, keys, (settings ->> 'horizon_days')::integer,
                settings ->> 'algorithm', (settings ->> 'refit')::boolean
            );
        WHEN 'ACCURACY' THEN
            PERFORM replenish.run_accuracy_chunk(
                job_run_id, tenant_id, keys, (settings ->> 'period_end')::date
            );
        WHEN 'REPLENISHMENT' THEN
            PERFORM replenish.run_replenishment_chunk(
                job_run_id, tenant_id, keys, (settings ->> 'as_of')::date
            );
    END CASE;
END
$$;

-- A COMMIT ends both settings, so every transaction of a run begins here. A procedure that commits
-- cannot have a SET clause of its own.
CREATE FUNCTION replenish.enter_tenant(tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    -- A tenant's own role may run its own night without the right to choose a tenant.
    IF replenish.current_tenant_id() IS DISTINCT FROM enter_tenant.tenant_id THEN
        PERFORM pg_catalog.set_config('app.current_tenant_id', enter_tenant.tenant_id::text, true);
    END IF;
END
$$;

CREATE FUNCTION replenish.assert_batch_size(batch_size integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF batch_size IS NULL OR batch_size NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'batch_size must be between 1 and 10000, not %', coalesce(batch_size::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = '1000 series a transaction suits most.';
    END IF;
END
$$;

CREATE FUNCTION replenish.tenants_to_visit(tenant_id uuid) RETURNS uuid[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN tenants_to_visit.tenant_id IS NOT NULL THEN ARRAY[tenants_to_visit.tenant_id]
        ELSE ARRAY(
            SELECT t.tenant_id FROM replenish.tenants AS t WHERE t.active ORDER BY t.tenant_id
        )
    END
$$;

-- Registers a run, or returns NULL where another one is at work on the same tenant.
CREATE FUNCTION replenish.start_job(job_name text, tenant_id uuid) RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run uuid;
BEGIN
    IF NOT pg_try_advisory_xact_lock(replenish.job_lock(start_job.job_name, start_job.tenant_id)) THEN
        RAISE WARNING 'another % run is at work on tenant %', start_job.job_name, start_job.tenant_id
            USING HINT = 'It is in replenish.job_runs with run_status RUNNING.';
        RETURN NULL;
    END IF;
    UPDATE replenish.job_runs AS r
    SET run_status = 'ABANDONED', finished_at = clock_timestamp()
    WHERE r.tenant_id = start_job.tenant_id
        AND r.job_name = start_job.job_name
        AND r.run_status = 'RUNNING';
    INSERT INTO replenish.job_runs (tenant_id, job_name)
    VALUES (start_job.tenant_id, start_job.job_name)
    RETURNING job_run_id INTO run;
    RETURN run;
END
$$;

CREATE FUNCTION replenish.job_lock(job_name text, tenant_id uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT hashtextextended(format('replenish %s %s', job_lock.job_name, job_lock.tenant_id), 0)
$$;

-- The run's status comes from what is there at its end, not from what it thinks it did.
CREATE FUNCTION replenish.finish_job(job_run_id uuid, tenant_id uuid) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE replenish.job_runs AS r
    SET
        run_status = CASE
            WHEN r.series_failed = 0 AND r.series_done >= r.series_total THEN 'COMPLETED'
            ELSE 'INCOMPLETE'
        END,
        finished_at = clock_timestamp()
    WHERE r.tenant_id = finish_job.tenant_id AND r.job_run_id = finish_job.job_run_id
$$;

-- Chunks are arrays: the facility first, then its materials.
CREATE FUNCTION replenish.chunks(facility_ids uuid[], material_ids uuid[], batch_size integer)
RETURNS TABLE (keys uuid[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.facility_id || array_agg(s.material_id ORDER BY s.material_id)
    FROM (
        SELECT
            k.facility_id,
            k.material_id,
            (row_number() OVER (PARTITION BY k.facility_id ORDER BY k.material_id) - 1)
                / chunks.batch_size AS chunk
        FROM unnest(chunks.facility_ids, chunks.material_ids) AS k (facility_id, material_id)
    ) AS s
    GROUP BY s.facility_id, s.chunk
    ORDER BY s.facility_id, s.chunk
$$;

-- Every series that has demand. Series are found by one probe each: the
-- history itself is not read.
CREATE FUNCTION replenish.forecast_chunks(tenant_id uuid, batch_size integer)
RETURNS TABLE (keys uuid[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.keys
    FROM (
        SELECT
            array_agg(f.facility_id ORDER BY f.facility_id, m.material_id) AS facility_ids,
            array_agg(m.material_id ORDER BY f.facility_id, m.material_id) AS material_ids
        FROM replenish.demand_facilities(forecast_chunks.tenant_id) AS f
        CROSS JOIN replenish.materials AS m
        CROSS JOIN LATERAL (
            SELECT h.demand_date
            FROM replenish.demand_history AS h
            WHERE h.tenant_id = forecast_chunks.tenant_id
                AND h.facility_id = f.facility_id
                AND h.material_id = m.material_id
            LIMIT 1
        ) AS demanded
        WHERE m.tenant_id = forecast_chunks.tenant_id
            AND m.forecasting_enabled
    ) AS due
    CROSS JOIN LATERAL replenish.chunks(
        due.facility_ids, due.material_ids, forecast_chunks.batch_size
    ) AS c
$$;

CREATE FUNCTION replenish.accuracy_chunks(tenant_id uuid, batch_size integer)
RETURNS TABLE (keys uuid[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.keys
    FROM (
        SELECT
            array_agg(k.facility_id ORDER BY k.facility_id, k.material_id) AS facility_ids,
            array_agg(k.material_id ORDER BY k.facility_id, k.material_id) AS material_ids
        FROM replenish.forecast_heads AS k
        WHERE k.tenant_id = accuracy_chunks.tenant_id AND k.last_version > 0
    ) AS due
    CROSS JOIN LATERAL replenish.chunks(
        due.facility_ids, due.material_ids, accuracy_chunks.batch_size
    ) AS c
$$;

CREATE FUNCTION replenish.replenishment_chunks(tenant_id uuid, batch_size integer)
RETURNS TABLE (keys uuid[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.keys
    FROM (
        SELECT
            array_agg(i.facility_id ORDER BY i.facility_id, i.material_id) AS facility_ids,
            array_agg(i.material_id ORDER BY i.facility_id, i.material_id) AS material_ids
        FROM replenish.inventory_levels AS i
        WHERE i.tenant_id = replenishment_chunks.tenant_id
    ) AS due
    CROSS JOIN LATERAL replenish.chunks(
        due.facility_ids, due.material_ids, replenishment_chunks.batch_size
    ) AS c
$$;

CREATE FUNCTION replenish.count_progress(
    job_run_id uuid,
    tenant_id uuid,
    total integer,
    done integer,
    failed integer,
    changed integer
) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE replenish.job_runs AS r
    SET
        series_total = r.series_total + count_progress.total,
        series_done = r.series_done + count_progress.done,
        series_failed = r.series_failed + count_progress.failed,
        rows_changed = r.rows_changed + count_progress.changed
    WHERE r.tenant_id = count_progress.tenant_id AND r.job_run_id = count_progress.job_run_id
$$;

-- One chunk of the forecast run. Unusable data of one series is logged and does not stop the
-- others; anything that is not about data ends the run.
CREATE FUNCTION replenish.run_forecast_chunk(
    job_run_id uuid,
    tenant_id uuid,
    keys uuid[],
    forecast_horizon_days integer,
    forecast_algorithm text,
    refit boolean
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    materials CONSTANT uuid[] := keys[2:];
    until date;
    stored integer;
    unchanged integer;
    failed integer;
BEGIN
    until := replenish.observed_until(run_forecast_chunk.tenant_id, keys[1]);
    WITH outcome AS (
        SELECT c.*
        FROM replenish.forecast_chunk(
            keys[1], materials, until, run_forecast_chunk.forecast_horizon_days,
            run_forecast_chunk.forecast_algorithm,
            CASE WHEN run_forecast_chunk.refit THEN 'REFIT' ELSE 'UPDATE' END
        ) AS c
    ),
    missing AS (
        -- The sweep: a series of which nothing was heard has no demand by that day.
        SELECT w.id AS material_id
        FROM unnest(materials) AS w (id)
        WHERE NOT EXISTS (SELECT FROM outcome AS o WHERE o.material_id = w.id)
    ),
    logged AS (
        INSERT INTO replenish.job_errors (
            tenant_id, job_run_id, facility_id, material_id, sqlstate, message
        )
        SELECT run_forecast_chunk.tenant_id, run_forecast_chunk.job_run_id, keys[1], o.material_id,
            o.sqlstate, o.message
        FROM outcome AS o
        WHERE o.outcome = 'FAILED'
        UNION ALL
        SELECT run_forecast_chunk.tenant_id, run_forecast_chunk.job_run_id, keys[1], m.material_id,
            '22000', format('there is no demand on or before %s', until)
        FROM missing AS m
        RETURNING 1
    )
    SELECT
        count(*) FILTER (WHERE o.outcome IN ('STORED', 'UPDATED')),
        count(*) FILTER (WHERE o.outcome = 'UNCHANGED'),
        (SELECT count(*) FROM logged)
    INTO stored, unchanged, failed
    FROM outcome AS o;
    PERFORM replenish.count_progress(
        run_forecast_chunk.job_run_id, run_forecast_chunk.tenant_id, cardinality(materials),
        stored + unchanged, failed, stored
    );
END
$$;

CREATE FUNCTION replenish.run_accuracy_chunk(
    job_run_id uuid,
    tenant_id uuid,
    keys uuid[],
    period_end date
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    materials CONSTANT uuid[] := keys[2:];
    last_day date;
    days integer;
    changed integer := 0;
BEGIN
    last_day := replenish.observed_until(
        run_accuracy_chunk.tenant_id, keys[1], run_accuracy_chunk.period_end
    );
    FOREACH days IN ARRAY ARRAY[90, 60, 30] LOOP
        changed := changed + replenish.store_accuracy(
            run_accuracy_chunk.tenant_id, keys[1], materials, last_day - days + 1, last_day, 'DAILY'
        );
    END LOOP;
    PERFORM replenish.count_progress(
        run_accuracy_chunk.job_run_id, run_accuracy_chunk.tenant_id, cardinality(materials),
        cardinality(materials), 0, changed
    );
END
$$;

CREATE FUNCTION replenish.run_replenishment_chunk(
    job_run_id uuid,
    tenant_id uuid,
    keys uuid[],
    as_of date
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    materials CONSTANT uuid[] := keys[2:];
    changed integer;
BEGIN
    changed := replenish.store_suggestions(
        run_replenishment_chunk.tenant_id, keys[1], materials,
        coalesce(
            run_replenishment_chunk.as_of, replenish.tenant_today(run_replenishment_chunk.tenant_id)
        )
    );
    PERFORM replenish.count_progress(
        run_replenishment_chunk.job_run_id, run_replenishment_chunk.tenant_id,
        cardinality(materials), cardinality(materials), 0, changed
    );
END
$$;

CREATE FUNCTION replenish.schedule_jobs()
RETURNS TABLE (job_name text, schedule text, command text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM replenish.assert_pg_cron();
    FOR job_name, schedule, command IN
        SELECT j.job_name, j.schedule, j.command FROM replenish.nightly_jobs() AS j
    LOOP
        EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING job_name, schedule, command;
        RETURN NEXT;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.unschedule_jobs() RETURNS SETOF text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    scheduled text;
BEGIN
    PERFORM replenish.assert_pg_cron();
    FOR scheduled IN EXECUTE
        'SELECT j.jobname FROM cron.job AS j '
        'WHERE j.jobname IN (SELECT n.job_name FROM replenish.nightly_jobs() AS n) '
        'AND j.username = current_user ORDER BY j.jobname'
    LOOP
        EXECUTE 'SELECT cron.unschedule($1)' USING scheduled;
        RETURN NEXT scheduled;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.nightly_jobs()
RETURNS TABLE (job_name text, schedule text, command text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('replenish_forecasts', '0 2 * * *', 'CALL replenish.run_daily_forecasts()'),
        ('replenish_accuracy', '0 3 * * *', 'CALL replenish.run_forecast_accuracy()'),
        ('replenish_replenishment', '0 4 * * *', 'CALL replenish.run_replenishment()')
$$;

CREATE FUNCTION replenish.assert_pg_cron() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        RAISE EXCEPTION 'pg_cron is not installed in database %', current_database()
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format(
                    'Set shared_preload_libraries = ''pg_cron'' and cron.database_name = ''%s'', '
                    'restart, CREATE EXTENSION pg_cron. Any other scheduler can run what '
                    'SELECT * FROM replenish.nightly_jobs() lists.',
                    current_database());
    END IF;
END
$$;
