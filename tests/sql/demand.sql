\ir ../fresh.psql
\ir ../two_tenants.psql
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_batch;
SELECT plan(18);

-- Calendar columns are derived.
SELECT results_eq(
    $$ SELECT year, month, week_of_year, day_of_week, quarter FROM replenish.demand_history
       WHERE material_id = '00000000-0000-4000-8000-000000000001' AND demand_date = '2025-01-01' $$,
    'VALUES (2025, 1, 1, 3, 1)', 'calendar columns, weeks by ISO');

-- record_demand adds to the day's row.
SELECT is((replenish.record_demand(:a, :facility, :m1, '2025-03-10', 5, sales_order_demand => 5)).actual_demand_quantity, 5::numeric, 'the first record makes the row');
SELECT is((replenish.record_demand(:a, :facility, :m1, '2025-03-10', 7, production_order_demand => 7)).actual_demand_quantity, 12::numeric, 'the second adds to it');
SELECT results_eq(
    $$ SELECT sales_order_demand, production_order_demand, demand_uom FROM replenish.demand_history WHERE demand_date = '2025-03-10' $$,
    $$ VALUES (5::numeric, 7::numeric, 'EA') $$, 'part by part, in the material''s unit');
INSERT INTO replenish.holidays (tenant_id, facility_id, holiday_date, holiday_name) VALUES (:a, :facility, '2025-03-11', 'Fair');
SELECT is((replenish.record_demand(:a, :facility, :m1, '2025-03-11', 1)).is_holiday, true, 'holidays are marked');

-- Errors and percentages.
UPDATE replenish.demand_history SET forecasted_demand_quantity = 15 WHERE demand_date = '2025-03-10';
SELECT results_eq(
    $$ SELECT forecast_error, absolute_percentage_error, updated_by FROM replenish.demand_history WHERE demand_date = '2025-03-10' $$,
    $$ VALUES (3::numeric, 25.0000, 'replenish_batch') $$, 'forecast error is forecast minus actual; updates leave a trace');

-- Backfill from the ledger.
UPDATE replenish.tenants SET time_zone = 'America/New_York';
INSERT INTO replenish.inventory_transactions (tenant_id, facility_id, material_id, transaction_type, transaction_at, quantity, order_kind)
VALUES
    (:a, :facility, :m2, 'ISSUE', '2025-04-01 12:00 UTC', -10, 'SALES'),
    (:a, :facility, :m2, 'ISSUE', '2025-04-02 02:00 UTC', -4, 'PRODUCTION'),
    (:a, :facility, :m2, 'SCRAP', '2025-04-01 15:00 UTC', -1, NULL),
    (:a, :facility, :m2, 'TRANSFER', '2025-04-01 16:00 UTC', -2, NULL),
    (:a, :facility, :m2, 'RECEIPT', '2025-04-01 16:00 UTC', 500, NULL),
    (:a, :facility, :m2, 'ISSUE', '2025-04-02 12:00 UTC', -6, NULL);
SELECT is(replenish.backfill_demand_history(:a, :facility, '2025-04-01', '2025-04-02'), 2, 'two days come in');
SELECT results_eq(
    $$ SELECT demand_date, actual_demand_quantity, sales_order_demand, production_order_demand, transfer_order_demand, scrap_adjustment
       FROM replenish.demand_history WHERE demand_date >= '2025-04-01' ORDER BY 1 $$,
    $$ VALUES (date '2025-04-01', 17::numeric, 10::numeric, 4::numeric, 2::numeric, 1::numeric), ('2025-04-02', 6, 6, 0, 0, 0) $$,
    'days begin in the tenant''s time zone; receipts are no demand');
SELECT is(replenish.backfill_demand_history(:a, :facility, '2025-04-01', '2025-04-02'), 0, 'again: nothing changes');
UPDATE replenish.inventory_transactions SET quantity = -9 WHERE quantity = -6;
SELECT is(replenish.backfill_demand_history(:a, :facility, '2025-04-01', '2025-04-02'), 1, 'a corrected ledger corrects its day');

-- Reads.
SELECT is((SELECT count(*) FROM replenish.get_demand_history(:a, :facility, :m1)), 62::bigint, 'all of it');
SELECT is((SELECT count(*) FROM replenish.get_demand_history(:a, :facility, :m1, '2025-01-10', '2025-01-12')), 3::bigint, 'both ends included');
SELECT is((SELECT total_demand_quantity FROM replenish.daily_demand_summary WHERE material_id = :m1 AND demand_date = '2025-03-10'), 12::numeric, 'summary');

-- Bad rows.
SELECT throws_ok($$ UPDATE replenish.demand_history SET actual_demand_quantity = -1 $$, '23514', NULL, 'demand is never negative');
SELECT throws_ok($$ UPDATE replenish.demand_history SET actual_demand_quantity = 'NaN' $$, '23514', NULL, 'nor NaN');
SELECT throws_ok($$ UPDATE replenish.demand_history SET demand_date = 'infinity' $$, '23514', NULL, 'nor at infinity');
SELECT throws_ok($$ UPDATE replenish.materials SET service_level = 1 $$, '23514', NULL, 'a service level is below 1');
RESET ROLE;
SELECT throws_ok($$ UPDATE replenish.tenants SET time_zone = 'Europe/Berln' $$, '22023', 'time zone "Europe/Berln" not recognized', 'a time zone that nobody knows is refused');
SELECT * FROM finish();
