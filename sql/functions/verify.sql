-- verify_deployment(): one row a check, in the words of whoever has to act on it.
CREATE FUNCTION replenish.verify_deployment()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT c.* FROM replenish.verify_library() AS c;
    IF to_regclass('replenish.schema_migrations') IS NULL THEN
        RETURN QUERY VALUES (
            'migrations', 'FAILED', 'the tables are not there',
            'SET ROLE replenish_owner; SELECT replenish.install();'
        );
        RETURN;
    END IF;
    RETURN QUERY SELECT c.* FROM replenish.verify_migrations() AS c;
    -- Later checks read tables that only a complete schema has.
    IF EXISTS (
        SELECT FROM replenish.verify_migrations() AS c
        WHERE c.check_name = 'migrations' AND c.status = 'FAILED'
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.* FROM replenish.verify_relations() AS c
    UNION ALL
    SELECT c.* FROM replenish.verify_partitions() AS c
    UNION ALL
    SELECT c.* FROM replenish.verify_security() AS c
    UNION ALL
    SELECT c.* FROM replenish.verify_routines() AS c
    UNION ALL
    SELECT c.* FROM replenish.verify_server() AS c;
    IF to_regclass('replenish.forecast_heads') IS NOT NULL
        AND to_regclass('replenish.forecast_versions') IS NOT NULL
        AND to_regclass('replenish.forecast_fits') IS NOT NULL
    THEN
        RETURN QUERY SELECT c.* FROM replenish.verify_data() AS c;
    END IF;
END
$$;

-- One row of an answer: a finding of NULL is no finding.
CREATE FUNCTION replenish.verdict(
    check_name text,
    severity text,
    finding text,
    fine text,
    what_to_do text
) RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT $1, CASE WHEN $3 IS NULL THEN 'OK' ELSE $2 END, coalesce($3, $4),
        CASE WHEN $3 IS NOT NULL THEN $5 END
$$;

-- The files on disk, the library that runs and the SQL of this database: all of one version?
CREATE FUNCTION replenish.verify_library()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT v.*
    FROM pg_extension AS e
    LEFT JOIN pg_available_extensions AS a ON a.name = e.extname
    CROSS JOIN replenish.library_version() AS l (version)
    CROSS JOIN LATERAL replenish.verdict(
        'library', 'FAILED',
        CASE
            WHEN e.extversion <> l.version OR a.default_version <> l.version THEN format(
                'library %s runs, SQL is of version %s, files on disk of version %s',
                l.version, e.extversion, coalesce(a.default_version, 'none')
            )
        END,
        format('library, SQL and files are of version %s', l.version),
        CASE
            WHEN a.default_version <> l.version THEN
                'Restart the server: it still runs the library that was there when it started.'
            ELSE format(
                'ALTER EXTENSION pg_replenish UPDATE TO %L; then, as the owner of the tables: '
                'SELECT replenish.install();', l.version
            )
        END
    ) AS v
    WHERE e.extname = 'pg_replenish'
$$;

-- Steps of the schema that are due, and steps that this library does not know.
CREATE FUNCTION replenish.verify_migrations()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT v.*
    FROM (
        SELECT string_agg(m.migration_name, ', ' ORDER BY m.migration_number) AS missing
        FROM replenish.migrations() AS m
        WHERE NOT EXISTS (
            SELECT FROM replenish.schema_migrations AS s
            WHERE s.migration_number = m.migration_number
        )
    ) AS pending
    CROSS JOIN LATERAL replenish.verdict(
        'migrations', 'FAILED', 'not applied: ' || pending.missing, 'all applied',
        'As the owner of the tables: SELECT replenish.install();'
    ) AS v;
    RETURN QUERY
    SELECT v.*
    FROM (
        SELECT string_agg(s.migration_name, ', ' ORDER BY s.migration_number) AS names
        FROM replenish.schema_migrations AS s
        WHERE NOT EXISTS (
            SELECT FROM replenish.migrations() AS m WHERE m.migration_number = s.migration_number
        )
    ) AS newer
    CROSS JOIN LATERAL replenish.verdict(
        'schema', 'FAILED', 'the tables are of a newer version: ' || newer.names,
        'no newer than the library',
        'Install the version of pg_replenish that made these tables, or a later one.'
    ) AS v;
END
$$;

CREATE FUNCTION replenish.verify_server()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    scheduled integer;
    strong text;
BEGIN
    -- Only some roles may see this setting; for the others there is no row.
    RETURN QUERY
    SELECT v.*
    FROM pg_settings AS s
    CROSS JOIN LATERAL replenish.verdict(
        'preload', 'WARNING',
        CASE
            WHEN s.setting !~ '\mpg_replenish\M'
                THEN format('shared_preload_libraries is ''%s''', s.setting)
        END,
        format('shared_preload_libraries is ''%s''', s.setting),
        'Add pg_replenish to shared_preload_libraries and restart: until then a session learns only '
        'with its first call that app.current_tenant_id is not its own to set.'
    ) AS v
    WHERE s.name = 'shared_preload_libraries';
    RETURN QUERY
    SELECT v.*
    FROM (
        SELECT
            string_agg(n.name, ', ') FILTER (WHERE r.oid IS NULL) AS missing,
            string_agg(n.name, ', ') FILTER (WHERE r.rolsuper OR r.rolbypassrls) AS strong
        FROM unnest(replenish.role_names()) AS n (name)
        LEFT JOIN pg_roles AS r ON r.rolname = n.name
    ) AS found
    CROSS JOIN LATERAL replenish.verdict(
        'roles', CASE WHEN found.strong IS NULL THEN 'WARNING' ELSE 'FAILED' END,
        nullif(concat_ws('; ', 'missing: ' || found.missing,
            'see every tenant''s rows: ' || found.strong), ''),
        'all there, none a superuser, none bypasses row-level security',
        'As a superuser: SELECT replenish.create_roles(); ALTER ROLE … NOSUPERUSER NOBYPASSRLS;'
    ) AS v;
    RETURN QUERY
    SELECT v.*
    FROM replenish.verdict(
        'guard', 'WARNING',
        CASE
            WHEN NOT EXISTS (
                SELECT FROM pg_event_trigger AS t
                WHERE t.evtname = 'replenish_guard' AND t.evtenabled <> 'D'
            ) THEN 'DROP SCHEMA replenish CASCADE by a superuser would take all data along'
        END,
        'DROP SCHEMA and DROP OWNED are refused while the tables are there',
        'As a superuser: SELECT replenish.guard_schema();'
    ) AS v;
    IF to_regclass('cron.job') IS NULL OR NOT has_table_privilege('cron.job', 'SELECT') THEN
        RETURN QUERY VALUES (
            'jobs', 'WARNING', 'pg_cron is not at hand',
            'CREATE EXTENSION pg_cron and SELECT replenish.schedule_jobs(); or let another scheduler '
            'run what SELECT * FROM replenish.nightly_jobs() lists.'
        );
        RETURN;
    END IF;
    EXECUTE 'SELECT count(DISTINCT j.jobname) FROM cron.job AS j JOIN replenish.nightly_jobs() AS n '
        'ON n.job_name = j.jobname WHERE j.active' INTO scheduled;
    EXECUTE 'SELECT string_agg(DISTINCT j.username, '', '') FROM cron.job AS j '
        'JOIN replenish.nightly_jobs() AS n ON n.job_name = j.jobname '
        'JOIN pg_catalog.pg_roles AS r ON r.rolname = j.username '
        'WHERE r.rolsuper OR r.rolbypassrls' INTO strong;
    RETURN QUERY
    SELECT v.*
    FROM (SELECT count(*) AS jobs FROM replenish.nightly_jobs()) AS nightly
    CROSS JOIN LATERAL replenish.verdict(
        'jobs', 'WARNING',
        CASE
            WHEN scheduled < nightly.jobs THEN
                format('%s of %s nightly jobs are scheduled and visible to %s', scheduled, nightly.jobs, current_user)
            WHEN strong IS NOT NULL THEN format('run as %s, who sees every tenant''s rows', strong)
        END,
        format('all %s nightly jobs are scheduled', nightly.jobs),
        'As a login in replenish_batch: SELECT replenish.schedule_jobs();'
    ) AS v;
END
$$;

-- What the rows of the current tenant say (of all tenants, for a superuser).
CREATE FUNCTION replenish.verify_data()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH findings (check_name, severity, finding, fine, what_to_do) AS (
        SELECT 'data', 'WARNING',
            CASE
                WHEN replenish.current_tenant_id() IS NULL
                    AND NOT (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles AS r WHERE r.rolname = current_user)
                THEN format('%s sees no rows without a tenant: the checks of data below say nothing', current_user)
            END,
            CASE
                WHEN (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles AS r WHERE r.rolname = current_user)
                    THEN 'rows of every tenant were looked at'
                ELSE format('rows of tenant %s were looked at', replenish.current_tenant_id())
            END,
            'Ask as a superuser, or set app.current_tenant_id.'
        UNION ALL
        SELECT 'active versions', 'FAILED',
            CASE WHEN count(*) > 0 THEN format(
                '%s series whose version in force or its model is missing, such as material %s',
                count(*), min(h.material_id::text)) END,
            'every series has one version in force, with its model',
            'CALL replenish.run_daily_forecasts(resume => false);'
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
        -- Rejected versions stay when older ones are forgotten, so they are not asked for.
        SELECT 'version gaps', 'FAILED',
            CASE WHEN count(*) > 0 THEN format(
                '%s series with a hole in their versions or a version after the one in force, such as material %s',
                count(*), min(g.material_id::text)) END,
            'no holes',
            'Find out who deletes from or inserts into replenish.forecast_versions; restore the rows from a backup.'
        FROM (
            SELECT h.material_id
            FROM replenish.forecast_heads AS h
            CROSS JOIN LATERAL (
                SELECT
                    count(*) AS versions,
                    min(v.forecast_version) AS oldest,
                    max(v.forecast_version) AS newest
                FROM replenish.forecast_versions AS v
                WHERE v.tenant_id = h.tenant_id
                    AND v.facility_id = h.facility_id
                    AND v.material_id = h.material_id
                    AND v.forecast_version >= (
                        SELECT min(k.forecast_version)
                        FROM replenish.forecast_versions AS k
                        WHERE k.tenant_id = h.tenant_id
                            AND k.facility_id = h.facility_id
                            AND k.material_id = h.material_id
                            AND NOT k.is_rejected
                    )
            ) AS s
            WHERE s.versions > 0
                AND (s.newest <> h.last_version OR s.versions <> s.newest - s.oldest + 1)
        ) AS g
        UNION ALL
        SELECT 'orphans', 'FAILED',
            CASE WHEN count(*) > 0 THEN format(
                '%s forecasts without a series or a model, such as version %s of material %s',
                count(*), min(o.forecast_version), min(o.material_id::text)) END,
            'every forecast has its series and its model',
            'Delete them from replenish.forecast_versions and replenish.forecast_fits; CALL replenish.run_daily_forecasts(resume => false);'
        FROM (
            SELECT v.material_id, v.forecast_version
            FROM replenish.forecast_versions AS v
            WHERE NOT EXISTS (
                SELECT FROM replenish.forecast_heads AS h
                WHERE h.tenant_id = v.tenant_id
                    AND h.facility_id = v.facility_id
                    AND h.material_id = v.material_id
            )
            OR NOT EXISTS (
                SELECT FROM replenish.forecast_fits AS f
                WHERE f.tenant_id = v.tenant_id
                    AND f.facility_id = v.facility_id
                    AND f.material_id = v.material_id
                    AND f.first_version = v.fit_version
            )
        ) AS o
        UNION ALL
        SELECT 'duplicate suggestions', 'FAILED',
            CASE WHEN count(*) > 0 THEN format('%s materials with more than one open suggestion', count(*)) END,
            'at most one open suggestion a material',
            'REINDEX INDEX replenish.replenishment_suggestions_one_open; it names the rows.'
        FROM (
            SELECT
            FROM replenish.replenishment_suggestions AS r
            WHERE r.suggestion_status IN ('PENDING', 'APPROVED')
            GROUP BY r.tenant_id, r.facility_id, r.material_id
            HAVING count(*) > 1
        ) AS d
        UNION ALL
        SELECT 'registered tenants', 'WARNING',
            CASE WHEN count(*) > 0 THEN format(
                '%s tenants with materials are not in replenish.tenants, such as %s: the nightly runs pass them by',
                count(*), min(u.tenant_id::text)) END,
            'every tenant with materials is registered',
            'INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES (…);'
        FROM (
            SELECT DISTINCT m.tenant_id
            FROM replenish.materials AS m
            WHERE NOT EXISTS (SELECT FROM replenish.tenants AS t WHERE t.tenant_id = m.tenant_id)
        ) AS u
    )
    SELECT v.*
    FROM findings AS f
    CROSS JOIN LATERAL replenish.verdict(f.check_name, f.severity, f.finding, f.fine, f.what_to_do) AS v
$$;
