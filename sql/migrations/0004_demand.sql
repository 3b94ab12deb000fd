CREATE TABLE replenish.demand_history (
    tenant_id                  uuid        NOT NULL,
    facility_id                uuid        NOT NULL,
    material_id                uuid        NOT NULL,
    demand_date                date        NOT NULL,
    demand_history_id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    year integer GENERATED ALWAYS AS
        (CASE WHEN isfinite(demand_date) THEN extract(year FROM demand_date)::integer END) STORED,
    month integer GENERATED ALWAYS AS
        (CASE WHEN isfinite(demand_date) THEN extract(month FROM demand_date)::integer END) STORED,
    week_of_year integer GENERATED ALWAYS AS
        (CASE WHEN isfinite(demand_date) THEN extract(week FROM demand_date)::integer END) STORED,
    day_of_week integer GENERATED ALWAYS AS
        (CASE WHEN isfinite(demand_date) THEN extract(dow FROM demand_date)::integer END) STORED,
    quarter integer GENERATED ALWAYS AS
        (CASE WHEN isfinite(demand_date) THEN extract(quarter FROM demand_date)::integer END) STORED,
    is_holiday                 boolean     NOT NULL DEFAULT false,
    is_promotional_period      boolean     NOT NULL DEFAULT false,
    is_stockout                boolean     NOT NULL DEFAULT false,
    actual_demand_quantity     numeric     NOT NULL,
    forecasted_demand_quantity numeric,
    demand_uom                 text        NOT NULL,
    sales_order_demand         numeric     NOT NULL DEFAULT 0,
    production_order_demand    numeric     NOT NULL DEFAULT 0,
    transfer_order_demand      numeric     NOT NULL DEFAULT 0,
    scrap_adjustment           numeric     NOT NULL DEFAULT 0,
    avg_unit_price             numeric,
    promotional_discount_pct   numeric,
    marketing_campaign_active  boolean     NOT NULL DEFAULT false,
    forecast_error numeric GENERATED ALWAYS AS
        (forecasted_demand_quantity - actual_demand_quantity) STORED,
    absolute_percentage_error numeric GENERATED ALWAYS AS
        (round(100 * abs(forecasted_demand_quantity - actual_demand_quantity)
            / nullif(actual_demand_quantity, 0), 4)) STORED,
    created_at                 timestamptz NOT NULL DEFAULT now(),
    created_by                 text        NOT NULL DEFAULT current_user,
    updated_at                 timestamptz,
    updated_by                 text,
    -- What a night reads rides along, so that it reads series from the index alone, however they lie
    -- in the table.
    CONSTRAINT demand_history_pkey PRIMARY KEY (tenant_id, facility_id, material_id, demand_date)
        INCLUDE (actual_demand_quantity, is_stockout),
    CONSTRAINT demand_history_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT demand_history_demand_date_range
        CHECK (demand_date BETWEEN '1900-01-01' AND '2999-12-31'),
    CONSTRAINT demand_history_actual_demand_quantity_range
        CHECK (actual_demand_quantity >= 0 AND actual_demand_quantity < 1e12),
    CONSTRAINT demand_history_forecasted_demand_quantity_range
        CHECK (forecasted_demand_quantity >= 0 AND forecasted_demand_quantity < 1e15),
    CONSTRAINT demand_history_parts_range CHECK (
        abs(sales_order_demand) < 1e12 AND abs(production_order_demand) < 1e12
        AND abs(transfer_order_demand) < 1e12 AND abs(scrap_adjustment) < 1e12
    ),
    CONSTRAINT demand_history_avg_unit_price_range CHECK (avg_unit_price >= 0 AND avg_unit_price < 1e12),
    CONSTRAINT demand_history_promotional_discount_pct_range
        CHECK (promotional_discount_pct BETWEEN 0 AND 100)
);
CREATE INDEX demand_history_facility_date_idx
    ON replenish.demand_history (tenant_id, facility_id, demand_date);
COMMENT ON TABLE replenish.demand_history IS
'Demand of a material at a facility, one row a day. A day without a row is a day without demand, unless the material says INTERPOLATE.';
COMMENT ON COLUMN replenish.demand_history.demand_history_id IS 'Identity of the row for API clients.';
COMMENT ON COLUMN replenish.demand_history.demand_date IS 'The day, 1900 to 2999.';
COMMENT ON COLUMN replenish.demand_history.year IS 'Year of demand_date.';
COMMENT ON COLUMN replenish.demand_history.month IS 'Month of demand_date, 1 to 12.';
COMMENT ON COLUMN replenish.demand_history.week_of_year IS 'ISO week of demand_date, 1 to 53.';
COMMENT ON COLUMN replenish.demand_history.day_of_week IS 'Day of the week of demand_date, 0 (Sunday) to 6.';
COMMENT ON COLUMN replenish.demand_history.quarter IS 'Quarter of demand_date, 1 to 4.';
COMMENT ON COLUMN replenish.demand_history.is_holiday IS 'Whether the day was a holiday.';
COMMENT ON COLUMN replenish.demand_history.is_promotional_period IS 'Whether a promotion ran.';
COMMENT ON COLUMN replenish.demand_history.is_stockout IS 'Whether stock had run out, so that more may have been asked for than was recorded. Counts for materials whose masked_demand is STOCKOUTS or BOTH; record_stockouts() sets it.';
COMMENT ON COLUMN replenish.demand_history.actual_demand_quantity IS 'Units asked for that day, zero or more.';
COMMENT ON COLUMN replenish.demand_history.forecasted_demand_quantity IS 'The last forecast made before that day, in units; written by the accuracy run.';
COMMENT ON COLUMN replenish.demand_history.demand_uom IS 'Unit of the quantities.';
COMMENT ON COLUMN replenish.demand_history.sales_order_demand IS 'Part of the demand from sales orders, in units.';
COMMENT ON COLUMN replenish.demand_history.production_order_demand IS 'Part of the demand from production orders, in units.';
COMMENT ON COLUMN replenish.demand_history.transfer_order_demand IS 'Part of the demand from transfers to other facilities, in units.';
COMMENT ON COLUMN replenish.demand_history.scrap_adjustment IS 'Part of the demand from scrap, in units.';
COMMENT ON COLUMN replenish.demand_history.avg_unit_price IS 'Average price of one unit that day.';
COMMENT ON COLUMN replenish.demand_history.promotional_discount_pct IS 'Discount in percent, 0 to 100.';
COMMENT ON COLUMN replenish.demand_history.marketing_campaign_active IS 'Whether a campaign ran.';
COMMENT ON COLUMN replenish.demand_history.forecast_error IS 'Forecast minus actual, in units.';
COMMENT ON COLUMN replenish.demand_history.absolute_percentage_error IS '100 |forecast - actual| / actual; NULL where actual is 0.';
SELECT replenish.isolate_tenant('replenish.demand_history');
