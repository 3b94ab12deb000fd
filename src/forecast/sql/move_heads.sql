-- Every head is there already (begin_series()). ON CONFLICT finds each by its key, whatever the planner
-- knows of the table; a join would read all heads of the facility for every chunk of the first night.
INSERT INTO replenish.forecast_heads (
    tenant_id, facility_id, material_id, last_version, fit_version, settings_fingerprint,
    history_fingerprint, recent_fingerprint, first_date, fitted_through, state_through, state
)
SELECT
    $1, $2, n.material_id, n.last_version, n.fit_version, n.settings, n.history, n.recent,
    n.first_date, n.fitted_through, n.state_through, n.state
FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS n (
    material_id, last_version, fit_version, settings, history, recent, first_date, fitted_through,
    state_through, state
)
ON CONFLICT (tenant_id, facility_id, material_id) DO UPDATE
SET
    last_version = excluded.last_version,
    fit_version = excluded.fit_version,
    settings_fingerprint = excluded.settings_fingerprint,
    history_fingerprint = excluded.history_fingerprint,
    recent_fingerprint = excluded.recent_fingerprint,
    first_date = excluded.first_date,
    fitted_through = excluded.fitted_through,
    state_through = excluded.state_through,
    state = excluded.state
