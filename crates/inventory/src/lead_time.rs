//! Lead time from few receipts, shrunk towards the stated one.
//!
//! The stated lead time counts like k = [`STATED_WEIGHT`] further receipts that took exactly that
//! long. With n observations of mean x̄ and the weight w = n / (n + k):
//!
//! - mean = w · x̄ + (1 − w) · stated;
//! - variance = (Σ(x − x̄)² + k · n / (n + k) · (x̄ − stated)²) / (n + k − 1), the sample variance of
//!   the n + k values: a vendor that misses the promise shows up as spread, too.
//!
//! Source: the credibility weight of H. Bühlmann, "Experience rating and credibility" (1967), which
//! is the posterior mean of a normal law with conjugate prior. Limits: receipts count alike, old or
//! new; without observations the spread is 0, since a promise says nothing about it.
//!
//! ```
//! let lead_time = inventory::lead_time_statistics(&[10.0, 14.0, 18.0, 22.0, 26.0], 14.0)?;
//! assert_eq!(lead_time.mean, 16.0);
//! assert_eq!(lead_time.observations, 5);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// How many receipts the stated lead time is worth. With five the record of a material and the
/// word of its vendor weigh the same after five receipts; after twenty the record has 80 percent.
pub const STATED_WEIGHT: f64 = 5.0;

/// Mean and spread of a lead time, days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeadTime {
    /// Expected lead time, days.
    pub mean: f64,
    /// Standard deviation, days.
    pub std_dev: f64,
    /// Number of receipts behind it.
    pub observations: usize,
}

/// Lead time of a material from observed receipts and the stated time, all in days.
///
/// # Errors
/// A negative, infinite or NaN number of days, or a result beyond the range of a double.
pub fn lead_time_statistics(observed_days: &[f64], stated_days: f64) -> Result<LeadTime, Error> {
    let stated = check::non_negative("stated lead time", stated_days)?;
    for &days in observed_days {
        check::non_negative("observed lead time", days)?;
    }
    let observations = observed_days.len();
    if observations == 0 {
        return Ok(LeadTime {
            mean: stated,
            std_dev: 0.0,
            observations,
        });
    }
    let n = observations as f64;
    let observed_mean = observed_days.iter().sum::<f64>() / n;
    let squares: f64 = observed_days
        .iter()
        .map(|days| (days - observed_mean).powi(2))
        .sum();
    let weight = n / (n + STATED_WEIGHT);
    let disagreement = STATED_WEIGHT * weight * (observed_mean - stated).powi(2);
    let variance = (squares + disagreement) / (n + STATED_WEIGHT - 1.0);
    Ok(LeadTime {
        mean: check::representable("lead time", stated + weight * (observed_mean - stated))?,
        std_dev: check::representable("lead time standard deviation", variance.sqrt())?,
        observations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_receipts_the_stated_time_stands() {
        let lead_time = lead_time_statistics(&[], 14.0).unwrap();
        assert_eq!(
            lead_time,
            LeadTime {
                mean: 14.0,
                std_dev: 0.0,
                observations: 0
            }
        );
    }

    #[test]
    fn equals_the_sample_with_the_stated_time_added() {
        let pooled = [20.0, 17.0, 25.0, 14.0, 14.0, 14.0, 14.0, 14.0];
        let mean = pooled.iter().sum::<f64>() / 8.0;
        let variance = pooled.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 7.0;
        let lead_time = lead_time_statistics(&[20.0, 17.0, 25.0], 14.0).unwrap();
        assert!((lead_time.mean - mean).abs() < 1e-12);
        assert!((lead_time.std_dev - variance.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn many_receipts_outweigh_the_promise() {
        let days: Vec<f64> = (0..2000)
            .map(|i| if i % 2 == 0 { 18.0 } else { 22.0 })
            .collect();
        let lead_time = lead_time_statistics(&days, 14.0).unwrap();
        assert!((lead_time.mean - 20.0).abs() < 0.02);
        assert!((lead_time.std_dev - 2.0).abs() < 0.05);
    }

    #[test]
    fn a_single_late_receipt_moves_the_mean_by_its_weight() {
        let lead_time = lead_time_statistics(&[26.0], 14.0).unwrap();
        assert_eq!(lead_time.mean, 16.0);
        assert!(lead_time.std_dev > 0.0);
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(lead_time_statistics(&[-1.0], 14.0).is_err());
        assert!(lead_time_statistics(&[f64::NAN], 14.0).is_err());
        assert!(lead_time_statistics(&[1.0], f64::INFINITY).is_err());
        assert!(lead_time_statistics(&[f64::MAX, f64::MAX], 1.0).is_err());
    }
}
