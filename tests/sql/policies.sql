\ir ../fresh.psql
\ir ../two_tenants.psql
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_batch;
SELECT no_plan();
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility) \g /dev/null
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT suggestion_id AS s1 FROM replenish.replenishment_suggestions WHERE material_id = :m1 \gset

-- explain_suggestion: a buyer recomputes it by hand.
SELECT is(
    (d #>> '{plan,reorder_point}')::float8,
    (d #>> '{plan,protection,demand}')::float8 + (d #>> '{plan,safety_stock}')::float8,
    'the reorder point is expected demand plus safety stock')
FROM replenish.explain_suggestion(:'s1') AS d;
SELECT is(
    round((d #>> '{plan,protection,demand}')::numeric, 4),
    (SELECT round(sum(forecasted_demand_quantity), 4) FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-02', '2025-03-16')),
    'expected demand is the forecast of 14 days of lead time and one of review')
FROM replenish.explain_suggestion(:'s1') AS d;
SELECT ok(
    abs((d #>> '{plan,protection,std_dev}')::float8 - sqrt((d #>> '{plan,protection,forecast_error_std_dev}')::float8 ^ 2 + (d #>> '{plan,protection,lead_time_error_std_dev}')::float8 ^ 2)) < 1e-9,
    'the spread is that of forecast and lead time together')
FROM replenish.explain_suggestion(:'s1') AS d;
SELECT matches(d ->> 'text', 'As of 2025-03-01.*Lead time: 14 days as stated.*Demand over 15 days.*Safety stock:.*Reorder point:.*Position: 40 EA = 40 on hand.*Quantity:.*Dates: .*order today.*Priority:', 'in words, line by line')
FROM replenish.explain_suggestion(:'s1') AS d;
SELECT isnt(d #>> '{facts,forecast_series_id}', NULL, 'names the forecast it comes from') FROM replenish.explain_suggestion(:'s1') AS d;
-- What was decided stays explained as it was decided.
SELECT replenish.explain_suggestion(:'s1') #> '{plan}' AS plan_before \gset
UPDATE replenish.demand_history SET actual_demand_quantity = 300 WHERE material_id = :m1 AND demand_date = '2025-02-20';
SELECT is(replenish.explain_suggestion(:'s1') #> '{plan}', :'plan_before'::jsonb, 'a later change of history does not rewrite the explanation');
UPDATE replenish.demand_history SET actual_demand_quantity = 11 WHERE material_id = :m1 AND demand_date = '2025-02-20';
SELECT is(
    (SELECT safety_stock_quantity FROM replenish.calculate_safety_stock(:a, :facility, :m1, as_of => '2025-03-01')),
    (SELECT safety_stock_quantity FROM replenish.replenishment_suggestions WHERE suggestion_id = :'s1'),
    'calculate_safety_stock and the suggestion name the same number');

-- Policies of quantity.
CREATE FUNCTION pg_temp.propose(as_of date = '2025-03-01') RETURNS SETOF replenish.replenishment_suggestion
LANGUAGE sql AS $$
    SELECT * FROM replenish.generate_replenishment_recommendations(
        'aaaaaaaa-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000001', dry_run => true, as_of => propose.as_of)
$$;
SELECT reorder_point_quantity AS rop FROM pg_temp.propose() WHERE material_id = :m1 \gset
UPDATE replenish.materials SET replenishment_policy = 'MIN_MAX', minimum_stock_quantity = 100, maximum_stock_quantity = 700 WHERE material_id = :m1;
SELECT results_eq(
    format('SELECT recommended_order_quantity, reorder_point_quantity, calculation_method FROM pg_temp.propose() WHERE material_id = %L', :m1),
    $$ VALUES (660::numeric, 100::numeric, 'MIN_MAX') $$, 'min/max orders up to the maximum: 700 less 40');
UPDATE replenish.materials SET replenishment_policy = 'PERIODS_OF_SUPPLY', supply_days = 10, minimum_stock_quantity = NULL, maximum_stock_quantity = NULL WHERE material_id = :m1;
SELECT is(
    (SELECT recommended_order_quantity FROM pg_temp.propose() WHERE material_id = :m1),
    (SELECT ceil(:rop - 40 + sum(forecasted_demand_quantity)) FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-17', '2025-03-26')),
    'periods of supply: what is missing and the ten days after the arrival');
UPDATE replenish.materials SET replenishment_policy = 'LOT_FOR_LOT' WHERE material_id = :m1;
SELECT is(
    (SELECT recommended_order_quantity FROM pg_temp.propose() WHERE material_id = :m1),
    (SELECT ceil(:rop - 40 + forecasted_demand_quantity) FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-17', '2025-03-17')),
    'lot for lot: what is missing until the next review');
SELECT throws_ok(format('UPDATE replenish.materials SET replenishment_policy = ''PERIODS_OF_SUPPLY'', supply_days = NULL WHERE material_id = %L', :m1), '23514', NULL, 'periods of supply need a number of days');
SELECT throws_ok(format('UPDATE replenish.materials SET maximum_stock_quantity = 5 WHERE material_id = %L', :m1), '23514', NULL, 'a maximum needs a minimum');
SELECT throws_ok(format('UPDATE replenish.materials SET lead_time_days = -1 WHERE material_id = %L', :m1), '23514', NULL, 'no negative lead time');
SELECT throws_ok(format('UPDATE replenish.materials SET service_level = 1 WHERE material_id = %L', :m1), '23514', NULL, 'no service level of 1');
SELECT throws_ok(format('UPDATE replenish.materials SET order_multiple = 0 WHERE material_id = %L', :m1), '23514', NULL, 'no multiple of 0');
SELECT throws_ok(format('SELECT * FROM replenish.generate_replenishment_recommendations(%L, %L, ARRAY[%L]::uuid[])', :a, :facility, :facility), '22023', NULL, 'unknown materials are named');
UPDATE replenish.materials SET replenishment_policy = 'EOQ', supply_days = NULL WHERE material_id = :m1;

-- Safety stock by other measures, and by class.
UPDATE replenish.materials SET service_measure = 'DAYS_OF_SUPPLY', safety_stock_days = 5 WHERE material_id = :m1;
SELECT is(
    (SELECT safety_stock_quantity FROM pg_temp.propose() WHERE material_id = :m1),
    (SELECT round(sum(forecasted_demand_quantity) / 3, 4) FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-02', '2025-03-16')),
    'five days of supply');
UPDATE replenish.materials SET service_measure = 'FILL_RATE', safety_stock_days = NULL WHERE material_id = :m1;
SELECT results_eq(
    format('SELECT calculation_method, z_score FROM replenish.calculate_safety_stock(%L, %L, %L)', :a, :facility, :m1),
    $$ VALUES ('fill_rate', NULL::numeric) $$, 'by fill rate');
UPDATE replenish.materials SET service_measure = 'CYCLE_SERVICE' WHERE material_id = :m1;
SELECT cmp_ok(replenish.update_material_classes(:a), '>', 0, 'classes are written');
SELECT is(replenish.update_material_classes(:a), 0, 'and written once');
SELECT abc_class AS abc, xyz_class AS xyz FROM replenish.materials WHERE material_id = :m1 \gset
INSERT INTO replenish.class_service_levels (tenant_id, abc_class, xyz_class, service_level) VALUES (:a, :'abc', :'xyz', 0.5);
SELECT is((SELECT service_level FROM replenish.calculate_safety_stock(:a, :facility, :m1)), 0.5, 'the class sets the level');
SELECT is((SELECT service_level FROM replenish.material_classes WHERE material_id = :m1), 0.5, 'and the view shows it');
UPDATE replenish.materials SET use_class_service_level = false WHERE material_id = :m1;
SELECT is((SELECT service_level FROM replenish.calculate_safety_stock(:a, :facility, :m1)), 0.95, 'unless the material has its own');
SELECT is((SELECT service_level FROM replenish.calculate_safety_stock(:a, :facility, :m1, 0.9)), 0.9, 'and an argument comes first');
UPDATE replenish.materials SET use_class_service_level = true WHERE material_id = :m1;
DELETE FROM replenish.class_service_levels;
SELECT is((SELECT count(*) FROM replenish.material_classes), 3::bigint, 'the view classes every material with demand');
SELECT is((SELECT demand_class FROM replenish.material_classes WHERE material_id = :m1), 'SMOOTH', 'by the way demand arrives');

-- Prices, shelf life, calendar.
INSERT INTO replenish.vendors (tenant_id, vendor_id, vendor_code, vendor_name) VALUES (:a, 'cccccccc-0000-4000-8000-000000000000', 'V1', 'Vendor');
UPDATE replenish.materials SET preferred_vendor_id = 'cccccccc-0000-4000-8000-000000000000' WHERE material_id = :m1;
INSERT INTO replenish.vendor_prices (tenant_id, vendor_id, material_id, from_quantity, unit_price, valid_from, valid_until) VALUES
    (:a, 'cccccccc-0000-4000-8000-000000000000', :m1, 0, 10, '2020-01-01', '2999-12-31'),
    (:a, 'cccccccc-0000-4000-8000-000000000000', :m1, 2000, 6, '2020-01-01', '2999-12-31'),
    (:a, 'cccccccc-0000-4000-8000-000000000000', :m1, 900, 1, '2020-01-01', '2020-12-31');
SELECT results_eq(
    format('SELECT recommended_order_quantity, estimated_unit_cost, estimated_total_cost FROM pg_temp.propose() WHERE material_id = %L', :m1),
    'VALUES (2000::numeric, 6::numeric, 12000::numeric)', 'a price break that pays is taken, an expired price is not');
DELETE FROM replenish.vendor_prices;
UPDATE replenish.materials SET shelf_life_days = 3 WHERE material_id = :m1;
SELECT cmp_ok((SELECT recommended_order_quantity FROM pg_temp.propose() WHERE material_id = :m1), '<', :rop::numeric, 'no more than the shelf life sells');
UPDATE replenish.materials SET shelf_life_days = NULL WHERE material_id = :m1;
INSERT INTO replenish.facilities (tenant_id, facility_id, facility_code, facility_name, closed_weekdays) VALUES (:a, :facility, 'F1', 'Main', '{6,7}');
INSERT INTO replenish.holidays (tenant_id, facility_id, holiday_date, holiday_name) VALUES (:a, :facility, '2025-03-03', 'Founding day');
SELECT results_eq(
    format('SELECT recommended_order_date, recommended_delivery_date FROM pg_temp.propose() WHERE material_id = %L', :m1),
    $$ VALUES (date '2025-03-04', date '2025-03-18') $$, 'Saturday, Sunday and the holiday pass before anybody orders');
UPDATE replenish.materials SET lead_time_unit = 'WORKING' WHERE material_id = :m1;
SELECT is((SELECT recommended_delivery_date FROM pg_temp.propose() WHERE material_id = :m1), date '2025-03-24', 'fourteen working days take longer');
SELECT throws_ok(format('UPDATE replenish.facilities SET closed_weekdays = ''{1,2,3,4,5,6,7}'' WHERE facility_id = %L', :facility), '23514', NULL, 'a facility works on some day');
UPDATE replenish.materials SET lead_time_unit = 'CALENDAR' WHERE material_id = :m1;

-- Budget.
UPDATE replenish.materials SET shortage_cost = CASE WHEN material_id = :m1 THEN 1000 ELSE 0.01 END, standard_cost = coalesce(standard_cost, 10);
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT is((SELECT count(*) FROM replenish.replenishment_suggestions WHERE is_within_budget IS NOT NULL), 0::bigint, 'without a budget nothing is said');
UPDATE replenish.facilities SET replenishment_budget = (SELECT estimated_total_cost FROM replenish.replenishment_suggestions WHERE material_id = :m1);
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT results_eq(
    'SELECT material_id, is_within_budget FROM replenish.replenishment_suggestions WHERE suggestion_status = ''PENDING'' ORDER BY 1',
    format('VALUES (%L::uuid, true), (%L, false), (%L, false)', :m1, :m2, :m3), 'the budget goes where a shortage costs most');
CREATE TEMP TABLE before AS SELECT xmin::text AS x, suggestion_id FROM replenish.replenishment_suggestions;
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT is_empty('SELECT xmin::text, suggestion_id FROM replenish.replenishment_suggestions EXCEPT SELECT * FROM before', 'a rerun with a budget touches nothing');
SELECT throws_ok(format('SELECT replenish.apply_budget(%L, %L, -1)', :a, :facility), '22023', NULL, 'no negative budget');

-- Projected stock.
SELECT is(
    (SELECT min(stock_date) FROM replenish.project_stock(:a, :facility, :m1, '2025-03-01') WHERE closing_stock < 0),
    (SELECT projected_stockout_date FROM replenish.replenishment_suggestions WHERE material_id = :m1),
    'the projection runs out on the suggestion''s day');
INSERT INTO replenish.open_orders (tenant_id, facility_id, material_id, order_status, due_date, ordered_quantity) VALUES (:a, :facility, :m1, 'OPEN', '2025-02-01', 7);
SELECT is((SELECT expected_receipts FROM replenish.project_stock(:a, :facility, :m1, '2025-03-01', 5) WHERE stock_date = '2025-03-02'), 7::numeric, 'an overdue order is expected tomorrow');
SELECT matches((SELECT suggestion_reason FROM pg_temp.propose() WHERE material_id = :m1), '7 on order is overdue', 'and the buyer is told');
SELECT is((SELECT count(*) FROM replenish.project_stock(:a, :facility, :m1, '2025-03-01', 5) WHERE is_closed_day), 2::bigint, 'closed days are marked');
-- Days beyond the forecast: its own mean and their overrides, in the projection as in the plan.
SELECT count(*) FROM replenish.override_forecast(:a, :facility, :m1, '2025-03-05', 3000, 'fair') \g /dev/null
SELECT count(*) FROM replenish.override_forecast(:a, :facility, :m1, '2025-06-20', 7, 'strike') \g /dev/null
SELECT results_eq(
    format('SELECT stock_date, expected_demand FROM replenish.project_stock(%L, %L, %L, ''2025-03-01'', 120) WHERE stock_date IN (''2025-03-05'', ''2025-06-19'', ''2025-06-20'')', :a, :facility, :m1),
    format('VALUES (date ''2025-03-05'', 3000::numeric), (''2025-06-19'', (SELECT round(avg(q)::numeric, 4) FROM replenish.forecast_series AS s, unnest(s.mean) AS q WHERE s.material_id = %L AND s.forecast_status = ''ACTIVE'')), (''2025-06-20'', 7)', :m1),
    'days beyond the forecast have its mean, and overrides hold there too');
SELECT is((SELECT count(*) FROM replenish.project_stock(:a, :facility, :m1, '2025-03-01', 120)), 120::bigint, 'a row a day');
UPDATE replenish.forecast_overrides SET revoked_at = now();
-- A forecast that has run out.
SELECT results_eq(
    format('SELECT p.facts ->> ''forecast_series_id'' IS NULL FROM (VALUES (date ''2025-05-30''), (''2025-05-31'')) AS d (day), replenish.plan_materials(%L, %L, ARRAY[%L]::uuid[], d.day) AS p ORDER BY d.day', :a, :facility, :m1),
    'VALUES (false), (true)', 'a forecast of 90 days counts to its last day, and not beyond');

-- Who improves the forecast.
SELECT count(*) FROM replenish.override_forecast(:a, :facility, :m1, '2025-03-02', 50, 'sale') \g /dev/null
SELECT count(*) FROM replenish.record_demand(:a, :facility, :m1, '2025-03-02', 50) \g /dev/null
SELECT is((SELECT overridden_days FROM replenish.forecast_value_added(:a, :facility, ARRAY[:m1]::uuid[], '2025-03-02', '2025-03-02')), 0, 'an override made afterwards does not count');
SELECT is((SELECT days FROM replenish.forecast_value_added(:a, :facility, ARRAY[:m1]::uuid[], '2025-03-02', '2025-03-20')), 1, 'nor do days to come');
RESET ROLE;
UPDATE replenish.tenants SET time_zone = 'America/Los_Angeles' WHERE tenant_name = 'A';
UPDATE replenish.forecast_overrides SET created_at = '2025-03-02 07:59Z';
SET ROLE replenish_batch;
SELECT results_eq(
    format('SELECT days, overridden_days, final_mae, overrides_value_added_pct FROM replenish.forecast_value_added(%L, %L, ARRAY[%L]::uuid[], ''2025-03-02'', ''2025-03-02'')', :a, :facility, :m1),
    'VALUES (1, 1, 0.0000, 100.00)', 'an override that was right scores in full, made on the evening before by the tenant''s clock');
SELECT cmp_ok((SELECT naive_mae FROM replenish.forecast_value_added(:a, :facility, ARRAY[:m1]::uuid[], '2025-03-02', '2025-03-02')), '>', 0::numeric, 'beside the naive forecast');

-- What would have happened: 30 of 60 days are replayed.
UPDATE replenish.materials SET minimum_forecast_history_days = 20;
CREATE TEMP TABLE curve AS SELECT * FROM replenish.simulate_policy(:a, :facility, service_levels => '{0.8, 0.95, 0.99}', days => 30, lead_time_days => 5, lead_time_std_dev => 2, supply_days => 7, replenishment_policy => 'periods_of_supply');
SELECT results_eq('SELECT service_level, materials FROM curve', 'VALUES (0.8::float8, 3), (0.95, 3), (0.99, 3)', 'one point for each level');
SELECT ok((SELECT bool_and(average_stock > before) FROM (SELECT average_stock, lag(average_stock) OVER (ORDER BY service_level) AS before FROM curve) AS c WHERE before IS NOT NULL), 'more service costs more stock');
SELECT ok((SELECT bool_and(fill_rate BETWEEN 0 AND 1 AND cycle_service BETWEEN 0 AND 1 AND abs(total_cost - holding_cost - ordering_cost - shortage_cost) <= 0.0002) FROM curve), 'shares are shares and costs add up');
SELECT results_eq(
    format('SELECT * FROM replenish.simulate_policy(%L, %L, service_levels => ''{0.8, 0.95, 0.99}'', days => 30, lead_time_days => 5, lead_time_std_dev => 2, supply_days => 7, replenishment_policy => ''periods_of_supply'')', :a, :facility),
    'SELECT * FROM curve', 'the same seed gives the same numbers');
SELECT is_empty(format('SELECT * FROM replenish.simulate_policy(%L, %L, days => 60)', :a, :facility), 'no replay without a history before it');
SELECT throws_ok(format('SELECT * FROM replenish.simulate_policy(%L, %L, days => 30, service_levels => ''{1}'')', :a, :facility), '22023', 'service level must lie between 0 and 1, not 1');
SELECT throws_ok(format('SELECT * FROM replenish.simulate_policy(%L, %L, days => 0)', :a, :facility), '22023', 'days must be between 1 and 1096, not 0');
SELECT throws_ok(format('SELECT * FROM replenish.simulate_policy(%L, %L, lead_time_days => -1)', :a, :facility), '22023', NULL, 'no negative lead time');
SELECT throws_ok(format('SELECT * FROM replenish.simulate_policy(%L, %L, replenishment_policy => ''guess'')', :a, :facility), '22023', NULL, 'an unknown policy is named');
SELECT * FROM finish();
