-- $1 tenant, $2 facility, $3 materials, $4 last day that counts as observed
-- One index lookup for what is stored: a plan that does not depend on statistics, which are old
-- right after a night.
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
FROM replenish.packed_history($1, $2, $3, $4) AS d
JOIN replenish.materials AS m
    ON m.tenant_id = $1 AND m.material_id = d.material_id
CROSS JOIN LATERAL (
    SELECT
        max(v.forecast_version) AS last_version,
        max(v.input_fingerprint) FILTER (WHERE v.forecast_status = 'ACTIVE') AS active_fingerprint
    FROM replenish.forecast_series AS v
    WHERE v.tenant_id = $1
        AND v.facility_id = $2
        AND v.material_id = m.material_id
) AS s
WHERE m.forecasting_enabled
ORDER BY m.material_id
