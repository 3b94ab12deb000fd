//! Whole-day lead times: a table of cumulative probabilities, built once, drawn from many times.

use crate::random::Random;
use crate::{DemandLaw, Error, check};

/// Longest mean lead time, days (ten years): longer ones are a mistake in the units.
const MAX_MEAN: f64 = 3653.0;

/// The table ends where less than this probability is left.
const TAIL: f64 = 1e-9;

/// Longest lead time drawn, days: a skewed law's tail is cut here.
const MAX_DAYS: usize = 20_000;

#[derive(Debug)]
pub(super) struct LeadTimes {
    /// P(lead time ≤ index); a draw beyond the last entry takes the table's length.
    cumulative: Vec<f64>,
}

impl LeadTimes {
    pub(super) fn new(mean: f64, std_dev: f64) -> Result<Self, Error> {
        let mean = check::non_negative("lead time", mean)?;
        let std_dev = check::non_negative("lead time standard deviation", std_dev)?;
        if mean > MAX_MEAN {
            return Err(Error::OutOfRange {
                name: "lead time",
                low: 0.0,
                high: MAX_MEAN,
                value: mean,
            });
        }
        // A spread of nothing, or out of all proportion to the mean, is none.
        let Ok(law) = DemandLaw::gamma(mean, std_dev) else {
            // Every draw lies beyond a table of zeros: the length is the lead time.
            return Ok(Self {
                cumulative: vec![0.0; mean.round() as usize],
            });
        };
        let mut cumulative = Vec::new();
        for day in 0..MAX_DAYS {
            let reached = law.cdf(day as f64 + 0.5)?;
            if reached >= 1.0 - TAIL {
                break;
            }
            cumulative.push(reached);
        }
        Ok(Self { cumulative })
    }

    pub(super) fn draw(&self, random: &mut Random) -> usize {
        let u = random.uniform();
        self.cumulative.partition_point(|&reached| reached <= u)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(mean: f64, std_dev: f64) -> (f64, f64) {
        let lead_times = LeadTimes::new(mean, std_dev).unwrap();
        let mut random = Random::new(7);
        let draws: Vec<f64> = (0..20_000)
            .map(|_| lead_times.draw(&mut random) as f64)
            .collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 20_000.0;
        (mean, variance.sqrt())
    }

    #[test]
    fn draws_keep_mean_and_spread() {
        let (mean, std_dev) = moments(14.0, 3.0);
        assert!((mean - 14.0).abs() < 0.1, "{mean}");
        // Rounding to days adds 1/12 to the variance.
        assert!(
            (std_dev - (9.0f64 + 1.0 / 12.0).sqrt()).abs() < 0.1,
            "{std_dev}"
        );
    }

    #[test]
    fn fixed_lead_times_do_not_vary() {
        assert_eq!(moments(14.0, 0.0), (14.0, 0.0));
        assert_eq!(moments(0.0, 5.0), (0.0, 0.0));
        assert_eq!(moments(2.4, 0.0), (2.0, 0.0));
        assert_eq!(moments(1e-6, 5.0), (0.0, 0.0));
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(LeadTimes::new(-1.0, 0.0).is_err());
        assert!(LeadTimes::new(1e9, 0.0).is_err());
        assert!(LeadTimes::new(1.0, f64::NAN).is_err());
    }
}
