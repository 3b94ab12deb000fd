//! Rolling-origin evaluation: forecast the end of the history from what came before it.

use crate::metrics::Accumulator;
use crate::models::Model;
use crate::{Error, check};
use serde::Serialize;

/// How a model did on the last part of its history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// Mean absolute percentage error; `None` without demand in the tested part.
    pub mape: Option<f64>,
    /// Symmetric mean absolute percentage error.
    pub smape: f64,
    /// Sum of absolute errors as a percentage of demand; `None` without demand.
    pub wape: Option<f64>,
    /// Mean absolute error over that of the naive forecast in the history.
    pub mase: Option<f64>,
    /// Root mean squared error, in units of the series.
    pub rmse: f64,
    /// Mean absolute error, in units of the series.
    pub mae: f64,
    /// Mean of forecast minus actual, in units of the series.
    pub bias: f64,
    /// Share of the variance explained; `None` where the tested part is constant.
    pub r_squared: Option<f64>,
    /// Pairs of forecast and actual.
    pub sample_size: usize,
}

impl Backtest {
    /// The measures of `pairs`; `None` without pairs.
    pub(crate) fn of(pairs: &Accumulator, naive_mae: Option<f64>) -> Option<Self> {
        Some(Self {
            mape: pairs.mape(),
            smape: pairs.smape()?,
            wape: pairs.wape(),
            mase: naive_mae.and_then(|scale| pairs.mase(scale)),
            rmse: pairs.rmse()?,
            mae: pairs.mae()?,
            bias: pairs.bias()?,
            r_squared: pairs.r_squared(),
            sample_size: usize::try_from(pairs.count()).ok()?,
        })
    }
}

/// Where the history is cut, and how many steps are forecast from each cut.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origins {
    cuts: Vec<usize>,
    horizon: usize,
}

/// Cuts: three give each model a second and third chance without tripling the cost, since only the
/// first one is fitted.
const WINDOWS: usize = 3;
/// Share of the history that one window tests at most: with three windows five eighths are left to
/// fit on.
const SHARE: usize = 8;

impl Origins {
    /// Cuts of a history of `length` values for forecasts of `horizon` steps, each with at least
    /// two seasons before it. `None` where nothing can be tested.
    pub(crate) fn new(length: usize, horizon: usize, season_length: Option<usize>) -> Option<Self> {
        let horizon = horizon.min(length / SHARE).max(1);
        let needed = 4.max(2 * season_length.unwrap_or(1));
        let cuts: Vec<usize> = (1..=WINDOWS)
            .rev()
            .filter_map(|window| length.checked_sub(window * horizon))
            .filter(|cut| *cut >= needed)
            .collect();
        (!cuts.is_empty()).then_some(Self { cuts, horizon })
    }
}

/// What an evaluation saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Actual values and forecasts.
    pub pairs: Accumulator,
    /// Absolute errors over the standard deviation that the model gave for the step.
    pub scaled_errors: Vec<f64>,
}

/// Pairs of actual and forecast over all windows. The model is fitted at the first cut and goes on
/// with the same parameters at the later ones.
///
/// # Errors
/// Those of the fit.
pub(crate) fn evaluate(
    history: &[f64],
    origins: &Origins,
    non_negative: bool,
    fit: impl Fn(&[f64]) -> Result<Box<dyn Model>, Error>,
) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    let mut model: Option<Box<dyn Model>> = None;
    // One beginning for all windows: first states belong to it.
    let begin = origins
        .cuts
        .first()
        .map_or(0, |cut| cut - check::tail(&history[..*cut]).len());
    for cut in &origins.cuts {
        let (known, future) = history.split_at(*cut);
        let known = &known[begin..];
        let current = match model {
            Some(former) => former.applied_to(known)?,
            None => fit(known)?,
        };
        let bands = current.bands(origins.horizon.min(future.len())).finite()?;
        let std_dev = bands.std_dev();
        for ((actual, forecast), std_dev) in future.iter().zip(&bands.mean).zip(std_dev) {
            if std_dev > 0.0 {
                let scaled = (actual - forecast).abs() / std_dev;
                tally.scaled_errors.push(scaled);
            }
            let forecast = if non_negative {
                forecast.max(0.0)
            } else {
                *forecast
            };
            tally.pairs.push(*actual, forecast);
        }
        model = Some(current);
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_leave_two_seasons_to_fit_on() {
        let origins = Origins::new(90, 90, Some(30)).unwrap();
        assert_eq!(origins.cuts, [68, 79]);
        assert_eq!(origins.horizon, 11);
    }

    #[test]
    fn nothing_is_tested_on_a_handful_of_values() {
        assert_eq!(Origins::new(4, 10, None), None);
    }
}
