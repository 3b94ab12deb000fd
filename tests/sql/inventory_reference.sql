\ir ../fresh.psql
-- The SQL functions against stockpyl and scipy (the crate walks all 46 cases; here those that SQL
-- has functions for). A quarter of the unit cost is the holding cost of the reference.
\set reference `cat crates/inventory/tests/data/inventory_reference.json`
CREATE TEMP TABLE cases AS
SELECT c ->> 'name' AS name, c -> 'inputs' AS i, c -> 'outputs' AS o
FROM jsonb_array_elements(:'reference'::jsonb -> 'cases') AS c;
CREATE TEMP TABLE compared AS
SELECT name, i, (o ->> 'Q')::float8 AS theirs,
    replenish.economic_order_quantity((i ->> 'D')::float8, (i ->> 'h')::float8 / 0.25, (i ->> 'K')::float8, 0.25) AS ours
FROM cases WHERE name IN ('eoq', 'eoq_moq_multiple')
UNION ALL
SELECT name, i, (o ->> 'Q_rounded_up')::float8,
    replenish.round_order_quantity((o ->> 'Q')::float8, (i ->> 'moq')::float8, (i ->> 'multiple')::float8)
FROM cases WHERE name = 'eoq_moq_multiple'
UNION ALL
SELECT name, i, (o ->> 'z')::float8, replenish.service_level_z((i ->> 'csl')::float8)
FROM cases WHERE name = 'safety_stock_csl'
UNION ALL
SELECT name, i, (o ->> 'safety_stock')::float8,
    replenish.safety_stock((i ->> 'mean_d')::float8, (i ->> 'sd_d')::float8, (i ->> 'L')::float8, (i ->> 'sd_L')::float8, (i ->> 'csl')::float8, 'combined')
FROM cases WHERE name = 'safety_stock_csl'
UNION ALL
SELECT name, i, (o ->> 'reorder_point')::float8,
    replenish.reorder_point((i ->> 'mean_d')::float8, (i ->> 'L')::float8, (o ->> 'safety_stock')::float8)
FROM cases WHERE name = 'safety_stock_csl';

SELECT plan(2);
SELECT is((SELECT count(*) FROM compared), 19::bigint, 'as many figures as there are in the reference');
-- scipy and statrs agree on the normal quantile to 1e-15, and so do the closed forms made of it.
SELECT is_empty('SELECT * FROM compared WHERE ours IS NULL OR abs(ours - theirs) > 1e-9 * abs(theirs)', 'all equal to 1e-9');
SELECT * FROM finish();
