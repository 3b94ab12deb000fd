-- What the tables say, without what has to differ between two runs: identities that are drawn,
-- moments, names. With `everything` those as well: then nothing at all may have been written.
CREATE SCHEMA content;
CREATE FUNCTION content.of(relation regclass, everything boolean = false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    drawn text[];
    answer text;
BEGIN
    SELECT array_agg(a.attname) INTO drawn
    FROM pg_attribute AS a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND NOT everything
        AND (
            a.atttypid = 'timestamptz'::regtype
            OR a.atttypid = 'uuid'::regtype AND a.attname NOT IN ('tenant_id', 'facility_id', 'material_id')
        );
    EXECUTE format(
        'SELECT md5(coalesce(string_agg(r.line, E''\n'' ORDER BY r.line), '''')) FROM ('
        'SELECT (to_jsonb(t) - $1 #- ''{calculation,facts,forecast_series_id}'')::text AS line FROM %s AS t) AS r', relation
    ) INTO answer USING coalesce(drawn, '{}');
    RETURN answer;
END
$$;
CREATE FUNCTION content.all(everything boolean = false) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s', c.relname, content.of(c.oid, everything)), E'\n' ORDER BY c.relname)
    FROM pg_class AS c
    WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind = 'r'
        AND c.relname NOT LIKE 'job%' AND c.relname <> 'schema_migrations'
$$;
