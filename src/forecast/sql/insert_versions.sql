-- The days of all series stand one after the other in $8 to $12; $7 says where each begins, from 1.
INSERT INTO replenish.forecast_versions (
    tenant_id, facility_id, material_id, forecast_version, fit_version, start_date, horizon_days,
    mean, lower_80, upper_80, lower_95, upper_95
)
SELECT
    $1, $2, v.material_id, v.forecast_version, v.fit_version, v.start_date, v.horizon,
    $8[v.place : v.place + v.horizon - 1],
    $9[v.place : v.place + v.horizon - 1],
    $10[v.place : v.place + v.horizon - 1],
    $11[v.place : v.place + v.horizon - 1],
    $12[v.place : v.place + v.horizon - 1]
FROM unnest($3, $4, $5, $6, $7, $13) AS v (
    material_id, forecast_version, fit_version, horizon, place, start_date
)
