-- The API is outside the extension like the tables: dumps carry it, and dropping the extension
-- without CASCADE is refused.
CREATE FUNCTION replenish.install_api()
RETURNS TABLE (object_kind text, object_name text, summary text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    former_role text := current_setting('role');
    script record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('replenish.install'));
    IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'role % may not install the API', current_user
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'It makes roles and lets one choose the tenant: a superuser runs it.';
    ELSIF to_regclass('replenish.schema_migrations') IS NULL OR to_regrole('replenish_owner') IS NULL THEN
        RAISE EXCEPTION 'the tables or the roles are not there yet'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'First SELECT replenish.create_roles(), then replenish.install() as replenish_owner.';
    END IF;
    PERFORM replenish.create_api_roles();
    PERFORM replenish.drop_api();
    CREATE SCHEMA replenish_api AUTHORIZATION replenish_owner;
    CREATE SCHEMA replenish_auth AUTHORIZATION replenish_owner;
    -- PostgREST takes the first line as the title of its description.
    COMMENT ON SCHEMA replenish_api IS E'pg_replenish\nDemand forecasts and replenishment suggestions. Every row is of the tenant that the token names.';
    COMMENT ON SCHEMA replenish_auth IS 'Who asks the API; not part of it.';
    -- What this role makes later is closed as well, until somebody grants it.
    ALTER DEFAULT PRIVILEGES FOR ROLE replenish_owner REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
    PERFORM set_config('role', 'replenish_owner', true);
    FOR script IN SELECT s.* FROM replenish.api_scripts() AS s ORDER BY s.script_number
    LOOP
        EXECUTE script.statements;
    END LOOP;
    PERFORM set_config('role', former_role, true);
    PERFORM replenish.grant_api();
    NOTIFY pgrst, 'reload schema';
    RETURN QUERY
    SELECT 'view', c.oid::regclass::text, split_part(obj_description(c.oid, 'pg_class'), E'\n', 1)
    FROM pg_class AS c
    WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind = 'v'
    UNION ALL
    SELECT 'function', p.oid::regproc::text, split_part(obj_description(p.oid, 'pg_proc'), E'\n', 1)
    FROM pg_proc AS p
    WHERE p.pronamespace = 'replenish_api'::regnamespace
    ORDER BY 1, 2;
END
$$;

CREATE FUNCTION replenish.create_api_roles() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'replenish_authenticator', 'replenish_anonymous', 'replenish_api_user', 'replenish_tenant_chooser'
    ]
    LOOP
        IF EXISTS (
            SELECT FROM pg_roles AS r
            WHERE r.rolname = role_name AND (r.rolsuper OR r.rolbypassrls)
        ) THEN
            RAISE EXCEPTION 'role % is a superuser or bypasses row-level security', role_name
                USING ERRCODE = 'insufficient_privilege',
                    HINT = format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS, or drop it.', role_name);
        ELSIF to_regrole(role_name) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role_name);
            -- Timeouts are set once: a DBA's own are left alone.
            EXECUTE format(
                'ALTER ROLE %I SET statement_timeout = %L',
                role_name, CASE role_name WHEN 'replenish_anonymous' THEN '5s' ELSE '30s' END
            );
            EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', role_name);
        END IF;
    END LOOP;
    -- Servers log in as the authenticator, which may do nothing but become one of the two; a
    -- password is the DBA's to set.
    ALTER ROLE replenish_authenticator LOGIN NOINHERIT;
    ALTER ROLE replenish_api_user INHERIT;
    GRANT replenish_writer TO replenish_api_user;
    GRANT replenish_anonymous, replenish_api_user TO replenish_authenticator;
    -- A server that sets the tenant itself does so as the authenticator, before it changes the role.
    GRANT SET ON PARAMETER app.current_tenant_id TO replenish_authenticator, replenish_tenant_chooser;
END
$$;

-- Exactly what each role may see and call.
CREATE FUNCTION replenish.grant_api() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    REVOKE ALL ON SCHEMA replenish_api, replenish_auth FROM PUBLIC;
    REVOKE ALL ON ALL ROUTINES IN SCHEMA replenish_api, replenish_auth FROM PUBLIC;
    GRANT USAGE ON SCHEMA replenish_api TO replenish_anonymous, replenish_api_user, replenish_reader;
    GRANT USAGE ON SCHEMA replenish_auth TO replenish_anonymous, replenish_api_user;
    -- Readers, such as BI logins, may read here too.
    GRANT SELECT ON ALL TABLES IN SCHEMA replenish_api TO replenish_api_user, replenish_reader;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA replenish_api TO replenish_api_user;
    GRANT EXECUTE ON FUNCTION replenish_api.health() TO replenish_anonymous;
    GRANT EXECUTE ON FUNCTION replenish_auth.claims(), replenish_auth.subject(),
        replenish_auth.enter_tenant_of_token(), replenish_auth.pre_request()
    TO replenish_anonymous, replenish_api_user;
    -- The one function that may choose the tenant belongs to a role that can do nothing else.
    GRANT USAGE ON SCHEMA replenish_auth, replenish TO replenish_tenant_chooser;
    GRANT EXECUTE ON FUNCTION replenish_auth.claims() TO replenish_tenant_chooser;
    ALTER FUNCTION replenish_auth.enter_tenant_of_token() OWNER TO replenish_tenant_chooser;
    -- Every function of the schema replenish that writes is closed to all but its roles.
    GRANT USAGE ON SCHEMA replenish TO replenish_anonymous;
END
$$;

-- Without CASCADE: what others have built upon the API is not ours to drop, and stops this.
CREATE FUNCTION replenish.drop_api() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    doomed record;
BEGIN
    FOR doomed IN
        SELECT 'VIEW' AS kind, string_agg(c.oid::regclass::text, ', ') AS names
        FROM pg_class AS c
        WHERE c.relnamespace = to_regnamespace('replenish_api') AND c.relkind = 'v'
        UNION ALL
        SELECT 'ROUTINE', string_agg(p.oid::regprocedure::text, ', ')
        FROM pg_proc AS p
        WHERE p.pronamespace IN (to_regnamespace('replenish_api'), to_regnamespace('replenish_auth'))
    LOOP
        IF doomed.names IS NOT NULL THEN
            EXECUTE format('DROP %s %s', doomed.kind, doomed.names);
        END IF;
    END LOOP;
    IF to_regnamespace('replenish_api') IS NOT NULL THEN
        DROP SCHEMA replenish_api;
    END IF;
    IF to_regnamespace('replenish_auth') IS NOT NULL THEN
        DROP SCHEMA replenish_auth;
    END IF;
END
$$;
