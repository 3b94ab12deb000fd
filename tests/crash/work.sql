-- What has to be true after a crash. Each function returns sentences about what is wrong: none is right.
CREATE SCHEMA crash;
-- The proof of a sale: written in the transaction that records the demand.
CREATE TABLE crash.sales (n bigint PRIMARY KEY, material_id uuid NOT NULL);
CREATE TABLE crash.demand_before AS
SELECT material_id, sum(actual_demand_quantity) AS quantity FROM replenish.demand_history GROUP BY material_id;

CREATE FUNCTION crash.sell(n bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    sold CONSTANT uuid := (SELECT d.material_id FROM crash.demand_before AS d ORDER BY random() LIMIT 1);
BEGIN
    PERFORM set_config('app.current_tenant_id', '00000000-0000-4000-8000-00000000be00', true);
    PERFORM replenish.record_demand(
        '00000000-0000-4000-8000-00000000be00', '00000000-0000-4000-8000-00000000be01', sold,
        date '2025-12-31' - floor(60 * random())::integer, 1
    );
    INSERT INTO crash.sales VALUES (n, sold);
END
$$;

-- What is at work now: jobs by the name of their run, and the owner's work.
CREATE FUNCTION crash.at_work() RETURNS text[] LANGUAGE sql VOLATILE AS $$
    SELECT ARRAY(
        SELECT r.job_name FROM replenish.job_runs AS r WHERE r.run_status = 'RUNNING'
        UNION
        SELECT CASE WHEN a.query ~ 'schema_migrations' THEN 'migration' ELSE 'scheduling' END
        FROM pg_stat_activity AS a
        WHERE a.state = 'active' AND a.query ~ '^(DO.*schema_migrations|SELECT count.*schedule_jobs)'
        UNION
        SELECT 'scheduling' FROM cron.job
    )
$$;
CREATE FUNCTION crash.meet(what text, milliseconds integer) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    FOR try IN 1..5000 LOOP
        IF what = ANY (crash.at_work()) THEN
            PERFORM pg_sleep(milliseconds / 1000.0), pg_stat_clear_snapshot();
            RETURN array_to_string(crash.at_work(), E'\n');
        END IF;
        PERFORM pg_sleep(0.004), pg_stat_clear_snapshot();
    END LOOP;
    RAISE EXCEPTION 'no % within 20 seconds', what;
END
$$;

-- A run counts what its chunks say, and is over only where they are.
CREATE FUNCTION crash.torn_runs() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format(
        'run %s (%s, %s) counts %s of %s series done, %s failed and %s rows; its chunks: %s of %s settled, %s rows, %s pending',
        r.job_run_id, r.job_name, r.run_status, r.series_done, r.series_total, r.series_failed, r.rows_changed, c.settled, c.listed, c.rows_changed, c.pending
    )
    FROM replenish.job_runs AS r
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(cardinality(c.material_ids)), 0) AS listed,
            coalesce(sum(cardinality(c.material_ids)) FILTER (WHERE c.chunk_status <> 'PENDING'), 0) AS settled,
            coalesce(sum(c.rows_changed), 0) AS rows_changed,
            count(*) FILTER (WHERE c.chunk_status = 'PENDING') AS pending
        FROM replenish.job_chunks AS c
        WHERE c.tenant_id = r.tenant_id AND c.job_run_id = r.job_run_id
    ) AS c
    WHERE (r.series_total, r.series_done + r.series_failed, r.rows_changed) <> (c.listed, c.settled, c.rows_changed)
        OR (r.run_status IN ('COMPLETED', 'PARTIAL') AND c.pending > 0)
$$;

-- Where all work is done by nights: what a chunk says it wrote against what its transaction left. Rows that a later chunk wrote again tell of that one,
-- so only the last chunk of its series has to have left all of its rows; accuracy also counts days, which sales change.
CREATE FUNCTION crash.torn_chunks() RETURNS SETOF text LANGUAGE sql AS $$
    WITH written AS (
        SELECT 'FORECASTS' AS job_name, v.xmin AS by, count(*) AS found FROM replenish.forecast_versions AS v GROUP BY v.xmin
        UNION ALL
        SELECT 'REPLENISHMENT', s.xmin, count(*) FROM replenish.replenishment_suggestions AS s GROUP BY s.xmin
        UNION ALL
        SELECT 'ACCURACY', a.xmin, count(*) FROM replenish.forecast_accuracy_metrics AS a WHERE a.material_id IS NOT NULL GROUP BY a.xmin
    ),
    settled AS (
        SELECT
            s.job_name, s.by, s.rows_changed, bool_and(s.is_last) AS is_last,
            format('chunk %s of run %s (%s)', s.chunk_number, s.job_run_id, s.job_name) AS what
        FROM (
            SELECT
                r.job_name, r.job_run_id, c.chunk_number, c.rows_changed, c.xmin AS by,
                c.finished_at = max(c.finished_at) OVER (PARTITION BY r.job_name, c.facility_id, m.material_id) AS is_last
            FROM replenish.job_chunks AS c
            JOIN replenish.job_runs AS r USING (tenant_id, job_run_id)
            CROSS JOIN LATERAL unnest(c.material_ids) AS m (material_id)
            WHERE c.chunk_status = 'DONE'
        ) AS s
        GROUP BY s.job_name, s.job_run_id, s.chunk_number, s.rows_changed, s.by
    )
    SELECT format('%s says it wrote %s rows, there are %s', coalesce(s.what, 'no chunk of ' || job_name), coalesce(s.rows_changed, 0), coalesce(w.found, 0))
    FROM written AS w
    FULL JOIN settled AS s USING (job_name, by)
    WHERE coalesce(w.found, 0) > coalesce(s.rows_changed, 0)
        OR (s.is_last AND job_name <> 'ACCURACY' AND coalesce(w.found, 0) < s.rows_changed)
$$;

CREATE FUNCTION crash.wrong() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('material %s has %s units, %s were recorded', material_id, h.quantity, e.quantity)
    FROM (SELECT material_id, sum(actual_demand_quantity) AS quantity FROM replenish.demand_history GROUP BY material_id) AS h
    FULL JOIN (
        SELECT b.material_id, b.quantity + (SELECT count(*) FROM crash.sales AS s WHERE s.material_id = b.material_id) AS quantity
        FROM crash.demand_before AS b
    ) AS e USING (material_id)
    WHERE h.quantity IS DISTINCT FROM e.quantity
    UNION ALL
    SELECT format('series %s names version %s, which is not there', h.material_id, h.last_version)
    FROM replenish.forecast_heads AS h
    WHERE h.last_version > 0 AND NOT EXISTS (
        SELECT FROM replenish.forecast_versions AS v
        WHERE (v.tenant_id, v.facility_id, v.material_id, v.forecast_version) = (h.tenant_id, h.facility_id, h.material_id, h.last_version)
            AND v.start_date = h.state_through + 1
    )
    UNION ALL
    SELECT format('series %s has version %s beyond its head', v.material_id, v.forecast_version)
    FROM replenish.forecast_versions AS v
    WHERE NOT EXISTS (
        SELECT FROM replenish.forecast_heads AS h
        WHERE (h.tenant_id, h.facility_id, h.material_id) = (v.tenant_id, v.facility_id, v.material_id)
            AND v.forecast_version <= h.last_version
    )
    UNION ALL
    SELECT format('version %s of series %s has no model', v.forecast_version, v.material_id)
    FROM replenish.forecast_versions AS v
    WHERE NOT EXISTS (
        SELECT FROM replenish.forecast_fits AS f
        WHERE (f.tenant_id, f.facility_id, f.material_id, f.first_version) = (v.tenant_id, v.facility_id, v.material_id, v.fit_version)
    )
    UNION ALL
    SELECT format('series %s has %s active versions', s.material_id, count(*))
    FROM replenish.forecast_series AS s WHERE s.forecast_status = 'ACTIVE'
    GROUP BY s.tenant_id, s.facility_id, s.material_id HAVING count(*) > 1
    UNION ALL
    SELECT format('material %s has %s open suggestions', s.material_id, count(*))
    FROM replenish.replenishment_suggestions AS s WHERE s.suggestion_status IN ('PENDING', 'APPROVED')
    GROUP BY s.tenant_id, s.facility_id, s.material_id HAVING count(*) > 1
    UNION ALL
    SELECT format('material %s is measured twice', a.material_id)
    FROM replenish.forecast_accuracy_metrics AS a
    GROUP BY a.tenant_id, a.facility_id, a.material_id, a.measurement_period_start, a.measurement_period_end, a.aggregation_level HAVING count(*) > 1
    UNION ALL
    SELECT * FROM crash.torn_runs()
    UNION ALL
    SELECT format('%s of the four jobs are scheduled', count(*)) FROM cron.job HAVING count(*) NOT IN (0, 4)
    UNION ALL
    SELECT format('%s of %s steps of the schema are there', count(*), (SELECT count(*) FROM replenish.migrations()))
    FROM replenish.schema_migrations HAVING count(*) <> (SELECT count(*) FROM replenish.migrations())
    UNION ALL
    SELECT format('table %s is not locked to its tenant', c.relname)
    FROM pg_class AS c
    WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind = 'r'
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))
$$;

CREATE FUNCTION crash.unfinished(series integer) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT * FROM crash.wrong()
    UNION ALL
    SELECT * FROM crash.torn_chunks()
    UNION ALL
    SELECT format('%s of %s series have a forecast in force', count(*), series)
    FROM replenish.forecast_series WHERE forecast_status = 'ACTIVE' HAVING count(*) <> series
    UNION ALL
    SELECT format('the last %s run is %s', r.job_name, r.run_status)
    FROM (SELECT DISTINCT ON (job_name) job_name, run_status FROM replenish.job_runs ORDER BY job_name, started_at DESC) AS r
    WHERE r.run_status <> 'COMPLETED'
    UNION ALL
    SELECT format('%s runs are %s: the next call did not go on with them', count(*), run_status)
    FROM replenish.job_runs WHERE run_status IN ('RUNNING', 'ABANDONED') GROUP BY run_status
$$;
