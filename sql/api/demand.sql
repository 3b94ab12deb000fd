CREATE FUNCTION replenish_api.get_demand_history(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    start_date date = NULL,
    end_date date = NULL
) RETURNS SETOF replenish.demand_record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 365
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.*
    FROM replenish.get_demand_history(
        get_demand_history.tenant_id, get_demand_history.facility_id,
        get_demand_history.material_id, get_demand_history.start_date, get_demand_history.end_date
    ) AS h
$$;
COMMENT ON FUNCTION replenish_api.get_demand_history(uuid, uuid, uuid, date, date) IS
'Demand of a material at a facility, oldest first.
Both days are included; leave them out for all there is.';

CREATE FUNCTION replenish_api.record_demand(
    tenant_id uuid,
    facility_id uuid,
    material_id uuid,
    demand_date date,
    actual_demand_quantity numeric,
    demand_uom text = NULL,
    sales_order_demand numeric = NULL,
    production_order_demand numeric = NULL,
    transfer_order_demand numeric = NULL,
    scrap_adjustment numeric = NULL,
    avg_unit_price numeric = NULL,
    promotional_discount_pct numeric = NULL,
    marketing_campaign_active boolean = NULL
) RETURNS replenish.demand_record
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT replenish.record_demand(
        record_demand.tenant_id, record_demand.facility_id, record_demand.material_id,
        record_demand.demand_date, record_demand.actual_demand_quantity, record_demand.demand_uom,
        record_demand.sales_order_demand, record_demand.production_order_demand,
        record_demand.transfer_order_demand, record_demand.scrap_adjustment,
        record_demand.avg_unit_price, record_demand.promotional_discount_pct,
        record_demand.marketing_campaign_active
    )
$$;
COMMENT ON FUNCTION replenish_api.record_demand(uuid, uuid, uuid, date, numeric, text, numeric, numeric, numeric, numeric, numeric, numeric, boolean) IS
'Adds demand to the day''s row, or makes the row, and answers it.
Quantities are in the material''s unit.';

CREATE FUNCTION replenish_api.backfill_demand_history(
    tenant_id uuid,
    facility_id uuid,
    start_date date,
    end_date date
) RETURNS integer
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT replenish.backfill_demand_history(
        backfill_demand_history.tenant_id, backfill_demand_history.facility_id,
        backfill_demand_history.start_date, backfill_demand_history.end_date
    )
$$;
COMMENT ON FUNCTION replenish_api.backfill_demand_history(uuid, uuid, date, date) IS
'Derives the demand of a period from the stock ledger and answers how many rows changed.
Both days are included; running it again changes nothing.';
