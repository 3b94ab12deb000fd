-- Calls a function again and again, each time with another statement or allocation failing, until one
-- passes untouched. After every failure the tables must be as they were.
CREATE SCHEMA fault;
CREATE FUNCTION fault.statement(bigint) RETURNS bigint LANGUAGE c STRICT AS :module, 'fault_statement';
CREATE FUNCTION fault.allocation(bigint) RETURNS bigint LANGUAGE c STRICT AS :module, 'fault_allocation';
CREATE FUNCTION fault.in_thread() RETURNS boolean LANGUAGE c AS :module, 'fault_in_thread';
CREATE TABLE fault.seen (call text, kind text, n bigint, sqlstate text, message text, in_thread boolean NOT NULL DEFAULT false);
\ir ../../content.sql

CREATE FUNCTION fault.run(call text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    tenant CONSTANT uuid := '00000000-0000-4000-8000-00000000be00';
    facility CONSTANT uuid := '00000000-0000-4000-8000-00000000be01';
    material CONSTANT uuid := (SELECT m.material_id FROM replenish.materials AS m ORDER BY m.material_id LIMIT 1);
BEGIN
    CASE call
        -- As few allocations as a call can have, since each is tried.
        WHEN 'small' THEN
            PERFORM replenish.generate_forecasts(tenant, facility, ARRAY[material], 5, 'NAIVE', as_of => '2025-12-01');
        WHEN 'array' THEN
            PERFORM count(*) FROM replenish.forecast_theta(ARRAY[3, 5, 4, 6, 5, 7, 6, 8]::float8[], 3);
        WHEN 'generate' THEN
            PERFORM replenish.generate_forecasts(tenant, facility, as_of => '2025-12-01');
        WHEN 'night' THEN
            PERFORM replenish.forecast_chunk(facility, ARRAY(SELECT m.material_id FROM replenish.materials AS m), '2025-12-31', 90, 'AUTO', 'UPDATE');
        WHEN 'accuracy' THEN
            PERFORM replenish.calculate_forecast_accuracy(tenant, facility);
        WHEN 'replenishment' THEN
            PERFORM replenish.generate_replenishment_recommendations(tenant, facility, as_of => '2025-12-02');
        WHEN 'record' THEN
            PERFORM replenish.record_demand(tenant, facility, material, '2025-12-20', 3);
        WHEN 'backfill' THEN
            INSERT INTO replenish.inventory_transactions (tenant_id, facility_id, material_id, transaction_type, transaction_at, quantity)
            VALUES (tenant, facility, material, 'ISSUE', '2026-01-02', 4);
            PERFORM replenish.backfill_demand_history(tenant, facility, '2026-01-01', '2026-01-03');
        WHEN 'override' THEN
            PERFORM replenish.override_forecast(tenant, facility, material, '2026-01-10', 7, 'fair');
        WHEN 'review' THEN
            PERFORM replenish.review_suggestion(s.suggestion_id, 'APPROVED')
            FROM (SELECT r.suggestion_id FROM replenish.replenishment_suggestions AS r WHERE r.suggestion_status = 'PENDING' LIMIT 1) AS s;
    END CASE;
END
$$;

CREATE PROCEDURE fault.until_untouched(call text, kind text) LANGUAGE plpgsql AS $$
DECLARE
    before CONSTANT text := content.all(true);
    untouched boolean;
    still_to_come bigint;
    state text;
    message text;
BEGIN
    FOR n IN 1..100000 LOOP
        BEGIN
            IF kind = 'statement' THEN PERFORM fault.statement(n); ELSE PERFORM fault.allocation(n); END IF;
            PERFORM fault.run(call);
            IF kind = 'statement' THEN untouched := fault.statement(0) > 0; ELSE untouched := fault.allocation(0) > 0; END IF;
            EXIT WHEN untouched;
            RAISE EXCEPTION '% passed although its %. % failed', call, n, kind USING ERRCODE = 'RP002';
        EXCEPTION
            WHEN SQLSTATE 'RP002' THEN RAISE;
            WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
        END;
        -- An assignment starts no executor, so it cannot be what fails.
        still_to_come := fault.statement(0);
        IF state NOT IN ('58030', '53200') THEN
            RAISE EXCEPTION '% ends with % when its %. % fails: %', call, state, n, kind, message USING ERRCODE = 'RP002';
        ELSIF content.all(true) <> before THEN
            RAISE EXCEPTION '% left rows when its %. % failed', call, n, kind USING ERRCODE = 'RP002';
        END IF;
        INSERT INTO fault.seen VALUES (call, kind, n, state, message);
    END LOOP;
    IF content.all(true) = before THEN
        RAISE EXCEPTION '% passed and wrote nothing: this test proves nothing', call USING ERRCODE = 'RP002';
    END IF;
END
$$;
-- With fewer faults than a call should have, they did not reach it; nor its threads, where it should have had some.
CREATE FUNCTION fault.summary(call text, kind text, expected integer, threaded boolean = false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    faults CONSTANT integer := (SELECT count(*) FROM fault.seen AS s WHERE s.call = summary.call AND s.kind = summary.kind);
    in_threads CONSTANT integer := (SELECT count(*) FROM fault.seen AS s WHERE s.call = summary.call AND s.kind = summary.kind AND s.in_thread);
BEGIN
    IF faults < expected THEN
        RAISE EXCEPTION '%: only % %s failed, at least % should have', call, faults, kind, expected;
    ELSIF threaded AND in_threads < faults / 4 THEN
        RAISE EXCEPTION '%: only % of % faults were in its threads', call, in_threads, faults;
    END IF;
    RETURN format(
        'ok - %s: %s %ss failed in turn%s%s',
        call, faults, kind, CASE WHEN threaded THEN format(', %s in a thread,', in_threads) ELSE '' END,
        CASE call WHEN 'a whole night' THEN ', and the next call completed it' ELSE ' with a clean error and without a trace, then it passed' END
    );
END
$$;

-- How many allocations of the library a call makes.
CREATE FUNCTION fault.allocations(call text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    many CONSTANT bigint := 1000000000;
BEGIN
    PERFORM fault.allocation(many);
    PERFORM fault.run(call);
    RETURN many - fault.allocation(0);
END
$$;
-- What a call would find done already is undone, so that it has something to write.
CREATE PROCEDURE fault.unsettle() LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replenish.generate_forecasts(
        '00000000-0000-4000-8000-00000000be00', '00000000-0000-4000-8000-00000000be01', NULL, 6, 'NAIVE', as_of => '2025-11-30'
    );
    DELETE FROM replenish.forecast_accuracy_metrics;
    UPDATE replenish.replenishment_suggestions SET recommended_order_quantity = 1, calculation = '{}' WHERE suggestion_status = 'PENDING';
END
$$;

-- So many materials more, since a few are not worth threads (JOBS_PER_THREAD of src/forecast/pool.rs).
CREATE PROCEDURE fault.add_materials(many integer) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom)
    SELECT m.tenant_id, gen_random_uuid(), m.material_code || '-' || i, m.material_name, m.primary_uom
    FROM (SELECT * FROM replenish.materials LIMIT 1) AS m, generate_series(1, many) AS i;
    INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
    SELECT h.tenant_id, h.facility_id, m.material_id, h.demand_date, h.actual_demand_quantity, h.demand_uom
    FROM replenish.materials AS m
    JOIN replenish.demand_history AS h ON h.material_id = (SELECT min(d.material_id::text)::uuid FROM replenish.demand_history AS d)
    WHERE NOT EXISTS (SELECT FROM replenish.demand_history AS d WHERE d.material_id = m.material_id);
END
$$;

-- After a statement whose n-th allocation failed: tells whether the fault was still to come.
CREATE TABLE fault.content (label text PRIMARY KEY, before text);
CREATE FUNCTION fault.settle(label text, n bigint, state text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    still_to_come CONSTANT bigint := fault.allocation(0);
    unchanged CONSTANT boolean := content.all(true) = (SELECT c.before FROM fault.content AS c WHERE c.label = settle.label);
BEGIN
    IF state = '00000' AND still_to_come > 0 THEN
        IF unchanged AND label NOT LIKE 'array%' THEN
            RAISE EXCEPTION '% passed and wrote nothing: this test proves nothing', label;
        END IF;
        RETURN true;
    ELSIF state <> '53200' THEN
        RAISE EXCEPTION '% ends with % when its allocation % fails', label, state, n;
    ELSIF NOT unchanged THEN
        RAISE EXCEPTION '% left rows when its allocation % failed', label, n;
    END IF;
    INSERT INTO fault.seen VALUES (label, 'allocation', n, state, '', fault.in_thread());
    RETURN false;
END
$$;
CREATE FUNCTION fault.never_untouched(label text, n bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: the last fault tried, number %, still met it: it never passed untouched', label, n;
END
$$;

CREATE FUNCTION fault.settle_night(kind text, n bigint, state text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('fault.still_to_come')::bigint > 0 THEN
        RETURN true;
    END IF;
    IF state NOT IN (CASE kind WHEN 'statement' THEN '58030' ELSE '53200' END, '00000') THEN
        RAISE EXCEPTION 'a night ends with % when its % % fails', state, kind, n;
    ELSIF EXISTS (
        SELECT FROM replenish.forecast_heads AS h
        WHERE h.last_version > 0 AND NOT EXISTS (
            SELECT FROM replenish.forecast_versions AS v
            WHERE v.material_id = h.material_id AND v.forecast_version = h.last_version
        )
    ) THEN
        RAISE EXCEPTION 'a night leaves half a forecast when its % % fails', kind, n;
    END IF;
    INSERT INTO fault.seen VALUES ('a whole night', kind, n, state, '');
    RETURN false;
END
$$;
CREATE TABLE fault.changed (at timestamptz);
CREATE FUNCTION fault.change_settings() RETURNS void LANGUAGE sql AS $$
    UPDATE replenish.materials SET season_length = CASE season_length WHEN 6 THEN 7 ELSE 6 END;
    DELETE FROM fault.changed;
    INSERT INTO fault.changed VALUES (clock_timestamp());
$$;
CREATE FUNCTION fault.complete_night(kind text, n bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    open_runs CONSTANT text := (SELECT string_agg(r.run_status, ', ') FROM replenish.job_runs AS r WHERE r.run_status = 'RUNNING');
    last_status CONSTANT text := (SELECT r.run_status FROM replenish.job_runs AS r ORDER BY r.started_at DESC LIMIT 1);
BEGIN
    IF last_status <> 'COMPLETED' OR (SELECT count(*) FROM replenish.forecast_series AS s WHERE s.forecast_status = 'ACTIVE')
        <> (SELECT count(*) FROM replenish.materials) THEN
        RAISE EXCEPTION 'after % % of a night failed the next call is %', kind, n, last_status;
    ELSIF EXISTS (
        SELECT FROM replenish.forecast_heads AS h
        JOIN replenish.forecast_versions AS v ON v.material_id = h.material_id AND v.forecast_version = h.last_version
        WHERE v.forecast_generation_timestamp < (SELECT c.at FROM fault.changed AS c)
    ) THEN
        RAISE EXCEPTION 'after % % of a night failed the next call left a series as it was', kind, n;
    ELSIF open_runs IS NOT NULL THEN
        RAISE EXCEPTION 'after % % of a night failed and the next call completed, some run is still RUNNING', kind, n;
    END IF;
END
$$;
