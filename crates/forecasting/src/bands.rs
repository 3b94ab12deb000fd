//! A forecast with its intervals.

use crate::Error;
use crate::profile::Profile;
use serde::Serialize;
use statrs::function::erf::erfc_inv;

/// Normal quantile of an 80% interval, both sides.
const Z_80: f64 = 1.281_551_565_544_600_4;
/// Normal quantile of a 95% interval, both sides.
const Z_95: f64 = 1.959_963_984_540_054;

/// A multiplicative form of ETS fitted to a dozen values can double its variance with every step: on
/// training parts of M3 bounds came to a million times the largest value. Of 3, 5 and 10 times the
/// width of Theta the last had the smallest pinball loss on three windows of the training parts.
const WIDEST: f64 = 10.0;

/// Expected values with 80% and 95% prediction intervals; all vectors have one element a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bands {
    /// Expected value of each step.
    pub mean: Vec<f64>,
    /// Lower bound of the 80% interval.
    pub lower_80: Vec<f64>,
    /// Upper bound of the 80% interval.
    pub upper_80: Vec<f64>,
    /// Lower bound of the 95% interval.
    pub lower_95: Vec<f64>,
    /// Upper bound of the 95% interval.
    pub upper_95: Vec<f64>,
}

impl Bands {
    /// Normal intervals around `mean`, one standard deviation a step.
    pub(crate) fn normal(mean: Vec<f64>, std_dev: impl Iterator<Item = f64>) -> Self {
        let std_dev: Vec<f64> = std_dev.take(mean.len()).collect();
        let bound = |z: f64| {
            mean.iter()
                .zip(&std_dev)
                .map(|(mean, sd)| mean + z * sd)
                .collect()
        };
        Self {
            lower_80: bound(-Z_80),
            upper_80: bound(Z_80),
            lower_95: bound(-Z_95),
            upper_95: bound(Z_95),
            mean,
        }
    }

    /// Quantile `probability` of each step by the normal law.
    pub(crate) fn normal_quantile(&self, probability: f64) -> Vec<f64> {
        let z = standard_normal_quantile(probability);
        let steps = self.mean.iter().zip(self.std_dev());
        steps.map(|(mean, std_dev)| mean + z * std_dev).collect()
    }

    /// Standard deviations of which normal intervals have these widths.
    pub(crate) fn std_dev(&self) -> Vec<f64> {
        let widths = self.upper_80.iter().zip(&self.lower_80);
        widths
            .map(|(high, low)| (high - low) / (2.0 * Z_80))
            .collect()
    }

    /// Adds figures that recur.
    pub(crate) fn add_cycle(&mut self, figures: &[f64]) {
        for values in self.all_mut() {
            for (value, figure) in values.iter_mut().zip(figures.iter().cycle()) {
                *value += figure;
            }
        }
    }

    /// Weighted means of values and bounds; weights of sum 1. A width counts up to [`WIDEST`] times
    /// that of the first part.
    pub(crate) fn weighted(parts: impl Iterator<Item = (f64, Self)>) -> Self {
        let mut total = Self {
            mean: Vec::new(),
            lower_80: Vec::new(),
            upper_80: Vec::new(),
            lower_95: Vec::new(),
            upper_95: Vec::new(),
        };
        let mut first: Option<Vec<f64>> = None;
        for (weight, mut part) in parts {
            part.narrow(first.get_or_insert_with(|| part.std_dev()));
            for (sums, values) in total.all_mut().into_iter().zip(part.all_mut()) {
                sums.resize(values.len(), 0.0);
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += weight * *value;
                }
            }
        }
        total
    }

    /// Draws the bounds of each step in to [`WIDEST`] times a standard deviation where they lie beyond.
    fn narrow(&mut self, std_dev: &[f64]) {
        let widths: Vec<f64> = self.std_dev();
        let Self {
            mean,
            lower_80,
            upper_80,
            lower_95,
            upper_95,
        } = self;
        for (step, (width, std_dev)) in widths.iter().zip(std_dev).enumerate() {
            let widest = WIDEST * std_dev;
            if *width > widest && widest > 0.0 {
                for bounds in [&mut *lower_80, upper_80, lower_95, upper_95] {
                    bounds[step] = mean[step] + (bounds[step] - mean[step]) * widest / width;
                }
            }
        }
    }

    /// Puts a season into values and bounds, `elapsed` steps after its first place.
    pub(crate) fn restore(&mut self, profile: &Profile, elapsed: usize) {
        for values in self.all_mut() {
            profile.restore(values, elapsed);
        }
    }

    /// Cut off at zero, for demand.
    pub(crate) fn non_negative(mut self) -> Self {
        for values in self.all_mut() {
            for value in values {
                *value = value.max(0.0);
            }
        }
        self
    }

    /// The same bands, or an error where one of them left the range of a double.
    ///
    /// # Errors
    /// Values so large that a mean or bound is not finite.
    pub fn finite(mut self) -> Result<Self, Error> {
        let finite = |values: &Vec<f64>| values.iter().all(|value| value.is_finite());
        if self.all_mut().into_iter().all(|values| finite(values)) {
            Ok(self)
        } else {
            Err(Error::Overflow)
        }
    }

    fn all_mut(&mut self) -> [&mut Vec<f64>; 5] {
        [
            &mut self.mean,
            &mut self.lower_80,
            &mut self.upper_80,
            &mut self.lower_95,
            &mut self.upper_95,
        ]
    }
}

/// Standard deviations of the steps from the one-step variance and the weights c_1, c_2, … with
/// which an error lives on: sigma^2 (1 + c_1^2 + … + c_{h-1}^2) (Hyndman, Koehler, Ord and Snyder
/// 2008, section 6.3, class 1 models).
pub(crate) fn growing(
    one_step_std_dev: f64,
    weight: impl Fn(usize) -> f64,
) -> impl Iterator<Item = f64> {
    (1..).scan(1.0, move |sum, step| {
        let std_dev = one_step_std_dev * f64::sqrt(*sum);
        *sum += weight(step).powi(2);
        Some(std_dev)
    })
}

fn standard_normal_quantile(probability: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runaway_width_counts_as_ten_of_the_first() {
        let part = |std_dev: f64| Bands::normal(vec![5.0], [std_dev].into_iter());
        let both = Bands::weighted([(0.5, part(1.0)), (0.5, part(1e9))].into_iter());
        assert!((both.std_dev()[0] - 5.5).abs() < 1e-9);
        assert_eq!(both.mean, [5.0]);
        let usual = Bands::weighted([(0.5, part(1.0)), (0.5, part(3.0))].into_iter());
        assert!((usual.std_dev()[0] - 2.0).abs() < 1e-9);
    }
}
