-- How the materials of a facility sell: ABC by value, XYZ by variability, pattern by ADI and CV squared.
CREATE FUNCTION replenish.classify_materials(
    tenant_id uuid,
    facility_id uuid = NULL,
    as_of date = NULL
) RETURNS TABLE (
    facility_id uuid,
    material_id uuid,
    annual_demand numeric,
    annual_value numeric,
    abc_class text,
    weekly_cv numeric,
    xyz_class text,
    average_demand_interval numeric,
    cv_squared numeric,
    demand_class text,
    service_level numeric
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
    WITH place AS MATERIALIZED (
        SELECT f.facility_id, o.day
        FROM replenish.demand_facilities(classify_materials.tenant_id) AS f
        CROSS JOIN LATERAL replenish.observed_until(
            classify_materials.tenant_id, f.facility_id, classify_materials.as_of
        ) AS o (day)
        WHERE classify_materials.facility_id IS NULL
            OR f.facility_id = classify_materials.facility_id
    ),
    profile AS MATERIALIZED (
        SELECT
            p.facility_id,
            m.material_id,
            m.use_class_service_level,
            m.service_level,
            d.*,
            coalesce(d.annual_demand * coalesce(m.last_cost, m.standard_cost)::float8, 0) AS value
        FROM place AS p
        CROSS JOIN LATERAL replenish.packed_history(
            classify_materials.tenant_id,
            p.facility_id,
            ARRAY(
                SELECT a.material_id
                FROM replenish.materials AS a
                WHERE a.tenant_id = classify_materials.tenant_id
            ),
            p.day
        ) AS h
        JOIN replenish.materials AS m
            ON m.tenant_id = classify_materials.tenant_id AND m.material_id = h.material_id
        CROSS JOIN LATERAL replenish.demand_profile(h.packed, p.day) AS d
    ),
    ranked AS (
        SELECT
            s.facility_id,
            u.material_id,
            u.abc_class
        FROM (
            SELECT
                v.facility_id,
                array_agg(v.material_id ORDER BY v.material_id) AS material_ids,
                replenish.abc_classes(array_agg(v.value ORDER BY v.material_id)) AS classes
            FROM profile AS v
            GROUP BY v.facility_id
        ) AS s
        CROSS JOIN LATERAL unnest(s.material_ids, s.classes) AS u (material_id, abc_class)
    )
    SELECT
        v.facility_id,
        v.material_id,
        round(v.annual_demand::numeric, 2),
        round(v.value::numeric, 2),
        r.abc_class,
        round(v.weekly_cv::numeric, 4),
        v.xyz_class,
        round(v.average_demand_interval::numeric, 4),
        round(v.cv_squared::numeric, 4),
        v.demand_class,
        coalesce(c.service_level, v.service_level)
    FROM profile AS v
    JOIN ranked AS r ON r.facility_id = v.facility_id AND r.material_id = v.material_id
    LEFT JOIN replenish.class_service_levels AS c
        ON c.tenant_id = classify_materials.tenant_id
        AND c.abc_class = r.abc_class
        AND c.xyz_class = v.xyz_class
        AND v.use_class_service_level
    ORDER BY v.facility_id, v.value DESC, v.material_id
$$;

-- Writes today's classes into materials, which service levels and lists go by; a material that is
-- sold at several facilities takes its highest value class and steadiest variability. Returns the
-- materials that changed.
CREATE FUNCTION replenish.update_material_classes(tenant_id uuid, as_of date = NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    changed integer;
BEGIN
    PERFORM replenish.assert_tenant(update_material_classes.tenant_id);
    -- Locked in the order of the key first, so that two callers never wait for each other in a circle.
    WITH class AS (
        SELECT k.material_id, min(k.abc_class) AS abc_class, min(k.xyz_class) AS xyz_class
        FROM replenish.classify_materials(
            update_material_classes.tenant_id, NULL, update_material_classes.as_of
        ) AS k
        GROUP BY k.material_id
    ),
    changed AS MATERIALIZED (
        SELECT c.material_id, c.abc_class, c.xyz_class
        FROM class AS c
        JOIN replenish.materials AS m
            ON m.tenant_id = update_material_classes.tenant_id
            AND m.material_id = c.material_id
            AND (m.abc_class, m.xyz_class) IS DISTINCT FROM (c.abc_class, c.xyz_class)
        ORDER BY m.material_id
        FOR NO KEY UPDATE OF m
    )
    UPDATE replenish.materials AS m
    SET abc_class = c.abc_class, xyz_class = c.xyz_class
    FROM changed AS c
    WHERE m.tenant_id = update_material_classes.tenant_id AND m.material_id = c.material_id;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
