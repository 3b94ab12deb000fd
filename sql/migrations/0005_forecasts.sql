CREATE TABLE replenish.forecast_series (
    tenant_id                     uuid        NOT NULL,
    facility_id                   uuid        NOT NULL,
    material_id                   uuid        NOT NULL,
    forecast_version              integer     NOT NULL,
    forecast_series_id            uuid        NOT NULL DEFAULT gen_random_uuid(),
    forecast_model_id             uuid        NOT NULL DEFAULT gen_random_uuid(),
    forecast_generation_timestamp timestamptz NOT NULL DEFAULT now(),
    forecast_status               text        NOT NULL DEFAULT 'ACTIVE',
    forecast_algorithm            text        NOT NULL,
    requested_algorithm           text        NOT NULL,
    forecast_uom                  text,
    start_date                    date        NOT NULL,
    horizon_days                  integer     NOT NULL,
    mean                          float8[]    NOT NULL,
    lower_80                      float8[]    NOT NULL,
    upper_80                      float8[]    NOT NULL,
    lower_95                      float8[]    NOT NULL,
    upper_95                      float8[]    NOT NULL,
    model_confidence_score        float8      NOT NULL,
    training_start_date           date        NOT NULL,
    training_end_date             date        NOT NULL,
    training_sample_size          integer     NOT NULL,
    fit_status                    text        NOT NULL,
    fit_reason                    text        NOT NULL,
    model_parameters              jsonb       NOT NULL,
    candidates                    jsonb       NOT NULL,
    season_length                 integer,
    backtest_mape                 float8,
    backtest_rmse                 float8,
    backtest_mae                  float8,
    backtest_bias                 float8,
    backtest_r_squared            float8,
    naive_mae                     float8,
    residual_std_dev              float8,
    input_fingerprint             bigint      NOT NULL,
    created_by                    text        NOT NULL DEFAULT current_user,
    CONSTRAINT forecast_series_pkey
        PRIMARY KEY (tenant_id, facility_id, material_id, forecast_version),
    CONSTRAINT forecast_series_material_fkey FOREIGN KEY (tenant_id, material_id)
        REFERENCES replenish.materials (tenant_id, material_id),
    CONSTRAINT forecast_series_version_range CHECK (forecast_version >= 1),
    CONSTRAINT forecast_series_status_known
        CHECK (forecast_status IN ('ACTIVE', 'SUPERSEDED', 'REJECTED')),
    CONSTRAINT forecast_series_fit_status_known
        CHECK (fit_status IN ('FITTED', 'SHORT_HISTORY', 'CONSTANT', 'ALL_ZERO')),
    CONSTRAINT forecast_series_confidence_range CHECK (model_confidence_score BETWEEN 0 AND 1),
    CONSTRAINT forecast_series_lengths_agree CHECK (
        horizon_days >= 1
        AND cardinality(mean) = horizon_days
        AND cardinality(lower_80) = horizon_days
        AND cardinality(upper_80) = horizon_days
        AND cardinality(lower_95) = horizon_days
        AND cardinality(upper_95) = horizon_days
    )
);
CREATE UNIQUE INDEX forecast_series_one_active
    ON replenish.forecast_series (tenant_id, facility_id, material_id)
    WHERE forecast_status = 'ACTIVE';
COMMENT ON TABLE replenish.forecast_series IS
'Forecasts as they are stored: one row per material, facility and version, one array element a day. Read material_forecasts.';
COMMENT ON COLUMN replenish.forecast_series.forecast_version IS 'Number of the generation, from 1.';
COMMENT ON COLUMN replenish.forecast_series.forecast_series_id IS 'Identity of the version.';
COMMENT ON COLUMN replenish.forecast_series.forecast_model_id IS 'Identity of the fitted model.';
COMMENT ON COLUMN replenish.forecast_series.forecast_generation_timestamp IS 'Moment of the transaction that stored it.';
COMMENT ON COLUMN replenish.forecast_series.forecast_status IS 'ACTIVE (one per material and facility), SUPERSEDED or REJECTED.';
COMMENT ON COLUMN replenish.forecast_series.forecast_algorithm IS 'Algorithm that made the numbers.';
COMMENT ON COLUMN replenish.forecast_series.requested_algorithm IS 'Algorithm that was asked for, such as AUTO.';
COMMENT ON COLUMN replenish.forecast_series.forecast_uom IS 'Unit of the quantities.';
COMMENT ON COLUMN replenish.forecast_series.start_date IS 'Day of the first array element: the day after the last observation.';
COMMENT ON COLUMN replenish.forecast_series.horizon_days IS 'Number of days.';
COMMENT ON COLUMN replenish.forecast_series.mean IS 'Expected demand of each day, in units.';
COMMENT ON COLUMN replenish.forecast_series.lower_80 IS 'Lower bound of the 80% interval of each day, in units.';
COMMENT ON COLUMN replenish.forecast_series.upper_80 IS 'Upper bound of the 80% interval of each day, in units.';
COMMENT ON COLUMN replenish.forecast_series.lower_95 IS 'Lower bound of the 95% interval of each day, in units.';
COMMENT ON COLUMN replenish.forecast_series.upper_95 IS 'Upper bound of the 95% interval of each day, in units.';
COMMENT ON COLUMN replenish.forecast_series.model_confidence_score IS '1 minus the share of demand that the backtest missed (WAPE), 0 to 1.';
COMMENT ON COLUMN replenish.forecast_series.training_start_date IS 'First day the model saw.';
COMMENT ON COLUMN replenish.forecast_series.training_end_date IS 'Last day the model saw.';
COMMENT ON COLUMN replenish.forecast_series.training_sample_size IS 'Days the model saw, those without demand included.';
COMMENT ON COLUMN replenish.forecast_series.fit_status IS 'FITTED, or what kept the model from it: SHORT_HISTORY, CONSTANT, ALL_ZERO.';
COMMENT ON COLUMN replenish.forecast_series.fit_reason IS 'Why this algorithm, in a sentence.';
COMMENT ON COLUMN replenish.forecast_series.model_parameters IS 'Fitted parameters by name.';
COMMENT ON COLUMN replenish.forecast_series.candidates IS 'Algorithms that were tried, with their backtest scores (lower is better) and notes.';
COMMENT ON COLUMN replenish.forecast_series.season_length IS 'Days of the season that was used.';
COMMENT ON COLUMN replenish.forecast_series.backtest_mape IS 'MAPE of the backtest, in percent; NULL without demand in it.';
COMMENT ON COLUMN replenish.forecast_series.backtest_rmse IS 'RMSE of the backtest, in units.';
COMMENT ON COLUMN replenish.forecast_series.backtest_mae IS 'MAE of the backtest, in units.';
COMMENT ON COLUMN replenish.forecast_series.backtest_bias IS 'Mean of forecast minus actual in the backtest, in units.';
COMMENT ON COLUMN replenish.forecast_series.backtest_r_squared IS 'Share of the variance that the backtest explained; below 0 where the mean did better.';
COMMENT ON COLUMN replenish.forecast_series.naive_mae IS 'Mean absolute error of the (seasonal) naive forecast in the history, in units: the scale of MASE.';
COMMENT ON COLUMN replenish.forecast_series.residual_std_dev IS 'Standard deviation of the one-day-ahead errors in the history, in units.';
COMMENT ON COLUMN replenish.forecast_series.input_fingerprint IS 'Hash of everything the forecast depends on; unchanged input needs no new version.';
SELECT replenish.isolate_tenant('replenish.forecast_series');

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
