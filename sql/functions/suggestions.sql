CREATE FUNCTION replenish.review_suggestion(
    suggestion_id uuid,
    decision text,
    review_notes text = NULL,
    purchase_order_id uuid = NULL,
    reviewed_by text = NULL,
    suggestion_generation_timestamp timestamptz = NULL
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
    -- Who decides has read numbers; a run may have put others in their place since.
    ELSIF suggestion.suggestion_generation_timestamp
        <> review_suggestion.suggestion_generation_timestamp THEN
        RAISE EXCEPTION 'suggestion % has changed since it was read', suggestion_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = format(
                    'It proposes %s %s now.',
                    trim_scale(suggestion.recommended_order_quantity), suggestion.recommended_order_uom
                ),
                HINT = 'Read it again, and decide on what it says now.';
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

-- Everything a suggestion was made from, as it was then: nothing is computed anew.
CREATE FUNCTION replenish.explain_suggestion(suggestion_id uuid) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'suggestion_id', s.suggestion_id,
        'status', s.suggestion_status,
        'material', jsonb_build_object(
            'material_id', s.material_id, 'code', m.material_code, 'name', m.material_name
        ),
        'as_of', s.calculation -> 'as_of',
        'reason', s.suggestion_reason,
        'text', format(
            E'As of %s.\n%s',
            s.calculation ->> 'as_of',
            replenish.plan_text(
                s.calculation -> 'policy', s.calculation -> 'plan', s.recommended_order_uom
            )
        ),
        'policy', s.calculation -> 'policy',
        'facts', s.calculation -> 'facts',
        'plan', s.calculation -> 'plan',
        'urgency', jsonb_build_object(
            'level', s.urgency_level,
            'rule', 'available <= 0: CRITICAL; else stock-out within the lead time: HIGH; else available < safety stock: MEDIUM; else LOW',
            'available', s.current_available_quantity,
            'safety_stock', s.safety_stock_quantity,
            'days_until_stockout', s.days_until_stockout,
            'lead_time_days', s.vendor_lead_time_days
        ),
        'formulas', jsonb_build_object(
            'lead_time', 'mean = (sum of the receipts'' days + 5 * stated days) / (n + 5); std_dev = sqrt((sum of (days - their mean)^2 + 5 * n / (n + 5) * (their mean - stated)^2) / (n + 4)) for n receipts, 0 without any; in working days where lead_time_unit says so, brought to calendar days by those that an order takes from now',
            'available', 'on_hand - allocated',
            'position', 'available + orders due within the protection days; overdue ones count as due on the first day',
            'protection_demand', 'sum of the forecast over the protection days (lead time + review period) from facts.first_day on, overrides first, the last day by its fraction; days beyond the forecast take its mean; without a forecast average_daily_demand * lead time',
            'average_error', 'for every past day with 14 days before it and an interval of n = ceil(protection days) after it: error = demand of the interval - n * mean demand of up to 28 days before, over that forecast (for seldom demand: over its root; forecasts below a tenth of n * the mean demand count as that much); root mean square, times protection demand (or its root)',
            'relative_error', '(backtest.forecast / backtest.average)^(weeks / (weeks + 6)), within 0.05 and 2; 1 without a backtest',
            'forecast_error_std_dev', 'average_error * relative_error; without a forecast or with a short history demand_std_dev * sqrt(days)',
            'lead_time_error_std_dev', 'protection demand / protection days * lead_time std_dev',
            'std_dev', 'sqrt(forecast_error_std_dev^2 + lead_time_error_std_dev^2)',
            'safety_stock', 'quantile of the law less its mean; laws by mean m and variance v: normal (m, sqrt v), gamma (shape m^2 / v, scale v / m), poisson (m), negative_binomial (p = m / v, r = m p / (1 - p))',
            'reorder_point', 'protection demand + safety_stock, or minimum_stock_quantity where it is stated',
            'economic_order_quantity', 'sqrt(2 * 365 * average_daily_demand * ordering_cost / (unit_cost * holding_cost_pct)); with price breaks the quantity of least yearly cost of goods, orders and stock',
            'needed', 'EOQ: greatest(economic_order_quantity, greatest(reorder_point, safety_stock + protection demand) + protection demand - position); LOT_FOR_LOT and PERIODS_OF_SUPPLY: shortage + demand of the days after the protection days; MIN_MAX: maximum - position',
            'quantity', 'least(needed, shelf_life_cap), up to the minimum and the next multiple, at most the maximum',
            'shelf_life_cap', 'demand of shelf_life_days after the protection days - (position - protection demand), zero or more',
            'expected_shortage', 'expected excess of the protection demand over the position under the law; normal: std_dev * (f(k) - k * (1 - F(k))) with k = (position - m) / std_dev',
            'holding_cost', 'quantity * unit_cost * holding_cost_pct / 365 * least(365, quantity / (expected demand of 90 days / 90) / 2)',
            'benefit', 'expected_shortage * shortage_cost (else unit cost) - holding_cost',
            'dates', 'delivery: last working day on or before days_until_need; order: the lead time, rounded up, before it; not before today'
        ),
        'sources', jsonb_build_object(
            'stock', 'inventory_levels',
            'orders', 'open_orders with status OPEN, by order_id',
            'receipts', 'supplier_receipts of the preferred vendor or without one, by receipt_id',
            'prices', 'vendor_prices of the preferred vendor',
            'history', format('demand_history through %s, its last 365 days for average_daily_demand and demand_std_dev',
                s.calculation #>> '{facts,history_end}'),
            'forecast', format('material_forecasts with forecast_version %s (forecast_series %s), from %s on',
                s.calculation #>> '{facts,forecast_version}', s.calculation #>> '{facts,forecast_series_id}',
                s.calculation #>> '{facts,first_day}'),
            'backtest', 'candidates of that version in forecast_series: weekly_error of its algorithm and of MOVING_AVERAGE',
            'overrides', 'forecast_overrides in force',
            'policy', 'materials; class_service_levels where service_level_of says so'
        ),
        'review', jsonb_build_object(
            'by', s.reviewed_by, 'at', s.reviewed_at, 'notes', s.review_notes,
            'purchase_order_id', s.converted_purchase_order_id
        )
    )
    FROM replenish.replenishment_suggestions AS s
    JOIN replenish.materials AS m
        ON m.tenant_id = s.tenant_id AND m.material_id = s.material_id
    WHERE s.tenant_id = (SELECT replenish.current_tenant_id())
        AND s.suggestion_id = explain_suggestion.suggestion_id
$$;

-- Stock day by day as it goes without a new order: what comes in and what is expected to go out.
CREATE FUNCTION replenish.project_stock(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    as_of date = NULL,
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
SET jit = off
AS $$
    WITH start AS MATERIALIZED (
        SELECT
            -- The last day that is over: today's demand is to come while nothing is recorded for it.
            CASE WHEN h.last_day = t.day THEN t.day ELSE t.day - 1 END AS day,
            i.on_hand_quantity - i.allocated_quantity AS available
        FROM (
            SELECT coalesce(project_stock.as_of, replenish.tenant_today(project_stock.tenant_id))
        ) AS t (day)
        CROSS JOIN LATERAL replenish.last_recorded_day(
            project_stock.tenant_id, project_stock.facility_id, t.day
        ) AS h (last_day)
        JOIN replenish.inventory_levels AS i ON true
        WHERE i.tenant_id = project_stock.tenant_id
            AND i.facility_id = project_stock.facility_id
            AND i.material_id = project_stock.material_id
    ),
    -- What a plan expects: the forecast with its overrides, without one that reaches so far the average of the history.
    expected AS (
        SELECT k.day + d.place::integer AS day, d.quantity::numeric AS quantity
        FROM start AS k
        LEFT JOIN LATERAL (
            SELECT a.start_date, a.mean
            FROM replenish.forecast_series AS a
            WHERE a.tenant_id = project_stock.tenant_id
                AND a.facility_id = project_stock.facility_id
                AND a.material_id = project_stock.material_id
                AND a.forecast_status = 'ACTIVE'
                AND a.start_date + a.horizon_days > k.day + 1
            LIMIT 1
        ) AS f ON true
        CROSS JOIN LATERAL (
            SELECT
                array_agg(q.forecast_date ORDER BY q.forecast_date) AS dates,
                array_agg(q.override_quantity::float8 ORDER BY q.forecast_date) AS quantities
            FROM replenish.forecast_overrides AS q
            WHERE q.tenant_id = project_stock.tenant_id
                AND q.facility_id = project_stock.facility_id
                AND q.material_id = project_stock.material_id
                AND q.forecast_date > k.day
                AND q.revoked_at IS NULL
                AND (q.expires_at IS NULL OR q.expires_at > now())
        ) AS v
        CROSS JOIN LATERAL unnest(replenish.planned_demand(
            -- No row for an infinite day: from infinity to infinity there would be no end.
            f.start_date, f.mean, v.dates, v.quantities, CASE WHEN isfinite(k.day) THEN k.day + 1 END,
            greatest(project_stock.days, 1),
            CASE WHEN f.mean IS NULL THEN coalesce(
                (
                    SELECT p.avg_daily_demand
                    FROM replenish.calculate_safety_stock(
                        project_stock.tenant_id, project_stock.facility_id, project_stock.material_id, NULL, k.day
                    ) AS p
                ), 0)::float8
            END
        )) WITH ORDINALITY AS d (quantity, place)
    ),
    due AS (
        SELECT
            greatest(q.due_date, k.day + 1) AS day,
            sum(q.ordered_quantity - q.received_quantity) AS quantity
        FROM start AS k
        JOIN replenish.open_orders AS q
            ON q.tenant_id = project_stock.tenant_id
            AND q.facility_id = project_stock.facility_id
            AND q.material_id = project_stock.material_id
            AND q.order_status = 'OPEN'
            AND q.ordered_quantity > q.received_quantity
        GROUP BY 1
    )
    SELECT
        e.day,
        round(e.quantity, 4),
        coalesce(u.quantity, 0),
        round(k.available + sum(coalesce(u.quantity, 0) - e.quantity) OVER (ORDER BY e.day), 4),
        e.day = ANY (c.dates)
    FROM start AS k
    CROSS JOIN expected AS e
    CROSS JOIN LATERAL replenish.closed_dates(
        project_stock.tenant_id, project_stock.facility_id, k.day
    ) AS c (dates)
    LEFT JOIN due AS u ON u.day = e.day
    ORDER BY e.day
$$;
