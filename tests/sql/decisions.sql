\ir ../fresh.psql
-- Decisions on the demo data, recomputed from the rows that explain_suggestion names.
SELECT count(*) FROM replenish.load_demo_data('2026-11-22') \g /dev/null
\set demo '''00000000-0000-4000-8000-00000000d000'''
\set site '''00000000-0000-4000-8000-00000000f001'''
\set vendor '''00000000-0000-4000-8000-00000000e001'''
SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000';
SET ROLE replenish_batch;
SELECT no_plan();
SELECT count(*) FROM replenish.generate_forecasts(:demo, :site) \g /dev/null
SELECT count(*) FROM replenish.generate_replenishment_recommendations(:demo, :site, as_of => '2026-11-22') \g /dev/null
SELECT suggestion_id AS s1 FROM replenish.replenishment_suggestions WHERE material_id = :m1 \gset

CREATE TEMP VIEW explained AS
SELECT d, d -> 'plan' AS plan, d -> 'facts' AS facts, d -> 'policy' AS policy,
    (d #>> '{plan,lead_time,mean}')::float8 AS lead_time,
    (d #>> '{plan,lead_time,std_dev}')::float8 AS lead_time_std_dev,
    (d #>> '{plan,protection,days}')::float8 AS days,
    (d #>> '{plan,protection,demand}')::float8 AS demand,
    (d #>> '{plan,protection,std_dev}')::float8 AS std_dev,
    (d #>> '{plan,safety_stock}')::float8 AS safety_stock,
    (d #>> '{plan,reorder_point}')::float8 AS reorder_point,
    (d #>> '{plan,situation,position}')::float8 AS position
FROM replenish.explain_suggestion(:'s1') AS d;
-- Numbers that float arithmetic brings along on other ways: equal to 1e-9.
CREATE FUNCTION pg_temp.same(one float8, other float8, what text) RETURNS text LANGUAGE sql AS
$$ SELECT public.ok(abs(one - other) <= 1e-9 * greatest(1, abs(other)), format('%s: %s = %s', what, one, other)) $$;

SELECT pg_temp.same(lead_time, (SELECT (sum(receipt_date - order_date) + 5 * 14) / (count(*) + 5.0) FROM replenish.supplier_receipts WHERE material_id = :m1)::float8, 'lead time from receipts and promise') FROM explained;
SELECT pg_temp.same(lead_time_std_dev, (
    SELECT sqrt((sum((receipt_date - order_date - a.mean) ^ 2) + 5.0 * count(*) / (count(*) + 5) * (max(a.mean) - 14) ^ 2) / (count(*) + 4))
    FROM replenish.supplier_receipts, (SELECT avg(receipt_date - order_date) AS mean FROM replenish.supplier_receipts WHERE material_id = :m1) AS a
    WHERE material_id = :m1)::float8, 'its spread') FROM explained;
SELECT is(
    (SELECT array_agg((r ->> 'receipt_id')::uuid ORDER BY r ->> 'receipt_id') FROM explained, jsonb_array_elements(facts -> 'receipts') AS r),
    (SELECT array_agg(receipt_id ORDER BY receipt_id::text) FROM replenish.supplier_receipts WHERE material_id = :m1), 'the receipts are named');
SELECT pg_temp.same(days, lead_time + 1, 'days to cover') FROM explained;
SELECT pg_temp.same(demand, (
    SELECT sum(f.forecasted_demand_quantity::float8 * least(1, days - (f.forecast_date - (facts ->> 'first_day')::date)))
    FROM replenish.material_forecasts AS f
    WHERE f.material_id = :m1 AND f.forecast_version = (facts ->> 'forecast_version')::integer
        AND f.forecast_date BETWEEN (facts ->> 'first_day')::date AND (facts ->> 'first_day')::date + ceil(days)::integer - 1), 'forecast of these days') FROM explained;
SELECT pg_temp.same((plan #>> '{protection,average_error_std_dev}')::float8, (
    WITH daily AS (
        SELECT row_number() OVER (ORDER BY demand_date)::integer AS day, actual_demand_quantity::float8 AS quantity, count(*) OVER ()::integer AS length
        FROM replenish.demand_history WHERE material_id = :m1
    ),
    intervals AS (
        SELECT n.days * (SELECT avg(b.quantity) FROM daily AS b WHERE b.day BETWEEN o.day - 28 AND o.day - 1) AS forecast,
            (SELECT sum(a.quantity) FROM daily AS a WHERE a.day BETWEEN o.day AND o.day + n.days - 1) AS actual
        FROM daily AS o, (SELECT ceil(days)::integer AS days FROM explained) AS n
        WHERE o.day > 14 AND o.day + n.days - 1 <= o.length
    )
    SELECT sqrt(avg(((actual - forecast) / forecast) ^ 2)) * demand FROM intervals), 'error of averages over past intervals') FROM explained;
SELECT pg_temp.same((plan #>> '{protection,forecast_error_std_dev}')::float8, (
    SELECT (plan #>> '{protection,average_error_std_dev}')::float8
        * (own.weekly_error / average.weekly_error) ^ (own.weeks / (own.weeks + 6.0))
    FROM replenish.forecast_series AS s,
        jsonb_to_recordset(s.candidates) AS own (algorithm text, weekly_error float8, weeks integer),
        jsonb_to_recordset(s.candidates) AS average (algorithm text, weekly_error float8)
    WHERE s.material_id = :m1 AND s.forecast_status = 'ACTIVE' AND own.algorithm = s.forecast_algorithm AND average.algorithm = 'MOVING_AVERAGE'), 'times how the forecast did in its backtest') FROM explained;
SELECT pg_temp.same(std_dev, sqrt((plan #>> '{protection,forecast_error_std_dev}')::float8 ^ 2 + (demand / days * lead_time_std_dev) ^ 2), 'both spreads together') FROM explained;
SELECT is(plan #>> '{protection,law}', 'normal', 'the law is named') FROM explained;
SELECT pg_temp.same(safety_stock, replenish.service_level_z(0.95) * std_dev, 'safety stock') FROM explained;
SELECT pg_temp.same(reorder_point, demand + safety_stock, 'reorder point') FROM explained;
SELECT pg_temp.same(position, (
    SELECT (i.on_hand_quantity - i.allocated_quantity + (
        SELECT sum(o.ordered_quantity - o.received_quantity) FROM replenish.open_orders AS o
        WHERE o.material_id = :m1 AND o.order_status = 'OPEN' AND o.due_date < (facts ->> 'first_day')::date + ceil(days)::integer))::float8
    FROM replenish.inventory_levels AS i WHERE i.material_id = :m1), 'position') FROM explained;
SELECT pg_temp.same((plan ->> 'economic_order_quantity')::float8, (
    SELECT sqrt(2 * 365 * avg(h.actual_demand_quantity) * 50 / (12.5 * 0.25)) FROM replenish.demand_history AS h WHERE h.material_id = :m1)::float8, 'economic quantity') FROM explained;
SELECT pg_temp.same((plan #>> '{order,needed}')::float8, reorder_point + demand - position, 'what lasts another interval is more') FROM explained;
SELECT is((plan #>> '{order,quantity}')::float8, ceil((plan #>> '{order,needed}')::float8 / 50) * 50, 'in multiples of 50') FROM explained;
SELECT pg_temp.same((plan #>> '{order,total_cost}')::float8, (plan #>> '{order,quantity}')::float8 * 12.5, 'at the last cost') FROM explained;
-- The loss function of the normal law by Simpson's rule; 1e-6 is what 20,000 steps leave.
SELECT ok(abs((plan #>> '{order,expected_shortage}')::float8 / (
    SELECT sum((CASE WHEN i IN (0, 20000) THEN 1 WHEN i % 2 = 1 THEN 4 ELSE 2 END) * s.x * exp(-0.5 * ((position + s.x - demand) / std_dev) ^ 2)) * s.h / 3 / (std_dev * sqrt(2 * pi()))
    FROM generate_series(0, 20000) AS i, LATERAL (SELECT i * 3000.0::float8 / 20000, 3000.0::float8 / 20000) AS s (x, h) GROUP BY s.h) - 1) < 1e-6, 'expected shortage') FROM explained;
SELECT pg_temp.same((plan #>> '{order,benefit}')::float8, (plan #>> '{order,expected_shortage}')::float8 * 12.5
    - (plan #>> '{order,quantity}')::float8 * 12.5 * 0.25 / 365 * ((plan #>> '{order,quantity}')::float8 / ((plan #>> '{expected_demand,2}')::float8 / 90) / 2), 'benefit') FROM explained;
SELECT matches(d ->> 'text', 'As of 2026-11-22.\nLead time: 15.33 days = \(4 receipts x 17 on average \+ 5 x the stated 14\) / 9.*backtest.*Safety stock: [\d.]+ EA = 1.6449 x [\d.]+.*Quantity: .*sqrt\(2 x 365 x 100.09 a day x 50 an order / \(12.5 x 0.25 a year\)\).*Priority: ', 'the same in words') FROM explained;
SELECT is((SELECT array_agg(k ORDER BY k) FROM explained, jsonb_object_keys(facts) AS k),
    '{backtest,first_day,forecast_algorithm,forecast_series_id,forecast_version,history_end,orders,overrides,prices,receipts,stock}'::text[], 'all facts have their place') FROM explained LIMIT 1;

UPDATE replenish.materials SET maximum_order_quantity = 990 WHERE material_id = :m1;
SELECT is(
    (SELECT recommended_order_quantity FROM replenish.generate_replenishment_recommendations(:demo, :site, ARRAY[:m1]::uuid[], dry_run => true, as_of => '2026-11-22')), 950::numeric, 'the maximum caps it, in whole multiples');
UPDATE replenish.materials SET maximum_order_quantity = NULL WHERE material_id = :m1;
SELECT results_eq(
    format('SELECT safety_stock_quantity, reorder_point, economic_order_quantity, calculation_method, avg_daily_demand, demand_std_dev, avg_lead_time_days, lead_time_std_dev, service_level, z_score FROM replenish.calculate_safety_stock(%L, %L, %L, as_of => ''2026-11-22'')', :demo, :site, :m1),
    $$ SELECT round(safety_stock::numeric, 4), round(reorder_point::numeric, 4), round((plan ->> 'economic_order_quantity')::numeric, 4), 'forecast_error', round((plan ->> 'average_daily_demand')::numeric, 6), round((plan ->> 'demand_std_dev')::numeric, 6), round(lead_time::numeric, 4), round(lead_time_std_dev::numeric, 4), 0.95, round(replenish.service_level_z(0.95)::numeric, 6) FROM explained $$,
    'calculate_safety_stock answers the same numbers');
-- A season and a trend move the reorder point, both ways.
CREATE TEMP TABLE moved AS
SELECT d.day::date AS day, m.material_id, p.reorder_point, p.safety_stock_quantity
FROM generate_series(timestamp '2026-11-22', '2026-12-22', '5 days') AS d (day), (VALUES (:m2::uuid), (:m3)) AS m (material_id),
    LATERAL replenish.calculate_safety_stock(:demo, :site, m.material_id, as_of => d.day::date) AS p;
SELECT ok((SELECT bool_and(reorder_point > before) FROM (SELECT reorder_point, lag(reorder_point) OVER (ORDER BY day) AS before FROM moved WHERE material_id = :m2) AS t WHERE before IS NOT NULL), 'a trend raises it day by day');
SELECT cmp_ok((SELECT max(reorder_point) / min(reorder_point) FROM moved WHERE material_id = :m3), '>', 1.2, 'a season of 30 days swings it over lead times of 22 days');
SELECT ok((SELECT corr(reorder_point, safety_stock_quantity) > 0.99 FROM moved WHERE material_id = :m3), 'and the safety stock with it');
SELECT cmp_ok(
    (SELECT safety_stock_quantity FROM moved WHERE material_id = :m2 AND day = '2026-11-22'), '<',
    (SELECT 0.5 * replenish.service_level_z(0.95)::numeric * (p.plan #>> '{protection,average_error_std_dev}')::numeric FROM replenish.plan_materials(:demo, :site, ARRAY[:m2]::uuid[], '2026-11-22') AS p),
    'a forecast that knows the trend needs less stock than an average that lags behind');

-- A night at four o'clock plans its own day, whose demand is still to come.
SELECT results_eq(
    format('SELECT min(stock_date) FROM replenish.project_stock(%L, %L, %L, ''2026-11-23'')', :demo, :site, :m1), $$ VALUES (date '2026-11-23') $$, 'stock is projected from the first day that is to come');
SELECT results_eq(
    format('SELECT projected_stockout_date, days_until_stockout, recommended_order_date FROM replenish.generate_replenishment_recommendations(%L, %L, ARRAY[%L]::uuid[], dry_run => true, as_of => ''2026-11-23'')', :demo, :site, :m1),
    $$ VALUES (date '2026-12-04', 11, date '2026-11-23') $$, 'one day nearer to the same stock-out');
SELECT is(
    (SELECT min(stock_date) FROM replenish.project_stock(:demo, :site, :m1, '2026-11-23') WHERE closing_stock < 0), date '2026-12-04', 'as the projection has it');
UPDATE replenish.open_orders SET due_date = '2026-11-23' WHERE material_id = :m1;
SELECT is(
    (SELECT (p.plan #>> '{situation,overdue}')::float8 FROM replenish.plan_materials(:demo, :site, ARRAY[:m1]::uuid[], '2026-11-23') AS p), 0::float8, 'what is due today is not overdue');
SELECT is(
    (SELECT (p.plan #>> '{situation,overdue}')::float8 FROM replenish.plan_materials(:demo, :site, ARRAY[:m1]::uuid[], '2026-11-24') AS p), 300::float8, 'tomorrow it will be');
UPDATE replenish.open_orders SET due_date = '2026-11-27' WHERE material_id = :m1;

-- Another vendor's receipts.
INSERT INTO replenish.vendors (tenant_id, vendor_id, vendor_code, vendor_name) VALUES (:demo, :vendor::uuid, 'x', 'x') ON CONFLICT DO NOTHING;
INSERT INTO replenish.vendors (tenant_id, vendor_id, vendor_code, vendor_name) VALUES (:demo, :m2, 'VEN-002', 'Other vendor');
INSERT INTO replenish.supplier_receipts (tenant_id, facility_id, material_id, vendor_id, order_date, receipt_date, received_quantity)
SELECT :demo, :site, :m2, :m2, date '2026-06-01' + i, date '2026-06-01' + i + 60, 10 FROM generate_series(1, 10) AS i;
SELECT is((SELECT avg_lead_time_days FROM replenish.calculate_safety_stock(:demo, :site, :m2)), 10.0000, 'another vendor''s lead times do not count');
UPDATE replenish.materials SET preferred_vendor_id = :m2 WHERE material_id = :m2;
SELECT cmp_ok((SELECT avg_lead_time_days FROM replenish.calculate_safety_stock(:demo, :site, :m2)), '>', 40::numeric, 'until it is the preferred one');
DELETE FROM replenish.supplier_receipts WHERE material_id = :m2;

-- Working days: goods take longer than their number, and all that time demand goes on.
UPDATE replenish.facilities SET closed_weekdays = '{6,7}';
UPDATE replenish.materials SET lead_time_unit = 'WORKING' WHERE material_id = :m2;
SELECT results_eq(
    format('SELECT (plan #>> ''{working_lead_time,mean}'')::float8, (plan #>> ''{lead_time,mean}'')::float8, (plan #>> ''{protection,days}'')::float8 FROM replenish.plan_materials(%L, %L, ARRAY[%L]::uuid[], ''2026-11-22'')', :demo, :site, :m2),
    'VALUES (10::float8, 14::float8, 15::float8)', 'ten working days are two weeks of demand');
INSERT INTO replenish.supplier_receipts (tenant_id, facility_id, material_id, order_date, receipt_date, received_quantity)
VALUES (:demo, :site, :m2, '2026-10-05', '2026-10-19', 10);
SELECT is((SELECT p.facts #>> '{receipts,0,days}' FROM replenish.plan_materials(:demo, :site, ARRAY[:m2]::uuid[], '2026-11-22') AS p), '10', 'receipts are counted in the same unit');
DELETE FROM replenish.supplier_receipts WHERE material_id = :m2;
UPDATE replenish.materials SET lead_time_unit = 'CALENDAR' WHERE material_id = :m2;
UPDATE replenish.facilities SET closed_weekdays = '{}';

-- A new material with a stated reorder point is ordered before anybody bought it.
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom, replenishment_policy, minimum_stock_quantity, maximum_stock_quantity)
VALUES (:demo, :site, 'NEW', 'New', 'EA', 'MIN_MAX', 20, 50), (:demo, :vendor, 'IDLE', 'Nobody asks for it', 'EA', 'EOQ', NULL, NULL);
INSERT INTO replenish.inventory_levels (tenant_id, facility_id, material_id, on_hand_quantity) VALUES (:demo, :site, :site, 5), (:demo, :site, :vendor, 0);
SELECT results_eq(
    format('SELECT recommended_order_quantity, calculation_method, suggestion_reason FROM replenish.generate_replenishment_recommendations(%L, %L, ARRAY[%L, %L]::uuid[], dry_run => true, as_of => ''2026-11-22'')', :demo, :site, :site, :vendor),
    $$ VALUES (45::numeric, 'MIN_MAX', '5 EA available and 0 on order do not exceed the reorder point of 20, as stated for the material. No stock-out is in sight.') $$, 'up to its maximum; one that nobody asks for is left alone');

SELECT is((SELECT count(*) FROM replenish.generate_replenishment_recommendations(:demo, :site, ARRAY[:m1, :m1]::uuid[], as_of => '2026-11-22')), 1::bigint, 'a material named twice is planned once');

-- The budget holds in the nightly run as well.
UPDATE replenish.facilities SET replenishment_budget = 10000;
CALL replenish.run_replenishment(:demo, '2026-11-22');
SELECT ok((SELECT bool_and(is_within_budget IS NOT NULL) AND coalesce(sum(estimated_total_cost) FILTER (WHERE is_within_budget), 0) <= 10000 AND bool_or(NOT is_within_budget) FROM replenish.replenishment_suggestions WHERE suggestion_status = 'PENDING'), 'the night spends no more than the budget');
CREATE TEMP TABLE before AS SELECT xmin::text AS x, suggestion_id FROM replenish.replenishment_suggestions;
CALL replenish.run_replenishment(:demo, '2026-11-22');
SELECT is_empty('SELECT xmin::text, suggestion_id FROM replenish.replenishment_suggestions EXCEPT SELECT * FROM before', 'a second night on unchanged data touches no row');
UPDATE replenish.facilities SET replenishment_budget = NULL;
CALL replenish.run_replenishment(:demo, '2026-11-22');
SELECT is((SELECT count(*) FROM replenish.replenishment_suggestions WHERE is_within_budget IS NOT NULL), 0::bigint, 'without a budget former verdicts go');

-- Urgency has one home.
SELECT is_empty(
    $$ SELECT proname FROM pg_proc WHERE pronamespace = 'replenish'::regnamespace AND prosrc ~* 'then\s+''(CRITICAL|HIGH|MEDIUM|LOW)''' $$, 'no other function decides an urgency');
SELECT is_empty(
    $$ SELECT viewname FROM pg_views WHERE schemaname = 'replenish' AND definition ~* 'then\s+''(CRITICAL|HIGH|MEDIUM|LOW)''' $$, 'nor does a view');

-- An override that has expired is the model's again; one in force is named in the explanation.
SELECT count(*) FROM replenish.override_forecast(:demo, :site, :m1, '2026-11-25', 500, 'trade fair', now() + interval '1 hour', 'ann') \g /dev/null
SELECT is((SELECT p.facts #>> '{overrides,0,by}' FROM replenish.plan_materials(:demo, :site, ARRAY[:m1]::uuid[], '2026-11-22') AS p), 'ann', 'who overrode is shown');
SELECT count(*) FROM replenish.generate_forecasts(:demo, :site, forecast_algorithm => 'THETA') \g /dev/null
SELECT is((SELECT manual_override_quantity FROM replenish.get_material_forecasts(:demo, :site, :m1, '2026-11-25', '2026-11-25')), 500::numeric, 'it survives a new forecast');
SELECT is((SELECT (p.facts #>> '{backtest,weeks}')::integer > 0 FROM replenish.plan_materials(:demo, :site, ARRAY[:m1]::uuid[], '2026-11-22') AS p), true, 'an algorithm that was asked for is judged beside the average, too');
UPDATE replenish.forecast_overrides SET expires_at = now() - interval '1 second';
SELECT is((SELECT p.facts -> 'overrides' FROM replenish.plan_materials(:demo, :site, ARRAY[:m1]::uuid[], '2026-11-22') AS p), '[]'::jsonb, 'and then expires');

UPDATE replenish.materials SET minimum_forecast_history_days = 40;
-- What planners get wrong: SQLSTATE and words; nothing is written.
CREATE TEMP TABLE untouched AS SELECT md5(array_agg(s ORDER BY s.suggestion_id)::text) AS was FROM replenish.replenishment_suggestions AS s;
SELECT throws_ok(call, state, message, call) FROM (VALUES
    (format('UPDATE replenish.materials SET lead_time_days = -1 WHERE material_id = %L', :m1), '23514', 'new row for relation "materials" violates check constraint "materials_lead_time_days_range"'),
    (format('UPDATE replenish.materials SET service_level = 1 WHERE material_id = %L', :m1), '23514', 'new row for relation "materials" violates check constraint "materials_service_level_range"'),
    (format('UPDATE replenish.materials SET order_multiple = 0 WHERE material_id = %L', :m1), '23514', 'new row for relation "materials" violates check constraint "materials_order_multiple_range"'),
    ('SELECT replenish.safety_stock(10, 3, -1)', '22023', 'lead time must be zero or more, not -1'),
    ('SELECT replenish.safety_stock(10, 3, 7, 0, 1)', '22023', 'service level must lie between 0 and 1, not 1'),
    ('SELECT replenish.round_order_quantity(10, 5, 0)', '22023', 'order multiple must be positive, not 0'),
    (format('SELECT * FROM replenish.calculate_safety_stock(%L, %L, %L, 1)', :demo, :site, :m1), '22023', 'service level must lie between 0 and 1, not 1'),
    (format('SELECT * FROM replenish.simulate_policy(%L, %L, lead_time_days => -1)', :demo, :site), '22023', 'lead time must be between 0 and 1000 days, not -1 with a deviation of <NULL>'),
    (format('SELECT * FROM replenish.generate_replenishment_recommendations(%L, %L, ARRAY[%L]::uuid[])', :demo, :site, :a), '22023', format('material %s is unknown', :a)),
    (format('SELECT * FROM replenish.simulate_policy(%L, %L, ARRAY[%L]::uuid[])', :demo, :site, :a), '22023', format('material %s is unknown', :a)),
    (format('SELECT * FROM replenish.simulate_policy(%L, %L, replenishment_policy => ''PERIODS_OF_SUPPLY'', days => 45)', :demo, :site), '22023', 'policy PERIODS_OF_SUPPLY needs supply_days'),
    (format('SELECT * FROM replenish.simulate_policy(%L, %L, service_levels => ''{}'')', :demo, :site), '22023', 'service_levels must name at least one level'),
    (format('SELECT * FROM replenish.simulate_policy(%L, %L, service_levels => NULL)', :demo, :site), '22023', 'service_levels must name at least one level'),
    (format('SELECT * FROM replenish.simulate_policy(%L, %L, abc_class => ''Q'')', :demo, :site), '22023', 'ABC class "Q" is unknown'),
    (format('SELECT * FROM replenish.simulate_policy(%L, %L, demand_classes => ''{smooth, wobbly}'')', :demo, :site), '22023', 'demand class "wobbly" is unknown'),
    (format('SELECT replenish.review_suggestion(%L, ''APPROVED'')', :a), '22023', format('suggestion %s is unknown', :a)),
    (format('SELECT replenish.review_suggestion(%L, ''CONVERTED_TO_PO'')', :'s1'), '22023', 'a purchase_order_id goes with CONVERTED_TO_PO, and only with it')
) AS v (call, state, message);
SELECT is((SELECT md5(array_agg(s ORDER BY s.suggestion_id)::text) FROM replenish.replenishment_suggestions AS s), was, 'nothing was written') FROM untouched;
SELECT results_eq(
    format('SELECT suggestion_status, reviewed_by, review_notes, reviewed_at IS NOT NULL, converted_purchase_order_id FROM replenish.review_suggestion(%L, ''CONVERTED_TO_PO'', ''ordered by phone'', %L, ''ann'')', :'s1', :m2),
    format($$ VALUES ('CONVERTED_TO_PO', 'ann', 'ordered by phone', true, %L::uuid) $$, :m2), 'who, when, why and into what');
SELECT throws_ok(format('SELECT replenish.review_suggestion(%L, ''CONVERTED_TO_PO'', purchase_order_id => %L)', :'s1', :m3), '55000', format('suggestion %s is CONVERTED_TO_PO already', :'s1'), 'a conversion is recorded once');
SELECT throws_ok(format('SELECT replenish.review_suggestion(%L, ''REJECTED'')', :'s1'), '55000', format('suggestion %s is CONVERTED_TO_PO already', :'s1'), 'a closed suggestion stays closed');
SELECT is((SELECT converted_purchase_order_id FROM replenish.replenishment_suggestions WHERE suggestion_id = :'s1'), :m2::uuid, 'with its first order');
SELECT * FROM finish();
