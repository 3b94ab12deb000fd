CREATE FUNCTION replenish_api.calculate_safety_stock(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    service_level numeric = NULL
) RETURNS SETOF replenish.stock_policy
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.*
    FROM replenish.calculate_safety_stock(
        calculate_safety_stock.tenant_id, calculate_safety_stock.facility_id,
        calculate_safety_stock.material_id, calculate_safety_stock.service_level
    ) AS p
$$;
COMMENT ON FUNCTION replenish_api.calculate_safety_stock(uuid, uuid, uuid, numeric) IS
'Safety stock, reorder point and economic order quantity of a material.
From its own history, costs and actual lead times; without service_level the material''s own.';

CREATE FUNCTION replenish_api.get_replenishment_recommendations(
    tenant_id uuid,
    facility_id uuid,
    status text = NULL,
    material_id uuid = NULL
) RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.*
    FROM replenish.get_replenishment_recommendations(
        get_replenishment_recommendations.tenant_id, get_replenishment_recommendations.facility_id,
        get_replenishment_recommendations.status, get_replenishment_recommendations.material_id
    ) AS s
$$;
COMMENT ON FUNCTION replenish_api.get_replenishment_recommendations(uuid, uuid, text, uuid) IS
'Suggestions of a facility, most urgent first.
Of one status or all, of one material or all.';

CREATE FUNCTION replenish_api.generate_replenishment_recommendations(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL,
    urgency_level_filter text = NULL,
    dry_run boolean = false
) RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE plpgsql VOLATILE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    due uuid[];
BEGIN
    PERFORM replenish.assert_tenant(generate_replenishment_recommendations.tenant_id);
    due := replenish.stocked(
        generate_replenishment_recommendations.tenant_id,
        generate_replenishment_recommendations.facility_id,
        generate_replenishment_recommendations.material_ids
    );
    IF cardinality(due) > 1000 THEN
        RAISE EXCEPTION '% materials are too many for one request', cardinality(due)
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'A request plans at most 1000 materials.',
                HINT = 'Pass up to 1000 material_ids, or leave all of them to the nightly run.';
    END IF;
    RETURN QUERY
    SELECT s.*
    FROM replenish.generate_replenishment_recommendations(
        generate_replenishment_recommendations.tenant_id,
        generate_replenishment_recommendations.facility_id, due,
        generate_replenishment_recommendations.urgency_level_filter,
        coalesce(generate_replenishment_recommendations.dry_run, false)
    ) AS s;
END
$$;
COMMENT ON FUNCTION replenish_api.generate_replenishment_recommendations(uuid, uuid, uuid[], text, boolean) IS
'Proposes orders for up to 1000 materials and keeps at most one open suggestion each.
Without material_ids: all with a stock record. The filter limits it to one urgency level; a dry run stores nothing.';

CREATE FUNCTION replenish_api.review_suggestion(
    suggestion_id uuid,
    decision text,
    review_notes text = NULL,
    purchase_order_id uuid = NULL,
    suggestion_generation_timestamp timestamptz = NULL
) RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE sql VOLATILE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.*
    FROM replenish.review_suggestion(
        review_suggestion.suggestion_id, review_suggestion.decision,
        review_suggestion.review_notes, review_suggestion.purchase_order_id, replenish_auth.subject(),
        review_suggestion.suggestion_generation_timestamp
    ) AS s
$$;
COMMENT ON FUNCTION replenish_api.review_suggestion(uuid, text, text, uuid, timestamptz) IS
'Decides on an open suggestion: APPROVED, REJECTED or CONVERTED_TO_PO.
CONVERTED_TO_PO goes with the purchase order it became. The token''s subject is noted as the reviewer.
With the suggestion_generation_timestamp that was read it decides on those numbers only.';

CREATE FUNCTION replenish_api.explain_suggestion(suggestion_id uuid) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT replenish.explain_suggestion(explain_suggestion.suggestion_id)
$$;
COMMENT ON FUNCTION replenish_api.explain_suggestion(uuid) IS
'Every number of a suggestion with its formula and the rows it comes from, and the same in words.';

CREATE FUNCTION replenish_api.project_stock(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    days integer = 90
) RETURNS TABLE (
    stock_date date,
    expected_demand numeric,
    expected_receipts numeric,
    closing_stock numeric,
    is_closed_day boolean
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 90
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.*
    FROM replenish.project_stock(
        project_stock.tenant_id, project_stock.facility_id, project_stock.material_id, NULL,
        project_stock.days
    ) AS p
$$;
COMMENT ON FUNCTION replenish_api.project_stock(uuid, uuid, uuid, integer) IS
'Stock of a material day by day as it goes without a new order, from today on, or from tomorrow where today''s demand is recorded.';

CREATE FUNCTION replenish_api.simulate_policy(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    service_levels double precision[] = NULL
) RETURNS TABLE (
    service_level double precision,
    materials integer,
    demand numeric,
    fill_rate numeric,
    cycle_service numeric,
    cycles bigint,
    days_in_stock numeric,
    average_stock numeric,
    average_days_of_stock numeric,
    orders numeric,
    holding_cost numeric,
    ordering_cost numeric,
    shortage_cost numeric,
    total_cost numeric
)
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.*
    FROM replenish.simulate_policy(
        simulate_policy.tenant_id, simulate_policy.facility_id,
        ARRAY[simulate_policy.material_id],
        coalesce(simulate_policy.service_levels, '{0.8, 0.85, 0.9, 0.95, 0.98, 0.99}'),
        -- The days before these are what the first forecasts learn from.
        (
            SELECT least(90, greatest(p.history_days - m.minimum_forecast_history_days, 1))
            FROM replenish.calculate_safety_stock(
                simulate_policy.tenant_id, simulate_policy.facility_id, simulate_policy.material_id
            ) AS p
            JOIN replenish.materials AS m
                ON m.tenant_id = simulate_policy.tenant_id AND m.material_id = p.material_id
        )
    ) AS r
$$;
COMMENT ON FUNCTION replenish_api.simulate_policy(uuid, uuid, uuid, double precision[]) IS
'What the material''s policy would have achieved and cost at each service level.
Over its last 90 days, or those after its minimum_forecast_history_days; no row where there are none.';
