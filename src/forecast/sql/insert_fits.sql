INSERT INTO replenish.forecast_fits (
    tenant_id, facility_id, material_id, first_version, forecast_algorithm, requested_algorithm,
    forecast_uom, model_confidence_score, training_start_date, training_end_date,
    training_sample_size, fit_status, fit_reason, model_parameters, candidates, season_length,
    backtest_mape, backtest_rmse, backtest_mae, backtest_bias, backtest_r_squared, naive_mae,
    residual_std_dev
)
SELECT
    $1, $2, f.material_id, f.first_version, f.algorithm, f.requested, f.uom, f.confidence,
    f.training_start, f.training_end, f.sample_size, f.status, f.reason, f.parameters::jsonb,
    f.candidates::jsonb, f.season_length, f.mape, f.rmse, f.mae, f.bias, f.r_squared, f.naive_mae,
    f.residual_std_dev
FROM unnest(
    $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23
) AS f (
    material_id, first_version, algorithm, requested, uom, confidence, training_start, training_end,
    sample_size, status, reason, parameters, candidates, season_length, mape, rmse, mae, bias,
    r_squared, naive_mae, residual_std_dev
)
