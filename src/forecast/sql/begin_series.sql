-- $1 tenant, $2 facility, $3 materials: a head for every series that has none, in the order of the key.
-- One lookup a material, whatever the planner knows of the tables.
INSERT INTO replenish.forecast_heads (tenant_id, facility_id, material_id)
SELECT $1, $2, m.material_id
FROM unnest($3) AS w (id)
CROSS JOIN LATERAL (
    SELECT e.material_id
    FROM replenish.materials AS e
    WHERE e.tenant_id = $1 AND e.material_id = w.id AND e.forecasting_enabled
    OFFSET 0
) AS m
LEFT JOIN LATERAL (
    SELECT true AS is_there
    FROM replenish.forecast_heads AS e
    WHERE e.tenant_id = $1 AND e.facility_id = $2 AND e.material_id = m.material_id
    OFFSET 0
) AS h ON true
WHERE h.is_there IS NULL
ORDER BY m.material_id
ON CONFLICT DO NOTHING
