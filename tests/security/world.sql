-- Two tenants for the attacks. A and B share facility and material ids, and B has ids of its own;
-- every quantity, name and note of B is a canary: 735184629 or CANARY. Every table gets rows of
-- both (the registry alone has no canary but B's id, since the batch role reads it); the test refuses to start where one has none of B.
\set a '''aaaaaaaa-0000-4000-8000-000000000000'''
\set b '''ca9a47ee-b000-4000-8000-000000000000'''
\set shared_facility '''ffffffff-0000-4000-8000-000000000001'''
\set b_facility '''ca9a47ee-b000-4000-8000-0000000000f1'''
\set shared_material '''00000000-0000-4000-8000-000000000001'''
\set b_material '''ca9a47ee-b000-4000-8000-000000000003'''

CREATE TEMP TABLE side AS
SELECT s.*, s.tenant = :b AS is_b
FROM (VALUES
    (:a::uuid, 'Alpha', 10::numeric, ARRAY[:shared_facility::uuid], ARRAY[:shared_material::uuid, '00000000-0000-4000-8000-000000000002']),
    (:b, 'CANARY', 735184629, ARRAY[:shared_facility::uuid, :b_facility], ARRAY[:shared_material::uuid, '00000000-0000-4000-8000-000000000002', :b_material])
) AS s (tenant, word, quantity, facilities, materials);

INSERT INTO replenish.tenants (tenant_id, tenant_name) SELECT s.tenant, 'Name' FROM side AS s;
INSERT INTO replenish.facilities (tenant_id, facility_id, facility_code, facility_name)
SELECT s.tenant, f, s.word || f, s.word FROM side AS s, unnest(s.facilities) AS f;
INSERT INTO replenish.vendors (tenant_id, vendor_id, vendor_code, vendor_name)
SELECT s.tenant, CASE WHEN s.is_b THEN 'ca9a47ee-b000-4000-8000-0000000000e1'::uuid ELSE '00000000-0000-4000-8000-0000000000e1' END, s.word, s.word
FROM side AS s;
INSERT INTO replenish.holidays (tenant_id, facility_id, holiday_date, holiday_name)
SELECT s.tenant, f, '2025-02-17', s.word FROM side AS s, unnest(s.facilities) AS f;
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, category, primary_uom, preferred_vendor_id, last_cost, minimum_order_quantity)
SELECT s.tenant, m, s.word || m, s.word, s.word, left(s.word, 6), v.vendor_id, s.quantity, s.quantity
FROM side AS s JOIN replenish.vendors AS v ON v.tenant_id = s.tenant, unnest(s.materials) AS m;
INSERT INTO replenish.class_service_levels (tenant_id, abc_class, xyz_class, service_level)
SELECT s.tenant, 'A', 'X', CASE WHEN s.is_b THEN 0.735184629 ELSE 0.9 END FROM side AS s;
INSERT INTO replenish.vendor_prices (tenant_id, vendor_id, material_id, from_quantity, unit_price)
SELECT v.tenant_id, v.vendor_id, m.material_id, s.quantity, s.quantity
FROM side AS s JOIN replenish.vendors AS v ON v.tenant_id = s.tenant JOIN replenish.materials AS m ON m.tenant_id = s.tenant;
INSERT INTO replenish.inventory_levels (tenant_id, facility_id, material_id, on_hand_quantity)
SELECT s.tenant, f, m, s.quantity FROM side AS s, unnest(s.facilities) AS f, unnest(s.materials) AS m;
INSERT INTO replenish.open_orders (tenant_id, facility_id, material_id, due_date, ordered_quantity)
SELECT s.tenant, f, m, '2025-03-05', s.quantity FROM side AS s, unnest(s.facilities) AS f, unnest(s.materials) AS m;
INSERT INTO replenish.supplier_receipts (tenant_id, facility_id, material_id, order_date, receipt_date, received_quantity)
SELECT s.tenant, f, m, date '2025-01-01' + i, date '2025-01-15' + i, s.quantity
FROM side AS s, unnest(s.facilities) AS f, unnest(s.materials) AS m, generate_series(1, 3) AS i;
INSERT INTO replenish.inventory_transactions (tenant_id, facility_id, material_id, transaction_type, transaction_at, quantity)
SELECT s.tenant, f, m, 'ISSUE', '2025-02-27 12:00Z', s.quantity FROM side AS s, unnest(s.facilities) AS f, unnest(s.materials) AS m;
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT s.tenant, f, m, date '2024-12-01' + i, s.quantity, left(s.word, 6)
FROM side AS s, unnest(s.facilities) AS f, unnest(s.materials) AS m, generate_series(0, 89) AS i;

-- What the product makes of it, for each tenant as that tenant.
SELECT
    format('SET app.current_tenant_id = %L', s.tenant),
    format('SELECT count(*) FROM replenish.generate_forecasts(%L, %L, as_of => %L)', s.tenant, f, '2025-01-31'),
    format('SELECT count(*) FROM replenish.generate_forecasts(%L, %L)', s.tenant, f),
    format('SELECT count(*) FROM replenish.override_forecast(%L, %L, %L, %L, %s, %L)', s.tenant, f, s.materials[1], '2025-03-05', s.quantity, s.word),
    format('SELECT count(*) FROM replenish.calculate_forecast_accuracy(%L, %L)', s.tenant, f),
    format('CALL replenish.run_daily_forecasts(%L)', s.tenant),
    format('CALL replenish.run_forecast_accuracy(%L)', s.tenant),
    format('CALL replenish.run_replenishment(%L, %L)', s.tenant, '2025-03-01'),
    'RESET app.current_tenant_id'
FROM side AS s, unnest(s.facilities) AS f \gexec
\ir late_demand.sql
INSERT INTO replenish.job_errors (tenant_id, job_run_id, sqlstate, message)
SELECT DISTINCT ON (r.tenant_id) r.tenant_id, r.job_run_id, '22000', s.word
FROM replenish.job_runs AS r JOIN side AS s ON s.tenant = r.tenant_id;
CALL replenish.run_alerts();
INSERT INTO replenish.alerts (tenant_id, alert_name, subject, severity, message, opened_at, last_seen_at)
SELECT s.tenant, 'JOB_FAILED', s.word, 'CRITICAL', s.word, now(), now() FROM side AS s;
UPDATE replenish.replenishment_suggestions SET review_notes = 'CANARY' WHERE tenant_id = :b;
ANALYZE;
