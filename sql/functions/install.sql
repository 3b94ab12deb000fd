CREATE FUNCTION replenish.install()
RETURNS TABLE (migration_number integer, migration_name text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner name;
    migration record;
BEGIN
    -- One at a time: whoever comes second finds everything done.
    PERFORM pg_advisory_xact_lock(hashtext('replenish.install'));
    SELECT pg_get_userbyid(c.relowner) INTO owner
    FROM pg_class AS c
    WHERE c.oid = to_regclass('replenish.schema_migrations');
    IF owner IS NULL THEN
        IF NOT has_schema_privilege('replenish', 'CREATE') THEN
            RAISE EXCEPTION 'role % may not create tables in schema replenish', current_user
                USING ERRCODE = 'insufficient_privilege',
                    HINT = 'A superuser runs SELECT replenish.create_roles(), then SET ROLE replenish_owner.';
        END IF;
        CREATE TABLE replenish.schema_migrations (
            migration_number integer     NOT NULL,
            migration_name   text        NOT NULL,
            applied_at       timestamptz NOT NULL DEFAULT now(),
            applied_by       text        NOT NULL DEFAULT current_user,
            library_version  text        NOT NULL,
            CONSTRAINT schema_migrations_pkey PRIMARY KEY (migration_number)
        );
        COMMENT ON TABLE replenish.schema_migrations IS 'Steps of the schema that are in place.';
        COMMENT ON COLUMN replenish.schema_migrations.migration_number IS 'Number of the step, from 1.';
        COMMENT ON COLUMN replenish.schema_migrations.migration_name IS 'Name of the step.';
        COMMENT ON COLUMN replenish.schema_migrations.applied_at IS 'When it was applied.';
        COMMENT ON COLUMN replenish.schema_migrations.applied_by IS 'Role that applied it.';
        COMMENT ON COLUMN replenish.schema_migrations.library_version IS 'Version of pg_replenish that applied it.';
        ALTER TABLE replenish.schema_migrations ENABLE ROW LEVEL SECURITY;
        ALTER TABLE replenish.schema_migrations FORCE ROW LEVEL SECURITY;
        -- Steps belong to no tenant; privileges alone say who may read or write them.
        CREATE POLICY every_step ON replenish.schema_migrations USING (true) WITH CHECK (true);
    ELSIF owner <> current_user
        -- A superuser as well: over somebody else's tables their triggers would run with its rights.
        AND (current_setting('is_superuser')::boolean OR NOT pg_has_role(owner, 'USAGE'))
    THEN
        RAISE EXCEPTION 'the tables belong to role %, not to %', owner, current_user
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('SET ROLE %I first.', owner);
    END IF;
    IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        RAISE NOTICE 'the tables will belong to superuser %', current_user
            USING HINT = 'For a role of its own: SELECT replenish.create_roles(), SET ROLE replenish_owner, then install.';
    END IF;
    -- Its views stand upon those that change.
    IF to_regnamespace('replenish_api') IS NOT NULL AND (
        to_regclass('replenish.material_forecasts') IS NULL
        OR (SELECT count(*) FROM replenish.migrations()) > (SELECT count(*) FROM replenish.schema_migrations)
    ) THEN
        PERFORM replenish.drop_api();
        RAISE NOTICE 'the API has to be made anew'
            USING HINT = 'As a superuser: SELECT replenish.install_api().';
    END IF;
    FOR migration IN
        SELECT m.*
        FROM replenish.migrations() AS m
        WHERE NOT EXISTS (
            SELECT FROM replenish.schema_migrations AS s
            WHERE s.migration_number = m.migration_number
        )
        ORDER BY m.migration_number
    LOOP
        EXECUTE migration.statements;
        INSERT INTO replenish.schema_migrations (migration_number, migration_name, library_version)
        VALUES (
            migration.migration_number,
            migration.migration_name,
            (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'pg_replenish')
        );
        migration_number := migration.migration_number;
        migration_name := migration.migration_name;
        RETURN NEXT;
    END LOOP;
    PERFORM replenish.repair();
    PERFORM replenish.grant_to_roles();
END
$$;

-- DROP EXTENSION … CASCADE takes along what uses the extension's functions: policies, triggers, a
-- view, a constraint. The tables stay, locked; this brings the rest back.
CREATE FUNCTION replenish.repair() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation regclass;
BEGIN
    FOR relation IN
        SELECT c.oid
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relnamespace = 'replenish'::regnamespace
            AND c.relkind IN ('r', 'p')
            AND pg_has_role(c.relowner, 'USAGE')
            AND NOT EXISTS (
                SELECT FROM pg_policy AS p
                WHERE p.polrelid = c.oid AND p.polname = 'tenant_isolation'
            )
    LOOP
        PERFORM replenish.isolate_tenant(relation);
    END LOOP;
    PERFORM replenish.watch_demand();
    IF to_regclass('replenish.material_forecasts') IS NULL THEN
        PERFORM replenish.recreate_views();
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint AS c
        WHERE c.conrelid = 'replenish.materials'::regclass
            AND c.conname = 'materials_forecast_algorithm_known'
    ) THEN
        ALTER TABLE replenish.materials ADD CONSTRAINT materials_forecast_algorithm_known
            CHECK (replenish.is_forecast_algorithm(forecast_algorithm));
    END IF;
END
$$;

-- All views from the text of their migrations: the first step that makes views and those that change them.
CREATE FUNCTION replenish.recreate_views() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation regclass;
    step text;
BEGIN
    FOR relation IN
        SELECT c.oid
        FROM pg_class AS c
        WHERE c.relnamespace = 'replenish'::regnamespace
            AND c.relkind = 'v'
            AND c.relname IN (SELECT e.name FROM replenish.expected_objects() AS e WHERE e.kind = 'VIEW')
        ORDER BY c.oid DESC
    LOOP
        EXECUTE format('DROP VIEW %s', relation);
    END LOOP;
    FOR step IN
        SELECT m.statements
        FROM replenish.migrations() AS m
        WHERE m.migration_name LIKE '%views'
        ORDER BY m.migration_number
    LOOP
        EXECUTE step;
    END LOOP;
END
$$;

CREATE FUNCTION replenish.uninstall(drop_data boolean = false) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation record;
    holds_rows boolean;
    full_tables text[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('replenish.install'));
    FOR relation IN
        SELECT c.oid::regclass AS name, c.relkind
        FROM pg_class AS c
        WHERE c.relnamespace = 'replenish'::regnamespace
            AND c.relkind IN ('r', 'p')
            AND NOT c.relispartition
            AND c.relname <> 'schema_migrations'
    LOOP
        -- The owner sees no row of any tenant; within this transaction it has to look.
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', relation.name);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation.name) INTO holds_rows;
        IF holds_rows THEN
            full_tables := full_tables || relation.name::text;
        END IF;
    END LOOP;
    IF cardinality(full_tables) > 0 AND NOT coalesce(drop_data, false) THEN
        RAISE EXCEPTION 'tables of pg_replenish still hold data'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = array_to_string(full_tables, ', '),
                HINT = 'Take a backup, then SELECT replenish.uninstall(drop_data => true).';
    END IF;
    PERFORM replenish.drop_api();
    FOR relation IN
        SELECT c.oid::regclass AS name, c.relkind
        FROM pg_class AS c
        WHERE c.relnamespace = 'replenish'::regnamespace
            AND c.relkind IN ('r', 'p', 'v')
            AND NOT c.relispartition
        ORDER BY c.relkind = 'v' DESC, c.oid DESC
    LOOP
        EXECUTE format(
            'DROP %s %s', CASE relation.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, relation.name
        );
    END LOOP;
END
$$;

CREATE FUNCTION replenish.create_roles() RETURNS SETOF text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
-- That a role is a member already is no news.
SET client_min_messages = warning
AS $$
DECLARE
    role_name text;
    routine record;
    too_strong text;
BEGIN
    -- Beside install() both would grant on the same objects, and one would fail.
    PERFORM pg_advisory_xact_lock(hashtext('replenish.install'));
    SELECT r.rolname INTO too_strong
    FROM pg_roles AS r
    WHERE r.rolname = ANY (replenish.role_names())
        AND (r.rolsuper OR r.rolbypassrls)
    LIMIT 1;
    IF too_strong IS NOT NULL THEN
        RAISE EXCEPTION 'role % is a superuser or bypasses row-level security', too_strong
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS, or drop it.', too_strong);
    END IF;
    FOREACH role_name IN ARRAY replenish.role_names() LOOP
        IF to_regrole(role_name) IS NULL THEN
            EXECUTE format(
                'CREATE ROLE %I %s', role_name,
                CASE role_name WHEN 'replenish_night' THEN 'LOGIN' ELSE 'NOLOGIN' END
            );
            RETURN NEXT role_name;
        END IF;
    END LOOP;
    GRANT replenish_batch TO replenish_night;
    GRANT replenish_reader TO replenish_writer;
    GRANT replenish_writer TO replenish_batch;
    GRANT USAGE, CREATE ON SCHEMA replenish TO replenish_owner;
    -- pg_monitor reads job_metrics, metrics and health_check(), see 0009_alerts.
    GRANT USAGE ON SCHEMA replenish TO replenish_reader, pg_monitor;
    GRANT SET ON PARAMETER app.current_tenant_id TO replenish_batch;
    FOR routine IN
        SELECT c.signature, c.granted_to FROM replenish.closed_routines() AS c
    LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', routine.signature, routine.granted_to);
    END LOOP;
    PERFORM replenish.grant_to_roles();
END
$$;

-- replenish_night is the scheduler's login; without a password nobody comes in by it over the network.
CREATE FUNCTION replenish.role_names() RETURNS name[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY[
        'replenish_owner', 'replenish_reader', 'replenish_writer', 'replenish_batch', 'replenish_night'
    ]::name[]
$$;

-- Everything that writes is closed to PUBLIC; this says who may call it.
CREATE FUNCTION replenish.closed_routines()
RETURNS TABLE (signature regprocedure, granted_to name)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        p.oid::regprocedure,
        CASE
            WHEN p.proname IN (
                'install', 'repair', 'uninstall', 'isolate_tenant', 'comment_common_columns', 'grant_to_roles',
                'watch_demand', 'recreate_views', 'partition_demand_history', 'maintain_demand_partitions',
                'create_demand_partition', 'rename_indexes', 'force_row_security', 'lock_demand',
                'drop_api'
            ) THEN 'replenish_owner'
            WHEN p.prokind = 'p' OR p.proname IN ('schedule_jobs', 'unschedule_jobs', 'load_demo_data')
                THEN 'replenish_batch'
            ELSE 'replenish_writer'
        END::name
    FROM pg_proc AS p
    WHERE p.pronamespace = 'replenish'::regnamespace
        AND p.provolatile = 'v'
        AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
        AND p.proname NOT IN (
            'create_roles', 'guard_schema', 'install_api', 'create_api_roles', 'grant_api'
        )
    UNION ALL
    -- The triggers of demand_history call it, and migrations change rows as the owner.
    SELECT p.oid::regprocedure, 'replenish_owner'::name
    FROM pg_proc AS p
    WHERE p.pronamespace = 'replenish'::regnamespace AND p.proname = 'is_unsure'
$$;

-- Who may do what with which table or view, apart from its owner. A partition is read and written
-- through its parent, whose triggers notice changed demand; directly it can only be read.
CREATE FUNCTION replenish.table_grants()
RETURNS TABLE (relation regclass, granted_to name, privileges text[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.oid::regclass, g.granted_to::name, g.privileges
    FROM pg_class AS c
    CROSS JOIN LATERAL (
        VALUES
            ('replenish_reader', ARRAY['SELECT']),
            (
                CASE
                    WHEN c.relname = 'tenants' THEN 'replenish_batch'
                    WHEN c.relkind <> 'v' AND NOT c.relispartition AND c.relname <> 'schema_migrations'
                        THEN 'replenish_writer'
                END,
                ARRAY['INSERT', 'UPDATE', 'DELETE']
            )
    ) AS g (granted_to, privileges)
    WHERE c.relnamespace = 'replenish'::regnamespace
        AND c.relkind IN ('r', 'p', 'v')
        AND g.granted_to IS NOT NULL
$$;

CREATE FUNCTION replenish.grant_to_roles() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    granted record;
BEGIN
    IF to_regrole('replenish_reader') IS NULL OR to_regclass('replenish.tenants') IS NULL THEN
        RETURN;
    END IF;
    FOR granted IN
        SELECT g.relation, g.granted_to, g.privileges FROM replenish.table_grants() AS g
    LOOP
        EXECUTE format(
            'GRANT %s ON %s TO %I',
            array_to_string(granted.privileges, ', '), granted.relation, granted.granted_to
        );
    END LOOP;
    IF NOT EXISTS (
        SELECT FROM pg_policy AS p
        WHERE p.polrelid = 'replenish.tenants'::regclass AND p.polname = 'batch_sees_tenants'
    ) THEN
        -- The nightly runs have to know whom to visit; they read no more than this registry.
        CREATE POLICY batch_sees_tenants ON replenish.tenants
            FOR SELECT TO replenish_batch USING (true);
    END IF;
END
$$;
