-- DROP SCHEMA … CASCADE drops the extension first, and with it everything that could object. So the
-- objection lives in a schema of its own and depends on nothing here; a superuser puts it there.
CREATE FUNCTION replenish.guard_schema() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'role % may not create an event trigger', current_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'Ask a superuser to run it.';
    END IF;
    IF EXISTS (SELECT FROM pg_event_trigger AS t WHERE t.evtname = 'replenish_guard') THEN
        ALTER EVENT TRIGGER replenish_guard ENABLE ALWAYS;
        RETURN;
    END IF;
    CREATE SCHEMA replenish_guard;
    COMMENT ON SCHEMA replenish_guard IS 'Keeps DROP SCHEMA and DROP OWNED away from the tables of pg_replenish.';
    CREATE FUNCTION replenish_guard.refuse_drop() RETURNS event_trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $guard$
    DECLARE
        lost text;
    BEGIN
        SELECT string_agg(d.object_identity, ', ' ORDER BY d.object_identity) INTO lost
        FROM pg_event_trigger_dropped_objects() AS d
        WHERE d.object_type = 'table' AND d.schema_name = 'replenish';
        IF lost IS NOT NULL THEN
            RAISE EXCEPTION '% would drop tables of pg_replenish with their rows', tg_tag
                USING ERRCODE = 'object_not_in_prerequisite_state',
                    DETAIL = lost,
                    HINT = 'Take a backup, SELECT replenish.uninstall(drop_data => true), then drop the schema. '
                        'ALTER EVENT TRIGGER replenish_guard DISABLE takes this guard away.';
        END IF;
    END
    $guard$;
    COMMENT ON FUNCTION replenish_guard.refuse_drop() IS
        'Event trigger: refuses to drop tables of pg_replenish along with a schema, an owner or an extension.';
    CREATE EVENT TRIGGER replenish_guard ON sql_drop
        WHEN tag IN ('DROP SCHEMA', 'DROP OWNED', 'DROP EXTENSION')
        EXECUTE FUNCTION replenish_guard.refuse_drop();
    ALTER EVENT TRIGGER replenish_guard ENABLE ALWAYS;
END
$$;
