-- What the migrations have left in place: the names that their text creates and does not drop again.
-- A list of our own beside it would be forgotten.
CREATE FUNCTION replenish.expected_objects()
RETURNS TABLE (kind text, name text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH patterns (kind, created, dropped) AS (
        VALUES
            ('TABLE', '^CREATE TABLE replenish\.(\w+)', '^DROP TABLE replenish\.(\w+)'),
            ('VIEW', '^CREATE (?:OR REPLACE )?VIEW replenish\.(\w+)', '^DROP VIEW replenish\.(\w+)'),
            ('INDEX', '^CREATE (?:UNIQUE )?INDEX (\w+)', '^DROP INDEX replenish\.(\w+)'),
            ('CONSTRAINT', '(?<!DROP )(?<!VALIDATE )\mCONSTRAINT (\w+)', '\mDROP CONSTRAINT (\w+)')
    ),
    steps AS (
        SELECT p.kind, c.found[1] AS name, m.migration_number AS created, NULL::integer AS dropped
        FROM patterns AS p
        CROSS JOIN replenish.migrations() AS m
        CROSS JOIN LATERAL regexp_matches(m.statements, p.created, 'gn') AS c (found)
        UNION ALL
        SELECT p.kind, d.found[1], NULL, m.migration_number
        FROM patterns AS p
        CROSS JOIN replenish.migrations() AS m
        CROSS JOIN LATERAL regexp_matches(m.statements, p.dropped, 'gn') AS d (found)
    )
    SELECT s.kind, s.name
    FROM steps AS s
    GROUP BY s.kind, s.name
    HAVING max(s.created) >= coalesce(max(s.dropped), 0)
$$;

-- Tables, views, constraints and indexes. An index counts as unused when no scan has touched it
-- while statistics were gathered for unused_after and its table holds 10,000 rows or more: below
-- that PostgreSQL rightly reads the table instead.
CREATE FUNCTION replenish.verify_relations(unused_after interval = '7 days')
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH expected AS MATERIALIZED (
        SELECT e.kind, e.name FROM replenish.expected_objects() AS e
    ),
    indexes AS MATERIALIZED (
        SELECT i.indexrelid, i.indisunique, i.indisvalid AND i.indisready AS usable,
            i.indexrelid::regclass::text AS name,
            coalesce(s.idx_scan, 0) AS scans, coalesce(t.n_live_tup, 0) AS live_rows
        FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indrelid AND c.relnamespace = 'replenish'::regnamespace
        LEFT JOIN pg_stat_all_indexes AS s ON s.indexrelid = i.indexrelid
        LEFT JOIN pg_stat_all_tables AS t ON t.relid = i.indrelid
        WHERE c.relkind IN ('r', 'p')
    ),
    -- The indexes of partitions count together.
    used AS (
        SELECT coalesce(pg_partition_root(i.indexrelid), i.indexrelid) AS indexrelid,
            bool_or(i.indisunique) AS indisunique, sum(i.scans) AS scans, sum(i.live_rows) AS live_rows
        FROM indexes AS i
        GROUP BY 1
    ),
    statistics (since) AS (
        SELECT coalesce(d.stats_reset, pg_postmaster_start_time())
        FROM pg_stat_database AS d
        WHERE d.datname = current_database()
    ),
    findings (check_name, severity, finding, fine, what_to_do) AS (
        SELECT 'tables', 'FAILED', 'missing: ' || string_agg(e.name, ', ' ORDER BY e.name), 'all there',
            'Restore them from a backup; their text is in SELECT * FROM replenish.migrations().'
        FROM expected AS e
        WHERE e.kind = 'TABLE' AND to_regclass('replenish.' || e.name) IS NULL
        UNION ALL
        SELECT 'views', 'FAILED', 'missing: ' || string_agg(e.name, ', ' ORDER BY e.name), 'all there',
            'As the owner of the tables: SELECT replenish.install(); it makes all views anew when '
            'material_forecasts is missing, so DROP VIEW replenish.material_forecasts first.'
        FROM expected AS e
        WHERE e.kind = 'VIEW' AND to_regclass('replenish.' || e.name) IS NULL
        UNION ALL
        SELECT 'constraints', 'FAILED',
            string_agg(e.name || CASE WHEN c.oid IS NULL THEN ' is missing' ELSE ' is not validated' END,
                ', ' ORDER BY e.name),
            'all there and validated',
            'ALTER TABLE … VALIDATE CONSTRAINT …; the text of a missing one is in '
            'SELECT * FROM replenish.migrations().'
        FROM expected AS e
        LEFT JOIN pg_constraint AS c
            ON c.conname = e.name AND c.connamespace = 'replenish'::regnamespace
            AND c.conparentid = 0
            AND NOT EXISTS (SELECT FROM pg_class AS p WHERE p.oid = c.conrelid AND p.relispartition)
        WHERE e.kind = 'CONSTRAINT' AND c.convalidated IS NOT TRUE
        UNION ALL
        SELECT 'indexes', 'FAILED',
            nullif(concat_ws('; ',
                'missing: ' || (
                    SELECT string_agg(e.name, ', ' ORDER BY e.name)
                    FROM expected AS e
                    WHERE e.kind = 'INDEX' AND to_regclass('replenish.' || e.name) IS NULL
                ),
                'not valid: ' || (
                    SELECT string_agg(i.name, ', ' ORDER BY i.name) FROM indexes AS i WHERE NOT i.usable
                )), ''),
            'all there and valid',
            'REINDEX INDEX CONCURRENTLY …; the text of a missing one is in '
            'SELECT * FROM replenish.migrations().'
        UNION ALL
        SELECT 'indexes used', 'WARNING',
            string_agg(u.indexrelid::regclass::text, ', ' ORDER BY u.indexrelid::regclass::text)
                || format(': no scan since %s', (SELECT s.since::date FROM statistics AS s)),
            'all are used, enforce a key, or are too new or too small to tell',
            'Nothing is wrong; an index of your own that nobody reads only costs writes: DROP INDEX.'
        FROM used AS u
        WHERE u.scans = 0
            AND NOT u.indisunique
            AND u.live_rows >= 10000
            AND (SELECT s.since FROM statistics AS s) <= now() - unused_after
    )
    SELECT v.*
    FROM findings AS f
    CROSS JOIN LATERAL replenish.verdict(f.check_name, f.severity, f.finding, f.fine, f.what_to_do) AS v
$$;

-- Row-level security, policies, keys and privileges of every table, partition and view.
CREATE FUNCTION replenish.verify_security()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH relations AS MATERIALIZED (
        SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
            c.relacl, c.relreplident,
            EXISTS (
                SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
            ) AS of_tenants
        FROM pg_class AS c
        WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    ),
    policies AS MATERIALIZED (
        SELECT t.relname, t.of_tenants, p.*,
            coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS visible,
            coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS writable
        FROM pg_policy AS p
        JOIN relations AS t ON t.oid = p.polrelid
    ),
    privileges AS MATERIALIZED (
        SELECT t.oid, t.relname, r.rolname, p.privilege,
            has_table_privilege(r.oid, t.oid, p.privilege) AS has,
            EXISTS (
                SELECT FROM replenish.table_grants() AS g
                WHERE g.relation = t.oid
                    AND p.privilege = ANY (g.privileges)
                    AND pg_has_role(r.oid, g.granted_to, 'USAGE')
            ) AS wants
        FROM relations AS t
        CROSS JOIN pg_roles AS r
        CROSS JOIN unnest(
            ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
        ) AS p (privilege)
        WHERE r.rolname IN ('replenish_reader', 'replenish_writer', 'replenish_batch')
            AND NOT r.rolsuper
    ),
    findings (check_name, severity, finding, fine, what_to_do) AS (
        SELECT 'row-level security', 'FAILED', string_agg(t.relname, ', ' ORDER BY t.relname),
            'enabled and forced on every table and partition',
            'ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; for a table of your '
            'own: SELECT replenish.isolate_tenant(…);'
        FROM relations AS t
        WHERE t.relkind IN ('r', 'p') AND NOT (t.relrowsecurity AND t.relforcerowsecurity)
        UNION ALL
        SELECT 'policies', 'FAILED', string_agg(t.relname, ', ' ORDER BY t.relname),
            'every table and partition has the tenant''s, with USING and WITH CHECK',
            'As the owner of the tables: DROP POLICY IF EXISTS tenant_isolation ON …; '
            'SELECT replenish.install();'
        FROM relations AS t
        WHERE t.relkind IN ('r', 'p')
            AND NOT EXISTS (
                SELECT FROM policies AS p
                WHERE p.polrelid = t.oid
                    AND p.polcmd = '*'
                    AND p.polpermissive
                    AND p.polroles = '{0}'
                    AND CASE
                        WHEN t.of_tenants THEN
                            p.polname = 'tenant_isolation'
                            AND p.visible ~ '^\(tenant_id = \( SELECT replenish\.current_tenant_id\(\) AS current_tenant_id\)\)$'
                            AND p.writable = p.visible
                        ELSE p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL
                    END
            )
        UNION ALL
        SELECT 'open policies', 'WARNING',
            string_agg(format('%s on %s', p.polname, p.relname), ', ' ORDER BY p.relname, p.polname),
            'none lets another tenant''s rows through',
            'DROP POLICY … ON …; unless you meant it.'
        FROM policies AS p
        WHERE p.of_tenants
            AND p.polpermissive
            AND p.polname <> 'tenant_isolation'
            AND p.polname <> 'batch_sees_tenants'
            AND concat(p.visible, p.writable) !~ 'replenish\.current_tenant_id\(\)'
        UNION ALL
        SELECT 'keys', 'FAILED', string_agg(k.name, ', ' ORDER BY k.name),
            'every unique and foreign key leads with tenant_id',
            'Make the key anew with tenant_id first: otherwise it tells whether another tenant has a value.'
        FROM (
            SELECT i.indexrelid::regclass::text AS name, i.indrelid AS relation, i.indkey[0] AS leading
            FROM pg_index AS i
            WHERE i.indisunique
            UNION ALL
            SELECT c.conname, c.conrelid, c.conkey[1]
            FROM pg_constraint AS c
            WHERE c.contype = 'f'
        ) AS k
        JOIN relations AS t ON t.oid = k.relation AND t.of_tenants
        LEFT JOIN pg_attribute AS a ON a.attrelid = k.relation AND a.attnum = k.leading
        WHERE a.attname IS DISTINCT FROM 'tenant_id'
        UNION ALL
        SELECT 'replica identity', 'FAILED', string_agg(t.relname, ', ' ORDER BY t.relname),
            'every table has a key by which logical replication finds a row',
            'ALTER TABLE … REPLICA IDENTITY DEFAULT; with a primary key.'
        FROM relations AS t
        WHERE t.relkind IN ('r', 'p')
            AND NOT (t.relreplident = 'f' OR t.relreplident IN ('d', 'i') AND EXISTS (
                SELECT FROM pg_index AS i
                WHERE i.indrelid = t.oid
                    AND CASE t.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END
            ))
        UNION ALL
        SELECT 'views'' rights', 'FAILED', string_agg(t.relname, ', ' ORDER BY t.relname),
            'every view runs with its caller''s rights',
            'ALTER VIEW … SET (security_invoker = true); a materialized view or a foreign table '
            'cannot, so DROP it.'
        FROM relations AS t
        WHERE t.relkind IN ('m', 'f')
            OR t.relkind = 'v' AND NOT coalesce(t.reloptions @> '{security_invoker=true}', false)
        UNION ALL
        SELECT 'grants to PUBLIC', 'FAILED',
            string_agg(DISTINCT format('%s on %s', a.privilege_type, g.name), ', '),
            'none on the schema, a table or a view',
            'REVOKE ALL ON … FROM PUBLIC;'
        FROM (
            SELECT t.relname::text AS name, t.relacl AS acl FROM relations AS t
            UNION ALL
            SELECT 'schema replenish', n.nspacl FROM pg_namespace AS n WHERE n.nspname = 'replenish'
        ) AS g
        CROSS JOIN LATERAL aclexplode(g.acl) AS a
        WHERE a.grantee = 0
        UNION ALL
        SELECT 'grants missing', 'FAILED',
            string_agg(format('%s on %s for %s', p.privilege, p.relname, p.rolname), ', '
                ORDER BY p.relname, p.rolname, p.privilege),
            'replenish_reader reads, replenish_writer writes, replenish_batch keeps the registry of tenants',
            'As the owner of the tables: SELECT replenish.grant_to_roles();'
        FROM privileges AS p
        WHERE p.wants AND NOT p.has
        UNION ALL
        SELECT 'grants beyond', 'FAILED',
            string_agg(format('%s on %s for %s', p.privilege, p.relname, p.rolname), ', '
                ORDER BY p.relname, p.rolname, p.privilege),
            'no role may do more',
            'REVOKE … ON … FROM …;'
        FROM privileges AS p
        WHERE p.has AND NOT p.wants
    )
    SELECT v.*
    FROM findings AS f
    CROSS JOIN LATERAL replenish.verdict(f.check_name, f.severity, f.finding, f.fine, f.what_to_do) AS v
$$;

-- Functions: all that this library's SQL has, each answered by the library, none to be led astray.
CREATE FUNCTION replenish.verify_routines()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    routine regprocedure;
    deaf text[] := '{}';
BEGIN
    FOR routine IN
        SELECT p.oid::regprocedure
        FROM pg_proc AS p
        JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'c'
        WHERE p.pronamespace = 'replenish'::regnamespace
            AND has_function_privilege(p.oid, 'EXECUTE')
        ORDER BY p.proname
    LOOP
        BEGIN
            PERFORM fmgr_c_validator(routine);
        EXCEPTION WHEN undefined_function THEN
            deaf := deaf || routine::text;
        END;
    END LOOP;
    RETURN QUERY
    WITH findings (check_name, severity, finding, fine, what_to_do) AS (
        SELECT 'functions', 'FAILED', 'missing: ' || string_agg(k.signature, ', ' ORDER BY k.signature),
            'all there',
            'ALTER EXTENSION pg_replenish UPDATE; else DROP EXTENSION pg_replenish CASCADE, which keeps '
            'the data, then CREATE EXTENSION, create_roles() and install().'
        FROM replenish.known_routines() AS k (signature)
        WHERE to_regprocedure(k.signature) IS NULL
        UNION ALL
        SELECT 'library functions', 'FAILED',
            'not in the library: ' || nullif(array_to_string(deaf, ', '), ''), 'the library answers every call',
            'The library is newer than the SQL: ALTER EXTENSION pg_replenish UPDATE; SELECT replenish.install();'
        UNION ALL
        SELECT 'search_path', 'FAILED', string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.proname),
            'pinned in every plpgsql function, and no function runs with its owner''s rights',
            'ALTER EXTENSION pg_replenish UPDATE; or ALTER FUNCTION … SET search_path = pg_catalog, pg_temp; '
            'and SECURITY INVOKER.'
        FROM pg_proc AS p
        JOIN pg_language AS l ON l.oid = p.prolang
        WHERE p.pronamespace = 'replenish'::regnamespace
            AND (p.prosecdef
                -- A procedure that commits cannot have a setting of its own; it calls enter_tenant,
                -- which sets the path for the transaction.
                OR l.lanname = 'plpgsql' AND p.prokind = 'f' AND p.proname <> 'enter_tenant'
                    AND NOT EXISTS (
                        SELECT FROM unnest(p.proconfig) AS s (setting) WHERE s.setting LIKE 'search_path=%'
                    ))
        UNION ALL
        SELECT 'writers closed', 'FAILED', string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.proname),
            'no writer is open to PUBLIC',
            'REVOKE EXECUTE ON FUNCTION … FROM PUBLIC;'
        FROM pg_proc AS p
        WHERE p.pronamespace = 'replenish'::regnamespace
            AND p.provolatile = 'v'
            AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
            AND has_function_privilege('public', p.oid, 'EXECUTE')
        UNION ALL
        SELECT 'writers granted', 'FAILED',
            string_agg(format('%s for %s', c.signature, c.granted_to), ', ' ORDER BY c.signature::text),
            'each role may call what it needs',
            'As a superuser: SELECT replenish.create_roles();'
        FROM replenish.closed_routines() AS c
        JOIN pg_roles AS r ON r.rolname = c.granted_to
        WHERE NOT has_function_privilege(r.oid, c.signature, 'EXECUTE')
    )
    SELECT v.*
    FROM findings AS f
    CROSS JOIN LATERAL replenish.verdict(f.check_name, f.severity, f.finding, f.fine, f.what_to_do) AS v;
END
$$;
