-- $1 tenant, $2 facility, $3 materials: settings and state, locked until the end of the transaction
-- in the order of the key, so that two writers never wait for each other.
SELECT
    m.material_id,
    m.forecast_algorithm,
    m.forecast_horizon_days,
    m.forecast_update_frequency,
    m.season_length,
    m.missing_demand,
    m.masked_demand,
    m.minimum_forecast_history_days,
    m.primary_uom AS uom,
    h.last_version,
    h.fit_version,
    h.settings_fingerprint,
    h.history_fingerprint,
    h.recent_fingerprint,
    h.first_date,
    h.fitted_through,
    h.state_through,
    CASE WHEN $4 THEN h.state END AS state
FROM replenish.forecast_heads AS h
JOIN replenish.materials AS m
    ON m.tenant_id = h.tenant_id AND m.material_id = h.material_id
WHERE h.tenant_id = $1
    AND h.facility_id = $2
    AND h.material_id = ANY ($3)
    AND m.forecasting_enabled
ORDER BY h.material_id
FOR UPDATE OF h
