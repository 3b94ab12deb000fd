-- Days that models do not believe: stock-outs and outliers, as each material says.
\ir ../fresh.psql
\ir ../two_tenants.psql
SELECT no_plan();
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_batch;

-- ONE, TWO and THREE have the same demand; then ONE is out of stock for a week, and THREE has one huge order.
UPDATE replenish.demand_history SET actual_demand_quantity = 0, is_stockout = true
WHERE material_id = :m1 AND demand_date BETWEEN '2025-02-10' AND '2025-02-16';
UPDATE replenish.demand_history SET actual_demand_quantity = 900
WHERE material_id = :m3 AND demand_date = '2025-02-20';
CREATE FUNCTION pg_temp.night(mode text DEFAULT 'UPDATE') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(c.outcome, ' ' ORDER BY c.material_id)
    FROM replenish.forecast_chunk(
        'ffffffff-0000-4000-8000-000000000001', (SELECT array_agg(material_id) FROM replenish.materials),
        replenish.observed_until(replenish.current_tenant_id(), 'ffffffff-0000-4000-8000-000000000001'),
        30, NULL, mode) AS c
$$;
CREATE FUNCTION pg_temp.expected(code text) RETURNS numeric LANGUAGE sql AS $$
    SELECT round(s.mean[1]::numeric, 6) FROM replenish.forecast_series AS s
    JOIN replenish.materials AS m USING (tenant_id, material_id)
    WHERE m.material_code = code AND s.forecast_status = 'ACTIVE'
$$;
CREATE FUNCTION pg_temp.daily_mean(material uuid) RETURNS numeric LANGUAGE sql AS $$
    SELECT round(avg_daily_demand, 6) FROM replenish.calculate_safety_stock(
        replenish.current_tenant_id(), 'ffffffff-0000-4000-8000-000000000001', material)
$$;
UPDATE replenish.materials SET forecast_algorithm = 'MOVING_AVERAGE';

SELECT throws_ok($$ UPDATE replenish.materials SET masked_demand = 'SOME' $$, '23514', NULL, 'an unknown mask is refused');
SELECT is(pg_temp.night(), 'STORED STORED STORED', 'without masks');
SELECT cmp_ok(pg_temp.expected('ONE'), '<', pg_temp.expected('TWO') - 2, 'a week without stock looks like a week without demand');
SELECT cmp_ok(pg_temp.expected('THREE'), '>', pg_temp.expected('TWO') + 20, 'and one order like much demand');
SELECT cmp_ok(pg_temp.daily_mean(:m1), '<', pg_temp.daily_mean(:m2), 'safety stock believes it, too');

UPDATE replenish.materials SET masked_demand = 'STOCKOUTS' WHERE material_id IN (:m1, :m2);
UPDATE replenish.materials SET masked_demand = 'OUTLIERS' WHERE material_id = :m3;
SELECT is(pg_temp.night(), 'STORED STORED STORED', 'another mask is another model');
SELECT is(pg_temp.expected('ONE'), pg_temp.expected('TWO'), 'what is usual on its weekday takes the place of a stock-out');
SELECT is(pg_temp.expected('THREE'), pg_temp.expected('TWO'), 'and of an outlier');
SELECT is(pg_temp.daily_mean(:m1), pg_temp.daily_mean(:m2), 'for safety stock as well');
SELECT is(replenish.explain_forecast(:a, :facility, :m1) #>> '{trained_on,masked_days}', 'STOCKOUTS', 'the explanation says what was masked');
SELECT is(pg_temp.night(), 'UNCHANGED UNCHANGED UNCHANGED', 'nothing new, nothing stored');
UPDATE replenish.demand_history SET is_stockout = false WHERE material_id = :m1 AND demand_date = '2025-02-10';
SELECT is(pg_temp.night(), 'STORED UNCHANGED UNCHANGED', 'a mark taken back is noticed');
UPDATE replenish.demand_history SET is_stockout = true WHERE material_id = :m1 AND demand_date = '2025-02-10';
UPDATE replenish.materials SET masked_demand = 'BOTH' WHERE material_id = :m1;
UPDATE replenish.materials SET masked_demand = 'NONE' WHERE material_id = :m2;
SELECT pg_temp.night() \g /dev/null
SELECT is(pg_temp.expected('ONE'), pg_temp.expected('TWO'), 'both at once');
SELECT replenish.record_demand(:a, :facility, m.material_id, '2025-03-02', 12) FROM replenish.materials AS m \g /dev/null
SELECT is(pg_temp.night(), 'STORED UPDATED STORED', 'masked series are fitted anew, others take the day in');

-- A day that sold before stock ran out: at least that was asked for.
UPDATE replenish.demand_history SET actual_demand_quantity = 99 WHERE material_id = :m1 AND demand_date = '2025-02-12';
SELECT is(
    (SELECT max(d.quantity) FROM replenish.packed_history(:a, :facility, ARRAY[:m1]::uuid[], '2025-03-02') AS h,
        replenish.daily_demand(h.packed, '2025-03-02') AS d WHERE d.demand_date = '2025-02-12'),
    99::float8, 'what was sold is the least that was asked for');
SELECT is(
    (SELECT max(d.quantity) FROM replenish.packed_history(:a, :facility, ARRAY[:m3]::uuid[], '2025-03-02') AS h,
        replenish.daily_demand(h.packed, '2025-03-02', masked_demand => 'OUTLIERS') AS d),
    16::float8, 'daily_demand shows what models see');
SELECT is(
    (SELECT array_agg(d.quantity ORDER BY d.demand_date) FROM (
        SELECT replenish.pack_demand(day, qty, empty) AS packed
        FROM (VALUES (date '2025-01-01', 4.0, false), ('2025-01-02', 0, true), ('2025-01-03', 8, NULL)) AS t (day, qty, empty)
    ) AS h, replenish.daily_demand(h.packed, '2025-01-03') AS d),
    ARRAY[4, 6, 8]::float8[], 'any rows can be packed with their stock-outs');
SELECT throws_ok(
    $$ SELECT replenish.daily_demand(replenish.pack_demand('2025-01-05', 1), '2025-01-05', 'ZERO', 'SOME') $$,
    '22023', 'masked demand "SOME" is unknown', 'a mask that there is not');

-- Accuracy leaves out what is not known.
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility, as_of => '2025-02-09', forecast_algorithm => 'NAIVE') \g /dev/null
SELECT results_eq(
    format('SELECT material_id, count(*) FROM replenish.measured_days(%L, %L, ARRAY[%L, %L]::uuid[], ''2025-02-10'', ''2025-02-19'') GROUP BY 1 ORDER BY 1', :a, :facility, :m1, :m2),
    format('VALUES (%L::uuid, 3::bigint), (%L, 10)', :m1, :m2), 'days without stock are not measured');

-- Stock-outs by what is on hand.
UPDATE replenish.inventory_levels SET on_hand_quantity = 0 WHERE material_id IN (:m1, :m2);
SELECT is(replenish.record_stockouts(:a, :facility), 1, 'only the material that masks stock-outs is marked');
SELECT results_eq(
    $$ SELECT material_id, demand_date, actual_demand_quantity FROM replenish.demand_history WHERE is_stockout AND demand_date > '2025-02-16' $$,
    format('VALUES (%L::uuid, date ''2025-03-02'', 12::numeric)', :m1), 'on the last recorded day, whose demand stays');
SELECT is(replenish.record_stockouts(:a, :facility), 0, 'once');
SELECT is(replenish.record_stockouts(:a, :facility, '2025-03-03'), 1, 'or on a day that is named');
SELECT is((SELECT actual_demand_quantity FROM replenish.demand_history WHERE demand_date = '2025-03-03'), 0::numeric, 'with a row of its own where nothing was sold');
SELECT throws_ok(format('SELECT replenish.record_stockouts(%L, %L)', :b, :facility), '42501', NULL, 'not for another tenant');
SELECT * FROM finish();
