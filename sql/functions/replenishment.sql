-- What should be ordered as of a day, with all that it was made from. Nothing is stored;
-- generate_replenishment_recommendations stores it.
CREATE FUNCTION replenish.propose_replenishment(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    as_of date
) RETURNS TABLE (suggestion replenish.replenishment_suggestion, calculation jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        ROW(
            NULL::uuid,
            propose_replenishment.tenant_id,
            propose_replenishment.facility_id,
            p.material_id,
            (p.policy ->> 'preferred_vendor_id')::uuid,
            NULL::timestamptz,
            'PENDING',
            s.on_hand,
            s.allocated,
            s.available,
            s.on_order,
            n.safety_stock,
            n.reorder_point,
            n.economic_order_quantity,
            round((n.expected_demand ->> 0)::numeric, 4),
            round((n.expected_demand ->> 1)::numeric, 4),
            round((n.expected_demand ->> 2)::numeric, 4),
            propose_replenishment.as_of + s.days_until_stockout,
            s.days_until_stockout,
            replenish.calculate_replenishment_urgency(
                s.available::float8, n.safety_stock::float8, n.reorder_point::float8,
                s.days_until_stockout::float8, l.mean::float8
            ),
            trim_scale(round(o.quantity, 4)),
            p.policy ->> 'uom',
            propose_replenishment.as_of + o.order_in_days,
            propose_replenishment.as_of + o.delivery_in_days,
            o.unit_cost,
            round(o.total_cost, 4),
            round(l.mean, 4),
            format(
                '%s %s available and %s on order do not exceed the reorder point of %s%s. %s',
                trim_scale(round(s.available, 1)), p.policy ->> 'uom',
                trim_scale(round(s.on_order, 1)), trim_scale(round(n.reorder_point, 1)),
                CASE
                    WHEN p.policy ->> 'minimum_stock_quantity' IS NOT NULL
                        THEN ', as stated for the material'
                    ELSE format(
                        ': %s expected in %s days plus %s safety stock',
                        trim_scale(round(t.demand, 1)), trim_scale(round(t.days, 1)),
                        trim_scale(round(n.safety_stock, 1)))
                END,
                CASE
                    WHEN s.available <= 0 THEN 'Nothing is available now.'
                    WHEN s.days_until_stockout <= o.delivery_in_days THEN format(
                        'Stock runs out on %s; an order placed on %s arrives on %s.',
                        propose_replenishment.as_of + s.days_until_stockout,
                        propose_replenishment.as_of + o.order_in_days,
                        propose_replenishment.as_of + o.delivery_in_days)
                    WHEN s.days_until_stockout IS NOT NULL THEN format(
                        'Without a new order stock runs out on %s.',
                        propose_replenishment.as_of + s.days_until_stockout)
                    ELSE 'No stock-out is in sight.'
                END
                || CASE WHEN s.overdue > 0 THEN format(
                    ' %s on order is overdue: ask the vendor.', trim_scale(round(s.overdue, 1))) ELSE '' END
            ),
            CASE
                WHEN p.policy ->> 'replenishment_policy' = 'MIN_MAX' THEN 'MIN_MAX'
                WHEN p.facts ->> 'forecast_series_id' IS NULL THEN 'REORDER_POINT'
                ELSE 'FORECAST_BASED'
            END,
            NULL::text, NULL::timestamptz, NULL::text, NULL::uuid, NULL::boolean,
            NULL::timestamptz, NULL::text, NULL::timestamptz, NULL::text
        )::replenish.replenishment_suggestion,
        jsonb_build_object(
            'as_of', propose_replenishment.as_of, 'policy', p.policy, 'facts', p.facts, 'plan', p.plan
        )
    FROM replenish.plan_materials(
        propose_replenishment.tenant_id, propose_replenishment.facility_id,
        propose_replenishment.material_ids, propose_replenishment.as_of
    ) AS p
    CROSS JOIN LATERAL jsonb_to_record(p.plan) AS r (
        safety_stock numeric, reorder_point numeric, economic_order_quantity numeric,
        expected_demand jsonb, lead_time jsonb, protection jsonb, situation jsonb, "order" jsonb
    )
    CROSS JOIN LATERAL (
        SELECT
            round(r.safety_stock, 4), round(r.reorder_point, 4), round(r.economic_order_quantity, 4),
            r.expected_demand
    ) AS n (safety_stock, reorder_point, economic_order_quantity, expected_demand)
    CROSS JOIN LATERAL jsonb_to_record(r.lead_time) AS l (mean numeric)
    CROSS JOIN LATERAL jsonb_to_record(r.protection) AS t (days numeric, demand numeric)
    CROSS JOIN LATERAL jsonb_to_record(r.situation) AS s (
        on_hand numeric, allocated numeric, available numeric, on_order numeric, overdue numeric,
        days_until_stockout integer
    )
    CROSS JOIN LATERAL jsonb_to_record(r."order") AS o (
        quantity numeric, order_in_days integer, delivery_in_days integer, unit_cost numeric,
        total_cost numeric
    )
    WHERE jsonb_typeof(r."order") = 'object'
    ORDER BY p.material_id
$$;

CREATE FUNCTION replenish.generate_replenishment_recommendations(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL,
    urgency_level_filter text = NULL,
    dry_run boolean = false,
    as_of date = NULL
) RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE plpgsql VOLATILE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    today date;
    chosen uuid[];
BEGIN
    PERFORM replenish.assert_tenant(generate_replenishment_recommendations.tenant_id);
    urgency_level_filter := upper(urgency_level_filter);
    IF urgency_level_filter NOT IN ('CRITICAL', 'HIGH', 'MEDIUM', 'LOW') THEN
        RAISE EXCEPTION 'urgency level "%" is unknown', urgency_level_filter
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Known are CRITICAL, HIGH, MEDIUM and LOW.';
    ELSIF as_of NOT BETWEEN '1900-01-01' AND '2999-12-31' THEN
        RAISE EXCEPTION 'as_of must lie in the years 1900 to 2999, not %', as_of
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass a day, or NULL for today.';
    END IF;
    today := coalesce(
        as_of, replenish.tenant_today(generate_replenishment_recommendations.tenant_id)
    );
    chosen := replenish.stocked(
        generate_replenishment_recommendations.tenant_id,
        generate_replenishment_recommendations.facility_id,
        generate_replenishment_recommendations.material_ids
    );
    IF coalesce(dry_run, false) THEN
        RETURN QUERY
        SELECT (p.suggestion).*
        FROM replenish.propose_replenishment(
            generate_replenishment_recommendations.tenant_id,
            generate_replenishment_recommendations.facility_id, chosen, today
        ) AS p
        WHERE urgency_level_filter IS NULL OR (p.suggestion).urgency_level = urgency_level_filter;
        RETURN;
    END IF;
    PERFORM replenish.store_suggestions(
        generate_replenishment_recommendations.tenant_id,
        generate_replenishment_recommendations.facility_id, chosen, today, urgency_level_filter
    );
    PERFORM replenish.apply_budget(
        generate_replenishment_recommendations.tenant_id,
        generate_replenishment_recommendations.facility_id
    );
    RETURN QUERY
    SELECT r.*
    FROM replenish.get_replenishment_recommendations(
        generate_replenishment_recommendations.tenant_id,
        generate_replenishment_recommendations.facility_id
    ) AS r
    WHERE r.suggestion_status IN ('PENDING', 'APPROVED')
        AND r.material_id = ANY (chosen)
        AND (urgency_level_filter IS NULL OR r.urgency_level = urgency_level_filter);
END
$$;

-- The materials asked for, or all that have a stock record at the facility.
CREATE FUNCTION replenish.stocked(tenant_id uuid, facility_id uuid, material_ids uuid[] = NULL)
RETURNS uuid[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF stocked.material_ids IS NOT NULL THEN
        RETURN replenish.forecastable(stocked.tenant_id, stocked.facility_id, stocked.material_ids);
    END IF;
    RETURN ARRAY(
        SELECT i.material_id
        FROM replenish.inventory_levels AS i
        WHERE i.tenant_id = stocked.tenant_id AND i.facility_id = stocked.facility_id
        ORDER BY i.material_id
    );
END
$$;

-- Stores the proposals: one open suggestion per material, unchanged ones untouched, approved ones
-- left to the buyer, pending ones that are no longer needed expired. Returns the rows written.
CREATE FUNCTION replenish.store_suggestions(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    as_of date,
    urgency_level_filter text = NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    written integer;
BEGIN
    PERFORM replenish.lock_facility(store_suggestions.tenant_id, store_suggestions.facility_id);
    -- Nobody decides on them from here on, and the statement below sees what was decided before, with the order that
    -- came of it. A caller that keeps its snapshot would still see as open what was rejected since: 40001.
    PERFORM FROM replenish.replenishment_suggestions AS r
    WHERE r.tenant_id = store_suggestions.tenant_id
        AND r.facility_id = store_suggestions.facility_id
        AND r.material_id = ANY (store_suggestions.material_ids)
        AND r.suggestion_status IN ('PENDING', 'APPROVED')
    ORDER BY r.material_id
    FOR UPDATE;
    WITH proposal AS MATERIALIZED (
        SELECT (p.suggestion).*, p.calculation
        FROM replenish.propose_replenishment(
            store_suggestions.tenant_id, store_suggestions.facility_id,
            store_suggestions.material_ids, store_suggestions.as_of
        ) AS p
    ),
    expired AS (
        UPDATE replenish.replenishment_suggestions AS r
        SET suggestion_status = 'EXPIRED'
        WHERE r.tenant_id = store_suggestions.tenant_id
            AND r.facility_id = store_suggestions.facility_id
            AND r.material_id = ANY (store_suggestions.material_ids)
            AND r.suggestion_status = 'PENDING'
            AND NOT EXISTS (SELECT FROM proposal AS p WHERE p.material_id = r.material_id)
        RETURNING 1
    ),
    stored AS (
        INSERT INTO replenish.replenishment_suggestions AS r (
            tenant_id, facility_id, material_id, suggestion_status, calculation,
            preferred_vendor_id, current_on_hand_quantity, current_allocated_quantity,
            current_available_quantity, current_on_order_quantity, safety_stock_quantity,
            reorder_point_quantity, economic_order_quantity, forecasted_demand_30_days,
            forecasted_demand_60_days, forecasted_demand_90_days, projected_stockout_date,
            days_until_stockout, urgency_level, recommended_order_quantity, recommended_order_uom,
            recommended_order_date, recommended_delivery_date, estimated_unit_cost,
            estimated_total_cost, vendor_lead_time_days, suggestion_reason, calculation_method
        )
        SELECT
            p.tenant_id, p.facility_id, p.material_id, p.suggestion_status, p.calculation,
            p.preferred_vendor_id, p.current_on_hand_quantity, p.current_allocated_quantity,
            p.current_available_quantity, p.current_on_order_quantity, p.safety_stock_quantity,
            p.reorder_point_quantity, p.economic_order_quantity, p.forecasted_demand_30_days,
            p.forecasted_demand_60_days, p.forecasted_demand_90_days, p.projected_stockout_date,
            p.days_until_stockout, p.urgency_level, p.recommended_order_quantity,
            p.recommended_order_uom, p.recommended_order_date, p.recommended_delivery_date,
            p.estimated_unit_cost, p.estimated_total_cost, p.vendor_lead_time_days,
            p.suggestion_reason, p.calculation_method
        FROM proposal AS p
        -- What is open already is brought up to date, whatever it has become.
        WHERE store_suggestions.urgency_level_filter IS NULL
            OR p.urgency_level = store_suggestions.urgency_level_filter
            OR EXISTS (
                SELECT FROM replenish.replenishment_suggestions AS e
                WHERE e.tenant_id = p.tenant_id
                    AND e.facility_id = p.facility_id
                    AND e.material_id = p.material_id
                    AND e.suggestion_status = 'PENDING'
            )
        ORDER BY p.material_id
        ON CONFLICT (tenant_id, facility_id, material_id)
            WHERE suggestion_status IN ('PENDING', 'APPROVED')
        DO UPDATE SET
            suggestion_generation_timestamp = now(),
            calculation = excluded.calculation,
            preferred_vendor_id = excluded.preferred_vendor_id,
            current_on_hand_quantity = excluded.current_on_hand_quantity,
            current_allocated_quantity = excluded.current_allocated_quantity,
            current_available_quantity = excluded.current_available_quantity,
            current_on_order_quantity = excluded.current_on_order_quantity,
            safety_stock_quantity = excluded.safety_stock_quantity,
            reorder_point_quantity = excluded.reorder_point_quantity,
            economic_order_quantity = excluded.economic_order_quantity,
            forecasted_demand_30_days = excluded.forecasted_demand_30_days,
            forecasted_demand_60_days = excluded.forecasted_demand_60_days,
            forecasted_demand_90_days = excluded.forecasted_demand_90_days,
            projected_stockout_date = excluded.projected_stockout_date,
            days_until_stockout = excluded.days_until_stockout,
            urgency_level = excluded.urgency_level,
            recommended_order_quantity = excluded.recommended_order_quantity,
            recommended_order_uom = excluded.recommended_order_uom,
            recommended_order_date = excluded.recommended_order_date,
            recommended_delivery_date = excluded.recommended_delivery_date,
            estimated_unit_cost = excluded.estimated_unit_cost,
            estimated_total_cost = excluded.estimated_total_cost,
            vendor_lead_time_days = excluded.vendor_lead_time_days,
            suggestion_reason = excluded.suggestion_reason,
            calculation_method = excluded.calculation_method
        -- The calculation holds every input and every result.
        WHERE r.suggestion_status = 'PENDING' AND r.calculation <> excluded.calculation
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM expired) + (SELECT count(*) FROM stored) INTO written;
    RETURN written;
END
$$;

-- Marks which pending suggestions a facility's budget pays for: those that avoid the most shortage
-- cost, net of the cost of stock, for the money. Returns the rows that changed.
CREATE FUNCTION replenish.apply_budget(tenant_id uuid, facility_id uuid, budget numeric = NULL)
RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    cap numeric;
    changed integer;
BEGIN
    PERFORM replenish.assert_tenant(apply_budget.tenant_id);
    IF apply_budget.budget < 0 THEN
        RAISE EXCEPTION 'budget must be zero or more, not %', apply_budget.budget
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass the money a run may spend.';
    END IF;
    PERFORM replenish.lock_facility(apply_budget.tenant_id, apply_budget.facility_id);
    SELECT coalesce(apply_budget.budget, f.replenishment_budget) INTO cap
    FROM (SELECT 1) AS one
    LEFT JOIN replenish.facilities AS f
        ON f.tenant_id = apply_budget.tenant_id AND f.facility_id = apply_budget.facility_id;
    WITH ranked AS (
        SELECT
            array_agg(s.suggestion_id ORDER BY s.suggestion_id) AS suggestion_ids,
            array_agg(coalesce(s.estimated_total_cost, 0)::float8 ORDER BY s.suggestion_id) AS costs,
            array_agg(
                coalesce((s.calculation #>> '{plan,order,benefit}')::float8, 0)
                ORDER BY s.suggestion_id
            ) AS benefits
        FROM replenish.replenishment_suggestions AS s
        WHERE s.tenant_id = apply_budget.tenant_id
            AND s.facility_id = apply_budget.facility_id
            AND s.suggestion_status = 'PENDING'
            -- Without a budget only former verdicts are taken back.
            AND (cap IS NOT NULL OR s.is_within_budget IS NOT NULL)
    ),
    funded AS (
        SELECT u.suggestion_id, u.taken
        FROM ranked AS r
        CROSS JOIN LATERAL unnest(
            r.suggestion_ids,
            CASE WHEN cap IS NOT NULL THEN replenish.fit_budget(r.costs, r.benefits, cap::float8) END
        ) AS u (suggestion_id, taken)
    )
    UPDATE replenish.replenishment_suggestions AS s
    SET is_within_budget = f.taken
    FROM funded AS f
    WHERE s.tenant_id = apply_budget.tenant_id
        AND s.suggestion_id = f.suggestion_id
        -- Not decided on meanwhile.
        AND s.suggestion_status = 'PENDING'
        AND s.is_within_budget IS DISTINCT FROM f.taken;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
