-- :materials materials x :days days that end on 2025-12-31: level, trend, weekly pattern and noise, seed
-- fixed (after the description of gen_syn.py in the data folder). The rows come in day by day, as a
-- shop's do. Loaded without trigger work: it is not measured.
\set tenant '00000000-0000-4000-8000-00000000be00'
\set facility '00000000-0000-4000-8000-00000000be01'
\if :{?days} \else
    \set days 365
\endif
SET session_replication_role = replica;
SELECT setseed(0.20260101) \g /dev/null
INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES (:'tenant', 'Bench');
INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom, standard_cost)
SELECT :'tenant', md5('bench ' || i)::uuid, 'B' || i, 'Bench ' || i, 'EA', 10
FROM generate_series(1, :materials) AS i;
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT :'tenant', :'facility', m.material_id, date '2026-01-01' - :days + d,
    greatest(1, round((m.level * (1 + m.trend * d) * (1 + m.week[1 + d % 7]) * (1 + m.noise * (random() + random() + random() - 1.5) * 2))::numeric)), 'EA'
FROM generate_series(0, :days - 1) AS d
CROSS JOIN (
    SELECT md5('bench ' || i)::uuid AS material_id, exp(4 + 0.8 * (random() + random() + random() - 1.5) * 2) AS level,
        0.0008 * (random() * 2 - 1) AS trend, 0.05 + 0.3 * random() AS noise,
        ARRAY[random(), random(), random(), random(), random(), random(), random()]::float8[] AS week
    FROM generate_series(1, :materials) AS i
) AS m;
INSERT INTO replenish.inventory_levels (tenant_id, facility_id, material_id, on_hand_quantity)
SELECT :'tenant', :'facility', h.material_id, round(sum(h.actual_demand_quantity) / 20)
FROM replenish.demand_history AS h
WHERE h.tenant_id = :'tenant'
GROUP BY h.material_id;
RESET session_replication_role;
VACUUM ANALYZE replenish.demand_history;
