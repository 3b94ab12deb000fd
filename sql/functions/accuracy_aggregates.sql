CREATE AGGREGATE replenish.mape (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.mape_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.mape (float8, float8) IS
'Mean absolute percentage error, in percent. Leaves out pairs whose actual is 0; NULL when no pair is left.';

CREATE AGGREGATE replenish.smape (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.smape_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.smape (float8, float8) IS
'Symmetric mean absolute percentage error: mean of 200 |actual - forecast| / (|actual| + |forecast|), 0 to 200.';

CREATE AGGREGATE replenish.wape (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.wape_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.wape (float8, float8) IS
'Sum of absolute errors over the sum of actuals, in percent; NULL when the actuals sum to 0.';

CREATE AGGREGATE replenish.rmse (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.rmse_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.rmse (float8, float8) IS 'Root mean squared error, in units.';

CREATE AGGREGATE replenish.mae (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.mae_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.mae (float8, float8) IS 'Mean absolute error, in units.';

CREATE AGGREGATE replenish.bias (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.bias_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.bias (float8, float8) IS
'Mean of forecast minus actual, in units: above 0 the forecast is too high.';

CREATE AGGREGATE replenish.bias_pct (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.bias_pct_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.bias_pct (float8, float8) IS
'Sum of forecast minus actual over the sum of actuals, in percent; NULL when the actuals sum to 0.';

CREATE AGGREGATE replenish.tracking_signal (actual float8, forecast float8) (
    SFUNC = replenish.accuracy_accum, STYPE = internal, FINALFUNC = replenish.tracking_signal_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.tracking_signal (float8, float8) IS
'Sum of forecast minus actual over the mean absolute error; beyond 4 or -4 the model drifts. NULL when all errors are 0.';

CREATE AGGREGATE replenish.mase (actual float8, forecast float8, naive_mae float8) (
    SFUNC = replenish.mase_scaled_accum, STYPE = internal, FINALFUNC = replenish.mae_final,
    COMBINEFUNC = replenish.accuracy_combine, SERIALFUNC = replenish.accuracy_serialize,
    DESERIALFUNC = replenish.accuracy_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.mase (float8, float8, float8) IS
'Mean absolute scaled error (Hyndman and Koehler 2006): absolute error over the naive forecast''s mean absolute error in the training history, which comes with every row. NULL when that is 0 or NULL.';

CREATE AGGREGATE replenish.mase (actual float8, forecast float8) (
    SFUNC = replenish.mase_ordered_accum, STYPE = internal, FINALFUNC = replenish.mase_ordered_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE replenish.mase (float8, float8) IS
'Mean absolute scaled error over the one-step naive error of the same rows: mase(actual, forecast ORDER BY day). NULL when the actuals never change.';
