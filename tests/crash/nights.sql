-- The nightly runs, in small chunks; new settings and new demand leave them something to do.
\set tenant '''00000000-0000-4000-8000-00000000be00'''
UPDATE replenish.materials SET season_length = CASE WHEN season_length = 7 THEN NULL ELSE 7 END
WHERE material_id IN (SELECT material_id FROM replenish.materials ORDER BY random() LIMIT 40);
CALL replenish.run_daily_forecasts(:tenant, batch_size => 20);
UPDATE replenish.inventory_levels SET on_hand_quantity = greatest(0, on_hand_quantity + 20 - floor(40 * random())::integer);
CALL replenish.run_forecast_accuracy(:tenant, batch_size => 20);
CALL replenish.run_replenishment(:tenant, '2026-01-01', batch_size => 20);
