CREATE FUNCTION replenish_api.get_material_forecasts(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    start_date date = NULL,
    end_date date = NULL,
    forecast_status text = 'ACTIVE'
) RETURNS SETOF replenish.material_forecast
LANGUAGE sql STABLE PARALLEL SAFE ROWS 90
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.*
    FROM replenish.get_material_forecasts(
        get_material_forecasts.tenant_id, get_material_forecasts.facility_id,
        get_material_forecasts.material_id, get_material_forecasts.start_date,
        get_material_forecasts.end_date, get_material_forecasts.forecast_status
    ) AS f
$$;
COMMENT ON FUNCTION replenish_api.get_material_forecasts(uuid, uuid, uuid, date, date, text) IS
'Forecasts of a material at a facility, one row a day.
Those in force, or of another forecast_status: ACTIVE, SUPERSEDED or REJECTED.';

-- A request has to end in good time: what takes longer is the night's work.
CREATE FUNCTION replenish_api.generate_forecasts(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL,
    forecast_horizon_days integer = 90,
    forecast_algorithm text = 'AUTO',
    dry_run boolean = false
) RETURNS SETOF replenish.material_forecast
LANGUAGE plpgsql VOLATILE ROWS 9000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    due uuid[];
BEGIN
    PERFORM replenish.assert_tenant(generate_forecasts.tenant_id);
    due := replenish.forecastable(
        generate_forecasts.tenant_id, generate_forecasts.facility_id, generate_forecasts.material_ids
    );
    IF cardinality(due) > 100 THEN
        RAISE EXCEPTION '% materials are too many for one request', cardinality(due)
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A request forecasts at most 100 materials.',
                HINT = 'Pass up to 100 material_ids, or leave all of them to the nightly run.';
    END IF;
    RETURN QUERY
    SELECT f.*
    FROM replenish.generate_forecasts(
        generate_forecasts.tenant_id, generate_forecasts.facility_id, due,
        coalesce(generate_forecasts.forecast_horizon_days, 90),
        coalesce(generate_forecasts.forecast_algorithm, 'AUTO'),
        coalesce(generate_forecasts.dry_run, false)
    ) AS f;
END
$$;
COMMENT ON FUNCTION replenish_api.generate_forecasts(uuid, uuid, uuid[], integer, text, boolean) IS
'Forecasts up to 100 materials and answers the forecasts in force.
Without material_ids: all that have demand at the facility. Unchanged input makes no new version; a dry run stores nothing.';

CREATE FUNCTION replenish_api.override_forecast(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    forecast_date date,
    override_quantity numeric,
    override_reason text,
    expires_at timestamptz = NULL
) RETURNS SETOF replenish.material_forecast
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.*
    FROM replenish.override_forecast(
        override_forecast.tenant_id, override_forecast.facility_id, override_forecast.material_id,
        override_forecast.forecast_date, override_forecast.override_quantity,
        override_forecast.override_reason, override_forecast.expires_at, replenish_auth.subject()
    ) AS f
$$;
COMMENT ON FUNCTION replenish_api.override_forecast(uuid, uuid, uuid, date, numeric, text, timestamptz) IS
'Puts the planner''s number for a day in place of the model''s, with a reason.
A NULL quantity takes it back. Answers the day''s forecast.';

CREATE FUNCTION replenish_api.explain_forecast(tenant_id uuid, facility_id uuid, material_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT replenish.explain_forecast(
        explain_forecast.tenant_id, explain_forecast.facility_id, explain_forecast.material_id
    )
$$;
COMMENT ON FUNCTION replenish_api.explain_forecast(uuid, uuid, uuid) IS
'Why the forecast in force is what it is: what was tried, the scores, the choice and its backtest.';

CREATE FUNCTION replenish_api.get_forecast_accuracy_metrics(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    period_start date = NULL,
    period_end date = NULL
) RETURNS SETOF replenish.forecast_accuracy_metric
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.*
    FROM replenish.get_forecast_accuracy_metrics(
        get_forecast_accuracy_metrics.tenant_id, get_forecast_accuracy_metrics.facility_id,
        get_forecast_accuracy_metrics.material_id, get_forecast_accuracy_metrics.period_start,
        get_forecast_accuracy_metrics.period_end
    ) AS a
$$;
COMMENT ON FUNCTION replenish_api.get_forecast_accuracy_metrics(uuid, uuid, uuid, date, date) IS
'Measured accuracy of a material for the periods within two days, newest first.';

CREATE FUNCTION replenish_api.get_forecast_accuracy_summary(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL
) RETURNS SETOF replenish.forecast_accuracy_summary
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.*
    FROM replenish.get_forecast_accuracy_summary(
        get_forecast_accuracy_summary.tenant_id, get_forecast_accuracy_summary.facility_id,
        get_forecast_accuracy_summary.material_ids
    ) AS s
$$;
COMMENT ON FUNCTION replenish_api.get_forecast_accuracy_summary(uuid, uuid, uuid[]) IS
'MAPE and bias of materials over the last 30, 60 and 90 days, and how they are forecast.';

CREATE FUNCTION replenish_api.calculate_forecast_accuracy(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    period_start date = NULL,
    period_end date = NULL,
    aggregation_level text = 'DAILY'
) RETURNS SETOF replenish.forecast_accuracy_metric
LANGUAGE sql VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.*
    FROM replenish.calculate_forecast_accuracy(
        calculate_forecast_accuracy.tenant_id, calculate_forecast_accuracy.facility_id,
        calculate_forecast_accuracy.material_ids, calculate_forecast_accuracy.period_start,
        calculate_forecast_accuracy.period_end,
        coalesce(calculate_forecast_accuracy.aggregation_level, 'DAILY')
    ) AS a
$$;
COMMENT ON FUNCTION replenish_api.calculate_forecast_accuracy(uuid, uuid, uuid[], date, date, text) IS
'Measures forecasts against demand over a period and keeps one row a material.
Without days: the last 30 recorded ones. Levels are DAILY, WEEKLY, MONTHLY and QUARTERLY.';
