-- What the inventory library decides on each material, from its own history, forecast, stock, orders,
-- receipts and prices. One row a material; nothing is stored. Planned once a session, as a function in plpgsql is: for a
-- single material planning takes twice as long as the rest.
CREATE FUNCTION replenish.plan_materials(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    as_of date,
    service_level numeric = NULL
) RETURNS TABLE (material_id uuid, policy jsonb, facts jsonb, plan jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM replenish.service_level_z(plan_materials.service_level::float8);
    -- A facility that has recorded nothing has no day to plan from.
    IF plan_materials.as_of IS NULL THEN
        RETURN;
    END IF;
    -- A loop, since an error in RETURN QUERY would print all of the query as its context.
    FOR material_id, policy, facts, plan IN
        WITH calendar AS MATERIALIZED (
            SELECT
                replenish.last_recorded_day(
                    plan_materials.tenant_id, plan_materials.facility_id, plan_materials.as_of
                ) AS history_end,
                replenish.closed_dates(
                    plan_materials.tenant_id, plan_materials.facility_id, plan_materials.as_of
                ) AS closed_dates
        ),
        -- Demand of the day of the plan is still to come while nothing is recorded for it: a night at four
        -- o'clock plans its own day.
        horizon AS MATERIALIZED (
            SELECT
                k.closed_dates,
                coalesce(k.history_end, plan_materials.as_of - 1) AS history_end,
                CASE
                    WHEN k.history_end = plan_materials.as_of THEN plan_materials.as_of + 1
                    ELSE plan_materials.as_of
                END AS first_day
            FROM calendar AS k
        ),
        recorded AS MATERIALIZED (
            SELECT h.material_id, h.packed
            FROM horizon AS k
            CROSS JOIN LATERAL replenish.packed_history(
                plan_materials.tenant_id, plan_materials.facility_id, plan_materials.material_ids,
                k.history_end
            ) AS h
        ),
        -- Materialized, so that no document is built once for every column that shows it.
        gathered AS MATERIALIZED (
            SELECT
                m.material_id,
                h.packed,
                jsonb_build_object(
                    'replenishment_policy', m.replenishment_policy,
                    'supply_days', m.supply_days,
                    'minimum_stock_quantity', m.minimum_stock_quantity,
                    'maximum_stock_quantity', m.maximum_stock_quantity,
                    'review_period_days', m.review_period_days,
                    'service_measure', m.service_measure,
                    'service_level',
                        coalesce(plan_materials.service_level, c.service_level, m.service_level),
                    'service_level_of', CASE
                        WHEN plan_materials.service_level IS NOT NULL THEN 'argument'
                        WHEN c.service_level IS NOT NULL THEN format('class %s%s', m.abc_class, m.xyz_class)
                        ELSE 'material'
                    END,
                    'safety_stock_days', m.safety_stock_days,
                    'lead_time_days', m.lead_time_days,
                    'lead_time_unit', m.lead_time_unit,
                    'minimum_order_quantity', m.minimum_order_quantity,
                    'order_multiple', m.order_multiple,
                    'maximum_order_quantity', m.maximum_order_quantity,
                    'shelf_life_days', m.shelf_life_days,
                    'unit_cost', coalesce(m.last_cost, m.standard_cost),
                    'ordering_cost', m.ordering_cost,
                    'holding_cost_pct', m.holding_cost_pct,
                    'shortage_cost', m.shortage_cost,
                    'preferred_vendor_id', m.preferred_vendor_id,
                    'uom', m.primary_uom
                ) AS policy,
                jsonb_build_object(
                    'stock', (
                        SELECT jsonb_build_object(
                            'on_hand', i.on_hand_quantity, 'allocated', i.allocated_quantity
                        )
                        FROM replenish.inventory_levels AS i
                        WHERE i.tenant_id = plan_materials.tenant_id
                            AND i.facility_id = plan_materials.facility_id
                            AND i.material_id = m.material_id
                    ),
                    'orders', o.orders,
                    'receipts', r.receipts,
                    'prices', p.prices,
                    'forecast_series_id', f.forecast_series_id,
                    'forecast_version', f.forecast_version,
                    'forecast_algorithm', f.forecast_algorithm,
                    'backtest', b.backtest,
                    'overrides', v.overrides,
                    'history_end', k.history_end,
                    'first_day', k.first_day
                ) AS facts,
                f.start_date,
                f.mean,
                v.dates,
                v.quantities,
                k.history_end,
                k.first_day,
                k.closed_dates
            FROM horizon AS k
            JOIN replenish.materials AS m
                ON m.tenant_id = plan_materials.tenant_id
                AND m.material_id = ANY (plan_materials.material_ids)
            -- A new material may have a stated reorder point before it has a history.
            LEFT JOIN recorded AS h ON h.material_id = m.material_id
            LEFT JOIN replenish.class_service_levels AS c
                ON c.tenant_id = m.tenant_id
                AND c.abc_class = m.abc_class
                AND c.xyz_class = m.xyz_class
                AND m.use_class_service_level
            -- One index lookup a material: plans that do not depend on statistics, which are old right
            -- after a night.
            CROSS JOIN LATERAL (
                SELECT coalesce(jsonb_agg(
                    jsonb_build_object(
                        'receipt_id', q.receipt_id,
                        'order_date', q.order_date,
                        'receipt_date', q.receipt_date,
                        'days', q.receipt_date - q.order_date - CASE
                            WHEN m.lead_time_unit = 'WORKING' THEN (
                                SELECT count(*)
                                FROM unnest(k.closed_dates) AS d (day)
                                WHERE d.day > q.order_date AND d.day <= q.receipt_date
                            )
                            ELSE 0
                        END
                    ) ORDER BY q.receipt_date, q.receipt_id
                ), '[]') AS receipts
                FROM replenish.supplier_receipts AS q
                WHERE q.tenant_id = plan_materials.tenant_id
                    AND q.facility_id = plan_materials.facility_id
                    AND q.material_id = m.material_id
                    AND q.receipt_date <= plan_materials.as_of
                    -- Another vendor's lead times say nothing about the preferred one's.
                    AND (
                        q.vendor_id IS NULL
                        OR m.preferred_vendor_id IS NULL
                        OR q.vendor_id = m.preferred_vendor_id
                    )
                    -- Older ones lie before the calendar of closed days.
                    AND (m.lead_time_unit <> 'WORKING' OR q.order_date >= plan_materials.as_of - 1100)
            ) AS r
            CROSS JOIN LATERAL (
                SELECT coalesce(jsonb_agg(
                    jsonb_build_object(
                        'order_id', q.order_id,
                        'due_date', q.due_date,
                        'due_in_days', q.due_date - plan_materials.as_of,
                        'quantity', q.ordered_quantity - q.received_quantity
                    ) ORDER BY q.due_date, q.order_id
                ), '[]') AS orders
                FROM replenish.open_orders AS q
                WHERE q.tenant_id = plan_materials.tenant_id
                    AND q.facility_id = plan_materials.facility_id
                    AND q.material_id = m.material_id
                    AND q.order_status = 'OPEN'
                    AND q.ordered_quantity > q.received_quantity
            ) AS o
            CROSS JOIN LATERAL (
                SELECT coalesce(jsonb_agg(
                    jsonb_build_object('quantity', q.from_quantity, 'unit_cost', q.unit_price)
                    ORDER BY q.from_quantity
                ), '[]') AS prices
                FROM (
                    SELECT DISTINCT ON (b.from_quantity) b.from_quantity, b.unit_price
                    FROM replenish.vendor_prices AS b
                    WHERE b.tenant_id = plan_materials.tenant_id
                        AND b.vendor_id = m.preferred_vendor_id
                        AND b.material_id = m.material_id
                        AND plan_materials.as_of BETWEEN b.valid_from AND b.valid_until
                    ORDER BY b.from_quantity, b.valid_from DESC
                ) AS q
            ) AS p
            LEFT JOIN LATERAL (
                SELECT
                    a.forecast_series_id, a.forecast_version, a.forecast_algorithm, a.start_date, a.mean,
                    a.candidates
                FROM replenish.forecast_series AS a
                WHERE a.tenant_id = plan_materials.tenant_id
                    AND a.facility_id = plan_materials.facility_id
                    AND a.material_id = m.material_id
                    AND a.forecast_status = 'ACTIVE'
                    -- One that has run out, as of a material that is no longer forecast, says nothing of the days to come.
                    AND a.start_date + a.horizon_days > k.first_day
                LIMIT 1
            ) AS f ON true
            LEFT JOIN LATERAL (
                SELECT jsonb_build_object(
                    'forecast', o.weekly_error, 'average', a.weekly_error, 'weeks', o.weeks
                ) AS backtest
                FROM jsonb_to_recordset(f.candidates) AS o (algorithm text, weekly_error float8, weeks integer)
                CROSS JOIN jsonb_to_recordset(f.candidates) AS a (algorithm text, weekly_error float8)
                WHERE o.algorithm = f.forecast_algorithm
                    AND a.algorithm = 'MOVING_AVERAGE'
                    AND o.weekly_error IS NOT NULL
                    AND a.weekly_error IS NOT NULL
                LIMIT 1
            ) AS b ON true
            CROSS JOIN LATERAL (
                SELECT
                    array_agg(q.forecast_date ORDER BY q.forecast_date) AS dates,
                    array_agg(q.override_quantity::float8 ORDER BY q.forecast_date) AS quantities,
                    coalesce(jsonb_agg(
                        jsonb_build_object(
                            'forecast_date', q.forecast_date, 'quantity', q.override_quantity,
                            'by', q.override_by, 'reason', q.override_reason
                        ) ORDER BY q.forecast_date
                    ), '[]') AS overrides
                FROM replenish.forecast_overrides AS q
                WHERE q.tenant_id = plan_materials.tenant_id
                    AND q.facility_id = plan_materials.facility_id
                    AND q.material_id = m.material_id
                    AND q.forecast_date >= k.first_day
                    AND q.revoked_at IS NULL
                    AND (q.expires_at IS NULL OR q.expires_at > now())
            ) AS v
        )
        SELECT
            g.material_id,
            g.policy,
            g.facts,
            replenish.plan_material(
                g.policy,
                g.facts,
                coalesce(g.packed, ''),
                g.history_end,
                replenish.planned_demand(
                    g.start_date, g.mean, g.dates, g.quantities, g.first_day,
                    greatest(90, 2 * ceil((g.policy ->> 'lead_time_days')::numeric)::integer),
                    coalesce(d.mean, 0)
                ),
                g.mean IS NOT NULL,
                g.closed_dates,
                plan_materials.as_of
            )
        FROM gathered AS g
        LEFT JOIN LATERAL replenish.demand_statistics(g.packed, g.history_end) AS d ON true
    LOOP
        RETURN NEXT;
    END LOOP;
END
$$;

-- Days on which a facility neither orders nor receives, from three years before a day to three after it.
CREATE FUNCTION replenish.closed_dates(tenant_id uuid, facility_id uuid, as_of date) RETURNS date[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(
        SELECT d.day::date
        FROM replenish.facilities AS f
        -- From infinity to infinity there would be no end, and most facilities close on no weekday.
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN isfinite(closed_dates.as_of) AND f.closed_weekdays <> '{}' THEN closed_dates.as_of
            END
        ) AS a (as_of)
        CROSS JOIN LATERAL generate_series(
            (a.as_of - 1100)::timestamp, (a.as_of + 1100)::timestamp, '1 day'
        ) AS d (day)
        WHERE f.tenant_id = closed_dates.tenant_id
            AND f.facility_id = closed_dates.facility_id
            AND extract(isodow FROM d.day)::integer = ANY (f.closed_weekdays)
        UNION
        SELECT h.holiday_date
        FROM replenish.holidays AS h
        WHERE h.tenant_id = closed_dates.tenant_id
            AND h.facility_id = closed_dates.facility_id
            AND h.holiday_date BETWEEN closed_dates.as_of - 1100 AND closed_dates.as_of + 1100
    )
$$;

CREATE FUNCTION replenish.calculate_safety_stock(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    service_level numeric = NULL,
    as_of date = NULL
) RETURNS SETOF replenish.stock_policy
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
    SELECT
        p.material_id,
        round((p.plan ->> 'safety_stock')::numeric, 4),
        round((p.plan ->> 'reorder_point')::numeric, 4),
        round((p.plan ->> 'economic_order_quantity')::numeric, 4),
        p.plan #>> '{protection,method}',
        round(d.mean::numeric, 6),
        round(d.std_dev::numeric, 6),
        round((p.plan #>> '{lead_time,mean}')::numeric, 4),
        round((p.plan #>> '{lead_time,std_dev}')::numeric, 4),
        (p.policy ->> 'service_level')::numeric,
        round((p.plan #>> '{service,z_score}')::numeric, 6),
        d.days,
        (p.plan #>> '{lead_time,observations}')::integer
    FROM replenish.observed_until(
        calculate_safety_stock.tenant_id,
        calculate_safety_stock.facility_id,
        calculate_safety_stock.as_of
    ) AS k (day)
    CROSS JOIN LATERAL replenish.plan_materials(
        calculate_safety_stock.tenant_id,
        calculate_safety_stock.facility_id,
        ARRAY[calculate_safety_stock.material_id],
        k.day,
        calculate_safety_stock.service_level
    ) AS p
    CROSS JOIN LATERAL replenish.packed_history(
        calculate_safety_stock.tenant_id,
        calculate_safety_stock.facility_id,
        ARRAY[calculate_safety_stock.material_id],
        (p.facts ->> 'history_end')::date
    ) AS h
    CROSS JOIN LATERAL replenish.demand_statistics(h.packed, (p.facts ->> 'history_end')::date) AS d
$$;
