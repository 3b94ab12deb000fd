CREATE FUNCTION replenish_api.get_session()
RETURNS TABLE (tenant_id uuid, tenant_name text, subject text, role text, expires_at timestamptz)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        replenish.current_tenant_id(),
        (SELECT t.tenant_name FROM replenish.tenants AS t WHERE t.tenant_id = replenish.current_tenant_id()),
        replenish_auth.subject(),
        current_user::text,
        to_timestamp((replenish_auth.claims() ->> 'exp')::double precision)
$$;
COMMENT ON FUNCTION replenish_api.get_session() IS
'Whose session this is: tenant, subject, role, and when the token expires.';

-- The matching materials first, then the facilities at which each is stocked or sold: a material
-- that is nowhere yet has a row without a facility.
CREATE FUNCTION replenish_api.search_materials(search text = NULL, max_rows integer = 20)
RETURNS TABLE (
    material_id uuid,
    material_code text,
    material_name text,
    category text,
    abc_class text,
    demand_pattern text,
    primary_uom text,
    facility_id uuid,
    facility_name text
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
    WITH wanted AS MATERIALIZED (
        SELECT
            lower(btrim(coalesce(search_materials.search, ''))) AS phrase,
            ARRAY(
                SELECT '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'
                FROM regexp_split_to_table(lower(btrim(coalesce(search_materials.search, ''))), '\s+') AS word
            ) AS patterns,
            least(greatest(coalesce(search_materials.max_rows, 20), 0), 100) AS max_rows
    ),
    found AS MATERIALIZED (
        SELECT
            m.tenant_id, m.material_id, m.material_code, m.material_name, m.category, m.abc_class,
            m.demand_pattern, m.primary_uom,
            CASE
                WHEN lower(m.material_code) = w.phrase THEN 0
                WHEN starts_with(lower(m.material_code), w.phrase) THEN 1
                WHEN starts_with(lower(m.material_name), w.phrase) THEN 2
                WHEN strpos(' ' || lower(m.material_name), ' ' || w.phrase) > 0 THEN 3
                ELSE 4
            END AS distance
        FROM replenish.materials AS m
        CROSS JOIN wanted AS w
        WHERE m.tenant_id = (SELECT replenish.current_tenant_id())
            AND lower(m.material_code || ' ' || m.material_name) LIKE ALL (w.patterns)
        ORDER BY distance, m.material_code
        LIMIT (SELECT w.max_rows FROM wanted AS w)
    ),
    places AS MATERIALIZED (
        SELECT d.facility_id
        FROM replenish.demand_facilities((SELECT replenish.current_tenant_id())) AS d
        UNION
        SELECT f.facility_id FROM replenish.facilities AS f
        WHERE f.tenant_id = (SELECT replenish.current_tenant_id())
    )
    SELECT
        f.material_id, f.material_code, f.material_name, f.category, f.abc_class, f.demand_pattern,
        f.primary_uom, p.facility_id, n.facility_name
    FROM found AS f
    LEFT JOIN places AS p
        ON EXISTS (
            SELECT FROM replenish.inventory_levels AS i
            WHERE i.tenant_id = f.tenant_id AND i.facility_id = p.facility_id
                AND i.material_id = f.material_id
        )
        OR EXISTS (
            SELECT FROM replenish.demand_history AS h
            WHERE h.tenant_id = f.tenant_id AND h.facility_id = p.facility_id
                AND h.material_id = f.material_id
        )
    LEFT JOIN replenish.facilities AS n
        ON n.tenant_id = f.tenant_id AND n.facility_id = p.facility_id
    ORDER BY f.distance, f.material_code, n.facility_name, p.facility_id
    LIMIT (SELECT w.max_rows FROM wanted AS w)
$$;
COMMENT ON FUNCTION replenish_api.search_materials(text, integer) IS
'Materials whose code or name contains every word of the search, best matches first.
One row a material and facility, 20 of them and at most 100.';

-- The table comes with the alerts; until then nothing is wrong.
CREATE FUNCTION replenish_api.get_alerts(open_only boolean = true)
RETURNS TABLE (
    alert_id uuid,
    alert_name text,
    severity text,
    facility_id uuid,
    material_id uuid,
    message text,
    opened_at timestamptz,
    last_seen_at timestamptz,
    closed_at timestamptz
)
LANGUAGE plpgsql STABLE ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('replenish.alerts') IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE
        'SELECT a.alert_id, a.alert_name, a.severity, a.facility_id, a.material_id, a.message, '
        'a.opened_at, a.last_seen_at, a.closed_at '
        'FROM replenish.alerts AS a '
        'WHERE a.tenant_id = (SELECT replenish.current_tenant_id()) AND (a.closed_at IS NULL OR NOT $1) '
        'ORDER BY a.closed_at IS NOT NULL, a.opened_at DESC LIMIT 200'
        USING coalesce(open_only, true);
END
$$;
COMMENT ON FUNCTION replenish_api.get_alerts(boolean) IS
'Alerts of the tenant, open ones first and newest first, at most 200.';

-- Runs as the owner, who sees no row: it tells what answers, not what there is.
CREATE FUNCTION replenish_api.health() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT replenish.health_check()
$$;
COMMENT ON FUNCTION replenish_api.health() IS
'State of the services, for monitors; needs no token.';
