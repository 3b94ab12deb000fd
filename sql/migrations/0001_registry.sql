CREATE TABLE replenish.tenants (
    tenant_id   uuid        NOT NULL,
    tenant_name text        NOT NULL,
    active      boolean     NOT NULL DEFAULT true,
    time_zone   text        NOT NULL DEFAULT 'UTC',
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  text        NOT NULL DEFAULT current_user,
    updated_at  timestamptz,
    updated_by  text,
    CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id),
    -- What PostgreSQL cannot read is refused here, by its own error, and not by every night.
    CONSTRAINT tenants_time_zone_known
        CHECK (timestamptz '2000-01-01 00:00Z' AT TIME ZONE time_zone IS NOT NULL)
);
COMMENT ON TABLE replenish.tenants IS
'Registry of tenants. A tenant sees its own row, the batch role all of them; the nightly runs visit the active ones.';
COMMENT ON COLUMN replenish.tenants.tenant_id IS 'The value of app.current_tenant_id that shows this tenant''s rows.';
COMMENT ON COLUMN replenish.tenants.tenant_name IS 'Name for people.';
COMMENT ON COLUMN replenish.tenants.active IS 'Whether the nightly runs visit this tenant.';
COMMENT ON COLUMN replenish.tenants.time_zone IS 'IANA time zone in which this tenant''s days begin.';
SELECT replenish.isolate_tenant('replenish.tenants');

CREATE TABLE replenish.facilities (
    tenant_id            uuid        NOT NULL,
    facility_id          uuid        NOT NULL,
    facility_code        text        NOT NULL,
    facility_name        text        NOT NULL,
    closed_weekdays      integer[]   NOT NULL DEFAULT '{}',
    replenishment_budget numeric,
    created_at           timestamptz NOT NULL DEFAULT now(),
    created_by           text        NOT NULL DEFAULT current_user,
    updated_at           timestamptz,
    updated_by           text,
    CONSTRAINT facilities_pkey PRIMARY KEY (tenant_id, facility_id),
    CONSTRAINT facilities_code_key UNIQUE (tenant_id, facility_code),
    CONSTRAINT facilities_closed_weekdays_known CHECK (
        closed_weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]
        AND NOT closed_weekdays @> ARRAY[1, 2, 3, 4, 5, 6, 7]
    ),
    CONSTRAINT facilities_replenishment_budget_range
        CHECK (replenishment_budget >= 0 AND replenishment_budget < 1e15)
);
COMMENT ON TABLE replenish.facilities IS 'Warehouses, plants and shops.';
COMMENT ON COLUMN replenish.facilities.facility_code IS 'Code by which people know it, unique within the tenant.';
COMMENT ON COLUMN replenish.facilities.facility_name IS 'Name for people.';
COMMENT ON COLUMN replenish.facilities.closed_weekdays IS 'ISO days of the week, 1 Monday to 7 Sunday, on which nobody orders or receives.';
COMMENT ON COLUMN replenish.facilities.replenishment_budget IS 'Money that one run''s suggestions may cost together; NULL for no cap.';
SELECT replenish.isolate_tenant('replenish.facilities');

CREATE TABLE replenish.vendors (
    tenant_id   uuid        NOT NULL,
    vendor_id   uuid        NOT NULL,
    vendor_code text        NOT NULL,
    vendor_name text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  text        NOT NULL DEFAULT current_user,
    updated_at  timestamptz,
    updated_by  text,
    CONSTRAINT vendors_pkey PRIMARY KEY (tenant_id, vendor_id),
    CONSTRAINT vendors_code_key UNIQUE (tenant_id, vendor_code)
);
COMMENT ON TABLE replenish.vendors IS 'Who delivers.';
COMMENT ON COLUMN replenish.vendors.vendor_code IS 'Code by which people know the vendor, unique within the tenant.';
COMMENT ON COLUMN replenish.vendors.vendor_name IS 'Name for people.';
SELECT replenish.isolate_tenant('replenish.vendors');

CREATE TABLE replenish.holidays (
    tenant_id    uuid        NOT NULL,
    facility_id  uuid        NOT NULL,
    holiday_date date        NOT NULL,
    holiday_name text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   text        NOT NULL DEFAULT current_user,
    CONSTRAINT holidays_pkey PRIMARY KEY (tenant_id, facility_id, holiday_date),
    CONSTRAINT holidays_date_range CHECK (holiday_date BETWEEN '1900-01-01' AND '2999-12-31')
);
COMMENT ON TABLE replenish.holidays IS 'Days on which a facility does not work.';
COMMENT ON COLUMN replenish.holidays.holiday_date IS 'The day.';
COMMENT ON COLUMN replenish.holidays.holiday_name IS 'Name for people.';
SELECT replenish.isolate_tenant('replenish.holidays');
