-- $1 tenant, $2 facility, $3 materials, $4 last day that counts as observed
SELECT
    m.material_id,
    m.forecast_algorithm,
    m.forecast_horizon_days,
    m.season_length,
    m.missing_demand,
    m.minimum_forecast_history_days,
    m.primary_uom AS uom,
    d.packed,
    s.last_version,
    s.active_fingerprint
FROM replenish.materials AS m
JOIN (
    SELECT
        h.material_id,
        replenish.pack_demand(h.demand_date, h.actual_demand_quantity::float8) AS packed
    FROM replenish.demand_history AS h
    WHERE h.tenant_id = $1
        AND h.facility_id = $2
        AND h.material_id = ANY ($3)
        AND h.demand_date <= $4
    GROUP BY h.material_id
) AS d ON d.material_id = m.material_id
LEFT JOIN (
    SELECT
        v.material_id,
        max(v.forecast_version) AS last_version,
        max(v.input_fingerprint) FILTER (WHERE v.forecast_status = 'ACTIVE') AS active_fingerprint
    FROM replenish.forecast_series AS v
    WHERE v.tenant_id = $1
        AND v.facility_id = $2
        AND v.material_id = ANY ($3)
    GROUP BY v.material_id
) AS s ON s.material_id = m.material_id
WHERE m.tenant_id = $1
    AND m.forecasting_enabled
ORDER BY m.material_id
