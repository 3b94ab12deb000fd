//! The larger model families over arrays, and their evaluation: ETS, Theta, the Croston family,
//! MSTL, combinations; `forecast_quantiles`, `backtest`.
//!
//! These degrade as AUTO does: a series that a model cannot take is forecast by what comes closest.

use super::options::{self, count, optional_count};
use super::shape::{Step, steps};
use crate::errors::report;
use forecasting::models::{Model, ets, mstl};
use forecasting::{Algorithm, BacktestOptions, Request};
use pgrx::Array;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

forecast_functions! {
    /// Random walk with drift: the line through the first and the last value.
    fn forecast_drift(history: Option<Array<'_, f64>>, horizon: Option<i32>) {
        by(Algorithm::Drift, history, horizon, None)
    }

    /// The exponential smoothing state-space model, of the given form or the one with the best AICc.
    fn forecast_ets(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: default!(Option<i32>, "NULL"),
        form: default!(Option<&str>, "NULL"),
    ) {
        match form {
            Some(form) => ets_of(form, history, horizon, season_length),
            None => by(Algorithm::Ets, history, horizon, season_length),
        }
    }

    /// The Theta method.
    fn forecast_theta(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: default!(Option<i32>, "NULL"),
    ) {
        by(Algorithm::Theta, history, horizon, season_length)
    }

    /// The Theta method with an optimised theta.
    fn forecast_optimized_theta(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: default!(Option<i32>, "NULL"),
    ) {
        by(Algorithm::OptimizedTheta, history, horizon, season_length)
    }

    /// The Theta method with an optimised theta whose line moves with the data.
    fn forecast_dynamic_optimized_theta(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: default!(Option<i32>, "NULL"),
    ) {
        by(Algorithm::DynamicOptimizedTheta, history, horizon, season_length)
    }

    /// Croston: smoothed demand size over smoothed interval.
    fn forecast_croston(history: Option<Array<'_, f64>>, horizon: Option<i32>) {
        by(Algorithm::Croston, history, horizon, None)
    }

    /// Croston with the correction of Syntetos and Boylan.
    fn forecast_sba(history: Option<Array<'_, f64>>, horizon: Option<i32>) {
        by(Algorithm::Sba, history, horizon, None)
    }

    /// Teunter, Syntetos and Babai: smoothed demand size times smoothed probability.
    fn forecast_tsb(history: Option<Array<'_, f64>>, horizon: Option<i32>) {
        by(Algorithm::Tsb, history, horizon, None)
    }

    /// Aggregate, forecast, disaggregate.
    fn forecast_adida(history: Option<Array<'_, f64>>, horizon: Option<i32>) {
        by(Algorithm::Adida, history, horizon, None)
    }

    /// The mean over several levels of aggregation.
    fn forecast_imapa(history: Option<Array<'_, f64>>, horizon: Option<i32>) {
        by(Algorithm::Imapa, history, horizon, None)
    }

    /// Several seasons, such as 7 and 365.
    fn forecast_mstl(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_lengths: Option<Array<'_, i32>>,
    ) {
        let values = options::history(history)?;
        let horizon = options::horizon(horizon)?;
        let seasons: Vec<usize> = season_lengths
            .iter()
            .flat_map(Array::iter)
            .map(|length| count("season_lengths", length))
            .collect::<Result<_, _>>()?;
        let model = mstl::fit(&values, &seasons).map_err(report)?;
        Ok(steps(model.bands(horizon).finite().map_err(report)?).collect())
    }

    /// Any algorithm by name.
    fn forecast_with(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        algorithm: Option<&str>,
        season_length: default!(Option<i32>, "NULL"),
    ) {
        let algorithm = algorithm.unwrap_or("AUTO").parse().map_err(report)?;
        by(algorithm, history, horizon, season_length)
    }
}

/// Quantiles of the days to come, for stock that has to cover demand with a given probability.
#[pg_extern(immutable, parallel_safe, cost = 10000)]
#[allow(clippy::type_complexity)]
fn forecast_quantiles(
    history: Option<Array<'_, f64>>,
    horizon: Option<i32>,
    quantiles: Option<Array<'_, f64>>,
    season_length: default!(Option<i32>, "NULL"),
    algorithm: default!(Option<&str>, "'AUTO'"),
) -> Result<
    TableIterator<'static, (name!(step, i32), name!(quantile, f64), name!(value, f64))>,
    ErrorReport,
> {
    let algorithm = algorithm.unwrap_or("AUTO").parse().map_err(report)?;
    let request = request(algorithm, horizon, season_length)?;
    let levels: Vec<f64> = quantiles.iter().flat_map(Array::iter).flatten().collect();
    let values = forecasting::forecast_quantiles(&options::history(history)?, &request, &levels)
        .map_err(report)?;
    let mut rows: Vec<(i32, f64, f64)> = Vec::new();
    for (level, values) in levels.into_iter().zip(values) {
        rows.extend((1..).zip(values).map(|(step, value)| (step, level, value)));
    }
    rows.sort_by_key(|row| row.0);
    Ok(TableIterator::new(rows))
}

/// How an algorithm would have done on the last part of a history.
#[pg_extern(immutable, parallel_safe, cost = 20000)]
#[allow(clippy::type_complexity, clippy::too_many_arguments)]
fn backtest(
    history: Option<Array<'_, f64>>,
    horizon: Option<i32>,
    algorithm: default!(Option<&str>, "'AUTO'"),
    windows: default!(Option<i32>, "3"),
    step: default!(Option<i32>, "NULL"),
    refit: default!(Option<bool>, "true"),
    season_length: default!(Option<i32>, "NULL"),
) -> Result<
    TableIterator<
        'static,
        (
            name!(windows_tested, i32),
            name!(sample_size, i64),
            name!(smape, Option<f64>),
            name!(mape, Option<f64>),
            name!(wape, Option<f64>),
            name!(mase, Option<f64>),
            name!(rmsse, Option<f64>),
            name!(bias, Option<f64>),
            name!(pinball, f64),
            name!(coverage_80, f64),
            name!(coverage_95, f64),
            name!(forecast_value_added, Option<f64>),
        ),
    >,
    ErrorReport,
> {
    let values = options::history(history)?;
    let horizon = count("horizon", horizon)?;
    let options = BacktestOptions {
        algorithm: algorithm.unwrap_or("AUTO").parse().map_err(report)?,
        season_length: optional_count("season_length", season_length)?,
        horizon,
        windows: count("windows", windows)?,
        step: optional_count("step", step)?.unwrap_or(horizon),
        refit: refit.unwrap_or(true),
        non_negative: values.iter().all(|value| *value >= 0.0),
    };
    let result = forecasting::backtest(&values, &options).map_err(report)?;
    Ok(TableIterator::once((
        result.windows as i32,
        result.sample_size as i64,
        result.smape,
        result.mape,
        result.wape,
        result.mase,
        result.rmsse,
        result.bias,
        result.pinball,
        result.coverage_80,
        result.coverage_95,
        result.forecast_value_added,
    )))
}

fn request(
    algorithm: Algorithm,
    horizon: Option<i32>,
    season_length: Option<i32>,
) -> Result<Request, ErrorReport> {
    Ok(Request {
        algorithm,
        horizon: count("horizon", horizon)?,
        season_length: optional_count("season_length", season_length)?,
        non_negative: false,
    })
}

fn ets_of(
    form: &str,
    history: Option<Array<'_, f64>>,
    horizon: Option<i32>,
    season_length: Option<i32>,
) -> Result<Vec<Step>, ErrorReport> {
    let form = form.parse().map_err(report)?;
    let season_length = optional_count("season_length", season_length)?;
    let model = ets::fit(&options::history(history)?, season_length, Some(form)).map_err(report)?;
    let bands = model
        .bands(options::horizon(horizon)?)
        .finite()
        .map_err(report)?;
    Ok(steps(bands).collect())
}

fn by(
    algorithm: Algorithm,
    history: Option<Array<'_, f64>>,
    horizon: Option<i32>,
    season_length: Option<i32>,
) -> Result<Vec<Step>, ErrorReport> {
    let request = request(algorithm, horizon, season_length)?;
    let values = options::history(history)?;
    let outcome = forecasting::forecast(&values, &request).map_err(report)?;
    Ok(steps(outcome.bands).collect())
}
