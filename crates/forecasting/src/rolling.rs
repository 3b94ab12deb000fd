//! Backtests for people: how an algorithm would have done at several points of the past.
//!
//! Windows of `horizon` steps end with the history, `step` apart. With `refit` every window is
//! forecast by [`crate::forecast()`] from what came before it, exactly as it would have been then;
//! without, the model is fitted before the first window and goes on with its parameters, which is
//! what AUTO does to judge candidates and shares its code. Sources: Tashman (2000) for rolling
//! origins, Hyndman and Koehler (2006) for MASE, Makridakis, Spiliotis and Assimakopoulos (2022) for
//! RMSSE and pinball loss, Gilliland (2010) for forecast value added.
//!
//! ```
//! use forecasting::{Algorithm, BacktestOptions, backtest};
//! let history: Vec<f64> = (0..60).map(|day| f64::from(10 + day + day % 7)).collect();
//! let options = BacktestOptions {
//!     season_length: Some(7),
//!     ..BacktestOptions::new(Algorithm::Auto, 7)
//! };
//! let report = backtest(&history, &options)?;
//! assert_eq!(report.windows, 3);
//! assert!(report.forecast_value_added > Some(0.0));
//! # Ok::<(), forecasting::Error>(())
//! ```

use crate::backtest::{Origins, Tally, evaluate};
use crate::forecast::{Request, forecast};
use crate::metrics::Accumulator;
use crate::{Algorithm, Bands, Error, check, select};
use serde::Serialize;

/// What to test and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacktestOptions {
    /// The algorithm, or AUTO.
    pub algorithm: Algorithm,
    /// Steps of one season; `None` lets the data tell.
    pub season_length: Option<usize>,
    /// Steps forecast in each window, 1 to [`crate::MAX_HORIZON`].
    pub horizon: usize,
    /// Windows, 1 to 30; those that the history is too short for are left out.
    pub windows: usize,
    /// Steps from one window to the next, 1 to [`crate::MAX_HORIZON`].
    pub step: usize,
    /// Whether every window fits anew.
    pub refit: bool,
    /// Whether forecasts are cut off at zero.
    pub non_negative: bool,
}

impl BacktestOptions {
    /// Three windows side by side, each fitted anew, of demand.
    pub fn new(algorithm: Algorithm, horizon: usize) -> Self {
        Self {
            algorithm,
            season_length: None,
            horizon,
            windows: 3,
            step: horizon,
            refit: true,
            non_negative: true,
        }
    }
}

/// How the algorithm did over all windows. Percentages are in percent; what is undefined is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestReport {
    /// Windows that were tested.
    pub windows: usize,
    /// Pairs of forecast and actual.
    pub sample_size: u64,
    /// Symmetric mean absolute percentage error.
    pub smape: Option<f64>,
    /// Mean absolute percentage error, without steps of no demand.
    pub mape: Option<f64>,
    /// Sum of absolute errors as a percentage of demand.
    pub wape: Option<f64>,
    /// Mean absolute error over that of the (seasonal) naive forecast before the first window.
    pub mase: Option<f64>,
    /// Root mean squared error over that of the naive forecast before the first window.
    pub rmsse: Option<f64>,
    /// Mean of forecast minus actual, in units of the series.
    pub bias: Option<f64>,
    /// Mean pinball loss of the four bounds of the intervals, in units of the series.
    pub pinball: f64,
    /// Share of actual values within the 80% interval, in percent.
    pub coverage_80: f64,
    /// Share of actual values within the 95% interval, in percent.
    pub coverage_95: f64,
    /// By how many percent the absolute error is below that of the (seasonal) naive forecast.
    pub forecast_value_added: Option<f64>,
}

/// Windows that one call may ask for: as many as the longest history takes within a second.
const MAX_WINDOWS: usize = 30;
/// Values that have to come before the first window.
const NEEDED: usize = 4;

/// Tests an algorithm on the end of a history.
///
/// # Errors
/// A count out of range; NaN or infinity in the history; a history that leaves fewer than four
/// values before every window; without `refit` those of the model.
pub fn backtest(history: &[f64], options: &BacktestOptions) -> Result<BacktestReport, Error> {
    check::history(history)?;
    check::horizon(options.horizon)?;
    check::count("windows", options.windows, 1, MAX_WINDOWS)?;
    check::count("step", options.step, 1, crate::MAX_HORIZON)?;
    if let Some(season_length) = options.season_length {
        check::count("season_length", season_length, 1, crate::MAX_SEASON_LENGTH)?;
    }
    let origins = Origins::spaced(
        history.len(),
        options.horizon,
        options.windows,
        options.step,
    )
    .ok_or(Error::HistoryTooShort {
        model: "a backtest",
        needed: NEEDED + options.horizon,
        length: history.len(),
    })?;
    let season_length = options.season_length.filter(|m| *m > 1);
    let tally = if options.refit {
        refitted(history, &origins, options)?
    } else {
        evaluate(history, &origins, options.non_negative, |known| {
            let season_length = match options.season_length {
                Some(_) => season_length,
                None => crate::detect_seasonality(known)?.map(|season| season.length),
            };
            let algorithm = match options.algorithm {
                Algorithm::Auto => Algorithm::Combination,
                named => named,
            };
            select::fit(algorithm, known, season_length)
        })?
    };
    Ok(report(
        history,
        &origins,
        &tally,
        season_length.unwrap_or(1),
    ))
}

fn refitted(history: &[f64], origins: &Origins, options: &BacktestOptions) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    for (known, future) in origins.windows(history) {
        let request = Request {
            algorithm: options.algorithm,
            horizon: future.len(),
            season_length: options.season_length,
            non_negative: options.non_negative,
        };
        let bands: Bands = forecast(known, &request)?.bands;
        tally.push(future, &bands);
    }
    Ok(tally)
}

fn report(history: &[f64], origins: &Origins, tally: &Tally, lag: usize) -> BacktestReport {
    let mut naive = Accumulator::default();
    for (known, future) in origins.windows(history) {
        let lag = if lag <= known.len() { lag } else { 1 };
        let last = known[known.len() - lag..].iter().cycle();
        for (actual, forecast) in future.iter().zip(last) {
            naive.push(*actual, *forecast);
        }
    }
    let before = origins
        .windows(history)
        .next()
        .map_or(history, |(known, _)| known);
    let step = |lag: usize, size: fn(f64) -> f64| {
        let pairs = before.iter().zip(before.iter().skip(lag));
        let sum: f64 = pairs.map(|(former, value)| size(value - former)).sum();
        sum / before.len().saturating_sub(lag).max(1) as f64
    };
    let pairs = &tally.pairs;
    let count = pairs.count().max(1) as f64;
    BacktestReport {
        windows: origins.windows(history).count(),
        sample_size: pairs.count(),
        smape: pairs.smape(),
        mape: pairs.mape(),
        wape: pairs.wape(),
        mase: pairs.mase(step(lag, f64::abs)),
        rmsse: pairs.rmsse(step(1, |difference| difference * difference)),
        bias: pairs.bias(),
        pinball: tally.pinball / count,
        coverage_80: 100.0 * tally.inside_80 / count,
        coverage_95: 100.0 * tally.inside_95 / count,
        forecast_value_added: match (pairs.mae(), naive.mae()) {
            (Some(ours), Some(naive)) if naive > 0.0 => Some(100.0 * (1.0 - ours / naive)),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(days: u32) -> Vec<f64> {
        (0..days)
            .map(|day| 20.0 + f64::from(day * day % 7))
            .collect()
    }

    #[test]
    fn naive_adds_no_value_to_itself() {
        let options = BacktestOptions {
            season_length: Some(1),
            ..BacktestOptions::new(Algorithm::Naive, 5)
        };
        for refit in [true, false] {
            let options = BacktestOptions {
                refit,
                ..options.clone()
            };
            let report = backtest(&week(60), &options).unwrap();
            assert!(report.forecast_value_added.unwrap().abs() < 1e-9);
            assert_eq!(report.sample_size, 15);
        }
    }

    #[test]
    fn windows_that_do_not_fit_are_left_out() {
        let mut options = BacktestOptions::new(Algorithm::MovingAverage, 5);
        assert_eq!(backtest(&week(12), &options).unwrap().windows, 1);
        assert!(backtest(&week(8), &options).is_err());
        options.windows = 0;
        assert!(backtest(&week(60), &options).is_err());
    }
}
