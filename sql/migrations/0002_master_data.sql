CREATE TABLE replenish.materials (
    tenant_id                     uuid        NOT NULL,
    material_id                   uuid        NOT NULL,
    material_code                 text        NOT NULL,
    material_name                 text        NOT NULL,
    category                      text,
    primary_uom                   text        NOT NULL,
    preferred_vendor_id           uuid,
    abc_class                     text,
    xyz_class                     text,
    standard_cost                 numeric,
    last_cost                     numeric,
    ordering_cost                 numeric     NOT NULL DEFAULT 50,
    holding_cost_pct              numeric     NOT NULL DEFAULT 0.25,
    lead_time_days                numeric     NOT NULL DEFAULT 14,
    minimum_order_quantity        numeric,
    order_multiple                numeric,
    maximum_order_quantity        numeric,
    replenishment_policy          text        NOT NULL DEFAULT 'EOQ',
    supply_days                   integer,
    minimum_stock_quantity        numeric,
    maximum_stock_quantity        numeric,
    review_period_days            numeric     NOT NULL DEFAULT 1,
    service_measure               text        NOT NULL DEFAULT 'CYCLE_SERVICE',
    service_level                 numeric     NOT NULL DEFAULT 0.95,
    use_class_service_level       boolean     NOT NULL DEFAULT true,
    safety_stock_days             numeric,
    shortage_cost                 numeric,
    lead_time_unit                text        NOT NULL DEFAULT 'CALENDAR',
    shelf_life_days               integer,
    forecasting_enabled           boolean     NOT NULL DEFAULT true,
    forecast_algorithm            text        NOT NULL DEFAULT 'AUTO',
    forecast_horizon_days         integer     NOT NULL DEFAULT 90,
    forecast_update_frequency     text        NOT NULL DEFAULT 'WEEKLY',
    season_length                 integer,
    missing_demand                text        NOT NULL DEFAULT 'ZERO',
    masked_demand                 text        NOT NULL DEFAULT 'NONE',
    minimum_forecast_history_days integer     NOT NULL DEFAULT 90,
    target_forecast_accuracy_pct  numeric     NOT NULL DEFAULT 20,
    demand_pattern                text,
    created_at                    timestamptz NOT NULL DEFAULT now(),
    created_by                    text        NOT NULL DEFAULT current_user,
    updated_at                    timestamptz,
    updated_by                    text,
    CONSTRAINT materials_pkey PRIMARY KEY (tenant_id, material_id),
    CONSTRAINT materials_code_key UNIQUE (tenant_id, material_code),
    CONSTRAINT materials_preferred_vendor_fkey FOREIGN KEY (tenant_id, preferred_vendor_id)
        REFERENCES replenish.vendors (tenant_id, vendor_id),
    CONSTRAINT materials_abc_class_known CHECK (abc_class IN ('A', 'B', 'C')),
    CONSTRAINT materials_standard_cost_range CHECK (standard_cost >= 0 AND standard_cost < 1e12),
    CONSTRAINT materials_last_cost_range CHECK (last_cost >= 0 AND last_cost < 1e12),
    CONSTRAINT materials_ordering_cost_range CHECK (ordering_cost >= 0 AND ordering_cost < 1e12),
    CONSTRAINT materials_holding_cost_pct_range CHECK (holding_cost_pct > 0 AND holding_cost_pct <= 1),
    CONSTRAINT materials_lead_time_days_range CHECK (lead_time_days >= 0 AND lead_time_days <= 1000),
    CONSTRAINT materials_minimum_order_quantity_range
        CHECK (minimum_order_quantity >= 0 AND minimum_order_quantity < 1e12),
    CONSTRAINT materials_order_multiple_range CHECK (order_multiple > 0 AND order_multiple < 1e12),
    CONSTRAINT materials_maximum_order_quantity_range
        CHECK (maximum_order_quantity > 0 AND maximum_order_quantity < 1e12),
    CONSTRAINT materials_order_quantities_agree CHECK (
        maximum_order_quantity IS NULL
        OR maximum_order_quantity >= greatest(
            ceil(coalesce(minimum_order_quantity, 0) / coalesce(order_multiple, 1)) * coalesce(order_multiple, 1),
            coalesce(order_multiple, 0)
        )
    ),
    CONSTRAINT materials_xyz_class_known CHECK (xyz_class IN ('X', 'Y', 'Z')),
    CONSTRAINT materials_replenishment_policy_known
        CHECK (replenishment_policy IN ('EOQ', 'LOT_FOR_LOT', 'PERIODS_OF_SUPPLY', 'MIN_MAX')),
    CONSTRAINT materials_supply_days_range CHECK (supply_days BETWEEN 1 AND 3660),
    CONSTRAINT materials_supply_days_given
        CHECK (replenishment_policy <> 'PERIODS_OF_SUPPLY' OR supply_days IS NOT NULL),
    CONSTRAINT materials_minimum_stock_quantity_range
        CHECK (minimum_stock_quantity >= 0 AND minimum_stock_quantity < 1e12),
    CONSTRAINT materials_maximum_stock_quantity_range
        CHECK (maximum_stock_quantity >= 0 AND maximum_stock_quantity < 1e12),
    CONSTRAINT materials_stock_quantities_agree CHECK (
        maximum_stock_quantity IS NULL
        OR (minimum_stock_quantity IS NOT NULL AND maximum_stock_quantity >= minimum_stock_quantity)
    ),
    CONSTRAINT materials_review_period_days_range CHECK (review_period_days BETWEEN 0 AND 366),
    CONSTRAINT materials_service_measure_known
        CHECK (service_measure IN ('CYCLE_SERVICE', 'FILL_RATE', 'DAYS_OF_SUPPLY')),
    CONSTRAINT materials_service_level_range CHECK (service_level > 0 AND service_level < 1),
    CONSTRAINT materials_safety_stock_days_range CHECK (safety_stock_days BETWEEN 0 AND 1000),
    CONSTRAINT materials_safety_stock_days_given
        CHECK (service_measure <> 'DAYS_OF_SUPPLY' OR safety_stock_days IS NOT NULL),
    CONSTRAINT materials_shortage_cost_range CHECK (shortage_cost >= 0 AND shortage_cost < 1e12),
    CONSTRAINT materials_lead_time_unit_known CHECK (lead_time_unit IN ('CALENDAR', 'WORKING')),
    CONSTRAINT materials_shelf_life_days_range CHECK (shelf_life_days > 0),
    CONSTRAINT materials_forecast_algorithm_known
        CHECK (replenish.is_forecast_algorithm(forecast_algorithm)),
    CONSTRAINT materials_forecast_horizon_days_range CHECK (forecast_horizon_days BETWEEN 1 AND 3660),
    CONSTRAINT materials_forecast_update_frequency_known
        CHECK (forecast_update_frequency IN ('DAILY', 'WEEKLY', 'MONTHLY')),
    CONSTRAINT materials_season_length_range CHECK (season_length BETWEEN 1 AND 1000),
    CONSTRAINT materials_missing_demand_known CHECK (missing_demand IN ('ZERO', 'INTERPOLATE')),
    CONSTRAINT materials_masked_demand_known
        CHECK (masked_demand IN ('NONE', 'STOCKOUTS', 'OUTLIERS', 'BOTH')),
    CONSTRAINT materials_minimum_forecast_history_days_range CHECK (minimum_forecast_history_days >= 0),
    CONSTRAINT materials_target_forecast_accuracy_pct_range
        CHECK (target_forecast_accuracy_pct >= 0 AND target_forecast_accuracy_pct < 1e6),
    CONSTRAINT materials_demand_pattern_known
        CHECK (demand_pattern IN ('STABLE', 'SEASONAL', 'INTERMITTENT', 'LUMPY', 'ERRATIC'))
);
COMMENT ON TABLE replenish.materials IS 'Master data: what is stocked, what it costs, how it is ordered and forecast.';
COMMENT ON COLUMN replenish.materials.material_code IS 'Code by which people know the material, unique within the tenant.';
COMMENT ON COLUMN replenish.materials.material_name IS 'Name for people.';
COMMENT ON COLUMN replenish.materials.category IS 'Group of materials, free text.';
COMMENT ON COLUMN replenish.materials.primary_uom IS 'Unit in which all quantities of the material are counted.';
COMMENT ON COLUMN replenish.materials.preferred_vendor_id IS 'Vendor that suggestions name.';
COMMENT ON COLUMN replenish.materials.abc_class IS 'A, B or C by value of a year''s demand; update_material_classes() keeps it.';
COMMENT ON COLUMN replenish.materials.xyz_class IS 'X, Y or Z by variability of weekly demand; update_material_classes() keeps it.';
COMMENT ON COLUMN replenish.materials.standard_cost IS 'Standard cost of one unit, zero or more. Used where last_cost is NULL.';
COMMENT ON COLUMN replenish.materials.last_cost IS 'Cost of one unit in the last purchase, zero or more. Comes before standard_cost.';
COMMENT ON COLUMN replenish.materials.ordering_cost IS 'Fixed cost of one order, zero or more.';
COMMENT ON COLUMN replenish.materials.holding_cost_pct IS 'Cost of holding one unit for a year as a share of its cost, above 0 and at most 1.';
COMMENT ON COLUMN replenish.materials.lead_time_days IS 'Stated days from order to receipt, 0 to 1000. Receipts correct it as they come in.';
COMMENT ON COLUMN replenish.materials.minimum_order_quantity IS 'Smallest order, in units.';
COMMENT ON COLUMN replenish.materials.order_multiple IS 'Orders are whole numbers of this many units, above zero; NULL for whole units.';
COMMENT ON COLUMN replenish.materials.maximum_order_quantity IS 'Largest order, in units.';
COMMENT ON COLUMN replenish.materials.replenishment_policy IS 'How much is ordered: EOQ (economic quantity, or the need if larger), LOT_FOR_LOT (until the next review), PERIODS_OF_SUPPLY (supply_days of demand), MIN_MAX (up to maximum_stock_quantity).';
COMMENT ON COLUMN replenish.materials.supply_days IS 'Days of demand that an order covers under PERIODS_OF_SUPPLY, 1 to 3660.';
COMMENT ON COLUMN replenish.materials.minimum_stock_quantity IS 'Stated reorder point in units; NULL computes it.';
COMMENT ON COLUMN replenish.materials.maximum_stock_quantity IS 'Level in units up to which MIN_MAX orders; NULL takes reorder point plus economic quantity. Needs minimum_stock_quantity.';
COMMENT ON COLUMN replenish.materials.review_period_days IS 'Days between two looks at the stock, 0 to 366; nightly runs look once a day.';
COMMENT ON COLUMN replenish.materials.service_measure IS 'What the safety stock aims at: CYCLE_SERVICE (no stock-out in a cycle), FILL_RATE (share of demand met from stock), DAYS_OF_SUPPLY (safety_stock_days).';
COMMENT ON COLUMN replenish.materials.service_level IS 'Target probability of no stock-out in one replenishment cycle, or fill rate, between 0 and 1.';
COMMENT ON COLUMN replenish.materials.use_class_service_level IS 'Whether class_service_levels, where it has the material''s class, comes before service_level.';
COMMENT ON COLUMN replenish.materials.safety_stock_days IS 'Days of expected demand held as safety stock under DAYS_OF_SUPPLY, 0 to 1000.';
COMMENT ON COLUMN replenish.materials.shortage_cost IS 'Cost of a unit that stock could not meet, zero or more; NULL takes the cost of the unit. Ranks suggestions under a budget.';
COMMENT ON COLUMN replenish.materials.lead_time_unit IS 'How lead times count when dates are set: CALENDAR or WORKING days.';
COMMENT ON COLUMN replenish.materials.shelf_life_days IS 'Days after which stock is lost.';
COMMENT ON COLUMN replenish.materials.forecasting_enabled IS 'Whether batches forecast this material. One that is switched off is planned by its last forecast until this has run out, then by its history.';
COMMENT ON COLUMN replenish.materials.forecast_algorithm IS 'Algorithm for nightly forecasts; AUTO picks the one that did best.';
COMMENT ON COLUMN replenish.materials.forecast_horizon_days IS 'Days ahead that nightly runs forecast, 1 to 3660.';
COMMENT ON COLUMN replenish.materials.forecast_update_frequency IS 'How often nightly runs fit the model anew: DAILY, WEEKLY or MONTHLY, spread over the nights. On the nights between, its state takes in the new days.';
COMMENT ON COLUMN replenish.materials.season_length IS 'Days of one season where it is known, such as 7; NULL lets the data tell.';
COMMENT ON COLUMN replenish.materials.missing_demand IS 'What a day without a row means: ZERO demand, or INTERPOLATE between its neighbours.';
COMMENT ON COLUMN replenish.materials.masked_demand IS 'Days that models do not believe: NONE, STOCKOUTS (demand_history.is_stockout), OUTLIERS (far above the same weekdays around them) or BOTH. What was usual takes their place. Such a material is fitted anew every night.';
COMMENT ON COLUMN replenish.materials.minimum_forecast_history_days IS 'Days of history below which a forecast is marked SHORT_HISTORY.';
COMMENT ON COLUMN replenish.materials.target_forecast_accuracy_pct IS 'MAPE, in percent, up to which accuracy counts as within tolerance.';
COMMENT ON COLUMN replenish.materials.demand_pattern IS 'STABLE, SEASONAL, INTERMITTENT, LUMPY or ERRATIC; set by the planner.';
SELECT replenish.isolate_tenant('replenish.materials');

CREATE TABLE replenish.class_service_levels (
    tenant_id     uuid        NOT NULL,
    abc_class     text        NOT NULL,
    xyz_class     text        NOT NULL,
    service_level numeric     NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    text        NOT NULL DEFAULT current_user,
    updated_at    timestamptz,
    updated_by    text,
    CONSTRAINT class_service_levels_pkey PRIMARY KEY (tenant_id, abc_class, xyz_class),
    CONSTRAINT class_service_levels_abc_class_known CHECK (abc_class IN ('A', 'B', 'C')),
    CONSTRAINT class_service_levels_xyz_class_known CHECK (xyz_class IN ('X', 'Y', 'Z')),
    CONSTRAINT class_service_levels_service_level_range
        CHECK (service_level > 0 AND service_level < 1)
);
COMMENT ON TABLE replenish.class_service_levels IS
'Service levels by class: for materials with use_class_service_level they come before the material''s own.';
COMMENT ON COLUMN replenish.class_service_levels.abc_class IS 'A, B or C.';
COMMENT ON COLUMN replenish.class_service_levels.xyz_class IS 'X, Y or Z.';
COMMENT ON COLUMN replenish.class_service_levels.service_level IS 'Target, between 0 and 1.';
SELECT replenish.isolate_tenant('replenish.class_service_levels');

CREATE TABLE replenish.vendor_prices (
    tenant_id     uuid        NOT NULL,
    vendor_id     uuid        NOT NULL,
    material_id   uuid        NOT NULL,
    from_quantity numeric     NOT NULL,
    unit_price    numeric     NOT NULL,
    valid_from    date        NOT NULL DEFAULT '1900-01-01',
    valid_until   date        NOT NULL DEFAULT '2999-12-31',
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    text        NOT NULL DEFAULT current_user,
    updated_at    timestamptz,
    updated_by    text,
    CONSTRAINT vendor_prices_pkey
        PRIMARY KEY (tenant_id, vendor_id, material_id, from_quantity, valid_from),
    CONSTRAINT vendor_prices_vendor_fkey FOREIGN KEY (tenant_id, vendor_id)
        REFERENCES replenish.vendors (tenant_id, vendor_id),
    CONSTRAINT vendor_prices_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT vendor_prices_from_quantity_range CHECK (from_quantity >= 0 AND from_quantity < 1e12),
    CONSTRAINT vendor_prices_unit_price_range CHECK (unit_price > 0 AND unit_price < 1e12),
    CONSTRAINT vendor_prices_period_in_order CHECK (
        valid_from >= '1900-01-01' AND valid_until <= '2999-12-31' AND valid_until >= valid_from
    )
);
COMMENT ON TABLE replenish.vendor_prices IS
'Price breaks: what a vendor asks for a unit from a quantity on. The preferred vendor''s prices come before last_cost.';
COMMENT ON COLUMN replenish.vendor_prices.from_quantity IS 'Smallest order at this price, in units.';
COMMENT ON COLUMN replenish.vendor_prices.unit_price IS 'Price of every unit of such an order, above zero.';
COMMENT ON COLUMN replenish.vendor_prices.valid_from IS 'First day of the price.';
COMMENT ON COLUMN replenish.vendor_prices.valid_until IS 'Last day of the price. A later valid_from wins where two overlap.';
SELECT replenish.isolate_tenant('replenish.vendor_prices');
