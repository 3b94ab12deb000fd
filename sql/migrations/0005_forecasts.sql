CREATE TABLE replenish.forecast_heads (
    tenant_id            uuid    NOT NULL,
    facility_id          uuid    NOT NULL,
    material_id          uuid    NOT NULL,
    last_version         integer NOT NULL DEFAULT 0,
    fit_version          integer,
    settings_fingerprint bigint,
    history_fingerprint  bigint,
    recent_fingerprint   bigint,
    first_date           date,
    fitted_through       date,
    state_through        date,
    state                bytea,
    CONSTRAINT forecast_heads_pkey PRIMARY KEY (tenant_id, facility_id, material_id),
    CONSTRAINT forecast_heads_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT forecast_heads_last_version_range CHECK (last_version >= 0)
);
-- Every night updates every row: room for the new ones beside the old ones.
ALTER TABLE replenish.forecast_heads SET (fillfactor = 45);
COMMENT ON TABLE replenish.forecast_heads IS
'Where the forecast of each material and facility stands: the version in force and the model''s state after the last day it saw. Writers lock its row.';
COMMENT ON COLUMN replenish.forecast_heads.last_version IS 'Newest version, the one in force; 0 while there is none.';
COMMENT ON COLUMN replenish.forecast_heads.fit_version IS 'Version with which the model was fitted; key of forecast_fits.';
COMMENT ON COLUMN replenish.forecast_heads.settings_fingerprint IS 'Hash of algorithm, horizon and other settings of the fit; other settings ask for a new one.';
COMMENT ON COLUMN replenish.forecast_heads.history_fingerprint IS 'Hash of the daily values that fit and state have seen.';
COMMENT ON COLUMN replenish.forecast_heads.recent_fingerprint IS 'Hash of the last seven of them: late rows show without reading the history.';
COMMENT ON COLUMN replenish.forecast_heads.first_date IS 'First day of the history.';
COMMENT ON COLUMN replenish.forecast_heads.fitted_through IS 'Last day that the fit saw.';
COMMENT ON COLUMN replenish.forecast_heads.state_through IS 'Last day that the state took in.';
COMMENT ON COLUMN replenish.forecast_heads.state IS 'The fitted model after that day; NULL where it has to be fitted anew.';
SELECT replenish.isolate_tenant('replenish.forecast_heads');

CREATE TABLE replenish.forecast_fits (
    tenant_id              uuid        NOT NULL,
    facility_id            uuid        NOT NULL,
    material_id            uuid        NOT NULL,
    first_version          integer     NOT NULL,
    forecast_model_id      uuid        NOT NULL DEFAULT gen_random_uuid(),
    trained_at             timestamptz NOT NULL DEFAULT now(),
    forecast_algorithm     text        NOT NULL,
    requested_algorithm    text        NOT NULL,
    forecast_uom           text,
    model_confidence_score float8      NOT NULL,
    training_start_date    date        NOT NULL,
    training_end_date      date        NOT NULL,
    training_sample_size   integer     NOT NULL,
    fit_status             text        NOT NULL,
    fit_reason             text        NOT NULL,
    model_parameters       jsonb       NOT NULL,
    candidates             jsonb       NOT NULL,
    season_length          integer,
    backtest_mape          float8,
    backtest_rmse          float8,
    backtest_mae           float8,
    backtest_bias          float8,
    backtest_r_squared     float8,
    naive_mae              float8,
    residual_std_dev       float8,
    created_by             text        NOT NULL DEFAULT current_user,
    CONSTRAINT forecast_fits_pkey
        PRIMARY KEY (tenant_id, facility_id, material_id, first_version),
    CONSTRAINT forecast_fits_head_fkey FOREIGN KEY (tenant_id, facility_id, material_id)
        REFERENCES replenish.forecast_heads (tenant_id, facility_id, material_id) ON DELETE CASCADE,
    CONSTRAINT forecast_fits_status_known
        CHECK (fit_status IN ('FITTED', 'SHORT_HISTORY', 'CONSTANT', 'ALL_ZERO')),
    CONSTRAINT forecast_fits_confidence_range CHECK (model_confidence_score BETWEEN 0 AND 1)
);
COMMENT ON TABLE replenish.forecast_fits IS
'Fitted models: what they were trained on, their parameters and their backtest. One row a fit; the nights until the next one forecast with its state.';
COMMENT ON COLUMN replenish.forecast_fits.first_version IS 'First forecast version of this model.';
COMMENT ON COLUMN replenish.forecast_fits.forecast_model_id IS 'Identity of the fitted model.';
COMMENT ON COLUMN replenish.forecast_fits.trained_at IS 'Moment of the fit.';
COMMENT ON COLUMN replenish.forecast_fits.forecast_algorithm IS 'Algorithm that made the numbers.';
COMMENT ON COLUMN replenish.forecast_fits.requested_algorithm IS 'Algorithm that was asked for, such as AUTO.';
COMMENT ON COLUMN replenish.forecast_fits.forecast_uom IS 'Unit of the quantities.';
COMMENT ON COLUMN replenish.forecast_fits.model_confidence_score IS '1 minus the share of demand that the backtest missed (WAPE), 0 to 1.';
COMMENT ON COLUMN replenish.forecast_fits.training_start_date IS 'First day the model saw.';
COMMENT ON COLUMN replenish.forecast_fits.training_end_date IS 'Last day the model saw.';
COMMENT ON COLUMN replenish.forecast_fits.training_sample_size IS 'Days the model saw, those without demand included.';
COMMENT ON COLUMN replenish.forecast_fits.fit_status IS 'FITTED, or what kept the model from it: SHORT_HISTORY, CONSTANT, ALL_ZERO.';
COMMENT ON COLUMN replenish.forecast_fits.fit_reason IS 'Why this algorithm, in a sentence.';
COMMENT ON COLUMN replenish.forecast_fits.model_parameters IS 'Fitted parameters by name.';
COMMENT ON COLUMN replenish.forecast_fits.candidates IS 'Algorithms that were tried, with their backtest scores (lower is better) and notes.';
COMMENT ON COLUMN replenish.forecast_fits.season_length IS 'Days of the season that was used.';
COMMENT ON COLUMN replenish.forecast_fits.backtest_mape IS 'MAPE of the backtest, in percent; NULL without demand in it.';
COMMENT ON COLUMN replenish.forecast_fits.backtest_rmse IS 'RMSE of the backtest, in units.';
COMMENT ON COLUMN replenish.forecast_fits.backtest_mae IS 'MAE of the backtest, in units.';
COMMENT ON COLUMN replenish.forecast_fits.backtest_bias IS 'Mean of forecast minus actual in the backtest, in units.';
COMMENT ON COLUMN replenish.forecast_fits.backtest_r_squared IS 'Share of the variance that the backtest explained; below 0 where the mean did better.';
COMMENT ON COLUMN replenish.forecast_fits.naive_mae IS 'Mean absolute error of the (seasonal) naive forecast in the history, in units: the scale of MASE.';
COMMENT ON COLUMN replenish.forecast_fits.residual_std_dev IS 'Standard deviation of the one-day-ahead errors in the history, in units.';
SELECT replenish.isolate_tenant('replenish.forecast_fits');

CREATE TABLE replenish.forecast_versions (
    tenant_id                     uuid        NOT NULL,
    facility_id                   uuid        NOT NULL,
    material_id                   uuid        NOT NULL,
    forecast_version              integer     NOT NULL,
    fit_version                   integer     NOT NULL,
    forecast_series_id            uuid        NOT NULL DEFAULT gen_random_uuid(),
    forecast_generation_timestamp timestamptz NOT NULL DEFAULT now(),
    is_rejected                   boolean     NOT NULL DEFAULT false,
    start_date                    date        NOT NULL,
    horizon_days                  integer     NOT NULL,
    mean                          float8[]    NOT NULL,
    lower_80                      float8[]    NOT NULL,
    upper_80                      float8[]    NOT NULL,
    lower_95                      float8[]    NOT NULL,
    upper_95                      float8[]    NOT NULL,
    created_by                    text        NOT NULL DEFAULT current_user,
    CONSTRAINT forecast_versions_pkey
        PRIMARY KEY (tenant_id, facility_id, material_id, forecast_version),
    CONSTRAINT forecast_versions_head_fkey FOREIGN KEY (tenant_id, facility_id, material_id)
        REFERENCES replenish.forecast_heads (tenant_id, facility_id, material_id) ON DELETE CASCADE,
    CONSTRAINT forecast_versions_version_range
        CHECK (fit_version >= 1 AND forecast_version >= fit_version),
    CONSTRAINT forecast_versions_lengths_agree CHECK (
        horizon_days >= 1
        AND cardinality(mean) = horizon_days
        AND cardinality(lower_80) = horizon_days
        AND cardinality(upper_80) = horizon_days
        AND cardinality(lower_95) = horizon_days
        AND cardinality(upper_95) = horizon_days
    )
);
-- A forecast of 90 days stays in the row: out of line it costs four more rows and an index.
ALTER TABLE replenish.forecast_versions SET (toast_tuple_target = 8160);
COMMENT ON TABLE replenish.forecast_versions IS
'Forecasts as they are stored: one row per material, facility and version, one array element a day. Never updated; the newest version is the one in force. Read forecast_series or material_forecasts.';
COMMENT ON COLUMN replenish.forecast_versions.forecast_version IS 'Number of the generation, from 1.';
COMMENT ON COLUMN replenish.forecast_versions.fit_version IS 'Version with which its model was fitted; key of forecast_fits.';
COMMENT ON COLUMN replenish.forecast_versions.forecast_series_id IS 'Identity of the version.';
COMMENT ON COLUMN replenish.forecast_versions.forecast_generation_timestamp IS 'Moment of the transaction that stored it.';
COMMENT ON COLUMN replenish.forecast_versions.is_rejected IS 'Whether a planner rejected it.';
COMMENT ON COLUMN replenish.forecast_versions.start_date IS 'Day of the first array element: the day after the last observation.';
COMMENT ON COLUMN replenish.forecast_versions.horizon_days IS 'Number of days.';
COMMENT ON COLUMN replenish.forecast_versions.mean IS 'Expected demand of each day, in units.';
COMMENT ON COLUMN replenish.forecast_versions.lower_80 IS 'Lower bound of the 80% interval of each day, in units.';
COMMENT ON COLUMN replenish.forecast_versions.upper_80 IS 'Upper bound of the 80% interval of each day, in units.';
COMMENT ON COLUMN replenish.forecast_versions.lower_95 IS 'Lower bound of the 95% interval of each day, in units.';
COMMENT ON COLUMN replenish.forecast_versions.upper_95 IS 'Upper bound of the 95% interval of each day, in units.';
SELECT replenish.isolate_tenant('replenish.forecast_versions');

CREATE TABLE replenish.demand_changes (
    tenant_id   uuid        NOT NULL,
    facility_id uuid        NOT NULL,
    material_id uuid        NOT NULL,
    change_id   uuid        NOT NULL DEFAULT gen_random_uuid(),
    first_date  date        NOT NULL,
    changed_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT demand_changes_pkey PRIMARY KEY (tenant_id, facility_id, material_id, change_id)
);
COMMENT ON TABLE replenish.demand_changes IS
'Series whose past was changed after a model had seen it; the next night fits them anew and empties this.';
COMMENT ON COLUMN replenish.demand_changes.change_id IS 'Identity of the change.';
COMMENT ON COLUMN replenish.demand_changes.first_date IS 'First day that changed.';
COMMENT ON COLUMN replenish.demand_changes.changed_at IS 'When.';
SELECT replenish.isolate_tenant('replenish.demand_changes');

CREATE TABLE replenish.forecast_overrides (
    tenant_id         uuid        NOT NULL,
    override_id       uuid        NOT NULL DEFAULT gen_random_uuid(),
    facility_id       uuid        NOT NULL,
    material_id       uuid        NOT NULL,
    forecast_date     date        NOT NULL,
    override_quantity numeric     NOT NULL,
    override_reason   text        NOT NULL,
    override_by       text        NOT NULL DEFAULT current_user,
    expires_at        timestamptz,
    revoked_at        timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        text        NOT NULL DEFAULT current_user,
    CONSTRAINT forecast_overrides_pkey PRIMARY KEY (tenant_id, override_id),
    CONSTRAINT forecast_overrides_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT forecast_overrides_date_range
        CHECK (forecast_date BETWEEN '1900-01-01' AND '2999-12-31'),
    CONSTRAINT forecast_overrides_quantity_range
        CHECK (override_quantity >= 0 AND override_quantity < 1e12),
    CONSTRAINT forecast_overrides_reason_given CHECK (override_reason ~ '\S')
);
CREATE UNIQUE INDEX forecast_overrides_one_in_force
    ON replenish.forecast_overrides (tenant_id, facility_id, material_id, forecast_date)
    WHERE revoked_at IS NULL;
COMMENT ON TABLE replenish.forecast_overrides IS
'What planners know better, one row a day; it survives every new forecast until it expires or is replaced.';
COMMENT ON COLUMN replenish.forecast_overrides.forecast_date IS 'Day whose forecast is overridden.';
COMMENT ON COLUMN replenish.forecast_overrides.override_quantity IS 'Units expected that day, zero or more.';
COMMENT ON COLUMN replenish.forecast_overrides.override_reason IS 'Why, in words.';
COMMENT ON COLUMN replenish.forecast_overrides.override_by IS 'Who says so.';
COMMENT ON COLUMN replenish.forecast_overrides.expires_at IS 'Moment from which it no longer counts; NULL for never.';
COMMENT ON COLUMN replenish.forecast_overrides.revoked_at IS 'Moment at which another override took its place.';
SELECT replenish.isolate_tenant('replenish.forecast_overrides');

SELECT replenish.watch_demand();
