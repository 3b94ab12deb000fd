CREATE TABLE replenish.replenishment_suggestions (
    suggestion_id                   uuid        NOT NULL DEFAULT gen_random_uuid(),
    tenant_id                       uuid        NOT NULL,
    facility_id                     uuid        NOT NULL,
    material_id                     uuid        NOT NULL,
    preferred_vendor_id             uuid,
    suggestion_generation_timestamp timestamptz NOT NULL DEFAULT now(),
    suggestion_status               text        NOT NULL DEFAULT 'PENDING',
    current_on_hand_quantity        numeric     NOT NULL,
    current_allocated_quantity      numeric     NOT NULL,
    current_available_quantity      numeric     NOT NULL,
    current_on_order_quantity       numeric     NOT NULL,
    safety_stock_quantity           numeric     NOT NULL,
    reorder_point_quantity          numeric     NOT NULL,
    economic_order_quantity         numeric,
    forecasted_demand_30_days       numeric     NOT NULL,
    forecasted_demand_60_days       numeric     NOT NULL,
    forecasted_demand_90_days       numeric     NOT NULL,
    projected_stockout_date         date,
    days_until_stockout             integer,
    urgency_level                   text        NOT NULL,
    recommended_order_quantity      numeric     NOT NULL,
    recommended_order_uom           text        NOT NULL,
    recommended_order_date          date        NOT NULL,
    recommended_delivery_date       date        NOT NULL,
    estimated_unit_cost             numeric,
    estimated_total_cost            numeric,
    vendor_lead_time_days           numeric     NOT NULL,
    suggestion_reason               text        NOT NULL,
    calculation_method              text        NOT NULL,
    reviewed_by                     text,
    reviewed_at                     timestamptz,
    review_notes                    text,
    converted_purchase_order_id     uuid,
    is_within_budget                boolean,
    calculation                     jsonb       NOT NULL DEFAULT '{}',
    created_at                      timestamptz NOT NULL DEFAULT now(),
    created_by                      text        NOT NULL DEFAULT current_user,
    updated_at                      timestamptz,
    updated_by                      text,
    CONSTRAINT replenishment_suggestions_pkey PRIMARY KEY (tenant_id, suggestion_id),
    CONSTRAINT replenishment_suggestions_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT replenishment_suggestions_status_known CHECK (
        suggestion_status IN ('PENDING', 'APPROVED', 'REJECTED', 'CONVERTED_TO_PO', 'EXPIRED')
    ),
    CONSTRAINT replenishment_suggestions_urgency_known
        CHECK (urgency_level IN ('CRITICAL', 'HIGH', 'MEDIUM', 'LOW')),
    CONSTRAINT replenishment_suggestions_method_known
        CHECK (calculation_method IN ('FORECAST_BASED', 'REORDER_POINT', 'MIN_MAX', 'EOQ')),
    CONSTRAINT replenishment_suggestions_recommended_order_quantity_range
        CHECK (recommended_order_quantity > 0 AND recommended_order_quantity < 1e15),
    CONSTRAINT replenishment_suggestions_conversion_names_its_order
        CHECK ((suggestion_status = 'CONVERTED_TO_PO') = (converted_purchase_order_id IS NOT NULL))
);
CREATE UNIQUE INDEX replenishment_suggestions_one_open
    ON replenish.replenishment_suggestions (tenant_id, facility_id, material_id)
    WHERE suggestion_status IN ('PENDING', 'APPROVED');
COMMENT ON TABLE replenish.replenishment_suggestions IS
'What to order, when and why. At most one open (PENDING or APPROVED) suggestion per material and facility.';
COMMENT ON COLUMN replenish.replenishment_suggestions.suggestion_id IS 'Identity for review_suggestion and explain_suggestion.';
COMMENT ON COLUMN replenish.replenishment_suggestions.preferred_vendor_id IS 'The material''s preferred vendor.';
COMMENT ON COLUMN replenish.replenishment_suggestions.suggestion_generation_timestamp IS 'Moment at which its numbers last changed.';
COMMENT ON COLUMN replenish.replenishment_suggestions.suggestion_status IS 'PENDING, APPROVED (both open), REJECTED, CONVERTED_TO_PO or EXPIRED (no longer needed).';
COMMENT ON COLUMN replenish.replenishment_suggestions.current_on_hand_quantity IS 'Units in the building.';
COMMENT ON COLUMN replenish.replenishment_suggestions.current_allocated_quantity IS 'Units promised.';
COMMENT ON COLUMN replenish.replenishment_suggestions.current_available_quantity IS 'On hand minus allocated, in units.';
COMMENT ON COLUMN replenish.replenishment_suggestions.current_on_order_quantity IS 'Units of open orders that are due within the lead time, drafts left out.';
COMMENT ON COLUMN replenish.replenishment_suggestions.safety_stock_quantity IS 'Units held against uncertainty.';
COMMENT ON COLUMN replenish.replenishment_suggestions.reorder_point_quantity IS 'Inventory position at which to order: expected demand over the lead time plus safety stock, in units.';
COMMENT ON COLUMN replenish.replenishment_suggestions.economic_order_quantity IS 'Order quantity of least cost, in units; NULL without a cost.';
COMMENT ON COLUMN replenish.replenishment_suggestions.forecasted_demand_30_days IS 'Expected demand of the next 30 days, overrides included, in units.';
COMMENT ON COLUMN replenish.replenishment_suggestions.forecasted_demand_60_days IS 'Expected demand of the next 60 days, in units.';
COMMENT ON COLUMN replenish.replenishment_suggestions.forecasted_demand_90_days IS 'Expected demand of the next 90 days, in units.';
COMMENT ON COLUMN replenish.replenishment_suggestions.projected_stockout_date IS 'First day on which demand cannot be met, open orders counted on their due days; NULL beyond the horizon.';
COMMENT ON COLUMN replenish.replenishment_suggestions.days_until_stockout IS 'Days until projected_stockout_date.';
COMMENT ON COLUMN replenish.replenishment_suggestions.urgency_level IS 'CRITICAL, HIGH, MEDIUM or LOW by calculate_replenishment_urgency.';
COMMENT ON COLUMN replenish.replenishment_suggestions.recommended_order_quantity IS 'Units to order, above zero.';
COMMENT ON COLUMN replenish.replenishment_suggestions.recommended_order_uom IS 'Unit of the quantities.';
COMMENT ON COLUMN replenish.replenishment_suggestions.recommended_order_date IS 'Day on which to order.';
COMMENT ON COLUMN replenish.replenishment_suggestions.recommended_delivery_date IS 'Day on which it would come.';
COMMENT ON COLUMN replenish.replenishment_suggestions.estimated_unit_cost IS 'The preferred vendor''s price at this quantity, else the last cost of a unit, else its standard cost.';
COMMENT ON COLUMN replenish.replenishment_suggestions.estimated_total_cost IS 'Quantity times unit cost.';
COMMENT ON COLUMN replenish.replenishment_suggestions.vendor_lead_time_days IS 'Mean lead time, actual receipts counted, in calendar days.';
COMMENT ON COLUMN replenish.replenishment_suggestions.suggestion_reason IS 'Why, in a sentence for the buyer.';
COMMENT ON COLUMN replenish.replenishment_suggestions.calculation_method IS 'MIN_MAX where that is the policy, else FORECAST_BASED, or REORDER_POINT where there is no forecast.';
COMMENT ON COLUMN replenish.replenishment_suggestions.reviewed_by IS 'Who decided.';
COMMENT ON COLUMN replenish.replenishment_suggestions.reviewed_at IS 'When.';
COMMENT ON COLUMN replenish.replenishment_suggestions.review_notes IS 'Why, in words.';
COMMENT ON COLUMN replenish.replenishment_suggestions.converted_purchase_order_id IS 'The purchase order it became.';
COMMENT ON COLUMN replenish.replenishment_suggestions.is_within_budget IS 'Whether the facility''s replenishment_budget pays for it, best benefit for the money first; NULL without a budget.';
COMMENT ON COLUMN replenish.replenishment_suggestions.calculation IS 'What it was made from: policy, facts and plan, as explain_suggestion shows them.';
SELECT replenish.isolate_tenant('replenish.replenishment_suggestions');
