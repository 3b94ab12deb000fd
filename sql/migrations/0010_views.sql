-- Three arms with a constant status each: a reader who asks for one status pays for no other.
CREATE VIEW replenish.forecast_series WITH (security_invoker = true) AS
SELECT
    v.tenant_id, v.facility_id, v.material_id, v.forecast_version, v.fit_version,
    v.forecast_series_id, f.forecast_model_id, v.forecast_generation_timestamp,
    'ACTIVE' AS forecast_status, f.forecast_algorithm, f.requested_algorithm, f.forecast_uom,
    v.start_date, v.horizon_days, v.mean, v.lower_80, v.upper_80, v.lower_95, v.upper_95,
    f.model_confidence_score, f.training_start_date, f.training_end_date,
    f.training_sample_size, f.fit_status, f.fit_reason, f.model_parameters, f.candidates,
    f.season_length, f.backtest_mape, f.backtest_rmse, f.backtest_mae, f.backtest_bias,
    f.backtest_r_squared, f.naive_mae, f.residual_std_dev, v.created_by
FROM replenish.forecast_heads AS h
JOIN replenish.forecast_versions AS v
    ON h.tenant_id = v.tenant_id
    AND h.facility_id = v.facility_id
    AND h.material_id = v.material_id
    AND v.forecast_version = h.last_version
JOIN replenish.forecast_fits AS f
    ON f.tenant_id = v.tenant_id
    AND f.facility_id = v.facility_id
    AND f.material_id = v.material_id
    AND f.first_version = v.fit_version
WHERE NOT v.is_rejected
UNION ALL
SELECT
    v.tenant_id, v.facility_id, v.material_id, v.forecast_version, v.fit_version,
    v.forecast_series_id, f.forecast_model_id, v.forecast_generation_timestamp,
    'SUPERSEDED' AS forecast_status, f.forecast_algorithm, f.requested_algorithm, f.forecast_uom,
    v.start_date, v.horizon_days, v.mean, v.lower_80, v.upper_80, v.lower_95, v.upper_95,
    f.model_confidence_score, f.training_start_date, f.training_end_date,
    f.training_sample_size, f.fit_status, f.fit_reason, f.model_parameters, f.candidates,
    f.season_length, f.backtest_mape, f.backtest_rmse, f.backtest_mae, f.backtest_bias,
    f.backtest_r_squared, f.naive_mae, f.residual_std_dev, v.created_by
FROM replenish.forecast_heads AS h
JOIN replenish.forecast_versions AS v
    ON h.tenant_id = v.tenant_id
    AND h.facility_id = v.facility_id
    AND h.material_id = v.material_id
    AND v.forecast_version < h.last_version
JOIN replenish.forecast_fits AS f
    ON f.tenant_id = v.tenant_id
    AND f.facility_id = v.facility_id
    AND f.material_id = v.material_id
    AND f.first_version = v.fit_version
WHERE NOT v.is_rejected
UNION ALL
SELECT
    v.tenant_id, v.facility_id, v.material_id, v.forecast_version, v.fit_version,
    v.forecast_series_id, f.forecast_model_id, v.forecast_generation_timestamp,
    'REJECTED' AS forecast_status, f.forecast_algorithm, f.requested_algorithm, f.forecast_uom,
    v.start_date, v.horizon_days, v.mean, v.lower_80, v.upper_80, v.lower_95, v.upper_95,
    f.model_confidence_score, f.training_start_date, f.training_end_date,
    f.training_sample_size, f.fit_status, f.fit_reason, f.model_parameters, f.candidates,
    f.season_length, f.backtest_mape, f.backtest_rmse, f.backtest_mae, f.backtest_bias,
    f.backtest_r_squared, f.naive_mae, f.residual_std_dev, v.created_by
FROM replenish.forecast_versions AS v
JOIN replenish.forecast_fits AS f
    ON f.tenant_id = v.tenant_id
    AND f.facility_id = v.facility_id
    AND f.material_id = v.material_id
    AND f.first_version = v.fit_version
WHERE v.is_rejected;
COMMENT ON VIEW replenish.forecast_series IS
'Forecasts as arrays with the model behind each: one row per material, facility and version.';
COMMENT ON COLUMN replenish.forecast_series.forecast_status IS 'ACTIVE (the newest version), SUPERSEDED or REJECTED.';
COMMENT ON COLUMN replenish.forecast_series.start_date IS 'Day of the first array element.';
COMMENT ON COLUMN replenish.forecast_series.mean IS 'Expected demand of each day, in units.';
COMMENT ON COLUMN replenish.forecast_series.training_end_date IS 'Last day of the fit; the state behind the forecast has seen every day before start_date.';

CREATE VIEW replenish.forecast_models WITH (security_invoker = true) AS
SELECT
    f.forecast_model_id,
    f.tenant_id,
    f.facility_id,
    f.material_id,
    format('%s v%s', f.forecast_algorithm, f.first_version) AS model_name,
    f.forecast_algorithm AS model_algorithm,
    f.first_version AS model_version,
    f.training_start_date,
    f.training_end_date,
    f.training_sample_size,
    f.trained_at AS training_timestamp,
    jsonb_build_object(
        'version', 1,
        'parameters', f.model_parameters,
        'season_length', f.season_length,
        'requested_algorithm', f.requested_algorithm
    ) AS model_hyperparameters,
    '["actual_demand_quantity"]'::jsonb AS feature_list,
    f.backtest_mape::numeric AS backtest_mape,
    f.backtest_rmse::numeric AS backtest_rmse,
    f.backtest_mae::numeric AS backtest_mae,
    f.backtest_bias::numeric AS backtest_bias,
    f.backtest_r_squared::numeric AS backtest_r_squared,
    CASE
        WHEN v.is_rejected THEN 'INACTIVE'
        WHEN f.first_version = h.fit_version THEN 'ACTIVE'
        ELSE 'RETIRED'
    END AS model_status,
    f.first_version = h.fit_version AND NOT coalesce(v.is_rejected, false) AS is_default_model,
    f.trained_at AS created_at,
    f.created_by
FROM replenish.forecast_fits AS f
JOIN replenish.forecast_heads AS h
    ON h.tenant_id = f.tenant_id
    AND h.facility_id = f.facility_id
    AND h.material_id = f.material_id
LEFT JOIN replenish.forecast_versions AS v
    ON v.tenant_id = f.tenant_id
    AND v.facility_id = f.facility_id
    AND v.material_id = f.material_id
    AND v.forecast_version = h.last_version
    AND f.first_version = h.fit_version;
COMMENT ON VIEW replenish.forecast_models IS
'Fitted models: what they were trained on, their parameters and their backtest. One row a fit; model_version is the forecast version it began with.';
COMMENT ON COLUMN replenish.forecast_models.model_hyperparameters IS 'Fitted parameters; "version" is the version of this document''s form.';
COMMENT ON COLUMN replenish.forecast_models.feature_list IS 'Columns of demand_history that the model uses.';
COMMENT ON COLUMN replenish.forecast_models.model_status IS 'ACTIVE, RETIRED (fitted anew since) or INACTIVE (its forecast was rejected).';
COMMENT ON COLUMN replenish.forecast_models.is_default_model IS 'Whether its forecast is the one in force.';

CREATE VIEW replenish.material_forecasts WITH (security_invoker = true) AS
SELECT
    replenish.forecast_day_id(s.forecast_series_id, d.forecast_date) AS forecast_id,
    s.forecast_model_id,
    s.tenant_id,
    s.facility_id,
    s.material_id,
    s.forecast_generation_timestamp,
    s.forecast_version,
    CASE
        WHEN s.horizon_days <= 30 THEN 'SHORT_TERM'
        WHEN s.horizon_days <= 90 THEN 'MEDIUM_TERM'
        ELSE 'LONG_TERM'
    END AS forecast_horizon_type,
    s.forecast_algorithm,
    d.forecast_date,
    date_part('year', d.forecast_date)::integer AS forecast_year,
    date_part('month', d.forecast_date)::integer AS forecast_month,
    date_part('week', d.forecast_date)::integer AS forecast_week_of_year,
    replenish.stored_quantity(f.mean) AS forecasted_demand_quantity,
    s.forecast_uom,
    replenish.stored_quantity(f.lower_80) AS lower_bound_80_pct,
    replenish.stored_quantity(f.upper_80) AS upper_bound_80_pct,
    replenish.stored_quantity(f.lower_95) AS lower_bound_95_pct,
    replenish.stored_quantity(f.upper_95) AS upper_bound_95_pct,
    round(s.model_confidence_score::numeric, 4) AS model_confidence_score,
    o.override_id IS NOT NULL AS is_manually_overridden,
    o.override_quantity AS manual_override_quantity,
    o.override_by AS manual_override_by,
    o.override_reason AS manual_override_reason,
    s.forecast_status,
    s.forecast_generation_timestamp AS created_at,
    s.created_by
FROM replenish.forecast_series AS s
CROSS JOIN LATERAL unnest(s.mean, s.lower_80, s.upper_80, s.lower_95, s.upper_95)
    WITH ORDINALITY AS f (mean, lower_80, upper_80, lower_95, upper_95, step)
CROSS JOIN LATERAL (VALUES (s.start_date + f.step::integer - 1)) AS d (forecast_date)
LEFT JOIN replenish.forecast_overrides AS o
    ON o.tenant_id = s.tenant_id
    AND o.facility_id = s.facility_id
    AND o.material_id = s.material_id
    AND o.forecast_date = d.forecast_date
    AND o.revoked_at IS NULL
    AND (o.expires_at IS NULL OR o.expires_at > now());
COMMENT ON VIEW replenish.material_forecasts IS
'Forecasts, one row a day, with 80% and 95% intervals and the planner''s override where there is one. Filter on forecast_status = ''ACTIVE'' for those in force.';
COMMENT ON COLUMN replenish.material_forecasts.forecast_id IS 'Identity of the day in this version.';
COMMENT ON COLUMN replenish.material_forecasts.forecast_version IS 'Number of the generation, from 1.';
COMMENT ON COLUMN replenish.material_forecasts.forecast_horizon_type IS 'SHORT_TERM (up to 30 days), MEDIUM_TERM (up to 90) or LONG_TERM.';
COMMENT ON COLUMN replenish.material_forecasts.forecasted_demand_quantity IS 'Expected demand of the day by the model, in units.';
COMMENT ON COLUMN replenish.material_forecasts.lower_bound_80_pct IS 'With 80% probability demand is at least this, in units, and at most upper_bound_80_pct.';
COMMENT ON COLUMN replenish.material_forecasts.lower_bound_95_pct IS 'With 95% probability demand is at least this, in units, and at most upper_bound_95_pct.';
COMMENT ON COLUMN replenish.material_forecasts.model_confidence_score IS '1 minus the share of demand that the backtest missed (WAPE), 0 to 1.';
COMMENT ON COLUMN replenish.material_forecasts.is_manually_overridden IS 'Whether a planner''s number is in force for the day; it comes before the model''s.';
COMMENT ON COLUMN replenish.material_forecasts.manual_override_quantity IS 'The planner''s number, in units.';
COMMENT ON COLUMN replenish.material_forecasts.forecast_status IS 'ACTIVE, SUPERSEDED or REJECTED.';

CREATE VIEW replenish.vw_critical_replenishment_recommendations WITH (security_invoker = true) AS
SELECT
    s.*,
    m.material_code,
    m.material_name,
    v.vendor_name
FROM replenish.replenishment_suggestions AS s
JOIN replenish.materials AS m
    ON m.tenant_id = s.tenant_id AND m.material_id = s.material_id
LEFT JOIN replenish.vendors AS v
    ON v.tenant_id = s.tenant_id AND v.vendor_id = s.preferred_vendor_id
WHERE s.suggestion_status IN ('PENDING', 'APPROVED')
    AND s.urgency_level IN ('CRITICAL', 'HIGH')
ORDER BY
    CASE s.urgency_level WHEN 'CRITICAL' THEN 1 ELSE 2 END,
    s.days_until_stockout NULLS LAST,
    s.estimated_total_cost DESC NULLS LAST,
    s.material_id;
COMMENT ON VIEW replenish.vw_critical_replenishment_recommendations IS
'Open suggestions with urgency CRITICAL or HIGH, most urgent first.';

CREATE VIEW replenish.daily_demand_summary WITH (security_invoker = true) AS
SELECT
    h.tenant_id,
    h.material_id,
    h.demand_date,
    count(*) AS facility_count,
    sum(h.actual_demand_quantity) AS total_demand_quantity,
    avg(h.actual_demand_quantity) AS average_demand_quantity
FROM replenish.demand_history AS h
GROUP BY h.tenant_id, h.material_id, h.demand_date;
COMMENT ON VIEW replenish.daily_demand_summary IS
'Demand of a material per day over all facilities, in units. A plain view: a materialized one would ignore row-level security.';
COMMENT ON COLUMN replenish.daily_demand_summary.facility_count IS 'Facilities with a row that day.';
COMMENT ON COLUMN replenish.daily_demand_summary.total_demand_quantity IS 'Sum over the facilities, in units.';
COMMENT ON COLUMN replenish.daily_demand_summary.average_demand_quantity IS 'Mean over the facilities with a row, in units.';

CREATE VIEW replenish.vw_forecast_accuracy_summary WITH (security_invoker = true) AS
SELECT
    s.tenant_id,
    s.facility_id,
    s.material_id,
    m.material_code,
    m.material_name,
    m.abc_class,
    round(e.last_30_days_mape, 2) AS last_30_days_mape,
    round(e.last_60_days_mape, 2) AS last_60_days_mape,
    round(e.last_90_days_mape, 2) AS last_90_days_mape,
    round(e.last_30_days_bias, 4) AS last_30_days_bias,
    round(e.last_60_days_bias, 4) AS last_60_days_bias,
    round(e.last_90_days_bias, 4) AS last_90_days_bias,
    s.total_forecasts_generated,
    (
        SELECT count(*)
        FROM replenish.demand_history AS h
        WHERE h.tenant_id = s.tenant_id
            AND h.facility_id = s.facility_id
            AND h.material_id = s.material_id
    ) AS total_actual_demand_recorded,
    s.current_forecast_algorithm,
    s.last_forecast_generation_date
FROM replenish.materials AS m
JOIN (
    SELECT
        v.tenant_id,
        v.facility_id,
        v.material_id,
        sum(v.horizon_days) AS total_forecasts_generated,
        max(v.forecast_algorithm) FILTER (WHERE v.forecast_status = 'ACTIVE')
            AS current_forecast_algorithm,
        max(v.forecast_generation_timestamp) AS last_forecast_generation_date
    FROM replenish.forecast_series AS v
    GROUP BY v.tenant_id, v.facility_id, v.material_id
) AS s ON s.tenant_id = m.tenant_id AND s.material_id = m.material_id
LEFT JOIN LATERAL (
    SELECT
        max(a.mape) FILTER (WHERE a.days = 30) AS last_30_days_mape,
        max(a.mape) FILTER (WHERE a.days = 60) AS last_60_days_mape,
        max(a.mape) FILTER (WHERE a.days = 90) AS last_90_days_mape,
        max(a.bias) FILTER (WHERE a.days = 30) AS last_30_days_bias,
        max(a.bias) FILTER (WHERE a.days = 60) AS last_60_days_bias,
        max(a.bias) FILTER (WHERE a.days = 90) AS last_90_days_bias
    FROM (
        SELECT
            f.mape,
            f.bias,
            f.measurement_period_end - f.measurement_period_start + 1 AS days,
            rank() OVER (
                PARTITION BY f.measurement_period_end - f.measurement_period_start
                ORDER BY f.measurement_period_end DESC
            ) AS age
        FROM replenish.forecast_accuracy_metrics AS f
        WHERE f.tenant_id = s.tenant_id
            AND f.facility_id = s.facility_id
            AND f.material_id = s.material_id
            AND f.aggregation_level = 'DAILY'
            AND f.measurement_period_end - f.measurement_period_start + 1 IN (30, 60, 90)
    ) AS a
    WHERE a.age = 1
) AS e ON true;
COMMENT ON VIEW replenish.vw_forecast_accuracy_summary IS
'Per material and facility: MAPE (percent) and bias (units, forecast minus actual) over the last 30, 60 and 90 days that run_forecast_accuracy measured, and how it is forecast now.';

CREATE VIEW replenish.material_classes WITH (security_invoker = true) AS
SELECT
    replenish.current_tenant_id() AS tenant_id,
    c.*
FROM replenish.classify_materials((SELECT replenish.current_tenant_id())) AS c;
COMMENT ON VIEW replenish.material_classes IS
'Classes of the current tenant''s materials at each facility, from the last 52 weeks of demand as they are now.';
COMMENT ON COLUMN replenish.material_classes.annual_demand IS 'Demand of a year at the pace of the last 52 weeks, in units.';
COMMENT ON COLUMN replenish.material_classes.annual_value IS 'Annual demand times the cost of a unit; 0 without a cost.';
COMMENT ON COLUMN replenish.material_classes.abc_class IS 'A: the materials that hold 80% of the facility''s value, B up to 95%, C the rest.';
COMMENT ON COLUMN replenish.material_classes.weekly_cv IS 'Standard deviation of weekly demand over its mean.';
COMMENT ON COLUMN replenish.material_classes.xyz_class IS 'X up to a weekly_cv of 0.5, Y up to 1, Z above or without demand.';
COMMENT ON COLUMN replenish.material_classes.average_demand_interval IS 'Days from one day with demand to the next, on average.';
COMMENT ON COLUMN replenish.material_classes.cv_squared IS 'Squared coefficient of variation of the sizes of demand.';
COMMENT ON COLUMN replenish.material_classes.demand_class IS 'SMOOTH, ERRATIC, INTERMITTENT, LUMPY or NO_DEMAND (Syntetos, Boylan and Croston 2005).';
COMMENT ON COLUMN replenish.material_classes.service_level IS 'Service level that plans aim at, the class''s or the material''s own.';

CREATE VIEW replenish.job_series WITH (security_invoker = true) AS
SELECT
    c.tenant_id,
    c.job_run_id,
    r.job_name,
    c.facility_id,
    s.material_id,
    coalesce(s.outcome, c.chunk_status) AS series_status,
    e.sqlstate,
    e.message,
    e.detail,
    c.finished_at
FROM replenish.job_chunks AS c
JOIN replenish.job_runs AS r
    ON r.tenant_id = c.tenant_id AND r.job_run_id = c.job_run_id
CROSS JOIN LATERAL unnest(c.material_ids, c.outcomes) AS s (material_id, outcome)
LEFT JOIN replenish.job_errors AS e
    ON e.tenant_id = c.tenant_id
    AND e.job_run_id = c.job_run_id
    AND e.facility_id = c.facility_id
    AND e.material_id = s.material_id;
COMMENT ON VIEW replenish.job_series IS 'What became of each series in each run.';
COMMENT ON COLUMN replenish.job_series.series_status IS 'PENDING; STORED (fitted), UPDATED (the model took in new days) or UNCHANGED for forecasts, DONE for the other jobs; FAILED.';
COMMENT ON COLUMN replenish.job_series.sqlstate IS 'SQLSTATE where it failed.';
COMMENT ON COLUMN replenish.job_series.message IS 'What was wrong.';
COMMENT ON COLUMN replenish.job_series.detail IS 'More of it, if there is more.';
COMMENT ON COLUMN replenish.job_series.finished_at IS 'When its chunk was done.';

CREATE VIEW replenish.job_progress WITH (security_invoker = true) AS
SELECT
    r.tenant_id,
    r.job_run_id,
    r.job_name,
    r.started_at,
    w.sessions AS sessions_at_work,
    r.series_total,
    r.series_done,
    r.series_failed,
    round(100.0 * (r.series_done + r.series_failed) / nullif(r.series_total, 0), 1) AS done_pct,
    p.series_per_second,
    CASE WHEN w.sessions > 0 THEN make_interval(
        secs => ceil((r.series_total - r.series_done - r.series_failed) / p.series_per_second)::integer
    ) END AS remaining_time,
    p.last_progress_at
FROM replenish.job_runs AS r
CROSS JOIN LATERAL (
    SELECT replenish.job_lock('run', r.job_run_id::text) AS key
) AS k
CROSS JOIN LATERAL (
    -- pg_locks shows the two halves of an advisory lock's key.
    SELECT count(*) AS sessions
    FROM pg_locks AS l
    WHERE l.locktype = 'advisory'
        AND l.classid::bigint = (k.key >> 32) & 4294967295
        AND l.objid::bigint = k.key & 4294967295
        AND l.objsubid = 1
        AND l.granted
) AS w
LEFT JOIN LATERAL (
    SELECT
        round((
            sum(d.series) / nullif(extract(epoch FROM max(d.finished_at) - min(d.started_at)), 0)
        )::numeric, 1) AS series_per_second,
        max(d.finished_at) AS last_progress_at
    FROM (
        SELECT cardinality(c.material_ids) AS series, c.started_at, c.finished_at
        FROM replenish.job_chunks AS c
        WHERE c.tenant_id = r.tenant_id
            AND c.job_run_id = r.job_run_id
            AND c.chunk_status <> 'PENDING'
        ORDER BY c.finished_at DESC
        LIMIT 10
    ) AS d
) AS p ON true
WHERE r.run_status = 'RUNNING';
COMMENT ON VIEW replenish.job_progress IS
'Runs that are under way: how much is done, how fast, how long it will take. sessions_at_work 0 for more than a moment: the run was interrupted, and the next call of its procedure goes on with it.';
COMMENT ON COLUMN replenish.job_progress.sessions_at_work IS 'Sessions that share the work now.';
COMMENT ON COLUMN replenish.job_progress.done_pct IS 'Share of the series that are done or failed, in percent.';
COMMENT ON COLUMN replenish.job_progress.series_per_second IS 'Series a second over the last ten chunks, all sessions together.';
COMMENT ON COLUMN replenish.job_progress.remaining_time IS 'Time that the rest takes at that rate; NULL while nobody is at work.';
COMMENT ON COLUMN replenish.job_progress.last_progress_at IS 'When the last chunk was done.';

CREATE VIEW replenish.metrics WITH (security_invoker = true) AS
SELECT
    j.metric_name AS name,
    jsonb_build_object('tenant_id', j.tenant_id) || j.labels AS labels,
    j.metric_value AS value
FROM replenish.job_metrics AS j
UNION ALL
SELECT s.metric_name, s.labels, s.metric_value
FROM replenish.server_metrics() AS s;
COMMENT ON VIEW replenish.metrics IS
'All figures for monitoring, one a row, as exporters publish them: job_metrics of all tenants (for pg_monitor; others see their own tenant''s) and what the server knows.';
COMMENT ON COLUMN replenish.metrics.name IS 'Name of the figure; its end is the unit, _total a counter, everything else a gauge.';
COMMENT ON COLUMN replenish.metrics.labels IS 'Its labels by name.';
COMMENT ON COLUMN replenish.metrics.value IS 'The figure.';
GRANT SELECT ON replenish.metrics TO pg_monitor;
