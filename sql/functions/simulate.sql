-- What policies would have done over the last days of the materials' own demand, for each service
-- level: the service-cost curve. Plans of a day know only the days before it; lead times are drawn,
-- the same for every level.
CREATE FUNCTION replenish.simulate_policy(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[] = NULL,
    service_levels float8[] = '{0.8, 0.85, 0.9, 0.95, 0.98, 0.99}',
    days integer = 90,
    lead_time_days float8 = NULL,
    lead_time_std_dev float8 = NULL,
    abc_class text = NULL,
    demand_classes text[] = NULL,
    replenishment_policy text = NULL,
    supply_days integer = NULL,
    use_forecast boolean = true,
    replications integer = 20,
    seed bigint = 1,
    as_of date = NULL
) RETURNS TABLE (
    service_level float8,
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
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    chosen uuid[];
    until date;
    wanted text;
BEGIN
    IF simulate_policy.lead_time_days NOT BETWEEN 0 AND 1000
        OR simulate_policy.lead_time_std_dev NOT BETWEEN 0 AND 1000 THEN
        RAISE EXCEPTION 'lead time must be between 0 and 1000 days, not % with a deviation of %',
            simulate_policy.lead_time_days, simulate_policy.lead_time_std_dev
            USING ERRCODE = 'invalid_parameter_value', HINT = 'NULL takes what receipts show.';
    ELSIF upper(simulate_policy.replenishment_policy)
        NOT IN ('EOQ', 'LOT_FOR_LOT', 'PERIODS_OF_SUPPLY', 'MIN_MAX') THEN
        RAISE EXCEPTION 'replenishment policy "%" is unknown', simulate_policy.replenishment_policy
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Known are EOQ, LOT_FOR_LOT, PERIODS_OF_SUPPLY and MIN_MAX.';
    ELSIF coalesce(cardinality(simulate_policy.service_levels), 0) = 0 THEN
        RAISE EXCEPTION 'service_levels must name at least one level'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass levels between 0 and 1, such as {0.9, 0.95}.';
    ELSIF upper(simulate_policy.abc_class) NOT IN ('A', 'B', 'C') THEN
        RAISE EXCEPTION 'ABC class "%" is unknown', simulate_policy.abc_class
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Known are A, B and C.';
    END IF;
    FOREACH wanted IN ARRAY coalesce(simulate_policy.demand_classes, '{}') LOOP
        IF upper(wanted) NOT IN ('SMOOTH', 'ERRATIC', 'INTERMITTENT', 'LUMPY', 'NO_DEMAND') THEN
            RAISE EXCEPTION 'demand class "%" is unknown', wanted
                USING ERRCODE = 'invalid_parameter_value',
                    HINT = 'Known are SMOOTH, ERRATIC, INTERMITTENT, LUMPY and NO_DEMAND.';
        END IF;
    END LOOP;
    chosen := replenish.forecastable(
        simulate_policy.tenant_id, simulate_policy.facility_id, simulate_policy.material_ids
    );
    until := replenish.observed_until(
        simulate_policy.tenant_id, simulate_policy.facility_id, simulate_policy.as_of
    );
    IF until IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH picked AS MATERIALIZED (
        SELECT
            p.policy || jsonb_strip_nulls(jsonb_build_object(
                'replenishment_policy', upper(simulate_policy.replenishment_policy),
                'supply_days', simulate_policy.supply_days,
                'forecast_algorithm', m.forecast_algorithm,
                'season_length', m.season_length,
                'minimum_forecast_history_days', m.minimum_forecast_history_days
            )) AS policy,
            h.packed,
            (p.plan #>> '{lead_time,mean}')::float8 AS lead_time,
            (p.plan #>> '{lead_time,std_dev}')::float8 AS spread
        FROM replenish.plan_materials(
            simulate_policy.tenant_id, simulate_policy.facility_id, chosen, until
        ) AS p
        JOIN replenish.packed_history(
            simulate_policy.tenant_id, simulate_policy.facility_id, chosen, until
        ) AS h ON h.material_id = p.material_id
        JOIN replenish.materials AS m
            ON m.tenant_id = simulate_policy.tenant_id AND m.material_id = p.material_id
        WHERE (simulate_policy.abc_class IS NULL OR m.abc_class = upper(simulate_policy.abc_class))
            AND (
                simulate_policy.demand_classes IS NULL
                -- As it was when the replay begins.
                OR EXISTS (
                    SELECT
                    FROM replenish.demand_profile(h.packed, until - simulate_policy.days) AS d
                    WHERE d.demand_class = ANY (upper(simulate_policy.demand_classes::text)::text[])
                )
            )
    )
    SELECT
        s.service_level,
        count(*)::integer,
        round(sum(s.demand)::numeric, 4),
        round((1 - sum(s.units_short) / nullif(sum(s.demand), 0))::numeric, 6),
        round(sum(s.cycles_without_stockout)::numeric / nullif(sum(s.cycles), 0), 6),
        sum(s.cycles)::bigint,
        round(avg(s.days_in_stock)::numeric, 6),
        round(sum(s.average_stock)::numeric, 4),
        round(avg(s.average_stock / nullif(s.daily_demand, 0))::numeric, 4),
        round(sum(s.orders)::numeric, 4),
        round(sum(s.holding_cost)::numeric, 4),
        round(sum(s.ordering_cost)::numeric, 4),
        round(sum(s.shortage_cost)::numeric, 4),
        round(sum(s.holding_cost + s.ordering_cost + s.shortage_cost)::numeric, 4)
    FROM picked AS p
    CROSS JOIN LATERAL replenish.simulate_material(
        p.policy,
        p.packed,
        until,
        simulate_policy.days,
        simulate_policy.service_levels,
        coalesce(simulate_policy.lead_time_days, p.lead_time),
        coalesce(simulate_policy.lead_time_std_dev, p.spread),
        simulate_policy.use_forecast,
        simulate_policy.replications,
        simulate_policy.seed
    ) AS s
    GROUP BY s.service_level
    ORDER BY s.service_level;
    IF NOT FOUND THEN
        RAISE NOTICE 'no material has the history to replay % days', simulate_policy.days
            USING HINT = 'Before them lie minimum_forecast_history_days of the material. Replay fewer days.';
    END IF;
END
$$;
