//! Intervals that hold what they say: how far errors really go, in the model's own units.
//!
//! A model's standard deviation comes from errors over the history that it was fitted to; what is to
//! come errs more, and not by the normal law. So the half width of an interval is the standard
//! deviation of the step times a factor: the quantile of the absolute errors that the backtest saw,
//! each over the standard deviation the model gave for it (conformal prediction, Vovk, Gammerman and
//! Shafer 2005), drawn towards a reference law as far as few errors were seen. The reference is
//! Student's t with four degrees of freedom, which has a closed quantile (Shaw 2006), stretched by
//! what the training parts of M3 need.

use crate::Bands;

/// Errors that the reference law counts for. The backtest's errors overlap, so that their number
/// says more than they do.
const REFERENCE_WEIGHT: f64 = 30.0;
/// Stretch of the reference law: 1 would be right for a model that knew its own error.
const REFERENCE_STRETCH: f64 = 1.0;

/// Sorted absolute errors in standard deviations.
#[derive(Debug, Clone)]
pub(crate) struct Conformal {
    sorted: Vec<f64>,
}

impl Conformal {
    pub(crate) fn of(mut scaled_errors: Vec<f64>) -> Self {
        scaled_errors.sort_unstable_by(f64::total_cmp);
        Self {
            sorted: scaled_errors,
        }
    }

    /// Standard deviations that an interval of coverage `coverage` reaches to each side.
    pub(crate) fn half_width(&self, coverage: f64) -> f64 {
        let reference = REFERENCE_STRETCH * student_4(0.5 + coverage / 2.0);
        let count = self.sorted.len();
        let place = (coverage * (count + 1) as f64).ceil() as usize;
        let seen = match self.sorted.get(place.saturating_sub(1)) {
            Some(seen) => *seen,
            // More coverage than the errors can tell apart.
            None => self
                .sorted
                .last()
                .map_or(reference, |last| last.max(reference)),
        };
        // A single outlier may not blow the band up.
        let seen = seen.min(3.0 * reference);
        (REFERENCE_WEIGHT * reference + count as f64 * seen) / (REFERENCE_WEIGHT + count as f64)
    }

    /// Quantile `probability` of every step.
    pub(crate) fn quantile(&self, bands: &Bands, probability: f64) -> Vec<f64> {
        let reach = self.half_width((2.0 * probability - 1.0).abs());
        let reach = if probability < 0.5 { -reach } else { reach };
        let steps = bands.mean.iter().zip(bands.std_dev());
        steps
            .map(|(mean, std_dev)| mean + reach * std_dev)
            .collect()
    }

    /// The bands with these intervals.
    pub(crate) fn bands(&self, bands: &Bands) -> Bands {
        Bands {
            lower_80: self.quantile(bands, 0.1),
            upper_80: self.quantile(bands, 0.9),
            lower_95: self.quantile(bands, 0.025),
            upper_95: self.quantile(bands, 0.975),
            mean: bands.mean.clone(),
        }
    }
}

/// Quantile of Student's t with four degrees of freedom (Shaw 2006).
fn student_4(probability: f64) -> f64 {
    let root = (4.0 * probability * (1.0 - probability)).sqrt();
    let square = (root.acos() / 3.0).cos() / root - 1.0;
    2.0 * square.max(0.0).sqrt() * (probability - 0.5).signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_student_are_those_of_the_tables() {
        assert!((student_4(0.9) - 1.533_206).abs() < 1e-5);
        assert!((student_4(0.975) - 2.776_445).abs() < 1e-5);
        assert_eq!(student_4(0.5), 0.0);
    }

    #[test]
    fn more_coverage_reaches_further_and_large_errors_widen() {
        let calm = Conformal::of(vec![0.5; 100]);
        let wild = Conformal::of((0..100).map(|place| f64::from(place) / 25.0).collect());
        assert!(calm.half_width(0.8) < wild.half_width(0.8));
        assert!(wild.half_width(0.8) < wild.half_width(0.95));
        assert!(Conformal::of(Vec::new()).half_width(0.95) > 2.0);
    }
}
