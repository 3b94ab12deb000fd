CREATE TABLE replenish.inventory_levels (
    tenant_id          uuid        NOT NULL,
    facility_id        uuid        NOT NULL,
    material_id        uuid        NOT NULL,
    on_hand_quantity   numeric     NOT NULL DEFAULT 0,
    allocated_quantity numeric     NOT NULL DEFAULT 0,
    created_at         timestamptz NOT NULL DEFAULT now(),
    created_by         text        NOT NULL DEFAULT current_user,
    updated_at         timestamptz,
    updated_by         text,
    CONSTRAINT inventory_levels_pkey PRIMARY KEY (tenant_id, facility_id, material_id),
    CONSTRAINT inventory_levels_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT inventory_levels_on_hand_quantity_range
        CHECK (on_hand_quantity > -1e12 AND on_hand_quantity < 1e12),
    CONSTRAINT inventory_levels_allocated_quantity_range
        CHECK (allocated_quantity >= 0 AND allocated_quantity < 1e12)
);
COMMENT ON TABLE replenish.inventory_levels IS 'Stock of a material at a facility now.';
COMMENT ON COLUMN replenish.inventory_levels.on_hand_quantity IS 'Units in the building; negative where the books lag behind.';
COMMENT ON COLUMN replenish.inventory_levels.allocated_quantity IS 'Units promised to somebody, zero or more.';
SELECT replenish.isolate_tenant('replenish.inventory_levels');

CREATE TABLE replenish.open_orders (
    tenant_id         uuid        NOT NULL,
    order_id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    facility_id       uuid        NOT NULL,
    material_id       uuid        NOT NULL,
    vendor_id         uuid,
    order_status      text        NOT NULL DEFAULT 'OPEN',
    order_date        date,
    due_date          date        NOT NULL,
    ordered_quantity  numeric     NOT NULL,
    received_quantity numeric     NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        text        NOT NULL DEFAULT current_user,
    updated_at        timestamptz,
    updated_by        text,
    CONSTRAINT open_orders_pkey PRIMARY KEY (tenant_id, order_id),
    CONSTRAINT open_orders_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT open_orders_status_known CHECK (order_status IN ('DRAFT', 'OPEN', 'CLOSED', 'CANCELLED')),
    CONSTRAINT open_orders_due_date_range CHECK (due_date BETWEEN '1900-01-01' AND '2999-12-31'),
    CONSTRAINT open_orders_ordered_quantity_range CHECK (ordered_quantity > 0 AND ordered_quantity < 1e12),
    CONSTRAINT open_orders_received_quantity_range CHECK (received_quantity >= 0 AND received_quantity < 1e12)
);
CREATE INDEX open_orders_material_idx
    ON replenish.open_orders (tenant_id, facility_id, material_id)
    WHERE order_status = 'OPEN';
COMMENT ON TABLE replenish.open_orders IS
'Orders on their way. Only OPEN ones count as on order, with what has not been received.';
COMMENT ON COLUMN replenish.open_orders.order_status IS 'DRAFT (not sent, does not count), OPEN, CLOSED or CANCELLED.';
COMMENT ON COLUMN replenish.open_orders.order_date IS 'Day on which it was ordered.';
COMMENT ON COLUMN replenish.open_orders.due_date IS 'Day on which it is expected. An overdue order is expected on the next day whose demand is to come.';
COMMENT ON COLUMN replenish.open_orders.ordered_quantity IS 'Units ordered, above zero.';
COMMENT ON COLUMN replenish.open_orders.received_quantity IS 'Units received so far.';
SELECT replenish.isolate_tenant('replenish.open_orders');

CREATE TABLE replenish.supplier_receipts (
    tenant_id         uuid        NOT NULL,
    receipt_id        uuid        NOT NULL DEFAULT gen_random_uuid(),
    facility_id       uuid        NOT NULL,
    material_id       uuid        NOT NULL,
    vendor_id         uuid,
    order_date        date        NOT NULL,
    receipt_date      date        NOT NULL,
    received_quantity numeric     NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        text        NOT NULL DEFAULT current_user,
    CONSTRAINT supplier_receipts_pkey PRIMARY KEY (tenant_id, receipt_id),
    CONSTRAINT supplier_receipts_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT supplier_receipts_dates_in_order CHECK (
        order_date >= '1900-01-01' AND receipt_date <= '2999-12-31' AND receipt_date >= order_date
    ),
    CONSTRAINT supplier_receipts_received_quantity_range
        CHECK (received_quantity > 0 AND received_quantity < 1e12)
);
CREATE INDEX supplier_receipts_material_idx
    ON replenish.supplier_receipts (tenant_id, facility_id, material_id, receipt_date);
COMMENT ON TABLE replenish.supplier_receipts IS 'Deliveries: the days between order and receipt are the actual lead times.';
COMMENT ON COLUMN replenish.supplier_receipts.order_date IS 'Day on which it was ordered.';
COMMENT ON COLUMN replenish.supplier_receipts.receipt_date IS 'Day on which it came, not before order_date.';
COMMENT ON COLUMN replenish.supplier_receipts.received_quantity IS 'Units received, above zero.';
SELECT replenish.isolate_tenant('replenish.supplier_receipts');

CREATE TABLE replenish.inventory_transactions (
    tenant_id        uuid        NOT NULL,
    transaction_id   uuid        NOT NULL DEFAULT gen_random_uuid(),
    facility_id      uuid        NOT NULL,
    material_id      uuid        NOT NULL,
    transaction_type text        NOT NULL,
    transaction_at   timestamptz NOT NULL,
    quantity         numeric     NOT NULL,
    order_kind       text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       text        NOT NULL DEFAULT current_user,
    CONSTRAINT inventory_transactions_pkey PRIMARY KEY (tenant_id, transaction_id),
    CONSTRAINT inventory_transactions_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT inventory_transactions_type_known
        CHECK (transaction_type IN ('ISSUE', 'SCRAP', 'TRANSFER', 'RECEIPT', 'ADJUSTMENT')),
    CONSTRAINT inventory_transactions_order_kind_known CHECK (order_kind IN ('SALES', 'PRODUCTION')),
    CONSTRAINT inventory_transactions_at_range
        CHECK (transaction_at >= '1900-01-01 UTC' AND transaction_at < '3000-01-01 UTC'),
    CONSTRAINT inventory_transactions_quantity_range CHECK (quantity > -1e12 AND quantity < 1e12)
);
CREATE INDEX inventory_transactions_demand_idx
    ON replenish.inventory_transactions (tenant_id, facility_id, transaction_at, material_id)
    WHERE transaction_type IN ('ISSUE', 'SCRAP', 'TRANSFER');
COMMENT ON TABLE replenish.inventory_transactions IS
'The ledger from which backfill_demand_history derives demand: ISSUE, SCRAP and TRANSFER.';
COMMENT ON COLUMN replenish.inventory_transactions.transaction_type IS 'ISSUE, SCRAP, TRANSFER (out), RECEIPT or ADJUSTMENT.';
COMMENT ON COLUMN replenish.inventory_transactions.transaction_at IS 'Moment of the movement; its day is taken in the tenant''s time zone.';
COMMENT ON COLUMN replenish.inventory_transactions.quantity IS 'Units moved; the sign does not matter for demand, its size does.';
COMMENT ON COLUMN replenish.inventory_transactions.order_kind IS 'SALES or PRODUCTION: what an ISSUE was for; NULL counts as SALES.';
SELECT replenish.isolate_tenant('replenish.inventory_transactions');
