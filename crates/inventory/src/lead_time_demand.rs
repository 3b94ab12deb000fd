//! Demand over the lead time, from the forecast.
//!
//! The protection interval is the lead time plus the review period, n = L + R days, the last day
//! counted by its fraction. With forecast f and standard deviation of its error e for each day,
//!
//! - mean = Σ f(t) over the interval,
//! - variance = Σ e(t)² + f(n)² σL²,
//!
//! where f(n), the demand of the day the interval ends on, is what a day more or less of lead time
//! costs. With a constant forecast this is King's formula; with a season or a trend the reorder
//! point moves with it.
//!
//! The sum over days takes their errors as independent. They are not: a forecast that is too low
//! today is too low tomorrow. Where a backtest has the errors E of whole intervals,
//! [`lead_time_demand_from_errors`] takes variance = mean of E² + f(n)² σL², which counts what the
//! errors share and any bias with them. [`moving_average_errors`] gives such errors for the simplest
//! forecast. With a review once a day, R = 1 belongs to the interval of every policy, also (s, Q):
//! stock falls below the reorder point by the demand of a day before anyone sees it.
//!
//! [`relative_interval_error`] takes them relative to the size of the forecast, so that a rising level
//! or a season widens the spread with the demand.
//!
//! Source: Silver, Pyke and Thomas (2017), section 6.11 (random lead times), to first order;
//! J. R. Trapero, M. Cardós and N. Kourentzes, "Empirical safety stock estimation based on kernel and
//! GARCH models" (2019), on errors of whole lead times. Limits: days after the last forecast day
//! repeat it.
//!
//! ```
//! use inventory::lead_time_demand::{ForecastDay, lead_time_demand};
//! let forecast = [ForecastDay { mean: 100.0, std_dev: 20.0 }];
//! let demand = lead_time_demand(&forecast, 4.0, 0.5, 0.0)?;
//! assert_eq!(demand.mean, 400.0);
//! assert_eq!(demand.std_dev, (4.0_f64 * 400.0 + 2500.0).sqrt());
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// Longest protection interval, days (ten years): longer ones are a mistake in the units.
pub const MAX_PROTECTION_DAYS: f64 = 3653.0;

/// One day of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ForecastDay {
    /// Expected demand, units, zero or more.
    pub mean: f64,
    /// Standard deviation of the forecast's error, units.
    pub std_dev: f64,
}

/// Mean and spread of the demand over a protection interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeadTimeDemand {
    /// Expected demand, units.
    pub mean: f64,
    /// Standard deviation, units.
    pub std_dev: f64,
}

/// Demand over lead time and review period; `forecast` starts on the first day that counts.
///
/// # Errors
/// No forecast; a negative, infinite or NaN value; an interval beyond [`MAX_PROTECTION_DAYS`]; or
/// overflow.
pub fn lead_time_demand(
    forecast: &[ForecastDay],
    lead_time_days: f64,
    lead_time_std_dev: f64,
    review_period_days: f64,
) -> Result<LeadTimeDemand, Error> {
    let last = *forecast.last().ok_or(Error::Empty { name: "forecast" })?;
    for day in forecast {
        check::non_negative("forecast demand", day.mean)?;
        check::non_negative("forecast standard deviation", day.std_dev)?;
    }
    let lead_time = check::non_negative("lead time", lead_time_days)?;
    let lead_time_sd = check::non_negative("lead time standard deviation", lead_time_std_dev)?;
    let review = check::non_negative("review period", review_period_days)?;
    let interval = lead_time + review;
    if interval > MAX_PROTECTION_DAYS {
        return Err(Error::OutOfRange {
            name: "lead time plus review period",
            low: 0.0,
            high: MAX_PROTECTION_DAYS,
            value: interval,
        });
    }

    let (mut mean, mut variance) = (0.0, 0.0);
    let mut marginal = forecast.first().map_or(last.mean, |day| day.mean);
    let days = forecast.iter().copied().chain(std::iter::repeat(last));
    for (index, day) in days.take(interval.ceil() as usize).enumerate() {
        let part = (interval - index as f64).min(1.0);
        mean += part * day.mean;
        variance += part * day.std_dev.powi(2);
        marginal = day.mean;
    }
    variance += (marginal * lead_time_sd).powi(2);
    Ok(LeadTimeDemand {
        mean: check::representable("lead time demand", mean)?,
        std_dev: check::representable("lead time demand", variance.sqrt())?,
    })
}

/// Demand over a protection interval from the forecast's sum and past errors of such sums.
///
/// `interval_forecast` is the forecast of the whole interval, `interval_errors` are actual minus
/// forecast of past intervals of the same length (they may overlap), `daily_demand` is what a day
/// more of lead time would add.
///
/// # Errors
/// No errors to learn from; a negative forecast, demand or spread; NaN or infinity; overflow.
pub fn lead_time_demand_from_errors(
    interval_forecast: f64,
    interval_errors: &[f64],
    daily_demand: f64,
    lead_time_std_dev: f64,
) -> Result<LeadTimeDemand, Error> {
    let mean = check::non_negative("forecast demand", interval_forecast)?;
    let daily = check::non_negative("average daily demand", daily_demand)?;
    let lead_time_sd = check::non_negative("lead time standard deviation", lead_time_std_dev)?;
    if interval_errors.is_empty() {
        return Err(Error::Empty {
            name: "interval errors",
        });
    }
    for &error in interval_errors {
        check::finite("interval error", error)?;
    }
    let squares: f64 = interval_errors.iter().map(|error| error * error).sum();
    let variance = squares / interval_errors.len() as f64 + (daily * lead_time_sd).powi(2);
    let std_dev = check::representable("lead time demand", variance.sqrt())?;
    Ok(LeadTimeDemand { mean, std_dev })
}

/// Errors (actual minus forecast) of forecasting each interval of a history by the mean of the
/// `window_days` before it; one for every day with half a window before it and an interval after.
///
/// # Errors
/// A negative, infinite or NaN demand; a window or interval of zero days; overflow.
pub fn moving_average_errors(
    demand: &[f64],
    window_days: usize,
    interval_days: usize,
) -> Result<Vec<f64>, Error> {
    check::positive("window", window_days as f64)?;
    check::positive("interval", interval_days as f64)?;
    let mut cumulative = vec![0.0];
    let mut total = 0.0;
    for &quantity in demand {
        total += check::non_negative("demand", quantity)?;
        cumulative.push(check::representable("demand history", total)?);
    }
    let sold = |from: usize, to: usize| match (cumulative.get(from), cumulative.get(to)) {
        (Some(before), Some(after)) => after - before,
        _ => 0.0,
    };
    let last = demand.len().saturating_sub(interval_days);
    let first = window_days.div_ceil(2);
    (first..=last)
        .map(|origin| {
            let known = window_days.min(origin);
            let daily = sold(origin - known, origin) / known as f64;
            let error = sold(origin, origin + interval_days) - daily * interval_days as f64;
            check::representable("interval error", error)
        })
        .collect()
}

/// What forecasts of whole intervals miss, for a forecast of a given size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalError {
    /// Root mean square of actual minus forecast, units.
    pub std_dev: f64,
    /// Past intervals that were looked at.
    pub intervals: usize,
}

/// Days that the average before each past interval looks at: with 28 days the replay of
/// docs/service.md came closest to its targets; 56 lags behind a changing level.
const WINDOW: usize = 28;
/// Past intervals below which nothing can be learned; they overlap, so that few say little.
const FEWEST_INTERVALS: usize = 14;
/// Share of the mean demand below which a past forecast is not trusted as a scale.
const SMALLEST_SCALE: f64 = 0.1;
/// Powers of the forecast that errors grow with: in step with it for frequent demand, by its root
/// (as counts do) for seldom demand.
const GROWTH: (f64, f64) = (1.0, 0.5);

/// How a forecast did in its backtest beside the average of the 28 days before, on the same weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BacktestErrors {
    /// Root mean squared error of the forecast of whole weeks, units.
    pub forecast: f64,
    /// That of the average, units.
    pub average: f64,
    /// Weeks that were tested.
    pub weeks: u32,
}

/// Weeks of backtest that the assumption "no better and no worse than the average" counts for: a few
/// weeks must not talk the safety stock away.
const PRIOR_WEEKS: f64 = 6.0;
/// A forecast is taken for at most this much better or worse than the average.
const RELATIVE_ERROR: (f64, f64) = (0.05, 2.0);

impl BacktestErrors {
    /// Error of the forecast over that of the average: their ratio to the power w / (w + 6) for w
    /// weeks, within 0.05 and 2. It carries the errors that the average makes on whole intervals
    /// ([`relative_interval_error`]) over to the forecast.
    ///
    /// # Errors
    /// A negative, infinite or NaN error.
    pub fn relative_error(&self) -> Result<f64, Error> {
        let forecast = check::non_negative("backtest error", self.forecast)?;
        let average = check::non_negative("backtest error", self.average)?;
        if average <= 0.0 {
            return Ok(if forecast > 0.0 {
                RELATIVE_ERROR.1
            } else {
                1.0
            });
        }
        let weeks = f64::from(self.weeks);
        let ratio = (forecast / average).powf(weeks / (weeks + PRIOR_WEEKS));
        Ok(ratio.clamp(RELATIVE_ERROR.0, RELATIVE_ERROR.1))
    }
}

/// Error of forecasting an interval of `interval_days` by `interval_forecast` units, learned from
/// the intervals of `demand`: each is forecast by the mean of the 28 days before it, its error is
/// taken relative to that forecast, and the root mean square is scaled to `interval_forecast`. So the
/// spread follows level and season. `None` where the history holds too few intervals or no demand.
///
/// # Errors
/// A negative, infinite or NaN demand or forecast; overflow.
pub fn relative_interval_error(
    demand: &[f64],
    interval_days: usize,
    interval_forecast: f64,
    frequent: bool,
) -> Result<Option<IntervalError>, Error> {
    let forecast = check::non_negative("forecast demand", interval_forecast)?;
    if interval_days == 0 {
        return Ok(None);
    }
    let errors = moving_average_errors(demand, WINDOW, interval_days)?;
    if errors.len() < FEWEST_INTERVALS {
        return Ok(None);
    }
    let length = interval_days as f64;
    let smallest = SMALLEST_SCALE * length * demand.iter().sum::<f64>() / demand.len() as f64;
    if smallest <= 0.0 {
        return Ok(None);
    }
    let growth = if frequent { GROWTH.0 } else { GROWTH.1 };
    let actual = demand.windows(interval_days).skip(WINDOW.div_ceil(2));
    let squares: f64 = errors
        .iter()
        .zip(actual)
        .map(|(error, actual)| {
            let past_forecast = actual.iter().sum::<f64>() - error;
            (error / past_forecast.max(smallest).powf(growth)).powi(2)
        })
        .sum();
    let relative = (squares / errors.len() as f64).sqrt();
    let std_dev = relative * forecast.max(smallest).powf(growth);
    Ok(Some(IntervalError {
        std_dev: check::representable("lead time demand", std_dev)?,
        intervals: errors.len(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecast(means: &[f64]) -> Vec<ForecastDay> {
        means
            .iter()
            .map(|&mean| ForecastDay { mean, std_dev: 1.0 })
            .collect()
    }

    #[test]
    fn follows_the_season() {
        let demand = lead_time_demand(&forecast(&[1.0, 2.0, 30.0, 4.0]), 2.0, 0.0, 1.0).unwrap();
        assert_eq!(demand.mean, 33.0);
        assert_eq!(demand.std_dev, 3f64.sqrt());
    }

    #[test]
    fn counts_the_last_day_by_its_fraction() {
        let demand = lead_time_demand(&forecast(&[10.0, 20.0]), 1.5, 0.0, 0.0).unwrap();
        assert_eq!(demand.mean, 20.0);
        assert_eq!(demand.std_dev, 1.5f64.sqrt());
    }

    #[test]
    fn repeats_the_last_day_beyond_the_forecast() {
        assert_eq!(
            lead_time_demand(&forecast(&[10.0, 20.0]), 4.0, 0.0, 0.0)
                .unwrap()
                .mean,
            70.0
        );
    }

    #[test]
    fn without_lead_time_only_its_spread_counts() {
        let demand = lead_time_demand(&forecast(&[10.0]), 0.0, 2.0, 0.0).unwrap();
        assert_eq!(
            demand,
            LeadTimeDemand {
                mean: 0.0,
                std_dev: 20.0
            }
        );
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert_eq!(
            lead_time_demand(&[], 1.0, 0.0, 0.0),
            Err(Error::Empty { name: "forecast" })
        );
        assert!(lead_time_demand(&forecast(&[-1.0]), 1.0, 0.0, 0.0).is_err());
        assert!(lead_time_demand(&forecast(&[1.0]), f64::NAN, 0.0, 0.0).is_err());
        assert!(lead_time_demand(&forecast(&[1.0]), 1e9, 0.0, 0.0).is_err());
        assert!(lead_time_demand(&forecast(&[f64::MAX]), 2.0, 0.0, 0.0).is_err());
    }

    #[test]
    fn the_error_of_an_interval_follows_the_size_of_its_forecast() {
        let demand: Vec<f64> = (0..200).map(|day| 10.0 + f64::from(day % 5)).collect();
        let error = |forecast, frequent| {
            relative_interval_error(&demand, 7, forecast, frequent)
                .unwrap()
                .unwrap()
        };
        let (one, two) = (error(84.0, true), error(168.0, true));
        assert!(one.std_dev > 0.0 && one.intervals > 150);
        assert!((two.std_dev / one.std_dev - 2.0).abs() < 1e-12);
        let (one, two) = (error(84.0, false), error(168.0, false));
        assert!((two.std_dev / one.std_dev - 2f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_forecast_that_did_better_in_its_backtest_errs_less() {
        let relative = |forecast, average, weeks| {
            BacktestErrors {
                forecast,
                average,
                weeks,
            }
            .relative_error()
            .unwrap()
        };
        assert_eq!(relative(5.0, 5.0, 9), 1.0);
        assert!((relative(4.0, 16.0, 6) - 0.5).abs() < 1e-12);
        assert!(relative(4.0, 16.0, 9) < relative(4.0, 16.0, 6));
        assert_eq!(relative(4.0, 16.0, 0), 1.0);
        assert_eq!((relative(0.0, 1.0, 9), relative(9.0, 0.0, 9)), (0.05, 2.0));
        assert_eq!(relative(0.0, 0.0, 9), 1.0);
        let nan = BacktestErrors {
            forecast: f64::NAN,
            average: 1.0,
            weeks: 1,
        };
        assert!(nan.relative_error().is_err());
    }

    #[test]
    fn nothing_is_learned_from_too_little() {
        assert_eq!(relative_interval_error(&[1.0; 20], 7, 7.0, true), Ok(None));
        assert_eq!(relative_interval_error(&[0.0; 200], 7, 7.0, true), Ok(None));
        assert_eq!(relative_interval_error(&[1.0; 200], 0, 0.0, true), Ok(None));
        assert!(relative_interval_error(&[1.0; 200], 7, f64::NAN, true).is_err());
        assert!(relative_interval_error(&[-1.0; 200], 7, 1.0, true).is_err());
    }

    #[test]
    fn errors_of_whole_intervals_keep_their_bias() {
        let demand = lead_time_demand_from_errors(100.0, &[30.0, 30.0], 10.0, 4.0).unwrap();
        assert_eq!(
            demand,
            LeadTimeDemand {
                mean: 100.0,
                std_dev: 50.0
            }
        );
        assert!(lead_time_demand_from_errors(100.0, &[], 10.0, 4.0).is_err());
        assert!(lead_time_demand_from_errors(100.0, &[f64::NAN], 10.0, 4.0).is_err());
        assert!(lead_time_demand_from_errors(-1.0, &[1.0], 10.0, 4.0).is_err());
        assert!(lead_time_demand_from_errors(1.0, &[f64::MAX], 10.0, 4.0).is_err());
    }

    #[test]
    fn moving_averages_are_judged_interval_by_interval() {
        // Means of up to two days before: 1, 1.5, 2.5, 3.5; sums of the two days after: 5, 7, 9, 11.
        let errors = moving_average_errors(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 2).unwrap();
        assert_eq!(errors, [3.0, 4.0, 4.0, 4.0]);
        assert!(
            moving_average_errors(&[5.0; 50], 28, 15)
                .unwrap()
                .iter()
                .all(|e| e.abs() < 1e-9)
        );
        assert!(moving_average_errors(&[1.0; 3], 2, 4).unwrap().is_empty());
        assert!(moving_average_errors(&[], 2, 2).unwrap().is_empty());
        assert!(moving_average_errors(&[1.0], 0, 2).is_err());
        assert!(moving_average_errors(&[1.0], 2, 0).is_err());
        assert!(moving_average_errors(&[-1.0], 2, 2).is_err());
    }
}
