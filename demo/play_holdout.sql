-- The held-out days come in, as record_demand would have brought them day by day.
\set tenant '00000000-0000-4000-8000-00000000d001'
\set facility '00000000-0000-4000-8000-00000000f002'
BEGIN;
SELECT set_config('app.current_tenant_id', :'tenant', true) AS tenant \gset
INSERT INTO replenish.demand_history (
    tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom
)
SELECT :'tenant', :'facility', h.material_id, h.sale_date, h.quantity, 'EA'
FROM public.retail_holdout AS h
ORDER BY h.material_id, h.sale_date;
DROP TABLE public.retail_holdout;
COMMIT;
ANALYZE replenish.demand_history;
