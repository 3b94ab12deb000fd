//! Rolling-origin evaluation: forecast the end of the history from what came before it.

use crate::metrics::Accumulator;
use crate::models::Model;
use crate::{Bands, Error, check};
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

    /// Cuts `step` apart, of which the last leaves `horizon` steps; each with four values before it.
    pub(crate) fn spaced(
        length: usize,
        horizon: usize,
        windows: usize,
        step: usize,
    ) -> Option<Self> {
        let cuts: Vec<usize> = (0..windows)
            .rev()
            .filter_map(|window| length.checked_sub(horizon + window * step))
            .filter(|cut| *cut >= 4)
            .collect();
        (!cuts.is_empty()).then_some(Self { cuts, horizon })
    }

    /// What is known and what follows, at each cut.
    pub(crate) fn windows<'a>(
        &'a self,
        history: &'a [f64],
    ) -> impl Iterator<Item = (&'a [f64], &'a [f64])> {
        self.cuts.iter().map(|cut| {
            let (known, future) = history.split_at(*cut);
            (known, &future[..self.horizon.min(future.len())])
        })
    }
}

/// What an evaluation saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Actual values and forecasts.
    pub pairs: Accumulator,
    /// Actual values within the 80% and within the 95% interval.
    pub inside_80: f64,
    pub inside_95: f64,
    /// Sum over the pairs of the mean pinball loss of the four bounds.
    pub pinball: f64,
    /// Absolute errors over the standard deviation that the model gave for the step.
    pub scaled_errors: Vec<f64>,
    /// Sums of weeks and of what was forecast for them.
    pub weeks: Accumulator,
}

/// Steps of a week. Errors of single days hardly tell how far the sum over a lead time errs: a model
/// that knows the days of the week errs less on each of them and no less on their sum.
const WEEK: usize = 7;

impl Tally {
    /// Adds one window.
    pub(crate) fn push(&mut self, future: &[f64], bands: &Bands) {
        let steps = bands.mean.iter().zip(&bands.lower_80).zip(&bands.upper_80);
        let steps = steps.zip(bands.lower_95.iter().zip(&bands.upper_95));
        for (actual, (((mean, low_80), high_80), (low_95, high_95))) in future.iter().zip(steps) {
            self.pairs.push(*actual, *mean);
            let inside = |low: f64, high: f64| f64::from(u8::from((low..=high).contains(actual)));
            self.inside_80 += inside(*low_80, *high_80);
            self.inside_95 += inside(*low_95, *high_95);
            let loss = |probability: f64, bound: f64| {
                let above = actual - bound;
                (probability * above).max((probability - 1.0) * above)
            };
            let tails = loss(0.025, *low_95) + loss(0.975, *high_95);
            self.pinball += (tails + loss(0.1, *low_80) + loss(0.9, *high_80)) / 4.0;
        }
        let week = WEEK.min(future.len()).max(1);
        let forecast = bands.mean.chunks_exact(week);
        for (actual, forecast) in future.chunks_exact(week).zip(forecast) {
            self.weeks.push(actual.iter().sum(), forecast.iter().sum());
        }
    }
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
    let mut model: Option<(usize, Box<dyn Model>)> = None;
    for (known, future) in origins.windows(history) {
        let current = match model.take() {
            Some((seen, mut former)) => {
                let new = &known[seen..];
                former.check_next(new)?;
                new.iter().for_each(|value| former.update(*value));
                former
            }
            None => fit(check::tail(known))?,
        };
        let bands = current.bands(future.len()).finite()?;
        let std_dev = bands.std_dev();
        for ((actual, forecast), std_dev) in future.iter().zip(&bands.mean).zip(std_dev) {
            if std_dev > 0.0 {
                let scaled = (actual - forecast).abs() / std_dev;
                tally.scaled_errors.push(scaled);
            }
        }
        if non_negative {
            tally.push(future, &bands.non_negative());
        } else {
            tally.push(future, &bands);
        }
        model = Some((known.len(), current));
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
    fn weeks_are_judged_as_sums() {
        let mut tally = Tally::default();
        // Errors of days that cancel within the week; the last two days are no week.
        let future: Vec<f64> = (0..16).map(|day| f64::from(day % 7)).collect();
        let flat = |value: f64| vec![value; 16];
        tally.push(
            &future,
            &Bands {
                mean: flat(3.0),
                lower_80: flat(1.0),
                upper_80: flat(5.0),
                lower_95: flat(0.0),
                upper_95: flat(6.0),
            },
        );
        assert_eq!(tally.weeks.count(), 2);
        assert_eq!(tally.weeks.rmse(), Some(0.0));
        assert!(tally.pairs.rmse() > Some(1.0));
    }

    #[test]
    fn a_window_is_tallied_by_the_definitions() {
        let mut tally = Tally::default();
        let flat = |value: f64| vec![value; 2];
        let bands = Bands {
            mean: flat(12.0),
            lower_80: flat(8.0),
            upper_80: flat(15.0),
            lower_95: flat(5.0),
            upper_95: flat(18.0),
        };
        tally.push(&[10.0, 20.0], &bands);
        tally.push(&[16.0], &bands);
        assert_eq!((tally.inside_80, tally.inside_95), (1.0, 2.0));
        assert_eq!(tally.pairs.mae(), Some((2.0 + 8.0 + 4.0) / 3.0));
        // Below each bound the loss is what is missing times 1 minus its probability, above it the rest.
        let of_10 = 0.025 * 5.0 + 0.025 * 8.0 + 0.1 * 2.0 + 0.1 * 5.0;
        let of_20 = 0.025 * 15.0 + 0.975 * 2.0 + 0.1 * 12.0 + 0.9 * 5.0;
        let of_16 = 0.025 * 11.0 + 0.025 * 2.0 + 0.1 * 8.0 + 0.9 * 1.0;
        let expected = (of_10 + of_20 + of_16) / 4.0;
        assert!(
            (tally.pinball - expected).abs() < 1e-12,
            "{} {expected}",
            tally.pinball
        );
    }

    #[test]
    fn nothing_is_tested_on_a_handful_of_values() {
        assert_eq!(Origins::new(4, 10, None), None);
    }
}
