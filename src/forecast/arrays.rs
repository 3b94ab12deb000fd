//! Forecasts over arrays: `forecast_…` returns the days, `fit_…` the days and the parameters.
//!
//! The output is what the model says about any series; whoever forecasts demand through the tables
//! gets it cut off at zero.

use super::options::{self, count, optional_count};
use super::shape::{FittedStep, Step, fitted_steps, steps};
use crate::errors::report;
use forecasting::models::ets::{self, Ets};
use forecasting::models::{
    Model, exponential_smoothing, holt, holt_winters, moving_average, naive, seasonal_naive,
};
use forecasting::{Algorithm, Outcome, Request};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{Array, JsonB};
use serde::Serialize;
use std::collections::BTreeMap;

/// As `forecast_functions`, with what was fitted in a last column.
macro_rules! fit_functions {
    ($($(#[$doc:meta])* fn $name:ident($($arguments:tt)*) $body:block)*) => {$(
        $(#[$doc])*
        #[pg_extern(immutable, parallel_safe, cost = 1000)]
        #[allow(clippy::type_complexity, clippy::too_many_arguments)]
        fn $name($($arguments)*) -> Result<
            TableIterator<'static, (
                name!(step, i32),
                name!(yhat, f64),
                name!(lo_80, f64),
                name!(hi_80, f64),
                name!(lo_95, f64),
                name!(hi_95, f64),
                name!(parameters, JsonB),
            )>,
            ErrorReport,
        > {
            let rows: Result<Vec<FittedStep>, ErrorReport> = $body;
            Ok(TableIterator::new(rows?))
        }
    )*};
}

forecast_functions! {
    /// The mean of the last `window_size` values.
    fn forecast_moving_average(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        window_size: default!(Option<i32>, "30"),
    ) {
        let values = options::history(history)?;
        let window = count("window_size", window_size)?;
        days(moving_average::fit(&values, window), horizon)
    }

    /// Simple exponential smoothing; a NULL alpha is optimised.
    fn forecast_exponential_smoothing(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        alpha: default!(Option<f64>, "NULL"),
    ) {
        let values = options::history(history)?;
        days(exponential_smoothing::fit(&values, alpha), horizon)
    }

    /// Holt's linear trend, damped if asked; NULL parameters are optimised.
    fn forecast_holt(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        damped: default!(Option<bool>, "false"),
        alpha: default!(Option<f64>, "NULL"),
        beta: default!(Option<f64>, "NULL"),
        phi: default!(Option<f64>, "NULL"),
    ) {
        let values = options::history(history)?;
        days(holt::fit(&values, damped.unwrap_or(false), alpha, beta, phi), horizon)
    }

    /// Holt-Winters with an additive or multiplicative season; NULL parameters are optimised.
    fn forecast_holt_winters(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: Option<i32>,
        seasonal: default!(Option<&str>, "'additive'"),
        damped: default!(Option<bool>, "false"),
        alpha: default!(Option<f64>, "NULL"),
        beta: default!(Option<f64>, "NULL"),
        gamma: default!(Option<f64>, "NULL"),
        phi: default!(Option<f64>, "NULL"),
    ) {
        let options = holt_winters_options(season_length, seasonal, damped, [alpha, beta, gamma, phi])?;
        days(holt_winters::fit(&options::history(history)?, &options), horizon)
    }

    /// The last value again and again.
    fn forecast_naive(history: Option<Array<'_, f64>>, horizon: Option<i32>) {
        days(naive::fit(&options::history(history)?), horizon)
    }

    /// The last season again and again.
    fn forecast_seasonal_naive(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: Option<i32>,
    ) {
        let values = options::history(history)?;
        days(seasonal_naive::fit(&values, count("season_length", season_length)?), horizon)
    }

    /// The model that did best when the end of the history was forecast from what came before.
    fn forecast_auto(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: default!(Option<i32>, "NULL"),
    ) {
        Ok(steps(auto(history, horizon, season_length)?.bands).collect())
    }
}

fit_functions! {
    /// `forecast_exponential_smoothing` with its parameters.
    fn fit_exponential_smoothing(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        alpha: default!(Option<f64>, "NULL"),
    ) {
        let values = options::history(history)?;
        fitted(exponential_smoothing::fit(&values, alpha), horizon)
    }

    /// `forecast_holt` with its parameters.
    fn fit_holt(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        damped: default!(Option<bool>, "false"),
        alpha: default!(Option<f64>, "NULL"),
        beta: default!(Option<f64>, "NULL"),
        phi: default!(Option<f64>, "NULL"),
    ) {
        let values = options::history(history)?;
        fitted(holt::fit(&values, damped.unwrap_or(false), alpha, beta, phi), horizon)
    }

    /// `forecast_holt_winters` with its parameters.
    fn fit_holt_winters(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: Option<i32>,
        seasonal: default!(Option<&str>, "'additive'"),
        damped: default!(Option<bool>, "false"),
        alpha: default!(Option<f64>, "NULL"),
        beta: default!(Option<f64>, "NULL"),
        gamma: default!(Option<f64>, "NULL"),
        phi: default!(Option<f64>, "NULL"),
    ) {
        let options = holt_winters_options(season_length, seasonal, damped, [alpha, beta, gamma, phi])?;
        fitted(holt_winters::fit(&options::history(history)?, &options), horizon)
    }

    /// `forecast_ets` with its form, the likelihood it reaches and its parameters.
    fn fit_ets(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: default!(Option<i32>, "NULL"),
        form: default!(Option<&str>, "NULL"),
    ) {
        let form = form.map(str::parse).transpose().map_err(report)?;
        let season_length = optional_count("season_length", season_length)?;
        let model = ets::fit(&options::history(history)?, season_length, form).map_err(report)?;
        let horizon = options::horizon(horizon)?;
        let bands = model.bands(horizon).finite().map_err(report)?;
        Ok(fitted_steps(bands, &EtsFit::of(&model)))
    }

    /// `forecast_auto` with what was tried, the scores and the reason.
    fn fit_auto(
        history: Option<Array<'_, f64>>,
        horizon: Option<i32>,
        season_length: default!(Option<i32>, "NULL"),
    ) {
        let outcome = auto(history, horizon, season_length)?;
        Ok(fitted_steps(outcome.bands, &outcome.explanation))
    }
}

/// What `fit_ets` tells of a model.
#[derive(Serialize)]
struct EtsFit {
    form: String,
    log_likelihood: f64,
    aicc: f64,
    #[serde(flatten)]
    parameters: BTreeMap<String, f64>,
}

impl EtsFit {
    fn of(model: &Ets) -> Self {
        Self {
            form: model.form().to_string(),
            log_likelihood: model.log_likelihood(),
            aicc: model.aicc(),
            parameters: model.parameters(),
        }
    }
}

fn holt_winters_options(
    season_length: Option<i32>,
    seasonal: Option<&str>,
    damped: Option<bool>,
    [alpha, beta, gamma, phi]: [Option<f64>; 4],
) -> Result<holt_winters::Options, ErrorReport> {
    Ok(holt_winters::Options {
        season_length: count("season_length", season_length)?,
        seasonal: seasonal.unwrap_or("additive").parse().map_err(report)?,
        damped: damped.unwrap_or(false),
        alpha,
        beta,
        gamma,
        phi,
    })
}

/// The seasons that the history itself shows; no row when it shows none.
#[pg_extern(immutable, strict, parallel_safe, cost = 1000)]
#[allow(clippy::type_complexity)]
fn detect_seasonality(
    history: Array<'_, f64>,
) -> Result<TableIterator<'static, (name!(season_length, i32), name!(strength, f64))>, ErrorReport>
{
    let values = options::history(Some(history))?;
    let season = forecasting::detect_seasonality(&values).map_err(report)?;
    Ok(TableIterator::new(
        season.map(|season| (season.length as i32, season.strength)),
    ))
}

/// How demand arrives: average demand interval, squared variation of its size, and class; and whether
/// it rises or falls, with the season that the history shows.
#[pg_extern(immutable, strict, parallel_safe, cost = 1000)]
#[allow(clippy::type_complexity)]
fn classify_demand(
    history: Array<'_, f64>,
) -> Result<
    TableIterator<
        'static,
        (
            name!(adi, Option<f64>),
            name!(cv_squared, Option<f64>),
            name!(demand_pattern, String),
            name!(trend, String),
            name!(trend_tau, f64),
            name!(trend_p_value, f64),
        ),
    >,
    ErrorReport,
> {
    let values = options::history(Some(history))?;
    let class = forecasting::classify_demand(&values).map_err(report)?;
    let season = forecasting::detect_seasonality(&values).map_err(report)?;
    let trend = forecasting::detect_trend(&values, season.map(|season| season.length));
    let trend = trend.map_err(report)?;
    Ok(TableIterator::once((
        class.adi,
        class.cv_squared,
        class.pattern.to_string(),
        trend.direction.to_string(),
        trend.tau,
        trend.p_value,
    )))
}

/// Names that `forecast_algorithm` accepts.
#[pg_extern(immutable, strict, parallel_safe, cost = 5)]
fn forecast_algorithms() -> Vec<String> {
    Algorithm::ALL.iter().map(Algorithm::to_string).collect()
}

/// Whether a name, in capitals, is one of `forecast_algorithms()`.
#[pg_extern(immutable, strict, parallel_safe, cost = 1)]
fn is_forecast_algorithm(name: &str) -> bool {
    Algorithm::ALL
        .iter()
        .any(|algorithm| algorithm.name() == name)
}

fn auto(
    history: Option<Array<'_, f64>>,
    horizon: Option<i32>,
    season_length: Option<i32>,
) -> Result<Outcome, ErrorReport> {
    let request = Request {
        algorithm: Algorithm::Auto,
        horizon: count("horizon", horizon)?,
        season_length: optional_count("season_length", season_length)?,
        non_negative: false,
    };
    forecasting::forecast(&options::history(history)?, &request).map_err(report)
}

fn days<M: Model>(
    model: Result<M, forecasting::Error>,
    horizon: Option<i32>,
) -> Result<Vec<Step>, ErrorReport> {
    let horizon = options::horizon(horizon)?;
    let bands = model.map_err(report)?.bands(horizon);
    Ok(steps(bands.finite().map_err(report)?).collect())
}

fn fitted<M: Model>(
    model: Result<M, forecasting::Error>,
    horizon: Option<i32>,
) -> Result<Vec<FittedStep>, ErrorReport> {
    let horizon = options::horizon(horizon)?;
    let model = model.map_err(report)?;
    let bands = model.bands(horizon).finite().map_err(report)?;
    Ok(fitted_steps(bands, &model.parameters()))
}
