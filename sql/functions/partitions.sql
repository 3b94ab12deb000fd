-- demand_history by months. Row-level security, key, triggers and privileges of the one table become
-- those of the partitioned one; each partition has row-level security of its own, because whoever may
-- read a partition directly is not asked by its parent.
CREATE FUNCTION replenish.partition_demand_history(
    first_month date = NULL,
    months_ahead integer = 3
) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
-- A row that row-level security would hide must stop this, not be left behind.
SET row_security = off
AS $$
DECLARE
    owner name;
    definition text[];
    views text[];
    columns text;
    statement text;
    first_day date;
    last_day date := date_trunc('month', current_date)::date;
    month date;
BEGIN
    owner := replenish.assert_demand_owner();
    PERFORM replenish.assert_months_ahead(months_ahead);
    -- An older snapshot would not show what was committed while this waited for the lock, and the
    -- former table is dropped with it.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'demand_history cannot be partitioned in a % transaction',
            current_setting('transaction_isolation')
            USING ERRCODE = 'active_sql_transaction', HINT = 'Call it in a READ COMMITTED transaction.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('replenish.install'));
    PERFORM replenish.lock_demand();
    IF replenish.demand_is_partitioned() THEN
        RAISE EXCEPTION 'demand_history is partitioned already'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'SELECT replenish.maintain_demand_partitions() adds the months that are missing.';
    END IF;
    PERFORM replenish.force_row_security(false);
    SELECT date_trunc('month', coalesce(first_month, min(h.demand_date), last_day))::date INTO first_day
    FROM replenish.demand_history AS h;
    last_day := (last_day + make_interval(months => months_ahead))::date;
    IF first_day + interval '50 years' < last_day THEN
        RAISE EXCEPTION 'months from % to % would be more than 600 partitions', first_day, last_day
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Pass a later first_month: older rows share the partition demand_history_other.';
    END IF;
    definition := ARRAY(SELECT replenish.table_definition('replenish.demand_history'));
    views := ARRAY(SELECT replenish.view_definitions('replenish.demand_history'));
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
    FROM pg_attribute AS a
    WHERE a.attrelid = 'replenish.demand_history'::regclass
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';

    ALTER TABLE replenish.demand_history RENAME TO demand_history_former;
    PERFORM replenish.rename_indexes('replenish.demand_history_former');
    CREATE TABLE replenish.demand_history (
        LIKE replenish.demand_history_former
            INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING COMMENTS INCLUDING STORAGE
            INCLUDING STATISTICS INCLUDING COMPRESSION
    ) PARTITION BY RANGE (demand_date);
    EXECUTE format('ALTER TABLE replenish.demand_history OWNER TO %I', owner);
    FOR month IN SELECT s::date FROM generate_series(first_day, last_day, interval '1 month') AS s LOOP
        RETURN NEXT replenish.create_demand_partition(month);
    END LOOP;
    RETURN NEXT replenish.create_demand_partition(NULL);
    EXECUTE format(
        'INSERT INTO replenish.demand_history (%1$s) SELECT %1$s FROM replenish.demand_history_former',
        columns
    );
    -- Indexes after the rows: built at once they are faster and denser. Triggers as well, so that
    -- the copy is no change of demand.
    FOREACH statement IN ARRAY definition || views LOOP
        EXECUTE statement;
    END LOOP;
    -- Refuses, and so undoes everything, while anything else hangs on the former table.
    DROP TABLE replenish.demand_history_former;
    PERFORM replenish.force_row_security(true);
    PERFORM replenish.grant_to_roles();
    ANALYZE replenish.demand_history;
END
$$;

-- Partitions of the coming months, and of months whose rows had to go to demand_history_other.
CREATE FUNCTION replenish.maintain_demand_partitions(months_ahead integer = 3) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
    month date;
    oldest text;
BEGIN
    PERFORM replenish.assert_demand_owner();
    PERFORM replenish.assert_months_ahead(months_ahead);
    PERFORM pg_advisory_xact_lock(hashtext('replenish.install'));
    IF NOT replenish.demand_is_partitioned() THEN
        RAISE EXCEPTION 'demand_history is not partitioned'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'SELECT replenish.partition_demand_history() splits it by months.';
    END IF;
    PERFORM replenish.lock_demand();
    SELECT min(c.relname) INTO oldest
    FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relname ~ '^demand_history_\d{4}_\d\d$'
    WHERE i.inhparent = 'replenish.demand_history'::regclass;
    PERFORM replenish.force_row_security(false);
    FOR month IN
        WITH last (day) AS (
            SELECT (date_trunc('month', current_date) + make_interval(months => months_ahead))::date
        )
        SELECT s::date
        FROM last AS l
        CROSS JOIN generate_series(date_trunc('month', current_date), l.day, interval '1 month') AS s
        UNION
        -- Older rows than the oldest partition's were meant to stay there.
        SELECT date_trunc('month', o.demand_date)::date
        FROM replenish.demand_history_other AS o
        CROSS JOIN last AS l
        WHERE o.demand_date < l.day + interval '1 month'
            AND to_char(o.demand_date, '"demand_history_"YYYY_MM') > oldest
        ORDER BY 1
    LOOP
        IF to_regclass('replenish.' || to_char(month, '"demand_history_"YYYY_MM')) IS NULL THEN
            RETURN NEXT replenish.create_demand_partition(month);
        END IF;
    END LOOP;
    PERFORM replenish.force_row_security(true);
    PERFORM replenish.grant_to_roles();
    -- Autovacuum gathers statistics of partitions, never of the whole.
    ANALYZE replenish.demand_history;
END
$$;

-- The partition of a month, with the rows that had to wait in demand_history_other; or, for NULL, that one.
CREATE FUNCTION replenish.create_demand_partition(month date) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
    name CONSTANT text := coalesce(to_char(month, '"demand_history_"YYYY_MM'), 'demand_history_other');
    next_month CONSTANT date := month + interval '1 month';
    columns text;
BEGIN
    EXECUTE format(
        'CREATE TABLE replenish.%I (LIKE replenish.demand_history '
        'INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING COMMENTS '
        'INCLUDING STORAGE INCLUDING STATISTICS INCLUDING COMPRESSION)', name
    );
    EXECUTE format('ALTER TABLE replenish.%I OWNER TO %I', name, replenish.assert_demand_owner());
    EXECUTE format(
        'COMMENT ON TABLE replenish.%I IS %L', name,
        CASE
            WHEN month IS NULL THEN 'Demand of days without a partition of their own.'
            ELSE format('Demand from %s to before %s.', month, next_month)
        END
    );
    IF month IS NOT NULL AND to_regclass('replenish.demand_history_other') IS NOT NULL THEN
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
        FROM pg_attribute AS a
        WHERE a.attrelid = 'replenish.demand_history'::regclass
            AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
        EXECUTE format(
            'WITH strays AS (DELETE FROM replenish.demand_history_other AS o '
            'WHERE o.demand_date >= %2$L AND o.demand_date < %3$L RETURNING o.*) '
            'INSERT INTO replenish.%1$I (%4$s) SELECT %4$s FROM strays', name, month, next_month, columns
        );
    END IF;
    EXECUTE format(
        'ALTER TABLE replenish.demand_history ATTACH PARTITION replenish.%I %s', name,
        CASE
            WHEN month IS NULL THEN 'DEFAULT'
            ELSE format('FOR VALUES FROM (%L) TO (%L)', month, next_month)
        END
    );
    RETURN name;
END
$$;

-- Locks demand_history with what it refers to, all or nothing. Some writers take these in one order
-- and some in the other, so whoever simply waited would have them killed by the detection of
-- deadlocks, which looks after a second: this lets go before that, and tries again.
CREATE FUNCTION replenish.lock_demand() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    former CONSTANT text := current_setting('lock_timeout');
    relations regclass[];
    locked regclass;
BEGIN
    SELECT array_agg(r.relation) INTO relations
    FROM (
        SELECT 'replenish.demand_history'::regclass
        UNION
        SELECT c.confrelid
        FROM pg_constraint AS c
        WHERE c.conrelid = 'replenish.demand_history'::regclass AND c.contype = 'f'
    ) AS r (relation);
    FOR attempt IN 1..60 LOOP
        BEGIN
            PERFORM set_config('lock_timeout', '400ms', true);
            FOREACH locked IN ARRAY relations LOOP
                EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', locked);
            END LOOP;
            PERFORM set_config('lock_timeout', former, true);
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.2);
        END;
    END LOOP;
    RAISE EXCEPTION 'the lock on % was not to be had', array_to_string(relations, ', ')
        USING ERRCODE = 'lock_not_available',
            HINT = 'Long transactions use these tables: see pg_stat_activity, or choose a quiet hour.';
END
$$;

-- Within a transaction the owner has to see every row: to copy it, and because a new foreign key is
-- checked by a query that row-level security would answer with nothing. Before the end all is closed
-- again, partitions that are new included.
CREATE FUNCTION replenish.force_row_security(forced boolean) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation regclass;
BEGIN
    FOR relation IN
        SELECT 'replenish.demand_history'::regclass
        UNION
        SELECT c.confrelid
        FROM pg_constraint AS c
        WHERE c.conrelid = 'replenish.demand_history'::regclass AND c.contype = 'f'
        UNION
        SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = 'replenish.demand_history'::regclass
    LOOP
        IF forced AND NOT EXISTS (
            SELECT FROM pg_policy AS p
            WHERE p.polrelid = relation AND p.polname = 'tenant_isolation'
        ) THEN
            PERFORM replenish.isolate_tenant(relation);
        END IF;
        EXECUTE format(
            'ALTER TABLE %s %s ROW LEVEL SECURITY', relation,
            CASE WHEN forced THEN 'FORCE' ELSE 'NO FORCE' END
        );
    END LOOP;
END
$$;

CREATE FUNCTION replenish.demand_is_partitioned() RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.relkind = 'p' FROM pg_class AS c WHERE c.oid = to_regclass('replenish.demand_history')
$$;

CREATE FUNCTION replenish.assert_demand_owner() RETURNS name
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner name;
BEGIN
    SELECT pg_get_userbyid(c.relowner) INTO owner
    FROM pg_class AS c
    WHERE c.oid = to_regclass('replenish.demand_history');
    IF owner IS NULL THEN
        RAISE EXCEPTION 'the tables are not there'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'SELECT replenish.install() makes them.';
    ELSIF NOT pg_has_role(owner, 'USAGE') THEN
        RAISE EXCEPTION 'demand_history belongs to role %, not to %', owner, current_user
            USING ERRCODE = 'insufficient_privilege', HINT = format('SET ROLE %I first.', owner);
    END IF;
    RETURN owner;
END
$$;

CREATE FUNCTION replenish.assert_months_ahead(months_ahead integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 1 AND 120 THEN
        RAISE EXCEPTION 'months_ahead must be between 1 and 120, not %', coalesce(months_ahead::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = '3 months ahead suit most.';
    END IF;
END
$$;

-- What a table has beyond its columns, as statements that give another table of the same name the same:
-- constraints, indexes, row-level security, policies, triggers, privileges, comment.
CREATE FUNCTION replenish.table_definition(relation regclass) RETURNS SETOF text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.statement
    FROM (
        SELECT 1 AS place, c.contype::text || c.conname AS name,
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', relation, c.conname, pg_get_constraintdef(c.oid)) AS statement
        FROM pg_constraint AS c
        WHERE c.conrelid = relation AND c.contype IN ('c', 'p', 'u', 'x', 'f')
        UNION ALL
        SELECT 2, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
        FROM pg_index AS i
        WHERE i.indrelid = relation
            AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.conrelid = relation)
        UNION ALL
        SELECT 3, r.name, format('ALTER TABLE %s %s ROW LEVEL SECURITY', relation, r.name)
        FROM unnest(ARRAY['ENABLE', 'FORCE']) AS r (name)
        UNION ALL
        SELECT 4, p.polname, format(
            'CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, relation,
            CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
            CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
            CASE WHEN p.polroles = '{0}' THEN 'PUBLIC' ELSE (
                SELECT string_agg(quote_ident(r.rolname), ', ')
                FROM pg_roles AS r
                WHERE r.oid = ANY (p.polroles)
            ) END,
            ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
            ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
        )
        FROM pg_policy AS p
        WHERE p.polrelid = relation
        UNION ALL
        SELECT 5, t.tgname, pg_get_triggerdef(t.oid)
        FROM pg_trigger AS t
        WHERE t.tgrelid = relation AND NOT t.tgisinternal
        UNION ALL
        SELECT 6, a.grantee::text || a.privilege_type, format(
            'GRANT %s ON %s TO %s%s', a.privilege_type, relation,
            CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END
        )
        FROM pg_class AS c
        CROSS JOIN LATERAL aclexplode(c.relacl) AS a
        WHERE c.oid = relation
        UNION ALL
        SELECT 7, a.attname::text || g.grantee || g.privilege_type, format(
            'GRANT %s (%I) ON %s TO %s', g.privilege_type, a.attname, relation,
            CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END
        )
        FROM pg_attribute AS a
        CROSS JOIN LATERAL aclexplode(a.attacl) AS g
        WHERE a.attrelid = relation AND NOT a.attisdropped
        UNION ALL
        SELECT 8, '', format('COMMENT ON TABLE %s IS %L', relation, obj_description(relation, 'pg_class'))
    ) AS d
    ORDER BY d.place, d.name
$$;

-- Views that read a table, as statements that bind them to another table of the same name. Replaced
-- and not made anew, they keep their privileges and whatever reads them.
CREATE FUNCTION replenish.view_definitions(relation regclass) RETURNS SETOF text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format(
        'CREATE OR REPLACE VIEW %s%s AS %s', v.oid::regclass,
        ' WITH (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid)
    )
    FROM pg_class AS v
    WHERE v.relkind = 'v'
        AND EXISTS (
            SELECT FROM pg_rewrite AS r
            JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            WHERE r.ev_class = v.oid
                AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid = relation
        )
    ORDER BY v.oid
$$;

-- Takes the names of a table's indexes, which are unique in a schema, out of the way.
CREATE FUNCTION replenish.rename_indexes(relation regclass) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    index_oid oid;
BEGIN
    FOR index_oid IN SELECT i.indexrelid FROM pg_index AS i WHERE i.indrelid = relation LOOP
        EXECUTE format('ALTER INDEX %s RENAME TO %I', index_oid::regclass, 'former_' || index_oid);
    END LOOP;
END
$$;

CREATE FUNCTION replenish.verify_partitions()
RETURNS TABLE (check_name text, status text, detail text, what_to_do text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT v.*
    FROM (
        SELECT replenish.demand_is_partitioned() AS partitioned,
            to_char(current_date + interval '1 month', '"demand_history_"YYYY_MM') AS next_name
    ) AS d
    CROSS JOIN LATERAL replenish.verdict(
        'partitions', 'WARNING',
        CASE
            WHEN d.partitioned AND to_regclass('replenish.' || d.next_name) IS NULL
                THEN format('partition %s is not there yet', d.next_name)
        END,
        CASE WHEN d.partitioned THEN 'there for this month and the next' ELSE 'demand_history is one table' END,
        'As the owner of the tables, once a month: SELECT replenish.maintain_demand_partitions();'
    ) AS v
$$;
