-- Demand of a day that models have seen, for both tenants of world.sql: each has a note of it, until its next night.
SELECT
    format('SET app.current_tenant_id = %L', t.tenant_id),
    format('SELECT replenish.record_demand(%L, %L, %L, %L, 1)', t.tenant_id, f.facility_id, m.material_id, '2024-12-05'),
    'RESET app.current_tenant_id'
FROM replenish.tenants AS t
JOIN replenish.facilities AS f USING (tenant_id)
CROSS JOIN LATERAL (SELECT min(m.material_id::text) AS material_id FROM replenish.materials AS m WHERE m.tenant_id = t.tenant_id) AS m
WHERE t.tenant_id IN ('aaaaaaaa-0000-4000-8000-000000000000', 'ca9a47ee-b000-4000-8000-000000000000') \gexec
