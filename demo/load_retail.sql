-- Loads the daily sales of an online shop (see the README of the data folder) as tenant d001, and
-- derives stock from them. psql variables: retail_daily and retail_meta, paths of the two csv.gz
-- files; holdout_days, days at the end that are loaded later (0 for none).

\set tenant '00000000-0000-4000-8000-00000000d001'
\set facility '00000000-0000-4000-8000-00000000f002'

BEGIN;
SELECT set_config('app.current_tenant_id', :'tenant', true) AS tenant \gset

CREATE TEMP TABLE retail_daily (series_id text, sale_date date, quantity numeric) ON COMMIT DROP;
CREATE TEMP TABLE retail_meta (
    series_id text, first_sale date, sale_days int, total_qty numeric, last28_qty numeric,
    avg_price numeric, description text
) ON COMMIT DROP;
\set copy_daily '\\copy retail_daily FROM PROGRAM ''gzip -cd ' :retail_daily ''' WITH (FORMAT csv, HEADER)'
\set copy_meta '\\copy retail_meta FROM PROGRAM ''gzip -cd ' :retail_meta ''' WITH (FORMAT csv, HEADER)'
:copy_daily
:copy_meta

INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES (:'tenant', 'Online retail');
INSERT INTO replenish.facilities (tenant_id, facility_id, facility_code, facility_name)
VALUES (:'tenant', :'facility', 'SHOP', 'Online shop');

INSERT INTO replenish.materials (
    tenant_id, material_id, material_code, material_name, category, primary_uom, standard_cost,
    season_length
)
SELECT :'tenant', md5('retail ' || m.series_id)::uuid, m.series_id,
    coalesce(nullif(m.description, ''), m.series_id), 'Retail', 'EA', round(m.avg_price * 0.5, 4),
    -- The shop is closed on Saturdays: its demand has a week, whatever a single article shows.
    7
FROM retail_meta AS m;

INSERT INTO replenish.demand_history (
    tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom,
    sales_order_demand
)
SELECT :'tenant', :'facility', md5('retail ' || d.series_id)::uuid, d.sale_date, d.quantity, 'EA',
    d.quantity
FROM retail_daily AS d
WHERE d.sale_date <= (SELECT max(x.sale_date) FROM retail_daily AS x) - :holdout_days::int;

-- Stock: what an average article of its kind would have left between two deliveries, from 3 to 30
-- days of supply, spread by the article's number.
INSERT INTO replenish.inventory_levels (tenant_id, facility_id, material_id, on_hand_quantity)
SELECT :'tenant', :'facility', s.material_id,
    ceil(s.per_day * (3 + ('x' || substr(md5(s.material_id::text), 1, 6))::bit(24)::int % 28))
FROM (
    SELECT h.material_id, sum(h.actual_demand_quantity) / greatest(
        (SELECT max(x.demand_date) FROM replenish.demand_history AS x WHERE x.tenant_id = :'tenant')
            - min(h.demand_date) + 1, 1) AS per_day
    FROM replenish.demand_history AS h
    WHERE h.tenant_id = :'tenant'
    GROUP BY h.material_id
) AS s;

-- The held-out days wait here, for whoever plays them later.
CREATE TABLE public.retail_holdout AS
SELECT md5('retail ' || d.series_id)::uuid AS material_id, d.sale_date, d.quantity
FROM retail_daily AS d
WHERE d.sale_date > (SELECT max(x.sale_date) FROM retail_daily AS x) - :holdout_days::int
    AND EXISTS (
        SELECT FROM replenish.demand_history AS h
        WHERE h.tenant_id = :'tenant' AND h.material_id = md5('retail ' || d.series_id)::uuid
    );
COMMIT;
ANALYZE;
SELECT count(*) AS articles_with_demand FROM replenish.inventory_levels WHERE tenant_id = :'tenant';
