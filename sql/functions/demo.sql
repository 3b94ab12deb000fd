CREATE FUNCTION replenish.load_demo_data(last_day date = current_date OPERATOR(pg_catalog.-) 1)
RETURNS TABLE (tenant_id uuid, facility_id uuid, material_id uuid, material_code text, demand_days integer)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    tenant CONSTANT uuid := '00000000-0000-4000-8000-00000000d000';
    facility CONSTANT uuid := '00000000-0000-4000-8000-00000000f001';
    vendor CONSTANT uuid := '00000000-0000-4000-8000-00000000e001';
    days CONSTANT integer := 90;
BEGIN
    PERFORM replenish.enter_tenant(tenant);
    INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES (tenant, 'Demo tenant')
    ON CONFLICT DO NOTHING;
    INSERT INTO replenish.facilities (tenant_id, facility_id, facility_code, facility_name)
    VALUES (tenant, facility, 'FAC-001', 'Demo warehouse')
    ON CONFLICT DO NOTHING;
    INSERT INTO replenish.vendors (tenant_id, vendor_id, vendor_code, vendor_name)
    VALUES (tenant, vendor, 'VEN-001', 'Demo vendor')
    ON CONFLICT DO NOTHING;
    INSERT INTO replenish.materials (
        tenant_id, material_id, material_code, material_name, category, primary_uom,
        preferred_vendor_id, abc_class, last_cost, lead_time_days, minimum_order_quantity,
        order_multiple, demand_pattern
    )
    VALUES
        (tenant, '00000000-0000-4000-8000-000000000001', 'MAT-FCST-001', 'Stable demand', 'Demo',
            'EA', vendor, 'A', 12.50, 14, 100, 50, 'STABLE'),
        (tenant, '00000000-0000-4000-8000-000000000002', 'MAT-FCST-002', 'Trending demand', 'Demo',
            'EA', vendor, 'B', 4.80, 10, NULL, 24, 'STABLE'),
        (tenant, '00000000-0000-4000-8000-000000000003', 'MAT-FCST-003', 'Seasonal demand', 'Demo',
            'EA', vendor, 'B', 7.20, 21, 200, NULL, 'SEASONAL')
    ON CONFLICT DO NOTHING;
    -- Wobbles come from the day's number, so every load brings the same figures.
    WITH wobbles AS (
        SELECT i AS day, ('x' || substr(md5(i::text), 1, 6))::bit(24)::integer AS wobble
        FROM generate_series(1, days) AS i
    )
    INSERT INTO replenish.demand_history (
        tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom,
        sales_order_demand
    )
    SELECT tenant, facility, d.material_id, last_day - days + d.day, d.quantity, 'EA', d.quantity
    FROM (
        SELECT '00000000-0000-4000-8000-000000000001'::uuid AS material_id, w.day,
            95 + w.wobble % 11 AS quantity
        FROM wobbles AS w
        UNION ALL
        SELECT '00000000-0000-4000-8000-000000000002', w.day,
            round(82 + 36.0 * (w.day - 1) / (days - 1) + w.wobble % 5 - 2)
        FROM wobbles AS w
        UNION ALL
        SELECT '00000000-0000-4000-8000-000000000003', w.day,
            round((100 + 48 * sin(2 * pi() * w.day / 30))::numeric + w.wobble % 5 - 2)
        FROM wobbles AS w
    ) AS d
    ON CONFLICT DO NOTHING;
    INSERT INTO replenish.inventory_levels (
        tenant_id, facility_id, material_id, on_hand_quantity, allocated_quantity
    )
    VALUES
        (tenant, facility, '00000000-0000-4000-8000-000000000001', 900, 50),
        (tenant, facility, '00000000-0000-4000-8000-000000000002', 1400, 0),
        (tenant, facility, '00000000-0000-4000-8000-000000000003', 2600, 200)
    ON CONFLICT DO NOTHING;
    INSERT INTO replenish.open_orders (
        tenant_id, order_id, facility_id, material_id, vendor_id, order_status, order_date,
        due_date, ordered_quantity
    )
    VALUES
        (tenant, '00000000-0000-4000-8000-00000000b001', facility,
            '00000000-0000-4000-8000-000000000001', vendor, 'OPEN', last_day - 10, last_day + 5, 300),
        (tenant, '00000000-0000-4000-8000-00000000b002', facility,
            '00000000-0000-4000-8000-000000000003', vendor, 'DRAFT', NULL, last_day + 20, 1000)
    ON CONFLICT DO NOTHING;
    INSERT INTO replenish.supplier_receipts (
        tenant_id, receipt_id, facility_id, material_id, vendor_id, order_date, receipt_date,
        received_quantity
    )
    SELECT tenant, ('00000000-0000-4000-8000-00000000c00' || i)::uuid, facility,
        '00000000-0000-4000-8000-000000000001', vendor, last_day - 20 * i,
        last_day - 20 * i + 12 + 2 * i, 500
    FROM generate_series(1, 4) AS i
    ON CONFLICT DO NOTHING;
    RETURN QUERY
    SELECT h.tenant_id, h.facility_id, h.material_id, m.material_code, count(*)::integer
    FROM replenish.demand_history AS h
    JOIN replenish.materials AS m ON m.tenant_id = h.tenant_id AND m.material_id = h.material_id
    WHERE h.tenant_id = tenant
    GROUP BY h.tenant_id, h.facility_id, h.material_id, m.material_code
    ORDER BY m.material_code;
END
$$;
