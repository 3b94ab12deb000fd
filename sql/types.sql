-- Nobody may have prepared the ground: objects of another role inside the schema could be called
-- in place of ours.
-- Every name is qualified: this very block runs while such objects may be on the path.
DO $check$
DECLARE
    here CONSTANT oid := pg_catalog.to_regnamespace('replenish');
    stranger text;
BEGIN
    SELECT pg_catalog.format('%s %s is owned by %I', o.kind, o.name, r.rolname) INTO stranger
    FROM (
        SELECT 'schema', 'replenish', n.nspowner
        FROM pg_catalog.pg_namespace AS n
        WHERE n.oid OPERATOR(pg_catalog.=) here
        UNION ALL
        SELECT 'function', p.oid::pg_catalog.regprocedure::pg_catalog.text, p.proowner
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) here
        UNION ALL
        SELECT 'operator', p.oid::pg_catalog.regoperator::pg_catalog.text, p.oprowner
        FROM pg_catalog.pg_operator AS p
        WHERE p.oprnamespace OPERATOR(pg_catalog.=) here
    ) AS o (kind, name, owner)
    JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) o.owner
    WHERE NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) current_user
    LIMIT 1;
    IF stranger IS NOT NULL THEN
        RAISE EXCEPTION 'the schema replenish holds objects of another role'
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = stranger,
                HINT = 'Drop them, or rename that schema, and create the extension again.';
    END IF;
END
$check$;

-- The columns of the contract, once: what the read functions return. Views and tables of the same
-- names have them in this order.

CREATE TYPE replenish.series_forecast AS (
    start_date date,
    yhat float8[],
    lo_80 float8[],
    hi_80 float8[],
    lo_95 float8[],
    hi_95 float8[],
    algorithm text,
    status text,
    reason text
);
COMMENT ON TYPE replenish.series_forecast IS
'A forecast of one group of rows: one array element a day from start_date on, with what was chosen and why.';

CREATE TYPE replenish.demand_record AS (
    demand_history_id uuid,
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    demand_date date,
    year integer,
    month integer,
    week_of_year integer,
    day_of_week integer,
    quarter integer,
    is_holiday boolean,
    is_promotional_period boolean,
    actual_demand_quantity numeric,
    forecasted_demand_quantity numeric,
    demand_uom text,
    sales_order_demand numeric,
    production_order_demand numeric,
    transfer_order_demand numeric,
    scrap_adjustment numeric,
    avg_unit_price numeric,
    promotional_discount_pct numeric,
    marketing_campaign_active boolean,
    forecast_error numeric,
    absolute_percentage_error numeric,
    created_at timestamptz,
    created_by text,
    updated_at timestamptz,
    updated_by text
);
COMMENT ON TYPE replenish.demand_record IS 'One day of demand_history.';

CREATE TYPE replenish.material_forecast AS (
    forecast_id uuid,
    forecast_model_id uuid,
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    forecast_generation_timestamp timestamptz,
    forecast_version integer,
    forecast_horizon_type text,
    forecast_algorithm text,
    forecast_date date,
    forecast_year integer,
    forecast_month integer,
    forecast_week_of_year integer,
    forecasted_demand_quantity numeric,
    forecast_uom text,
    lower_bound_80_pct numeric,
    upper_bound_80_pct numeric,
    lower_bound_95_pct numeric,
    upper_bound_95_pct numeric,
    model_confidence_score numeric,
    is_manually_overridden boolean,
    manual_override_quantity numeric,
    manual_override_by text,
    manual_override_reason text,
    forecast_status text,
    created_at timestamptz,
    created_by text
);
COMMENT ON TYPE replenish.material_forecast IS 'One day of a material''s forecast.';

CREATE TYPE replenish.forecast_accuracy_metric AS (
    metric_id uuid,
    forecast_model_id uuid,
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    measurement_period_start date,
    measurement_period_end date,
    aggregation_level text,
    mape numeric,
    rmse numeric,
    mae numeric,
    bias numeric,
    bias_pct numeric,
    wape numeric,
    smape numeric,
    mase numeric,
    tracking_signal numeric,
    sample_size integer,
    total_actual_demand numeric,
    total_forecasted_demand numeric,
    is_within_tolerance boolean,
    target_mape_threshold numeric,
    created_at timestamptz,
    created_by text,
    updated_at timestamptz,
    updated_by text
);
COMMENT ON TYPE replenish.forecast_accuracy_metric IS
'How well a material''s forecasts met demand in one period.';

CREATE TYPE replenish.replenishment_suggestion AS (
    suggestion_id uuid,
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    preferred_vendor_id uuid,
    suggestion_generation_timestamp timestamptz,
    suggestion_status text,
    current_on_hand_quantity numeric,
    current_allocated_quantity numeric,
    current_available_quantity numeric,
    current_on_order_quantity numeric,
    safety_stock_quantity numeric,
    reorder_point_quantity numeric,
    economic_order_quantity numeric,
    forecasted_demand_30_days numeric,
    forecasted_demand_60_days numeric,
    forecasted_demand_90_days numeric,
    projected_stockout_date date,
    days_until_stockout integer,
    urgency_level text,
    recommended_order_quantity numeric,
    recommended_order_uom text,
    recommended_order_date date,
    recommended_delivery_date date,
    estimated_unit_cost numeric,
    estimated_total_cost numeric,
    vendor_lead_time_days numeric,
    suggestion_reason text,
    calculation_method text,
    reviewed_by text,
    reviewed_at timestamptz,
    review_notes text,
    converted_purchase_order_id uuid,
    is_within_budget boolean,
    created_at timestamptz,
    created_by text,
    updated_at timestamptz,
    updated_by text
);
COMMENT ON TYPE replenish.replenishment_suggestion IS
'A proposal to order a material for a facility, with the numbers behind it.';

CREATE TYPE replenish.forecast_accuracy_summary AS (
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    material_code text,
    material_name text,
    abc_class text,
    last_30_days_mape numeric,
    last_60_days_mape numeric,
    last_90_days_mape numeric,
    last_30_days_bias numeric,
    last_60_days_bias numeric,
    last_90_days_bias numeric,
    total_forecasts_generated bigint,
    total_actual_demand_recorded bigint,
    current_forecast_algorithm text,
    last_forecast_generation_date timestamptz
);
COMMENT ON TYPE replenish.forecast_accuracy_summary IS
'A material''s MAPE (percent) and bias (units, forecast minus actual) over its last 30, 60 and 90 recorded days.';

CREATE TYPE replenish.stock_policy AS (
    material_id uuid,
    safety_stock_quantity numeric,
    reorder_point numeric,
    economic_order_quantity numeric,
    calculation_method text,
    avg_daily_demand numeric,
    demand_std_dev numeric,
    avg_lead_time_days numeric,
    lead_time_std_dev numeric,
    service_level numeric,
    z_score numeric,
    history_days integer,
    lead_time_observations integer
);
COMMENT ON TYPE replenish.stock_policy IS
'Safety stock, reorder point and order quantity of a material, with the figures they come from.';

CREATE TYPE replenish.chunk_answer AS (
    outcomes text[],
    rows_changed integer,
    failed_materials uuid[],
    sqlstates text[],
    messages text[]
);
COMMENT ON TYPE replenish.chunk_answer IS
'What became of a chunk of a run: an outcome a series, and the series that failed with SQLSTATE and message.';
