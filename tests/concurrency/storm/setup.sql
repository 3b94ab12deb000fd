-- What the clients of the storm do, each under the roles that do it in life. Refusals that are right
-- are caught here; everything else ends the client and fails the test.
CREATE SCHEMA storm;
GRANT USAGE ON SCHEMA storm TO PUBLIC;
CREATE ROLE storm_planner LOGIN IN ROLE replenish_writer;
ALTER ROLE storm_planner SET app.current_tenant_id = '00000000-0000-4000-8000-00000000be00';
CREATE ROLE storm_night LOGIN IN ROLE replenish_batch;

CREATE FUNCTION storm.tenant() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT uuid '00000000-0000-4000-8000-00000000be00' $$;
CREATE FUNCTION storm.facility() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT uuid '00000000-0000-4000-8000-00000000be01' $$;
CREATE FUNCTION storm.some(n integer) RETURNS uuid[] LANGUAGE sql VOLATILE AS $$
    SELECT array_agg(s.material_id) FROM (SELECT m.material_id FROM replenish.materials AS m ORDER BY random() LIMIT n) AS s
$$;

-- 40 days are recorded sale by sale, and most of them are also taken from the ledger again and again; every sale is in the
-- ledger, so that the demand of every day can be proved.
CREATE FUNCTION storm.first_day() RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT date '2025-11-22' $$;
INSERT INTO replenish.inventory_transactions (tenant_id, facility_id, material_id, transaction_type, transaction_at, quantity)
SELECT h.tenant_id, h.facility_id, h.material_id, 'ISSUE', h.demand_date + time '12:00', h.actual_demand_quantity
FROM replenish.demand_history AS h WHERE h.demand_date >= storm.first_day();

CREATE FUNCTION storm.move(material uuid, day date) RETURNS void LANGUAGE sql VOLATILE AS $$
    INSERT INTO replenish.inventory_transactions (tenant_id, facility_id, material_id, transaction_type, transaction_at, quantity)
    VALUES (storm.tenant(), storm.facility(), material, 'ISSUE', day + time '12:00', 1)
$$;
CREATE FUNCTION storm.record() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    material CONSTANT uuid := (storm.some(1))[1];
    day CONSTANT date := storm.first_day() + floor(40 * random())::integer;
BEGIN
    PERFORM storm.move(material, day);
    PERFORM replenish.record_demand(storm.tenant(), storm.facility(), material, day, 1);
END
$$;
CREATE FUNCTION storm.backfill() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day CONSTANT date := storm.first_day() + floor(30 * random())::integer;
BEGIN
    PERFORM storm.move((storm.some(1))[1], day + 1);
    PERFORM replenish.backfill_demand_history(storm.tenant(), storm.facility(), day, day + 2);
END
$$;
-- Days that are recorded get another forecast, so that accuracy has them to write, in the middle of sales and backfills.
CREATE FUNCTION storm.look_back() RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT count(*) FROM replenish.generate_forecasts(
        storm.tenant(), storm.facility(), storm.some(5), 30, as_of => storm.first_day() - 1 + floor(20 * random())::integer
    )
$$;
CREATE FUNCTION storm.review() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replenish.review_suggestion(s.suggestion_id, (ARRAY['APPROVED', 'REJECTED'])[1 + floor(2 * random())::integer])
    FROM (
        SELECT r.suggestion_id FROM replenish.replenishment_suggestions AS r
        WHERE r.suggestion_status = 'PENDING' ORDER BY random() LIMIT 1
    ) AS s;
EXCEPTION
    -- Another one has decided meanwhile, and said so.
    WHEN object_not_in_prerequisite_state THEN NULL;
END
$$;
