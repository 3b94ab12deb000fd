CREATE FUNCTION replenish.touch_row() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.updated_at := now();
    NEW.updated_by := current_user;
    RETURN NEW;
END
$$;

CREATE FUNCTION replenish.isolate_tenant(relation regclass) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
    EXECUTE format(
        'CREATE POLICY tenant_isolation ON %s '
        'USING (tenant_id = (SELECT replenish.current_tenant_id())) '
        'WITH CHECK (tenant_id = (SELECT replenish.current_tenant_id()))',
        relation
    );
    EXECUTE format('COMMENT ON COLUMN %s.tenant_id IS %L', relation, 'Tenant that owns the row.');
    -- A partition gets its parent's trigger.
    IF EXISTS (
        SELECT FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid AND NOT c.relispartition
        WHERE a.attrelid = relation AND a.attname = 'updated_at'
    ) THEN
        EXECUTE format(
            'CREATE TRIGGER touch_row BEFORE UPDATE ON %s '
            'FOR EACH ROW EXECUTE FUNCTION replenish.touch_row()',
            relation
        );
    END IF;
    PERFORM replenish.comment_common_columns(relation);
END
$$;

CREATE FUNCTION replenish.comment_common_columns(relation regclass) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    described record;
BEGIN
    FOR described IN
        SELECT a.attname, c.description
        FROM (
            VALUES
                ('facility_id', 'Facility of the row.'),
                ('material_id', 'Material of the row.'),
                ('vendor_id', 'Vendor of the row.'),
                ('order_id', 'Identity of the order.'),
                ('receipt_id', 'Identity of the receipt.'),
                ('transaction_id', 'Identity of the movement.'),
                ('override_id', 'Identity of the override.'),
                ('job_run_id', 'Identity of the run.'),
                ('job_error_id', 'Identity of the error.'),
                ('created_at', 'When the row came in.'),
                ('created_by', 'Role that brought it in.'),
                ('updated_at', 'When the row last changed; NULL if never.'),
                ('updated_by', 'Role that last changed it.')
        ) AS c (name, description)
        JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = c.name
        WHERE col_description(relation, a.attnum) IS NULL
    LOOP
        EXECUTE format(
            'COMMENT ON COLUMN %s.%I IS %L', relation, described.attname, described.description
        );
    END LOOP;
END
$$;

CREATE FUNCTION replenish.assert_tenant(tenant_id uuid) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF tenant_id IS NULL THEN
        RAISE EXCEPTION 'tenant_id must not be NULL'
            USING ERRCODE = 'null_value_not_allowed',
                HINT = 'Pass the tenant that this session works for: replenish.current_tenant_id().';
    ELSIF replenish.current_tenant_id() IS NULL THEN
        RAISE EXCEPTION 'no tenant is set'
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'A role that may choose a tenant sets app.current_tenant_id first.';
    ELSIF tenant_id <> replenish.current_tenant_id() THEN
        RAISE EXCEPTION 'tenant % is not the current tenant', tenant_id
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'Pass the tenant that this session works for: replenish.current_tenant_id().';
    END IF;
END
$$;

CREATE FUNCTION replenish.tenant_today(tenant_id uuid) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (
            SELECT (now() AT TIME ZONE t.time_zone)::date
            FROM replenish.tenants AS t
            WHERE t.tenant_id = tenant_today.tenant_id
        ),
        current_date
    )
$$;
