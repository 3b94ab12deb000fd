-- $1 tenant, $2 facility, $3 materials: a head for every series that has none, in the order of the key.
INSERT INTO replenish.forecast_heads (tenant_id, facility_id, material_id)
SELECT m.tenant_id, $2, m.material_id
FROM replenish.materials AS m
WHERE m.tenant_id = $1
    AND m.material_id = ANY ($3)
    AND m.forecasting_enabled
    AND NOT EXISTS (
        SELECT FROM replenish.forecast_heads AS h
        WHERE h.tenant_id = m.tenant_id AND h.facility_id = $2 AND h.material_id = m.material_id
    )
ORDER BY m.material_id
ON CONFLICT DO NOTHING
