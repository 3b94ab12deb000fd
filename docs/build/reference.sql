-- What docs/build/reference.py makes the SQL reference of: one JSON document.
SELECT jsonb_build_object(
    'functions', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', p.proname, 'kind', p.prokind, 'arguments', pg_get_function_arguments(p.oid), 'result', pg_get_function_result(p.oid),
            'comment', obj_description(p.oid, 'pg_proc'), 'volatility', p.provolatile, 'strict', p.proisstrict, 'parallel', p.proparallel,
            'trigger', p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype),
            'granted_to', CASE WHEN c.granted_to IS NOT NULL THEN c.granted_to::text WHEN p.provolatile = 'v' THEN 'superuser' END
        ) ORDER BY p.proname, p.oid)
        FROM pg_proc AS p LEFT JOIN replenish.closed_routines() AS c ON c.signature = p.oid
        WHERE p.pronamespace = 'replenish'::regnamespace
    ),
    'relations', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', r.relname, 'kind', r.relkind, 'comment', obj_description(r.oid, 'pg_class'),
            'columns', (
                SELECT jsonb_agg(jsonb_build_object(
                    'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'required', a.attnotnull AND d.adbin IS NULL,
                    'default', pg_get_expr(d.adbin, d.adrelid), 'comment', col_description(r.oid, a.attnum)) ORDER BY a.attnum)
                FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
            )) ORDER BY r.relname)
        FROM pg_class AS r
        WHERE r.relnamespace = 'replenish'::regnamespace AND r.relkind IN ('r', 'p', 'v', 'c')
    ),
    'type_comments', (
        SELECT jsonb_object_agg(t.typname, obj_description(t.oid, 'pg_type'))
        FROM pg_type AS t WHERE t.typnamespace = 'replenish'::regnamespace AND t.typtype = 'c' AND obj_description(t.oid, 'pg_type') IS NOT NULL
    ),
    'settings', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', s.name, 'default', s.boot_val, 'least', s.min_val, 'most', s.max_val, 'context', s.context, 'comment', s.short_desc) ORDER BY s.name)
        FROM pg_settings AS s WHERE s.name LIKE 'replenish.%' OR s.name = 'app.current_tenant_id'
    )
);
