-- Safety stock, reorder point and order quantity of many materials from their own history, costs
-- and actual lead times.
CREATE FUNCTION replenish.stock_policies(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    as_of date,
    service_level numeric = NULL
) RETURNS SETOF replenish.stock_policy
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
AS $$
    SELECT
        m.material_id,
        round(s.quantity::numeric, 4),
        round(replenish.reorder_point(d.mean, l.mean, s.quantity)::numeric, 4),
        round(
            CASE WHEN coalesce(m.last_cost, m.standard_cost) > 0 THEN
                replenish.economic_order_quantity(
                    d.mean * 365, coalesce(m.last_cost, m.standard_cost)::float8,
                    m.ordering_cost::float8, m.holding_cost_pct::float8
                )
            END::numeric,
            4
        ),
        s.method_used,
        round(d.mean::numeric, 6),
        round(d.std_dev::numeric, 6),
        round(l.mean::numeric, 4),
        round(l.std_dev::numeric, 4),
        coalesce(stock_policies.service_level, m.service_level),
        round(s.z_score::numeric, 6),
        d.days,
        l.observations
    FROM replenish.packed_history(
        stock_policies.tenant_id,
        stock_policies.facility_id,
        stock_policies.material_ids,
        stock_policies.as_of
    ) AS p
    JOIN replenish.materials AS m
        ON m.tenant_id = stock_policies.tenant_id AND m.material_id = p.material_id
    -- One index lookup a material: a plan that does not depend on statistics, which are old right
    -- after a night.
    CROSS JOIN LATERAL (
        SELECT
            array_agg((v.receipt_date - v.order_date)::float8 ORDER BY v.receipt_date, v.receipt_id)
                AS days
        FROM replenish.supplier_receipts AS v
        WHERE v.tenant_id = stock_policies.tenant_id
            AND v.facility_id = stock_policies.facility_id
            AND v.material_id = m.material_id
            AND v.receipt_date <= stock_policies.as_of
    ) AS r
    CROSS JOIN LATERAL replenish.demand_statistics(p.packed, stock_policies.as_of) AS d
    CROSS JOIN LATERAL replenish.lead_time_statistics(r.days, m.lead_time_days::float8) AS l
    CROSS JOIN LATERAL replenish.safety_stock_method(
        d.mean, d.std_dev, l.mean, l.std_dev,
        coalesce(stock_policies.service_level, m.service_level)::float8
    ) AS s
$$;

CREATE FUNCTION replenish.calculate_safety_stock(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    service_level numeric = NULL,
    as_of date = NULL
) RETURNS SETOF replenish.stock_policy
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
AS $$
    SELECT p.*
    FROM replenish.stock_policies(
        calculate_safety_stock.tenant_id,
        calculate_safety_stock.facility_id,
        ARRAY[calculate_safety_stock.material_id],
        (
            SELECT replenish.observed_until(
                calculate_safety_stock.tenant_id,
                calculate_safety_stock.facility_id,
                calculate_safety_stock.as_of
            )
        ),
        calculate_safety_stock.service_level
    ) AS p
$$;

-- What should be ordered as of a day. Nothing is stored; generate_replenishment_recommendations
-- stores it.
CREATE FUNCTION replenish.propose_replenishment(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    as_of date
) RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
AS $$
    -- Materialized, so that no projection is computed once for every column that shows it.
    WITH stock AS MATERIALIZED (
        SELECT
            m.*,
            i.on_hand_quantity,
            i.allocated_quantity,
            i.on_hand_quantity - i.allocated_quantity AS available,
            coalesce(m.last_cost, m.standard_cost) AS unit_cost,
            p.safety_stock_quantity,
            p.economic_order_quantity,
            p.avg_daily_demand,
            p.avg_lead_time_days,
            ceil(p.avg_lead_time_days)::integer AS lead_days,
            f.forecast_series_id IS NOT NULL AS has_forecast,
            replenish.planned_demand(
                f.start_date,
                f.mean,
                o.dates,
                o.quantities,
                propose_replenishment.as_of + 1,
                greatest(90, 2 * ceil(p.avg_lead_time_days)::integer),
                p.avg_daily_demand::float8
            ) AS demand
        FROM replenish.inventory_levels AS i
        JOIN replenish.materials AS m
            ON m.tenant_id = i.tenant_id AND m.material_id = i.material_id
        JOIN replenish.stock_policies(
            propose_replenishment.tenant_id,
            propose_replenishment.facility_id,
            propose_replenishment.material_ids,
            -- A subquery is computed once; a bare call would be, for every row of history.
            (
                SELECT replenish.last_recorded_day(
                    propose_replenishment.tenant_id,
                    propose_replenishment.facility_id,
                    propose_replenishment.as_of
                )
            )
        ) AS p ON p.material_id = i.material_id
        LEFT JOIN LATERAL (
            SELECT a.forecast_series_id, a.start_date, a.mean
            FROM replenish.forecast_series AS a
            WHERE a.tenant_id = propose_replenishment.tenant_id
                AND a.facility_id = propose_replenishment.facility_id
                AND a.material_id = i.material_id
                AND a.forecast_status = 'ACTIVE'
            LIMIT 1
        ) AS f ON true
        CROSS JOIN LATERAL (
            SELECT
                array_agg(v.forecast_date ORDER BY v.forecast_date) AS dates,
                array_agg(v.override_quantity::float8 ORDER BY v.forecast_date) AS quantities
            FROM replenish.forecast_overrides AS v
            WHERE v.tenant_id = propose_replenishment.tenant_id
                AND v.facility_id = propose_replenishment.facility_id
                AND v.material_id = i.material_id
                AND v.revoked_at IS NULL
                AND (v.expires_at IS NULL OR v.expires_at > now())
        ) AS o
        WHERE i.tenant_id = propose_replenishment.tenant_id
            AND i.facility_id = propose_replenishment.facility_id
            AND i.material_id = ANY (propose_replenishment.material_ids)
    ),
    standing AS MATERIALIZED (
        SELECT
            s.*,
            o.due_in_time AS on_order,
            replenish.demand_within(s.demand, s.lead_days) AS lead_time_demand,
            replenish.days_until_stockout(
                s.available::float8, s.demand, o.days, o.quantities
            ) + 1 AS days_until_stockout
        FROM stock AS s
        CROSS JOIN LATERAL (
            SELECT
                -- An overdue order is expected tomorrow.
                coalesce(array_agg(
                    greatest(q.due_date - propose_replenishment.as_of - 1, 0)
                    ORDER BY q.due_date, q.order_id
                ), '{}') AS days,
                coalesce(array_agg(
                    (q.ordered_quantity - q.received_quantity)::float8
                    ORDER BY q.due_date, q.order_id
                ), '{}') AS quantities,
                coalesce(sum(q.ordered_quantity - q.received_quantity) FILTER (
                    WHERE q.due_date <= propose_replenishment.as_of + s.lead_days
                ), 0) AS due_in_time
            FROM replenish.open_orders AS q
            WHERE q.tenant_id = propose_replenishment.tenant_id
                AND q.facility_id = propose_replenishment.facility_id
                AND q.material_id = s.material_id
                AND q.order_status = 'OPEN'
                AND q.ordered_quantity > q.received_quantity
        ) AS o
    ),
    proposal AS MATERIALIZED (
        SELECT
            p.*,
            p.lead_time_demand::numeric + p.safety_stock_quantity AS reorder_point,
            round(
                replenish.propose_order(
                    p.available::float8,
                    p.on_order::float8,
                    p.safety_stock_quantity::float8,
                    (p.lead_time_demand::numeric + p.safety_stock_quantity)::float8,
                    p.economic_order_quantity::float8,
                    p.lead_time_demand,
                    p.minimum_order_quantity::float8,
                    coalesce(p.order_multiple, 1)::float8,
                    p.maximum_order_quantity::float8
                )::numeric,
                4
            ) AS quantity
        FROM standing AS p
    )
    SELECT
        NULL::uuid,
        p.tenant_id,
        propose_replenishment.facility_id,
        p.material_id,
        p.preferred_vendor_id,
        NULL::timestamptz,
        'PENDING',
        p.on_hand_quantity,
        p.allocated_quantity,
        p.available,
        p.on_order,
        p.safety_stock_quantity,
        round(p.reorder_point, 4),
        p.economic_order_quantity,
        round(replenish.demand_within(p.demand, 30)::numeric, 4),
        round(replenish.demand_within(p.demand, 60)::numeric, 4),
        round(replenish.demand_within(p.demand, 90)::numeric, 4),
        propose_replenishment.as_of + p.days_until_stockout,
        p.days_until_stockout,
        replenish.calculate_replenishment_urgency(
            p.available::float8, p.safety_stock_quantity::float8, p.reorder_point::float8,
            p.days_until_stockout::float8, p.avg_lead_time_days::float8
        ),
        p.quantity,
        p.primary_uom,
        propose_replenishment.as_of,
        propose_replenishment.as_of + p.lead_days,
        p.unit_cost,
        round(p.quantity * p.unit_cost, 4),
        p.avg_lead_time_days,
        format(
            '%s %s available and %s on order do not exceed the reorder point of %s: %s expected '
            'in the lead time of %s days plus %s safety stock. %s',
            trim_scale(round(p.available, 1)), p.primary_uom, trim_scale(round(p.on_order, 1)),
            trim_scale(round(p.reorder_point, 1)), trim_scale(round(p.lead_time_demand::numeric, 1)),
            trim_scale(round(p.avg_lead_time_days, 1)), trim_scale(round(p.safety_stock_quantity, 1)),
            CASE
                WHEN p.available <= 0 THEN 'Nothing is available now.'
                WHEN p.days_until_stockout <= p.avg_lead_time_days THEN format(
                    'Stock runs out on %s, before an order placed on %s arrives on %s.',
                    propose_replenishment.as_of + p.days_until_stockout,
                    propose_replenishment.as_of,
                    propose_replenishment.as_of + p.lead_days)
                WHEN p.days_until_stockout IS NOT NULL THEN format(
                    'Without a new order stock runs out on %s.',
                    propose_replenishment.as_of + p.days_until_stockout)
                ELSE 'No stock-out is in sight.'
            END
        ),
        CASE WHEN p.has_forecast THEN 'FORECAST_BASED' ELSE 'REORDER_POINT' END,
        NULL::text, NULL::timestamptz, NULL::text, NULL::uuid,
        NULL::timestamptz, NULL::text, NULL::timestamptz, NULL::text
    FROM proposal AS p
    WHERE p.quantity IS NOT NULL
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
        SELECT s.*
        FROM replenish.propose_replenishment(
            generate_replenishment_recommendations.tenant_id,
            generate_replenishment_recommendations.facility_id, chosen, today
        ) AS s
        WHERE urgency_level_filter IS NULL OR s.urgency_level = urgency_level_filter;
        RETURN;
    END IF;
    PERFORM replenish.store_suggestions(
        generate_replenishment_recommendations.tenant_id,
        generate_replenishment_recommendations.facility_id, chosen, today, urgency_level_filter
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
    proposals replenish.replenishment_suggestion[];
    written integer;
    expired integer;
BEGIN
    PERFORM replenish.lock_facility(store_suggestions.tenant_id, store_suggestions.facility_id);
    SELECT array_agg(s) INTO proposals
    FROM replenish.propose_replenishment(
        store_suggestions.tenant_id, store_suggestions.facility_id, store_suggestions.material_ids,
        store_suggestions.as_of
    ) AS s;
    UPDATE replenish.replenishment_suggestions AS r
    SET suggestion_status = 'EXPIRED'
    WHERE r.tenant_id = store_suggestions.tenant_id
        AND r.facility_id = store_suggestions.facility_id
        AND r.material_id = ANY (store_suggestions.material_ids)
        AND r.suggestion_status = 'PENDING'
        AND NOT EXISTS (SELECT FROM unnest(proposals) AS p WHERE p.material_id = r.material_id);
    GET DIAGNOSTICS expired = ROW_COUNT;
    INSERT INTO replenish.replenishment_suggestions AS r (
        tenant_id, facility_id, material_id, preferred_vendor_id, suggestion_status,
        current_on_hand_quantity, current_allocated_quantity, current_available_quantity,
        current_on_order_quantity, safety_stock_quantity, reorder_point_quantity,
        economic_order_quantity, forecasted_demand_30_days, forecasted_demand_60_days,
        forecasted_demand_90_days, projected_stockout_date, days_until_stockout, urgency_level,
        recommended_order_quantity, recommended_order_uom, recommended_order_date,
        recommended_delivery_date, estimated_unit_cost, estimated_total_cost,
        vendor_lead_time_days, suggestion_reason, calculation_method
    )
    SELECT
        p.tenant_id, p.facility_id, p.material_id, p.preferred_vendor_id, p.suggestion_status,
        p.current_on_hand_quantity, p.current_allocated_quantity, p.current_available_quantity,
        p.current_on_order_quantity, p.safety_stock_quantity, p.reorder_point_quantity,
        p.economic_order_quantity, p.forecasted_demand_30_days, p.forecasted_demand_60_days,
        p.forecasted_demand_90_days, p.projected_stockout_date, p.days_until_stockout,
        p.urgency_level, p.recommended_order_quantity, p.recommended_order_uom,
        p.recommended_order_date, p.recommended_delivery_date, p.estimated_unit_cost,
        p.estimated_total_cost, p.vendor_lead_time_days, p.suggestion_reason, p.calculation_method
    FROM unnest(proposals) AS p
    WHERE store_suggestions.urgency_level_filter IS NULL
        OR p.urgency_level = store_suggestions.urgency_level_filter
    ORDER BY p.material_id
    ON CONFLICT (tenant_id, facility_id, material_id)
        WHERE suggestion_status IN ('PENDING', 'APPROVED')
    DO UPDATE SET
        suggestion_generation_timestamp = now(),
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
    WHERE r.suggestion_status = 'PENDING'
        AND (
            r.preferred_vendor_id, r.current_on_hand_quantity, r.current_allocated_quantity,
            r.current_on_order_quantity, r.safety_stock_quantity, r.reorder_point_quantity,
            r.economic_order_quantity, r.forecasted_demand_30_days, r.forecasted_demand_60_days,
            r.forecasted_demand_90_days, r.projected_stockout_date, r.urgency_level,
            r.recommended_order_quantity, r.recommended_order_uom, r.recommended_order_date,
            r.recommended_delivery_date, r.estimated_unit_cost, r.vendor_lead_time_days,
            r.suggestion_reason, r.calculation_method
        ) IS DISTINCT FROM (
            excluded.preferred_vendor_id, excluded.current_on_hand_quantity,
            excluded.current_allocated_quantity, excluded.current_on_order_quantity,
            excluded.safety_stock_quantity, excluded.reorder_point_quantity,
            excluded.economic_order_quantity, excluded.forecasted_demand_30_days,
            excluded.forecasted_demand_60_days, excluded.forecasted_demand_90_days,
            excluded.projected_stockout_date, excluded.urgency_level,
            excluded.recommended_order_quantity, excluded.recommended_order_uom,
            excluded.recommended_order_date, excluded.recommended_delivery_date,
            excluded.estimated_unit_cost, excluded.vendor_lead_time_days,
            excluded.suggestion_reason, excluded.calculation_method
        );
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written + expired;
END
$$;

CREATE FUNCTION replenish.review_suggestion(
    suggestion_id uuid,
    decision text,
    review_notes text = NULL,
    purchase_order_id uuid = NULL,
    reviewed_by text = NULL
) RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    suggestion replenish.replenishment_suggestions%ROWTYPE;
BEGIN
    decision := upper(decision);
    IF decision IS NULL OR decision NOT IN ('APPROVED', 'REJECTED', 'CONVERTED_TO_PO') THEN
        RAISE EXCEPTION 'decision "%" is unknown', decision
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Known are APPROVED, REJECTED and CONVERTED_TO_PO.';
    ELSIF (decision = 'CONVERTED_TO_PO') <> (purchase_order_id IS NOT NULL) THEN
        RAISE EXCEPTION 'a purchase_order_id goes with CONVERTED_TO_PO, and only with it'
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Pass the purchase order that the suggestion became.';
    END IF;
    SELECT s.* INTO suggestion
    FROM replenish.replenishment_suggestions AS s
    WHERE s.tenant_id = replenish.current_tenant_id()
        AND s.suggestion_id = review_suggestion.suggestion_id
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'suggestion % is unknown', suggestion_id
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Pass a suggestion_id of get_replenishment_recommendations.';
    ELSIF suggestion.suggestion_status NOT IN ('PENDING', 'APPROVED')
        OR suggestion.suggestion_status = decision THEN
        RAISE EXCEPTION 'suggestion % is % already', suggestion_id, suggestion.suggestion_status
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Only open suggestions can be decided on, and each way only once.';
    END IF;
    UPDATE replenish.replenishment_suggestions AS s
    SET suggestion_status = review_suggestion.decision,
        reviewed_by = coalesce(review_suggestion.reviewed_by, session_user),
        reviewed_at = now(),
        review_notes = review_suggestion.review_notes,
        converted_purchase_order_id = review_suggestion.purchase_order_id
    WHERE s.tenant_id = suggestion.tenant_id AND s.suggestion_id = suggestion.suggestion_id;
    RETURN QUERY
    SELECT r.*
    FROM replenish.get_replenishment_recommendations(
        suggestion.tenant_id, suggestion.facility_id, review_suggestion.decision, suggestion.material_id
    ) AS r
    WHERE r.suggestion_id = suggestion.suggestion_id;
END
$$;

CREATE FUNCTION replenish.explain_suggestion(suggestion_id uuid) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT jsonb_build_object(
        'suggestion', s.suggestion_id,
        'material', m.material_code,
        'reason', s.suggestion_reason,
        'stock', jsonb_build_object(
            'on_hand', s.current_on_hand_quantity,
            'allocated', s.current_allocated_quantity,
            'available', s.current_available_quantity,
            'formula', 'available = on_hand - allocated',
            'from', 'inventory_levels'
        ),
        'on_order', jsonb_build_object(
            'due_in_time', s.current_on_order_quantity,
            'orders', (
                SELECT coalesce(jsonb_agg(
                    jsonb_build_object(
                        'order_id', q.order_id, 'due_date', q.due_date,
                        'open_quantity', q.ordered_quantity - q.received_quantity,
                        'overdue', q.due_date < s.recommended_order_date
                    ) ORDER BY q.due_date, q.order_id), '[]')
                FROM replenish.open_orders AS q
                WHERE q.tenant_id = s.tenant_id AND q.facility_id = s.facility_id
                    AND q.material_id = s.material_id AND q.order_status = 'OPEN'
                    AND q.ordered_quantity > q.received_quantity
            ),
            'from', 'open_orders with status OPEN, due within the lead time'
        ),
        'lead_time', jsonb_build_object(
            'mean_days', s.vendor_lead_time_days,
            'stated_days', m.lead_time_days,
            'observations', p.lead_time_observations,
            'from', 'supplier_receipts, leaning on materials.lead_time_days while they are few'
        ),
        'safety_stock', jsonb_build_object(
            'quantity', s.safety_stock_quantity,
            'method', p.calculation_method,
            'service_level', p.service_level,
            'z', p.z_score,
            'avg_daily_demand', p.avg_daily_demand,
            'demand_std_dev', p.demand_std_dev,
            'lead_time_std_dev', p.lead_time_std_dev,
            'history_days', p.history_days,
            'formula', CASE p.calculation_method
                WHEN 'basic' THEN 'days of supply, see the comment of safety_stock'
                WHEN 'demand_variability' THEN 'z * demand_std_dev * sqrt(lead_time)'
                WHEN 'lead_time_variability' THEN 'z * avg_daily_demand * lead_time_std_dev'
                ELSE 'z * sqrt(lead_time * demand_std_dev^2 + avg_daily_demand^2 * lead_time_std_dev^2)'
            END
        ),
        'reorder_point', jsonb_build_object(
            'quantity', s.reorder_point_quantity,
            'demand_in_lead_time', s.reorder_point_quantity - s.safety_stock_quantity,
            'formula', 'demand forecast for the lead time + safety_stock'
        ),
        'order_quantity', jsonb_build_object(
            'quantity', s.recommended_order_quantity,
            'economic_order_quantity', s.economic_order_quantity,
            'economic_formula', 'sqrt(2 * 365 * avg_daily_demand * ordering_cost / (unit_cost * holding_cost_pct))',
            'ordering_cost', m.ordering_cost,
            'unit_cost', s.estimated_unit_cost,
            'holding_cost_pct', m.holding_cost_pct,
            'minimum', m.minimum_order_quantity,
            'multiple', m.order_multiple,
            'maximum', m.maximum_order_quantity
        ),
        'forecast', jsonb_build_object(
            'next_30_days', s.forecasted_demand_30_days,
            'next_60_days', s.forecasted_demand_60_days,
            'next_90_days', s.forecasted_demand_90_days,
            'detail', replenish.explain_forecast(s.tenant_id, s.facility_id, s.material_id)
        ),
        'projection', jsonb_build_object(
            'stockout_date', s.projected_stockout_date,
            'days_until_stockout', s.days_until_stockout
        ),
        'urgency', jsonb_build_object(
            'level', s.urgency_level,
            'rule', 'available <= 0: CRITICAL; else stock-out within the lead time: HIGH; else available < safety stock: MEDIUM; else LOW'
        )
    )
    FROM replenish.replenishment_suggestions AS s
    JOIN replenish.materials AS m
        ON m.tenant_id = s.tenant_id AND m.material_id = s.material_id
    LEFT JOIN LATERAL replenish.stock_policies(
        s.tenant_id,
        s.facility_id,
        ARRAY[s.material_id],
        replenish.last_recorded_day(s.tenant_id, s.facility_id, s.recommended_order_date)
    ) AS p ON true
    WHERE s.suggestion_id = explain_suggestion.suggestion_id
$$;
