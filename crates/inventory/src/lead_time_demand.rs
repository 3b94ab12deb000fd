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
//! Source: Silver, Pyke and Thomas (2017), section 6.11 (random lead times), to first order. Limits:
//! errors of different days are taken as independent; pass the standard deviation of the cumulative
//! error to [`crate::DemandLaw`] instead where a backtest measured it. Days after the last forecast
//! day repeat it.
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
}
