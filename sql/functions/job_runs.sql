-- A run is a row and a list of chunks. Sessions claim chunks by locking their rows, so any number of
-- them share a run, nothing is done twice, and the chunk of a session that dies is free again.

-- The open run of the job with the same settings, or a new one.
CREATE FUNCTION replenish.open_run(
    job_name text,
    tenant_id uuid,
    batch_size integer,
    settings jsonb,
    resume boolean
) RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    -- What was interrupted longer ago was made for another night.
    freshness CONSTANT interval := make_interval(hours => 20);
    open_one record;
    run uuid;
BEGIN
    PERFORM replenish.assert_tenant(open_run.tenant_id);
    PERFORM pg_advisory_xact_lock(replenish.job_lock(open_run.job_name, open_run.tenant_id::text));
    FOR open_one IN
        SELECT r.job_run_id, r.started_at, r.settings
        FROM replenish.job_runs AS r
        WHERE r.tenant_id = open_run.tenant_id
            AND r.job_name = open_run.job_name
            AND r.run_status = 'RUNNING'
        ORDER BY r.started_at DESC
    LOOP
        -- Sessions at work hold this lock shared until their chunk is committed.
        IF NOT pg_try_advisory_xact_lock(replenish.job_lock('run', open_one.job_run_id::text)) THEN
            run := CASE WHEN open_one.settings = open_run.settings THEN open_one.job_run_id ELSE run END;
            CONTINUE;
        END IF;
        -- The one that held it may have been the last.
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM replenish.job_runs AS r
            WHERE r.tenant_id = open_run.tenant_id
                AND r.job_run_id = open_one.job_run_id
                AND r.run_status = 'RUNNING'
        );
        IF run IS NULL
            AND open_run.resume
            AND open_one.settings = open_run.settings
            AND clock_timestamp() - open_one.started_at < freshness THEN
            run := open_one.job_run_id;
        ELSE
            UPDATE replenish.job_runs AS r
            SET run_status = 'ABANDONED', finished_at = clock_timestamp()
            WHERE r.tenant_id = open_run.tenant_id AND r.job_run_id = open_one.job_run_id;
        END IF;
    END LOOP;
    IF run IS NULL THEN
        INSERT INTO replenish.job_runs (tenant_id, job_name, settings, batch_size, library_version)
        VALUES (
            open_run.tenant_id, open_run.job_name, open_run.settings, open_run.batch_size,
            (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'pg_replenish')
        )
        RETURNING job_run_id INTO run;
        PERFORM replenish.add_chunks(open_run.tenant_id, run);
    END IF;
    RETURN run;
END
$$;

CREATE FUNCTION replenish.job_lock(kind text, name text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT hashtextextended(format('replenish %s %s', job_lock.kind, job_lock.name), 0)
$$;

-- Lists the series that are due and not listed yet; returns their number. Called when a run opens
-- and, as the sweep for what has come since, before it closes.
CREATE FUNCTION replenish.add_chunks(tenant_id uuid, job_run_id uuid) RETURNS integer
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH run AS (
        SELECT
            r.job_name,
            r.batch_size,
            (
                SELECT coalesce(max(c.chunk_number), 0)
                FROM replenish.job_chunks AS c
                WHERE c.tenant_id = r.tenant_id AND c.job_run_id = r.job_run_id
            ) AS last_number
        FROM replenish.job_runs AS r
        WHERE r.tenant_id = add_chunks.tenant_id AND r.job_run_id = add_chunks.job_run_id
    ),
    listed AS (
        SELECT c.facility_id, s.material_id
        FROM replenish.job_chunks AS c
        CROSS JOIN LATERAL unnest(c.material_ids) AS s (material_id)
        WHERE c.tenant_id = add_chunks.tenant_id AND c.job_run_id = add_chunks.job_run_id
    ),
    due AS (
        SELECT
            d.facility_id,
            d.material_id,
            (row_number() OVER (PARTITION BY d.facility_id ORDER BY d.material_id) - 1)
                / r.batch_size AS place
        FROM run AS r
        CROSS JOIN LATERAL replenish.due_series(r.job_name, add_chunks.tenant_id) AS d
        WHERE NOT EXISTS (
            SELECT FROM listed AS l
            WHERE l.facility_id = d.facility_id AND l.material_id = d.material_id
        )
    ),
    added AS (
        INSERT INTO replenish.job_chunks (
            tenant_id, job_run_id, chunk_number, facility_id, material_ids
        )
        SELECT
            add_chunks.tenant_id,
            add_chunks.job_run_id,
            r.last_number + row_number() OVER (ORDER BY d.facility_id, d.place),
            d.facility_id,
            d.materials
        FROM run AS r
        CROSS JOIN (
            SELECT e.facility_id, e.place, array_agg(e.material_id ORDER BY e.material_id) AS materials
            FROM due AS e
            GROUP BY e.facility_id, e.place
        ) AS d
        RETURNING cardinality(material_ids) AS series
    ),
    counted AS (
        SELECT coalesce(sum(a.series), 0)::integer AS series FROM added AS a
    ),
    noted AS (
        UPDATE replenish.job_runs AS r
        SET series_total = r.series_total + c.series
        FROM counted AS c
        WHERE r.tenant_id = add_chunks.tenant_id
            AND r.job_run_id = add_chunks.job_run_id
            AND c.series > 0
    )
    SELECT c.series FROM counted AS c
$$;

-- Locks a chunk that is still to be done until the end of the transaction; NULL where there is none. A run that
-- is claimed from is at work.
CREATE FUNCTION replenish.claim_chunk(tenant_id uuid, job_run_id uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    claimed integer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(replenish.job_lock('run', claim_chunk.job_run_id::text));
    -- Between two chunks nothing shows that a run is at work, and a call with other settings may give it up.
    UPDATE replenish.job_runs AS r
    SET run_status = 'RUNNING', finished_at = NULL
    WHERE r.tenant_id = claim_chunk.tenant_id
        AND r.job_run_id = claim_chunk.job_run_id
        AND r.run_status = 'ABANDONED';
    SELECT c.chunk_number INTO claimed
    FROM replenish.job_chunks AS c
    WHERE c.tenant_id = claim_chunk.tenant_id
        AND c.job_run_id = claim_chunk.job_run_id
        AND c.chunk_status = 'PENDING'
        -- What another session ended by an error is over for all.
        AND EXISTS (
            SELECT FROM replenish.job_runs AS r
            WHERE r.tenant_id = c.tenant_id AND r.job_run_id = c.job_run_id AND r.run_status = 'RUNNING'
        )
    ORDER BY c.chunk_number
    LIMIT 1
    FOR UPDATE OF c SKIP LOCKED;
    RETURN claimed;
END
$$;

-- Does a claimed chunk; without one nothing.
CREATE FUNCTION replenish.run_chunk(tenant_id uuid, job_run_id uuid, chunk_number integer)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    began CONSTANT timestamptz := clock_timestamp();
    work record;
    answer replenish.chunk_answer;
    failed integer;
BEGIN
    IF run_chunk.chunk_number IS NULL THEN
        RETURN;
    END IF;
    SELECT r.job_name, r.settings, c.facility_id, c.material_ids INTO work
    FROM replenish.job_chunks AS c
    JOIN replenish.job_runs AS r ON r.tenant_id = c.tenant_id AND r.job_run_id = c.job_run_id
    WHERE c.tenant_id = run_chunk.tenant_id
        AND c.job_run_id = run_chunk.job_run_id
        AND c.chunk_number = run_chunk.chunk_number
        AND c.chunk_status = 'PENDING';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'run % has no chunk % to be done', job_run_id, chunk_number
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Pass a chunk that claim_chunk() has returned in this transaction.';
    END IF;
    answer := replenish.do_chunk(
        work.job_name, run_chunk.tenant_id, work.facility_id, work.material_ids, work.settings
    );
    INSERT INTO replenish.job_errors (
        tenant_id, job_run_id, facility_id, material_id, sqlstate, message
    )
    SELECT run_chunk.tenant_id, run_chunk.job_run_id, work.facility_id, f.material_id, f.sqlstate, f.message
    FROM unnest(answer.failed_materials, answer.sqlstates, answer.messages)
        AS f (material_id, sqlstate, message);
    failed := coalesce(cardinality(answer.failed_materials), 0);
    UPDATE replenish.job_chunks AS c
    SET
        chunk_status = 'DONE',
        outcomes = answer.outcomes,
        rows_changed = answer.rows_changed,
        backend_pid = pg_backend_pid(),
        started_at = began,
        finished_at = clock_timestamp()
    WHERE c.tenant_id = run_chunk.tenant_id
        AND c.job_run_id = run_chunk.job_run_id
        AND c.chunk_number = run_chunk.chunk_number;
    -- Last, for the row is shared with all sessions at work on the run.
    UPDATE replenish.job_runs AS r
    SET
        series_done = r.series_done + cardinality(work.material_ids) - failed,
        series_failed = r.series_failed + failed,
        rows_changed = r.rows_changed + answer.rows_changed
    WHERE r.tenant_id = run_chunk.tenant_id AND r.job_run_id = run_chunk.job_run_id;
END
$$;

-- What becomes of a chunk that ended with an error. Data that cannot be worked with is narrowed down
-- to its series by halving the chunk; a conflict with another session is tried again; anything else
-- ends the run, and the answer is false.
CREATE FUNCTION replenish.survive_failure(
    tenant_id uuid,
    job_run_id uuid,
    chunk_number integer,
    sqlstate text,
    message text,
    detail text
) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    most_attempts CONSTANT integer := 3;
    about_data CONSTANT boolean := left(survive_failure.sqlstate, 2) IN ('21', '22', '23', 'P0');
    is_conflict CONSTANT boolean := left(survive_failure.sqlstate, 2) = '40' OR survive_failure.sqlstate = '55P03';
    materials uuid[];
BEGIN
    UPDATE replenish.job_chunks AS c
    SET attempts = c.attempts + 1
    WHERE c.tenant_id = survive_failure.tenant_id
        AND c.job_run_id = survive_failure.job_run_id
        AND c.chunk_number = survive_failure.chunk_number
        AND (about_data OR (is_conflict AND c.attempts + 1 < most_attempts))
    RETURNING c.material_ids INTO materials;
    IF materials IS NULL THEN
        UPDATE replenish.job_runs AS r
        SET
            run_status = 'FAILED',
            finished_at = clock_timestamp(),
            error_sqlstate = survive_failure.sqlstate,
            error_message = survive_failure.message,
            error_detail = nullif(survive_failure.detail, '')
        WHERE r.tenant_id = survive_failure.tenant_id AND r.job_run_id = survive_failure.job_run_id;
        RETURN false;
    ELSIF about_data AND cardinality(materials) > 1 THEN
        PERFORM replenish.halve_chunk(
            survive_failure.tenant_id, survive_failure.job_run_id, survive_failure.chunk_number
        );
    ELSIF about_data THEN
        PERFORM replenish.fail_chunk(
            survive_failure.tenant_id, survive_failure.job_run_id, survive_failure.chunk_number,
            survive_failure.sqlstate, survive_failure.message, survive_failure.detail
        );
    END IF;
    RETURN true;
END
$$;

-- The second half gets a number of its own: the run's row is locked while it is chosen.
CREATE FUNCTION replenish.halve_chunk(tenant_id uuid, job_run_id uuid, chunk_number integer)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT FROM replenish.job_runs AS r
    WHERE r.tenant_id = halve_chunk.tenant_id AND r.job_run_id = halve_chunk.job_run_id
    FOR UPDATE;
    WITH whole AS (
        UPDATE replenish.job_chunks AS c
        SET material_ids = c.material_ids[: cardinality(c.material_ids) / 2]
        FROM replenish.job_chunks AS o
        WHERE c.tenant_id = halve_chunk.tenant_id
            AND c.job_run_id = halve_chunk.job_run_id
            AND c.chunk_number = halve_chunk.chunk_number
            AND o.tenant_id = c.tenant_id
            AND o.job_run_id = c.job_run_id
            AND o.chunk_number = c.chunk_number
        RETURNING o.facility_id, o.material_ids[cardinality(o.material_ids) / 2 + 1 :] AS rest
    )
    INSERT INTO replenish.job_chunks (tenant_id, job_run_id, chunk_number, facility_id, material_ids)
    SELECT halve_chunk.tenant_id, halve_chunk.job_run_id, n.last_number + 1, w.facility_id, w.rest
    FROM whole AS w
    CROSS JOIN (
        SELECT max(c.chunk_number) AS last_number
        FROM replenish.job_chunks AS c
        WHERE c.tenant_id = halve_chunk.tenant_id AND c.job_run_id = halve_chunk.job_run_id
    ) AS n
$$;

-- A chunk of one series that cannot be done.
CREATE FUNCTION replenish.fail_chunk(
    tenant_id uuid,
    job_run_id uuid,
    chunk_number integer,
    sqlstate text,
    message text,
    detail text
) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH failed AS (
        UPDATE replenish.job_chunks AS c
        SET
            chunk_status = 'FAILED',
            outcomes = array_fill('FAILED'::text, ARRAY[cardinality(c.material_ids)]),
            backend_pid = pg_backend_pid(),
            started_at = now(),
            finished_at = clock_timestamp()
        WHERE c.tenant_id = fail_chunk.tenant_id
            AND c.job_run_id = fail_chunk.job_run_id
            AND c.chunk_number = fail_chunk.chunk_number
        RETURNING c.facility_id, c.material_ids
    ),
    logged AS (
        INSERT INTO replenish.job_errors (
            tenant_id, job_run_id, facility_id, material_id, sqlstate, message, detail
        )
        SELECT fail_chunk.tenant_id, fail_chunk.job_run_id, f.facility_id, s.material_id,
            fail_chunk.sqlstate, fail_chunk.message, nullif(fail_chunk.detail, '')
        FROM failed AS f
        CROSS JOIN LATERAL unnest(f.material_ids) AS s (material_id)
        RETURNING 1
    )
    UPDATE replenish.job_runs AS r
    SET series_failed = r.series_failed + (SELECT count(*) FROM logged)
    WHERE r.tenant_id = fail_chunk.tenant_id AND r.job_run_id = fail_chunk.job_run_id
$$;

-- Called where no chunk can be claimed. True where the sweep finds series that came since: then there
-- is more to do. Otherwise the run is closed, by whoever comes last: its status comes from what is
-- there, not from what it thinks it did.
CREATE FUNCTION replenish.close_run(tenant_id uuid, job_run_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run record;
BEGIN
    SELECT r.job_name INTO run
    FROM replenish.job_runs AS r
    WHERE r.tenant_id = close_run.tenant_id
        AND r.job_run_id = close_run.job_run_id
        AND r.run_status = 'RUNNING'
    FOR UPDATE;
    IF NOT FOUND OR EXISTS (
        SELECT FROM replenish.job_chunks AS c
        WHERE c.tenant_id = close_run.tenant_id
            AND c.job_run_id = close_run.job_run_id
            AND c.chunk_status = 'PENDING'
    ) THEN
        RETURN false;
    ELSIF replenish.add_chunks(close_run.tenant_id, close_run.job_run_id) > 0 THEN
        RETURN true;
    END IF;
    PERFORM replenish.conclude_job(run.job_name, close_run.tenant_id);
    UPDATE replenish.job_runs AS r
    SET
        run_status = CASE
            WHEN r.series_failed = 0 AND r.series_done = r.series_total THEN 'COMPLETED'
            ELSE 'PARTIAL'
        END,
        finished_at = clock_timestamp()
    WHERE r.tenant_id = close_run.tenant_id AND r.job_run_id = close_run.job_run_id;
    DELETE FROM replenish.job_runs AS r
    WHERE r.tenant_id = close_run.tenant_id
        AND r.started_at < now() - make_interval(days => current_setting('replenish.kept_run_days')::integer)
        AND r.run_status <> 'RUNNING';
    RETURN false;
END
$$;

CREATE FUNCTION replenish.announce_run(job_name text, tenant_id uuid, batch_size integer)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    series integer;
    facilities integer;
BEGIN
    PERFORM replenish.assert_tenant(tenant_id);
    SELECT count(*), count(DISTINCT d.facility_id) INTO series, facilities
    FROM replenish.due_series(job_name, tenant_id) AS d;
    RAISE NOTICE 'a % run of tenant % would take % series of % facilities, % a transaction',
        job_name, tenant_id, series, facilities, batch_size;
END
$$;
