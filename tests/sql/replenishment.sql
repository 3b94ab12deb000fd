\ir ../fresh.psql
\ir ../two_tenants.psql
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_batch;
SELECT plan(34);
SELECT count(*) FROM replenish.generate_forecasts(:a, :facility) \g /dev/null

-- The policy from the material's own history.
SELECT results_eq(
    format('SELECT round(avg_daily_demand, 4), round(demand_std_dev, 4), avg_lead_time_days, service_level FROM replenish.calculate_safety_stock(%L, %L, %L)', :a, :facility, :m1),
    format('SELECT round(avg(actual_demand_quantity), 4), round(stddev_samp(actual_demand_quantity), 4), 14.0000, 0.95 FROM replenish.demand_history WHERE material_id = %L', :m1),
    'mean and deviation are those of the history, the lead time the stated one');
SELECT is(
    (SELECT economic_order_quantity FROM replenish.calculate_safety_stock(:a, :facility, :m1)),
    (SELECT round(sqrt(2 * 365 * avg(actual_demand_quantity) * 50 / (10 * 0.25)), 4) FROM replenish.demand_history WHERE material_id = :m1),
    'the order quantity uses the material''s own costs');
-- Demand that varies; below that, safety stock is days of supply whatever the level.
UPDATE replenish.demand_history SET actual_demand_quantity = 70 WHERE material_id = :m1 AND demand_date = '2025-02-01';
SELECT cmp_ok(
    (SELECT safety_stock_quantity FROM replenish.calculate_safety_stock(:a, :facility, :m1, 0.97)), '>',
    (SELECT safety_stock_quantity FROM replenish.calculate_safety_stock(:a, :facility, :m1, 0.95)), '0.97 needs more than 0.95');
UPDATE replenish.demand_history SET actual_demand_quantity = 13 WHERE material_id = :m1 AND demand_date = '2025-02-01';
SELECT is_empty(format('SELECT * FROM replenish.calculate_safety_stock(%L, %L, %L)', :a, :facility, :facility), 'an unknown material has no policy');

SELECT is((SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, dry_run => true, as_of => '2025-03-01')), 3::bigint, 'a dry run proposes');
SELECT is((SELECT count(*) FROM replenish.replenishment_suggestions), 0::bigint, 'and stores nothing');
SELECT is((SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01')), 3::bigint, '40 units are gone on the third day: order');
SELECT results_eq(
    'SELECT DISTINCT urgency_level, days_until_stockout, projected_stockout_date, calculation_method, recommended_delivery_date FROM replenish.replenishment_suggestions',
    $$ VALUES ('HIGH', 3, date '2025-03-04', 'FORECAST_BASED', date '2025-03-15') $$, 'urgency by the one rule, from the projection');
SELECT is(
    (SELECT bool_and(urgency_level = replenish.calculate_replenishment_urgency(current_available_quantity::float8, safety_stock_quantity::float8, reorder_point_quantity::float8, days_until_stockout, vendor_lead_time_days::float8)) FROM replenish.replenishment_suggestions),
    true, 'every urgency is what calculate_replenishment_urgency says');
SELECT is(
    (SELECT s.forecasted_demand_30_days FROM replenish.replenishment_suggestions AS s WHERE s.material_id = :m1),
    (SELECT round(sum(forecasted_demand_quantity), 4) FROM replenish.get_material_forecasts(:a, :facility, :m1, '2025-03-02', '2025-03-31')),
    'the 30 days are the forecast''s');
SELECT is((SELECT count(*) FROM replenish.vw_critical_replenishment_recommendations), 3::bigint, 'urgent ones are in the view');

CREATE TEMP TABLE before AS SELECT xmin::text AS x, suggestion_id FROM replenish.replenishment_suggestions;
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT is_empty('SELECT xmin::text, suggestion_id FROM replenish.replenishment_suggestions EXCEPT SELECT * FROM before', 'a rerun on unchanged data touches nothing');

-- A change updates the open suggestion and makes no second one.
UPDATE replenish.inventory_levels SET on_hand_quantity = 0 WHERE material_id = :m1;
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT results_eq(
    format('SELECT urgency_level, count(*) FROM replenish.replenishment_suggestions WHERE material_id = %L GROUP BY 1', :m1),
    $$ VALUES ('CRITICAL', 1::bigint) $$, 'updated, never doubled');

-- A filter chooses what is added and shown; what is open is brought up to date all the same.
UPDATE replenish.inventory_levels SET on_hand_quantity = 40 WHERE material_id = :m1;
SELECT is_empty(format('SELECT * FROM replenish.generate_replenishment_recommendations(%L, %L, ARRAY[%L]::uuid[], ''CRITICAL'', as_of => ''2025-03-01'')', :a, :facility, :m1), 'what is not critical any more is not shown as critical');
SELECT is((SELECT urgency_level FROM replenish.replenishment_suggestions WHERE material_id = :m1), 'HIGH', 'and stored as what it is');
DELETE FROM replenish.replenishment_suggestions WHERE material_id = :m1;
SELECT is_empty(format('SELECT * FROM replenish.generate_replenishment_recommendations(%L, %L, ARRAY[%L]::uuid[], ''CRITICAL'', as_of => ''2025-03-01'')', :a, :facility, :m1), 'a high one is not asked for');
SELECT is_empty(format('SELECT FROM replenish.replenishment_suggestions WHERE material_id = %L', :m1), 'nor added');
UPDATE replenish.inventory_levels SET on_hand_quantity = 0 WHERE material_id = :m1;
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null

-- Orders: drafts do not count, due dates do, overdue ones are expected tomorrow.
INSERT INTO replenish.open_orders (tenant_id, facility_id, material_id, order_status, due_date, ordered_quantity, received_quantity)
VALUES (:a, :facility, :m2, 'DRAFT', '2025-03-03', 5000, 0);
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT is((SELECT current_on_order_quantity FROM replenish.replenishment_suggestions WHERE material_id = :m2), 0::numeric, 'a draft is no order');
INSERT INTO replenish.open_orders (tenant_id, facility_id, material_id, order_status, due_date, ordered_quantity, received_quantity)
VALUES (:a, :facility, :m2, 'OPEN', '2025-06-01', 5000, 0);
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT is((SELECT current_on_order_quantity FROM replenish.replenishment_suggestions WHERE material_id = :m2), 0::numeric, 'nor is one that comes too late');
INSERT INTO replenish.open_orders (tenant_id, facility_id, material_id, order_status, due_date, ordered_quantity, received_quantity)
VALUES (:a, :facility, :m2, 'OPEN', '2025-02-20', 60, 30), (:a, :facility, :m2, 'OPEN', '2025-03-04', 20, 0);
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT results_eq(
    format('SELECT current_on_order_quantity, days_until_stockout FROM replenish.replenishment_suggestions WHERE material_id = %L', :m2),
    'VALUES (50::numeric, 7)', 'what is open of an overdue one counts from tomorrow; several orders put the stock-out off');
INSERT INTO replenish.open_orders (tenant_id, facility_id, material_id, order_status, due_date, ordered_quantity)
VALUES (:a, :facility, :m2, 'OPEN', '2025-03-05', 5000);
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT is((SELECT suggestion_status FROM replenish.replenishment_suggestions WHERE material_id = :m2), 'EXPIRED', 'a suggestion that is no longer needed expires');

-- Actual lead times, limits, overrides.
INSERT INTO replenish.supplier_receipts (tenant_id, facility_id, material_id, order_date, receipt_date, received_quantity)
SELECT :a, :facility, :m3, date '2025-01-01' + i, date '2025-01-01' + i + 24, 10 FROM generate_series(1, 30) AS i;
UPDATE replenish.materials SET minimum_order_quantity = 1000, order_multiple = 144 WHERE material_id = :m3;
SELECT count(*) FROM replenish.override_forecast(:a, :facility, :m3, '2025-03-02', 35, 'walk-in order') \g /dev/null
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT cmp_ok((SELECT vendor_lead_time_days FROM replenish.replenishment_suggestions WHERE material_id = :m3), '>', 20::numeric, 'thirty receipts of 24 days outweigh the stated 14');
SELECT is((SELECT recommended_order_quantity FROM replenish.replenishment_suggestions WHERE material_id = :m3), 1008::numeric, 'minimum and multiple');
SELECT is((SELECT days_until_stockout FROM replenish.replenishment_suggestions WHERE material_id = :m3), 2, 'the planner''s number comes before the model''s');

-- Review.
SELECT suggestion_id AS s1 FROM replenish.replenishment_suggestions WHERE material_id = :m1 \gset
SELECT is((SELECT suggestion_status FROM replenish.review_suggestion(:'s1', 'APPROVED', 'looks right', reviewed_by => 'ann')), 'APPROVED', 'approved');
SELECT throws_ok(format('SELECT replenish.review_suggestion(%L, ''APPROVED'')', :'s1'), '55000', NULL, 'not twice');
UPDATE replenish.inventory_levels SET on_hand_quantity = 5 WHERE material_id = :m1;
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT results_eq(
    format('SELECT count(*), max(current_on_hand_quantity) FROM replenish.replenishment_suggestions WHERE material_id = %L', :m1),
    'VALUES (1::bigint, 0::numeric)', 'what a buyer approved stays as approved');
SELECT is((SELECT converted_purchase_order_id FROM replenish.review_suggestion(:'s1', 'CONVERTED_TO_PO', purchase_order_id => :m2)), :m2::uuid, 'converted');
SELECT throws_ok(format('SELECT replenish.review_suggestion(%L, ''REJECTED'')', :'s1'), '55000', NULL, 'a closed one is closed');

SELECT suggestion_id AS s3 FROM replenish.replenishment_suggestions WHERE material_id = :m3 \gset
SELECT is(
    round((replenish.explain_suggestion(:'s3') #>> '{plan,service,z_score}')::numeric, 6), round(replenish.service_level_z(0.95)::numeric, 6),
    'explain_suggestion shows the numbers behind it');
SELECT is(jsonb_array_length((SELECT replenish.explain_suggestion(suggestion_id) #> '{facts,orders}' FROM replenish.replenishment_suggestions WHERE material_id = :m2)), 3, 'down to the orders');

-- Who has read numbers decides on those: a run may put others in their place meanwhile.
SELECT suggestion_generation_timestamp AS seen FROM replenish.replenishment_suggestions WHERE material_id = :m3 \gset
UPDATE replenish.inventory_levels SET on_hand_quantity = on_hand_quantity + 144 WHERE material_id = :m3;
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:a, :facility, as_of => '2025-03-01') \g /dev/null
SELECT throws_ok(
    format('SELECT replenish.review_suggestion(%L, ''APPROVED'', suggestion_generation_timestamp => %L)', :'s3', :'seen'),
    '55000', format('suggestion %s has changed since it was read', :'s3'), 'an approval of numbers that are no longer there is refused');
SELECT is((SELECT suggestion_status FROM replenish.replenishment_suggestions WHERE suggestion_id = :'s3'), 'PENDING', 'and nothing is decided');
SELECT suggestion_generation_timestamp AS seen FROM replenish.replenishment_suggestions WHERE material_id = :m3 \gset
SELECT is((SELECT suggestion_status FROM replenish.review_suggestion(:'s3', 'APPROVED', suggestion_generation_timestamp => :'seen')), 'APPROVED', 'read again, it is decided on');
SELECT * FROM finish();
