UPDATE replenish.forecast_heads AS h
SET
    last_version = n.last_version,
    fit_version = n.fit_version,
    settings_fingerprint = n.settings,
    history_fingerprint = n.history,
    recent_fingerprint = n.recent,
    first_date = n.first_date,
    fitted_through = n.fitted_through,
    state_through = n.state_through,
    state = n.state
FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS n (
    material_id, last_version, fit_version, settings, history, recent, first_date, fitted_through,
    state_through, state
)
WHERE h.tenant_id = $1 AND h.facility_id = $2 AND h.material_id = n.material_id
