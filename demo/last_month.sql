-- The demo tenant's forecasts as they would have been made four weeks before its last day.
BEGIN;
SELECT set_config('app.current_tenant_id', '00000000-0000-4000-8000-00000000d000', true);
SELECT count(*)
FROM replenish.generate_forecasts(
    '00000000-0000-4000-8000-00000000d000',
    '00000000-0000-4000-8000-00000000f001',
    as_of => (SELECT max(h.demand_date) - 28 FROM replenish.demand_history AS h
        WHERE h.tenant_id = '00000000-0000-4000-8000-00000000d000')
);
COMMIT;
