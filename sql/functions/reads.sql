CREATE FUNCTION replenish.get_demand_history(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    start_date date = NULL,
    end_date date = NULL
) RETURNS SETOF replenish.demand_record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 365
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        h.demand_history_id, h.tenant_id, h.facility_id, h.material_id, h.demand_date, h.year,
        h.month, h.week_of_year, h.day_of_week, h.quarter, h.is_holiday, h.is_promotional_period,
        h.actual_demand_quantity, h.forecasted_demand_quantity, h.demand_uom, h.sales_order_demand,
        h.production_order_demand, h.transfer_order_demand, h.scrap_adjustment, h.avg_unit_price,
        h.promotional_discount_pct, h.marketing_campaign_active, h.forecast_error,
        h.absolute_percentage_error, h.created_at, h.created_by, h.updated_at, h.updated_by
    FROM replenish.demand_history AS h
    WHERE h.tenant_id = get_demand_history.tenant_id
        AND h.facility_id = get_demand_history.facility_id
        AND h.material_id = get_demand_history.material_id
        AND h.demand_date >= coalesce(get_demand_history.start_date, '-infinity')
        AND h.demand_date <= coalesce(get_demand_history.end_date, 'infinity')
    ORDER BY h.demand_date
$$;

CREATE FUNCTION replenish.get_material_forecasts(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    start_date date = NULL,
    end_date date = NULL,
    forecast_status text = 'ACTIVE'
) RETURNS SETOF replenish.material_forecast
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 90
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT f.*
    FROM replenish.material_forecasts AS f
    WHERE f.tenant_id = get_material_forecasts.tenant_id
        AND f.facility_id = get_material_forecasts.facility_id
        AND f.material_id = get_material_forecasts.material_id
        AND f.forecast_date >= coalesce(get_material_forecasts.start_date, '-infinity')
        AND f.forecast_date <= coalesce(get_material_forecasts.end_date, 'infinity')
        AND (
            get_material_forecasts.forecast_status IS NULL
            OR f.forecast_status = get_material_forecasts.forecast_status
        )
    ORDER BY f.forecast_version DESC, f.forecast_date;
END
$$;

CREATE FUNCTION replenish.get_forecast_accuracy_metrics(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    period_start date = NULL,
    period_end date = NULL
) RETURNS SETOF replenish.forecast_accuracy_metric
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        a.metric_id, a.forecast_model_id, a.tenant_id, a.facility_id, a.material_id,
        a.measurement_period_start, a.measurement_period_end, a.aggregation_level, a.mape, a.rmse,
        a.mae, a.bias, a.bias_pct, a.wape, a.smape, a.mase, a.tracking_signal, a.sample_size,
        a.total_actual_demand, a.total_forecasted_demand, a.is_within_tolerance,
        a.target_mape_threshold, a.created_at, a.created_by, a.updated_at, a.updated_by
    FROM replenish.forecast_accuracy_metrics AS a
    WHERE a.tenant_id = get_forecast_accuracy_metrics.tenant_id
        AND a.facility_id = get_forecast_accuracy_metrics.facility_id
        AND a.material_id = get_forecast_accuracy_metrics.material_id
        AND a.measurement_period_start >= coalesce(get_forecast_accuracy_metrics.period_start, '-infinity')
        AND a.measurement_period_end <= coalesce(get_forecast_accuracy_metrics.period_end, 'infinity')
    ORDER BY a.measurement_period_end DESC, a.measurement_period_start DESC, a.aggregation_level
$$;

-- Planned for its own arguments: one plan for all would read every material for the sake of one.
CREATE FUNCTION replenish.get_forecast_accuracy_summary(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL
) RETURNS SETOF replenish.forecast_accuracy_summary
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        s.tenant_id, s.facility_id, s.material_id, s.material_code, s.material_name,
        s.abc_class, s.last_30_days_mape, s.last_60_days_mape, s.last_90_days_mape,
        s.last_30_days_bias, s.last_60_days_bias, s.last_90_days_bias,
        s.total_forecasts_generated::bigint, s.total_actual_demand_recorded,
        s.current_forecast_algorithm, s.last_forecast_generation_date
    FROM replenish.vw_forecast_accuracy_summary AS s
    WHERE s.tenant_id = get_forecast_accuracy_summary.tenant_id
        AND s.facility_id = get_forecast_accuracy_summary.facility_id
        AND (
            get_forecast_accuracy_summary.material_ids IS NULL
            OR s.material_id = ANY (get_forecast_accuracy_summary.material_ids)
        )
    ORDER BY s.material_code;
END
$$;

-- Planned for its own arguments: one plan for all would read every status and material.
CREATE FUNCTION replenish.get_replenishment_recommendations(
    tenant_id uuid,
    facility_id uuid,
    status text = NULL,
    material_id uuid = NULL
) RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        s.suggestion_id, s.tenant_id, s.facility_id, s.material_id, s.preferred_vendor_id,
        s.suggestion_generation_timestamp, s.suggestion_status, s.current_on_hand_quantity,
        s.current_allocated_quantity, s.current_available_quantity, s.current_on_order_quantity,
        s.safety_stock_quantity, s.reorder_point_quantity, s.economic_order_quantity,
        s.forecasted_demand_30_days, s.forecasted_demand_60_days, s.forecasted_demand_90_days,
        s.projected_stockout_date, s.days_until_stockout, s.urgency_level,
        s.recommended_order_quantity, s.recommended_order_uom, s.recommended_order_date,
        s.recommended_delivery_date, s.estimated_unit_cost, s.estimated_total_cost,
        s.vendor_lead_time_days, s.suggestion_reason, s.calculation_method, s.reviewed_by,
        s.reviewed_at, s.review_notes, s.converted_purchase_order_id, s.is_within_budget,
        s.created_at, s.created_by, s.updated_at, s.updated_by
    FROM replenish.replenishment_suggestions AS s
    WHERE s.tenant_id = get_replenishment_recommendations.tenant_id
        AND s.facility_id = get_replenishment_recommendations.facility_id
        AND (
            get_replenishment_recommendations.status IS NULL
            OR s.suggestion_status = get_replenishment_recommendations.status
        )
        AND (
            get_replenishment_recommendations.material_id IS NULL
            OR s.material_id = get_replenishment_recommendations.material_id
        )
    ORDER BY
        array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], s.urgency_level),
        s.days_until_stockout NULLS LAST,
        s.material_id;
END
$$;

CREATE FUNCTION replenish.explain_forecast(tenant_id uuid, facility_id uuid, material_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'material', m.material_code,
        'version', s.forecast_version,
        'generated_at', s.forecast_generation_timestamp,
        'requested_algorithm', s.requested_algorithm,
        'algorithm', s.forecast_algorithm,
        'status', s.fit_status,
        'reason', s.fit_reason,
        'parameters', s.model_parameters,
        'season_length', s.season_length,
        'tried', s.candidates,
        'trained_on', jsonb_build_object(
            'from', s.training_start_date,
            'through', s.training_end_date,
            'days', s.training_sample_size,
            'missing_days_count_as', m.missing_demand,
            'masked_days', m.masked_demand
        ),
        'backtest', jsonb_build_object(
            'mape_pct', s.backtest_mape,
            'rmse', s.backtest_rmse,
            'mae', s.backtest_mae,
            'bias', s.backtest_bias,
            'r_squared', s.backtest_r_squared
        ),
        'confidence', s.model_confidence_score,
        'naive_mae', s.naive_mae
    )
    FROM replenish.forecast_series AS s
    JOIN replenish.materials AS m
        ON m.tenant_id = s.tenant_id AND m.material_id = s.material_id
    WHERE s.tenant_id = explain_forecast.tenant_id
        AND s.facility_id = explain_forecast.facility_id
        AND s.material_id = explain_forecast.material_id
        AND s.forecast_status = 'ACTIVE'
$$;
