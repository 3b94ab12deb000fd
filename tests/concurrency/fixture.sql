-- What the isolation specs share: one tenant, one facility, three materials with 40 days of demand
-- whose moving average can be checked by head, and short words for what a session does.
CREATE SCHEMA spec;
GRANT USAGE ON SCHEMA spec TO PUBLIC;

CREATE FUNCTION spec.tenant() RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT uuid 'aaaaaaaa-0000-4000-8000-000000000000' $$;
CREATE FUNCTION spec.facility() RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT uuid 'ffffffff-0000-4000-8000-000000000001' $$;
CREATE FUNCTION spec.material(code text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT format('00000000-0000-4000-8000-00000000000%s', array_position(ARRAY['ONE', 'TWO', 'THREE'], code))::uuid $$;
CREATE FUNCTION spec.code(material_id uuid) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT (ARRAY['ONE', 'TWO', 'THREE'])[right(material_id::text, 1)::integer] $$;

-- Everything anew. 10 units every other day and 12 between, so that the mean of 30 days is 11.
CREATE FUNCTION spec.fresh() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(c.oid::regclass::text, ', ')
        FROM pg_class AS c
        WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_migrations'
    );
    INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES (spec.tenant(), 'Spec');
    INSERT INTO replenish.materials (
        tenant_id, material_id, material_code, material_name, primary_uom, standard_cost, forecast_algorithm,
        forecast_horizon_days, forecast_update_frequency, minimum_forecast_history_days
    )
    SELECT spec.tenant(), spec.material(c), c, c, 'EA', 10, 'MOVING_AVERAGE', 5, 'MONTHLY', 7
    FROM unnest(ARRAY['ONE', 'TWO', 'THREE']) AS c;
    INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    SELECT spec.tenant(), spec.facility(), m.material_id, date '2025-01-01' + d, 10 + 2 * (d % 2), 'EA'
    FROM replenish.materials AS m CROSS JOIN generate_series(0, 39) AS d;
    INSERT INTO replenish.inventory_levels (tenant_id, facility_id, material_id, on_hand_quantity)
    SELECT spec.tenant(), spec.facility(), m.material_id, 40 FROM replenish.materials AS m;
END
$$;

CREATE FUNCTION spec.generate(VARIADIC codes text[] = NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SELECT string_agg(DISTINCT format('%s v%s', spec.code(f.material_id), f.forecast_version), ', ') INTO answer
    FROM replenish.generate_forecasts(
        spec.tenant(), spec.facility(), (SELECT array_agg(spec.material(c)) FROM unnest(codes) AS c), 5, 'MOVING_AVERAGE'
    ) AS f;
    RETURN answer;
END
$$;

-- 1,500 materials more, without demand, so more than one chunk: all have their head but two.
CREATE FUNCTION spec.numbered(number integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT format('00000000-0000-4000-8000-%s', 100000000000 + number)::uuid $$;
CREATE FUNCTION spec.many() RETURNS void LANGUAGE sql AS $$
    INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
    SELECT spec.tenant(), spec.numbered(i), i, i, 'EA' FROM generate_series(1, 1500) AS i;
    INSERT INTO replenish.forecast_heads (tenant_id, facility_id, material_id)
    SELECT spec.tenant(), spec.facility(), spec.numbered(i) FROM generate_series(1, 1500) AS i WHERE i NOT IN (1100, 1300);
$$;
CREATE FUNCTION spec.generate_numbered(VARIADIC numbers integer[]) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*)
    FROM replenish.generate_forecasts(spec.tenant(), spec.facility(), ARRAY(SELECT spec.numbered(n) FROM unnest(numbers) AS n))
$$;

-- The forecasts in force: version, first day, mean of that day with what planners say.
CREATE FUNCTION spec.forecasts() RETURNS TABLE (code text, version integer, starts date, quantity numeric)
LANGUAGE sql AS $$
    SELECT spec.code(f.material_id), f.forecast_version, f.forecast_date,
        round(coalesce(f.manual_override_quantity, f.forecasted_demand_quantity), 2)
    FROM replenish.material_forecasts AS f
    WHERE f.forecast_status = 'ACTIVE'
        AND f.forecast_date = (
            SELECT min(g.forecast_date) FROM replenish.material_forecasts AS g
            WHERE g.material_id = f.material_id AND g.forecast_status = 'ACTIVE'
        )
    ORDER BY f.material_id
$$;

CREATE FUNCTION spec.record(code text, day date, quantity numeric) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    RETURN (replenish.record_demand(spec.tenant(), spec.facility(), spec.material(code), day, quantity)).actual_demand_quantity;
END
$$;

CREATE FUNCTION spec.change(code text, day date, quantity numeric) RETURNS void LANGUAGE sql AS $$
    UPDATE replenish.demand_history SET actual_demand_quantity = quantity
    WHERE tenant_id = spec.tenant() AND material_id = spec.material(code) AND demand_date = day
$$;

CREATE FUNCTION spec.override(code text, day date, quantity numeric) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    answer numeric;
BEGIN
    SELECT f.manual_override_quantity INTO answer
    FROM replenish.override_forecast(spec.tenant(), spec.facility(), spec.material(code), day, quantity, 'fair') AS f;
    RETURN answer;
END
$$;

CREATE FUNCTION spec.replenish() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SELECT string_agg(format('%s %s', spec.code(r.material_id), r.suggestion_status), ', ' ORDER BY r.material_id) INTO answer
    FROM replenish.generate_replenishment_recommendations(spec.tenant(), spec.facility(), as_of => '2025-02-09') AS r;
    RETURN answer;
END
$$;

CREATE FUNCTION spec.review(code text, decision text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SELECT r.suggestion_status INTO answer
    FROM replenish.review_suggestion(
        (
            SELECT s.suggestion_id FROM replenish.replenishment_suggestions AS s
            WHERE s.material_id = spec.material(code) AND s.suggestion_status IN ('PENDING', 'APPROVED')
        ), decision
    ) AS r;
    RETURN answer;
END
$$;

CREATE FUNCTION spec.suggestions() RETURNS TABLE (code text, statuses text) LANGUAGE sql AS $$
    SELECT spec.code(s.material_id), string_agg(s.suggestion_status, ', ' ORDER BY s.suggestion_status)
    FROM replenish.replenishment_suggestions AS s GROUP BY s.material_id ORDER BY s.material_id
$$;

-- As review(), without the random id in the refusal.
CREATE FUNCTION spec.decide(code text, decision text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN spec.review(code, decision);
EXCEPTION
    WHEN object_not_in_prerequisite_state THEN
        RETURN 'refused';
END
$$;

CREATE FUNCTION spec.book(code text, day date, quantity numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO replenish.inventory_transactions (tenant_id, facility_id, material_id, transaction_type, transaction_at, quantity)
    VALUES (spec.tenant(), spec.facility(), spec.material(code), 'ISSUE', day + time '12:00', quantity)
$$;

-- A suggestion becomes an order, with the order in the same transaction.
CREATE FUNCTION spec.convert(code text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    ordered CONSTANT uuid := gen_random_uuid();
BEGIN
    INSERT INTO replenish.open_orders (tenant_id, order_id, facility_id, material_id, due_date, ordered_quantity)
    VALUES (spec.tenant(), ordered, spec.facility(), spec.material(code), '2025-02-10', 1000);
    SELECT r.suggestion_status INTO answer
    FROM replenish.replenishment_suggestions AS s
    CROSS JOIN LATERAL replenish.review_suggestion(s.suggestion_id, 'CONVERTED_TO_PO', 'ordered', ordered) AS r
    WHERE s.material_id = spec.material(code) AND s.suggestion_status = 'PENDING';
    RETURN answer;
END
$$;
