-- $1 tenant, $2 facility, $3 materials: settings and state, locked until the end of the transaction
-- in the order of the key, so that two writers never wait for each other. One lookup a material,
-- whatever the planner knows of the tables.
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
FROM (SELECT DISTINCT w.id FROM unnest($3) AS w (id) ORDER BY w.id) AS k
CROSS JOIN LATERAL (
    SELECT e.*
    FROM replenish.forecast_heads AS e
    WHERE e.tenant_id = $1 AND e.facility_id = $2 AND e.material_id = k.id
    FOR UPDATE
) AS h
CROSS JOIN LATERAL (
    SELECT e.*
    FROM replenish.materials AS e
    WHERE e.tenant_id = $1 AND e.material_id = h.material_id AND e.forecasting_enabled
    OFFSET 0
) AS m
