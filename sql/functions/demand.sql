CREATE FUNCTION replenish.last_recorded_day(tenant_id uuid, facility_id uuid, through date)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(h.demand_date)
    FROM replenish.demand_history AS h
    WHERE h.tenant_id = last_recorded_day.tenant_id
        AND h.facility_id = last_recorded_day.facility_id
        AND h.demand_date <= last_recorded_day.through
$$;

CREATE FUNCTION replenish.observed_until(tenant_id uuid, facility_id uuid, as_of date = NULL)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        observed_until.as_of,
        replenish.last_recorded_day(
            observed_until.tenant_id,
            observed_until.facility_id,
            replenish.tenant_today(observed_until.tenant_id)
        )
    )
$$;

-- Facilities with demand, found by skipping through the key of demand_history.
CREATE FUNCTION replenish.demand_facilities(tenant_id uuid) RETURNS TABLE (facility_id uuid)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE facility (facility_id) AS (
        (
            SELECT h.facility_id
            FROM replenish.demand_history AS h
            WHERE h.tenant_id = demand_facilities.tenant_id
            ORDER BY h.facility_id
            LIMIT 1
        )
        UNION ALL
        SELECT (
            SELECT h.facility_id
            FROM replenish.demand_history AS h
            WHERE h.tenant_id = demand_facilities.tenant_id AND h.facility_id > f.facility_id
            ORDER BY h.facility_id
            LIMIT 1
        )
        FROM facility AS f
        WHERE f.facility_id IS NOT NULL
    )
    SELECT f.facility_id FROM facility AS f WHERE f.facility_id IS NOT NULL
$$;

-- Says that this transaction does what `activity` names with the tenant's series, and tells whether it
-- cannot be sure to see what a transaction that does `other` at the same time leaves behind. Each side
-- speaks first and looks then, so of two at the same time one at least notices the other.
CREATE FUNCTION replenish.is_unsure(activity text, other text, tenant_id uuid, patience interval = '0')
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other_key CONSTANT bigint := hashtextextended(
        format('replenish %s %s', is_unsure.other, is_unsure.tenant_id), 0
    );
    give_up_at CONSTANT timestamptz := clock_timestamp() + is_unsure.patience;
    at_work text[];
    former text[];
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(
        format('replenish %s %s', is_unsure.activity, is_unsure.tenant_id), 0
    ));
    -- A snapshot that is kept may be older than what was said.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN true;
    END IF;
    LOOP
        SELECT array_agg(l.virtualtransaction) INTO at_work
        FROM pg_locks AS l
        WHERE l.locktype = 'advisory'
            AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
            AND l.classid::bigint << 32 | l.objid::bigint = other_key
            AND l.objsubid = 1
            -- A prepared transaction has no process.
            AND l.pid IS DISTINCT FROM pg_backend_pid()
            AND (former IS NULL OR l.virtualtransaction = ANY (former));
        -- Those who came since have noticed us.
        former := at_work;
        EXIT WHEN at_work IS NULL OR clock_timestamp() >= give_up_at;
        PERFORM pg_sleep(0.01);
    END LOOP;
    RETURN at_work IS NOT NULL;
END
$$;

-- Notes series whose past changed after a model had seen it, or while one may be looking. Rows of days
-- to come, which is what a nightly load brings, leave no trace, and neither does a change of other
-- columns.
CREATE FUNCTION replenish.note_demand_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unsure uuid[];
BEGIN
    -- Accuracy runs and others that touch no quantity are no demand writers.
    IF TG_OP = 'UPDATE' THEN
        IF NOT EXISTS (
            SELECT n.tenant_id, n.facility_id, n.material_id, n.demand_date, n.actual_demand_quantity
            FROM changed AS n
            EXCEPT
            SELECT o.tenant_id, o.facility_id, o.material_id, o.demand_date, o.actual_demand_quantity
            FROM former AS o
        ) THEN
            RETURN NULL;
        END IF;
    END IF;
    -- A statement of its own: the next one has to see what was committed until now.
    SELECT array_agg(t.tenant_id) INTO unsure
    FROM (SELECT DISTINCT c.tenant_id FROM changed AS c) AS t
    WHERE replenish.is_unsure('demand', 'forecasts', t.tenant_id);
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO replenish.demand_changes (tenant_id, facility_id, material_id, first_date)
        SELECT c.tenant_id, c.facility_id, c.material_id, min(c.demand_date)
        FROM (
            (
                SELECT n.tenant_id, n.facility_id, n.material_id, n.demand_date, n.actual_demand_quantity
                FROM changed AS n
                EXCEPT
                SELECT o.tenant_id, o.facility_id, o.material_id, o.demand_date, o.actual_demand_quantity
                FROM former AS o
            )
            UNION ALL
            (
                SELECT o.tenant_id, o.facility_id, o.material_id, o.demand_date, o.actual_demand_quantity
                FROM former AS o
                EXCEPT
                SELECT n.tenant_id, n.facility_id, n.material_id, n.demand_date, n.actual_demand_quantity
                FROM changed AS n
            )
        ) AS c
        LEFT JOIN replenish.forecast_heads AS h
            ON h.tenant_id = c.tenant_id
            AND h.facility_id = c.facility_id
            AND h.material_id = c.material_id
        WHERE c.demand_date <= h.state_through OR c.tenant_id = ANY (unsure)
        GROUP BY c.tenant_id, c.facility_id, c.material_id;
    ELSE
        INSERT INTO replenish.demand_changes (tenant_id, facility_id, material_id, first_date)
        SELECT c.tenant_id, c.facility_id, c.material_id, min(c.demand_date)
        FROM changed AS c
        LEFT JOIN replenish.forecast_heads AS h
            ON h.tenant_id = c.tenant_id
            AND h.facility_id = c.facility_id
            AND h.material_id = c.material_id
        WHERE c.demand_date <= h.state_through OR c.tenant_id = ANY (unsure)
        GROUP BY c.tenant_id, c.facility_id, c.material_id;
    END IF;
    RETURN NULL;
END
$$;

-- Puts the triggers of note_demand_change() on demand_history where they are missing.
CREATE FUNCTION replenish.watch_demand() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    watched record;
BEGIN
    FOR watched IN
        SELECT *
        FROM (VALUES
            ('note_inserted_demand', 'INSERT', 'NEW TABLE AS changed'),
            ('note_updated_demand', 'UPDATE', 'OLD TABLE AS former NEW TABLE AS changed'),
            ('note_deleted_demand', 'DELETE', 'OLD TABLE AS changed')
        ) AS w (trigger_name, event, tables)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger AS t
            WHERE t.tgrelid = 'replenish.demand_history'::regclass AND t.tgname = w.trigger_name
        )
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER %s ON replenish.demand_history REFERENCING %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION replenish.note_demand_change()',
            watched.trigger_name, watched.event, watched.tables
        );
    END LOOP;
END
$$;

-- The one place that reads history in bulk: one index lookup a material, whatever the planner knows of
-- the tables, with the days in order. No sort, and no test of every row against a list of materials.
CREATE FUNCTION replenish.packed_history(
    tenant_id uuid,
    facility_id uuid,
    material_ids uuid[],
    through date
) RETURNS TABLE (material_id uuid, packed bytea)
LANGUAGE sql STABLE ROWS 1000 COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.id, d.packed
    FROM (
        SELECT DISTINCT w.id FROM unnest(packed_history.material_ids) AS w (id) ORDER BY w.id
    ) AS k
    LEFT JOIN LATERAL (
        SELECT e.masked_demand IN ('STOCKOUTS', 'BOTH') AS hides_stockouts
        FROM replenish.materials AS e
        WHERE e.tenant_id = packed_history.tenant_id AND e.material_id = k.id
        OFFSET 0
    ) AS m ON true
    CROSS JOIN LATERAL (
        SELECT replenish.pack_demand(
            h.demand_date, h.actual_demand_quantity::float8, h.is_stockout AND m.hides_stockouts
        ) AS packed
        FROM replenish.demand_history AS h
        WHERE h.tenant_id = packed_history.tenant_id
            AND h.facility_id = packed_history.facility_id
            AND h.material_id = k.id
            AND h.demand_date <= packed_history.through
    ) AS d
    WHERE d.packed IS NOT NULL
$$;

CREATE FUNCTION replenish.record_demand(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    demand_date date,
    actual_demand_quantity numeric,
    demand_uom text = NULL,
    sales_order_demand numeric = 0,
    production_order_demand numeric = 0,
    transfer_order_demand numeric = 0,
    scrap_adjustment numeric = 0,
    avg_unit_price numeric = NULL,
    promotional_discount_pct numeric = NULL,
    marketing_campaign_active boolean = false
) RETURNS replenish.demand_record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    own_uom text;
    recorded replenish.demand_record;
BEGIN
    PERFORM replenish.assert_tenant(record_demand.tenant_id);
    SELECT m.primary_uom INTO own_uom
    FROM replenish.materials AS m
    WHERE m.tenant_id = record_demand.tenant_id AND m.material_id = record_demand.material_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'material % is unknown', record_demand.material_id
            USING ERRCODE = 'foreign_key_violation', HINT = 'Insert it into replenish.materials first.';
    ELSIF upper(btrim(record_demand.demand_uom)) <> upper(btrim(own_uom)) THEN
        RAISE EXCEPTION 'material % is counted in %, not in %', record_demand.material_id, own_uom, record_demand.demand_uom
            USING ERRCODE = 'invalid_parameter_value', HINT = format('Convert the quantity to %s.', own_uom);
    END IF;
    INSERT INTO replenish.demand_history AS h (
        tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom,
        sales_order_demand, production_order_demand, transfer_order_demand, scrap_adjustment,
        avg_unit_price, promotional_discount_pct, marketing_campaign_active, is_holiday
    )
    VALUES (
        record_demand.tenant_id,
        record_demand.facility_id,
        record_demand.material_id,
        record_demand.demand_date,
        record_demand.actual_demand_quantity,
        own_uom,
        coalesce(record_demand.sales_order_demand, 0),
        coalesce(record_demand.production_order_demand, 0),
        coalesce(record_demand.transfer_order_demand, 0),
        coalesce(record_demand.scrap_adjustment, 0),
        record_demand.avg_unit_price,
        record_demand.promotional_discount_pct,
        coalesce(record_demand.marketing_campaign_active, false),
        EXISTS (
            SELECT FROM replenish.holidays AS d
            WHERE d.tenant_id = record_demand.tenant_id
                AND d.facility_id = record_demand.facility_id
                AND d.holiday_date = record_demand.demand_date
        )
    )
    ON CONFLICT (tenant_id, facility_id, material_id, demand_date) DO UPDATE SET
        actual_demand_quantity = h.actual_demand_quantity + excluded.actual_demand_quantity,
        sales_order_demand = h.sales_order_demand + excluded.sales_order_demand,
        production_order_demand = h.production_order_demand + excluded.production_order_demand,
        transfer_order_demand = h.transfer_order_demand + excluded.transfer_order_demand,
        scrap_adjustment = h.scrap_adjustment + excluded.scrap_adjustment,
        avg_unit_price = coalesce(excluded.avg_unit_price, h.avg_unit_price),
        promotional_discount_pct = coalesce(excluded.promotional_discount_pct, h.promotional_discount_pct),
        marketing_campaign_active = h.marketing_campaign_active OR excluded.marketing_campaign_active;
    SELECT r.* INTO recorded
    FROM replenish.get_demand_history(
        record_demand.tenant_id, record_demand.facility_id, record_demand.material_id,
        record_demand.demand_date, record_demand.demand_date
    ) AS r;
    RETURN recorded;
END
$$;

-- Only for materials that mask stock-outs: nobody else asks, and articles that are no longer stocked
-- would get a row a day for ever.
CREATE FUNCTION replenish.record_stockouts(tenant_id uuid, facility_id uuid, stockout_date date = NULL)
RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    marked integer;
BEGIN
    PERFORM replenish.assert_tenant(record_stockouts.tenant_id);
    INSERT INTO replenish.demand_history AS h (
        tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom, is_stockout
    )
    SELECT i.tenant_id, i.facility_id, i.material_id, o.day, 0, m.primary_uom, true
    FROM replenish.observed_until(
        record_stockouts.tenant_id, record_stockouts.facility_id, record_stockouts.stockout_date
    ) AS o (day)
    JOIN replenish.inventory_levels AS i
        ON i.tenant_id = record_stockouts.tenant_id
        AND i.facility_id = record_stockouts.facility_id
        AND i.on_hand_quantity <= 0
    JOIN replenish.materials AS m
        ON m.tenant_id = i.tenant_id
        AND m.material_id = i.material_id
        AND m.masked_demand IN ('STOCKOUTS', 'BOTH')
    WHERE o.day IS NOT NULL
    ORDER BY i.material_id
    ON CONFLICT (tenant_id, facility_id, material_id, demand_date) DO UPDATE SET is_stockout = true
    WHERE NOT h.is_stockout;
    GET DIAGNOSTICS marked = ROW_COUNT;
    RETURN marked;
END
$$;

CREATE FUNCTION replenish.backfill_demand_history(
    tenant_id uuid,
    facility_id uuid,
    start_date date,
    end_date date
) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    zone text;
    written integer;
    changed integer := 0;
BEGIN
    PERFORM replenish.assert_tenant(backfill_demand_history.tenant_id);
    PERFORM replenish.assert_period(start_date, end_date);
    SELECT t.time_zone INTO zone
    FROM replenish.tenants AS t
    WHERE t.tenant_id = backfill_demand_history.tenant_id;
    zone := coalesce(zone, 'UTC');
    -- Twice: the first time locks the days, changed or not. What was recorded or taken over between its look at the ledger
    -- and its turn at a day is seen by the second, so that no older sum stands over a newer one.
    FOR look IN 1 .. 2 LOOP
        INSERT INTO replenish.demand_history AS h (
            tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom,
            sales_order_demand, production_order_demand, transfer_order_demand, scrap_adjustment
        )
        SELECT
            t.tenant_id,
            t.facility_id,
            t.material_id,
            (t.transaction_at AT TIME ZONE zone)::date,
            sum(abs(t.quantity)),
            m.primary_uom,
            coalesce(sum(abs(t.quantity)) FILTER (
                WHERE t.transaction_type = 'ISSUE' AND t.order_kind IS DISTINCT FROM 'PRODUCTION'), 0),
            coalesce(sum(abs(t.quantity)) FILTER (
                WHERE t.transaction_type = 'ISSUE' AND t.order_kind = 'PRODUCTION'), 0),
            coalesce(sum(abs(t.quantity)) FILTER (WHERE t.transaction_type = 'TRANSFER'), 0),
            coalesce(sum(abs(t.quantity)) FILTER (WHERE t.transaction_type = 'SCRAP'), 0)
        FROM replenish.inventory_transactions AS t
        JOIN replenish.materials AS m
            ON m.tenant_id = t.tenant_id AND m.material_id = t.material_id
        WHERE t.tenant_id = backfill_demand_history.tenant_id
            AND t.facility_id = backfill_demand_history.facility_id
            AND t.transaction_type IN ('ISSUE', 'SCRAP', 'TRANSFER')
            AND t.transaction_at >= backfill_demand_history.start_date::timestamp AT TIME ZONE zone
            AND t.transaction_at < (backfill_demand_history.end_date + 1)::timestamp AT TIME ZONE zone
        GROUP BY t.tenant_id, t.facility_id, t.material_id, (t.transaction_at AT TIME ZONE zone)::date,
            m.primary_uom
        ORDER BY t.material_id, (t.transaction_at AT TIME ZONE zone)::date
        ON CONFLICT (tenant_id, facility_id, material_id, demand_date) DO UPDATE SET
            actual_demand_quantity = excluded.actual_demand_quantity,
            sales_order_demand = excluded.sales_order_demand,
            production_order_demand = excluded.production_order_demand,
            transfer_order_demand = excluded.transfer_order_demand,
            scrap_adjustment = excluded.scrap_adjustment
        WHERE (
            h.actual_demand_quantity, h.sales_order_demand, h.production_order_demand,
            h.transfer_order_demand, h.scrap_adjustment
        ) IS DISTINCT FROM (
            excluded.actual_demand_quantity, excluded.sales_order_demand, excluded.production_order_demand,
            excluded.transfer_order_demand, excluded.scrap_adjustment
        );
        GET DIAGNOSTICS written = ROW_COUNT;
        changed := changed + written;
    END LOOP;
    RETURN changed;
END
$$;

CREATE FUNCTION replenish.assert_period(start_date date, end_date date) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF start_date IS NULL OR end_date IS NULL THEN
        RAISE EXCEPTION 'the period needs a start_date and an end_date'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Pass both days; they are included.';
    ELSIF start_date < '1900-01-01' OR end_date > '2999-12-31' THEN
        RAISE EXCEPTION 'the period % to % leaves the years 1900 to 2999', start_date, end_date
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass days within those years.';
    ELSIF start_date > end_date THEN
        RAISE EXCEPTION 'start_date % is after end_date %', start_date, end_date
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Swap the two days.';
    END IF;
END
$$;
