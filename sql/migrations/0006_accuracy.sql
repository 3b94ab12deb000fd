CREATE TABLE replenish.forecast_accuracy_metrics (
    metric_id                uuid        NOT NULL DEFAULT gen_random_uuid(),
    forecast_model_id        uuid,
    tenant_id                uuid        NOT NULL,
    facility_id              uuid        NOT NULL,
    material_id              uuid        NOT NULL,
    measurement_period_start date        NOT NULL,
    measurement_period_end   date        NOT NULL,
    aggregation_level        text        NOT NULL,
    mape                     numeric,
    rmse                     numeric,
    mae                      numeric,
    bias                     numeric,
    bias_pct                 numeric,
    wape                     numeric,
    smape                    numeric,
    mase                     numeric,
    tracking_signal          numeric,
    sample_size              integer     NOT NULL,
    total_actual_demand      numeric     NOT NULL,
    total_forecasted_demand  numeric     NOT NULL,
    is_within_tolerance      boolean,
    target_mape_threshold    numeric     NOT NULL,
    created_at               timestamptz NOT NULL DEFAULT now(),
    created_by               text        NOT NULL DEFAULT current_user,
    updated_at               timestamptz,
    updated_by               text,
    CONSTRAINT forecast_accuracy_metrics_pkey PRIMARY KEY (
        tenant_id, facility_id, material_id, measurement_period_start, measurement_period_end,
        aggregation_level
    ),
    CONSTRAINT forecast_accuracy_metrics_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT forecast_accuracy_metrics_period_in_order
        CHECK (measurement_period_start <= measurement_period_end),
    CONSTRAINT forecast_accuracy_metrics_level_known
        CHECK (aggregation_level IN ('DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY')),
    CONSTRAINT forecast_accuracy_metrics_sample_size_range CHECK (sample_size >= 1)
);
COMMENT ON TABLE replenish.forecast_accuracy_metrics IS
'How forecasts met demand: one row per material, facility, period and level. Forecasts count only where they were made before the day they speak of.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.metric_id IS 'Identity of the row for API clients.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.forecast_model_id IS 'Model of the last forecast that was measured.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.measurement_period_start IS 'First day measured.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.measurement_period_end IS 'Last day measured.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.aggregation_level IS 'DAILY, WEEKLY (ISO), MONTHLY or QUARTERLY: sums of this length are compared.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.mape IS 'Mean absolute percentage error over periods with demand, in percent; NULL without any.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.rmse IS 'Root mean squared error, in units.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.mae IS 'Mean absolute error, in units.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.bias IS 'Mean of forecast minus actual, in units: above zero is too much forecast.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.bias_pct IS 'Sum of forecast minus actual over the sum of actual, in percent.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.wape IS 'Sum of absolute errors over the sum of actual demand, in percent.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.smape IS 'Symmetric mean absolute percentage error, 0 to 200.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.mase IS 'Mean absolute error over that of the naive forecast in the history; DAILY only.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.tracking_signal IS 'Sum of errors over the mean absolute error: beyond 4 or -4 the model drifts.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.sample_size IS 'Pairs of forecast and actual that were compared.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.total_actual_demand IS 'Sum of actual demand, in units.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.total_forecasted_demand IS 'Sum of forecasts, in units.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.is_within_tolerance IS 'Whether mape is at most target_mape_threshold; NULL where mape is.';
COMMENT ON COLUMN replenish.forecast_accuracy_metrics.target_mape_threshold IS 'The material''s target_forecast_accuracy_pct at the time.';
SELECT replenish.isolate_tenant('replenish.forecast_accuracy_metrics');
