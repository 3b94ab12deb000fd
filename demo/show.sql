\echo 'A forecast with its intervals (MAT-FCST-003, the next 7 days):'
SELECT f.forecast_date, f.forecast_algorithm, round(f.forecasted_demand_quantity, 1) AS forecast,
    round(f.lower_bound_80_pct, 1) AS lower_80, round(f.upper_bound_80_pct, 1) AS upper_80,
    round(f.lower_bound_95_pct, 1) AS lower_95, round(f.upper_bound_95_pct, 1) AS upper_95
FROM replenish.material_forecasts AS f
JOIN replenish.materials AS m USING (tenant_id, material_id)
WHERE m.material_code = 'MAT-FCST-003' AND f.forecast_status = 'ACTIVE'
ORDER BY f.forecast_date
LIMIT 7;
\echo 'Why this model:'
SELECT m.material_code, s.fit_status, s.fit_reason
FROM replenish.forecast_series AS s
JOIN replenish.materials AS m USING (tenant_id, material_id)
WHERE m.category = 'Demo' AND s.forecast_status = 'ACTIVE'
ORDER BY m.material_code;
\echo 'How the series were forecast:'
SELECT t.tenant_name, s.fit_status, s.forecast_algorithm, count(*) AS series,
    round(avg(s.model_confidence_score)::numeric, 2) AS confidence
FROM replenish.forecast_series AS s
JOIN replenish.tenants AS t USING (tenant_id)
WHERE s.forecast_status = 'ACTIVE'
GROUP BY t.tenant_name, s.fit_status, s.forecast_algorithm
ORDER BY t.tenant_name, s.fit_status, series DESC;
\echo 'Accuracy by tenant and period (a period counts where forecasts were made before it):'
SELECT t.tenant_name, a.measurement_period_start AS from_day, a.measurement_period_end AS to_day,
    count(*) AS materials, sum(a.sample_size) AS days_measured,
    round((sum(a.mae * a.sample_size) / nullif(sum(a.total_actual_demand), 0)) * 100, 1) AS wape_pct,
    round(100 * (sum(a.total_forecasted_demand) / nullif(sum(a.total_actual_demand), 0) - 1), 1) AS bias_pct,
    round(avg(a.mase), 3) AS mean_mase,
    count(*) FILTER (WHERE a.is_within_tolerance) AS within_tolerance
FROM replenish.forecast_accuracy_metrics AS a
JOIN replenish.tenants AS t USING (tenant_id)
GROUP BY t.tenant_name, a.measurement_period_start, a.measurement_period_end
ORDER BY t.tenant_name, a.measurement_period_start DESC;
\echo 'The most urgent suggestions:'
SELECT c.urgency_level AS urgency, c.material_code, left(c.material_name, 24) AS material,
    c.days_until_stockout AS days_left, round(c.recommended_order_quantity) AS order_qty,
    round(c.estimated_total_cost, 2) AS cost
FROM replenish.vw_critical_replenishment_recommendations AS c
LIMIT 8;
SELECT c.material_code, c.suggestion_reason
FROM replenish.vw_critical_replenishment_recommendations AS c
LIMIT 2;
\echo 'The runs:'
SELECT t.tenant_name, r.job_name, r.run_status, r.series_total, r.series_failed, r.rows_changed,
    round(extract(epoch FROM r.finished_at - r.started_at), 2) AS seconds
FROM replenish.job_runs AS r
JOIN replenish.tenants AS t USING (tenant_id)
ORDER BY r.started_at;
