-- Deliberately broken functions, to see the storm fail: STORM_VARIANT=name tests/concurrency/storm.sh.
\ir ../rewrite.sql

-- Backfills lock rows in random order: deadlocks.
CREATE FUNCTION storm.backfill_in_any_order() RETURNS void LANGUAGE sql AS $$
    SELECT variant.rewrite('replenish.backfill_demand_history', 'ORDER BY t.material_id, ', 'ORDER BY random(), ');
$$;
-- A sale replaces the day's demand instead of adding to it: sales lost.
CREATE FUNCTION storm.sale_that_forgets() RETURNS void LANGUAGE sql AS $$
    SELECT variant.rewrite('replenish.record_demand', 'h.actual_demand_quantity + excluded.actual_demand_quantity', 'excluded.actual_demand_quantity');
$$;
-- A sale that waits ten seconds: its clients get too little done.
CREATE FUNCTION storm.sale_that_waits() RETURNS void LANGUAGE sql AS $$
    SELECT variant.rewrite('replenish.record_demand', E'\nBEGIN', E'\nBEGIN PERFORM pg_sleep(10);');
$$;
-- Accuracy locks the days it writes in random order: deadlocks with backfills.
CREATE FUNCTION storm.accuracy_in_any_order() RETURNS void LANGUAGE sql AS $$
    SELECT variant.rewrite('replenish.store_measured_days', 'ORDER BY h.material_id, h.demand_date', 'ORDER BY random()');
$$;
