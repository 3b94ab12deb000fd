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
use serde::{Deserialize, Serialize};

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
        // Less a hair, so that rounding of the coverage does not reach for the next error.
        let place = (coverage * (count + 1) as f64 - 1e-9).ceil() as usize;
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
        let half_width = self.half_width((2.0 * probability - 1.0).abs());
        shifted(bands, half_width.copysign(probability - 0.5))
    }
}

/// The means moved by `reach` standard deviations.
fn shifted(bands: &Bands, reach: f64) -> Vec<f64> {
    let steps = bands.mean.iter().zip(bands.std_dev());
    steps
        .map(|(mean, std_dev)| mean + reach * std_dev)
        .collect()
}

/// Half widths at a few coverages: what of the errors is kept with a stored model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reach {
    half_widths: [f64; 7],
}

/// Coverages of [`Reach`].
const COVERAGES: [f64; 7] = [0.25, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99];

impl Reach {
    pub(crate) fn of(conformal: &Conformal) -> Self {
        Self {
            half_widths: COVERAGES.map(|coverage| conformal.half_width(coverage)),
        }
    }

    /// The bands with these intervals.
    pub(crate) fn bands(&self, bands: &Bands) -> Bands {
        let [_, _, at_80, _, at_95, _, _] = self.half_widths;
        Bands {
            lower_80: shifted(bands, -at_80),
            upper_80: shifted(bands, at_80),
            lower_95: shifted(bands, -at_95),
            upper_95: shifted(bands, at_95),
            mean: bands.mean.clone(),
        }
    }

    /// Quantile `probability` of every step; between the coverages a line over the quantiles of the
    /// reference law, beyond them in proportion to it.
    pub(crate) fn quantile(&self, bands: &Bands, probability: f64) -> Vec<f64> {
        let at = student_4(0.5 + (probability - 0.5).abs());
        let mut below = (0.0, 0.0);
        let mut half_width = 0.0;
        for (coverage, known) in COVERAGES.iter().zip(self.half_widths) {
            let reference = student_4(0.5 + coverage / 2.0);
            half_width = below.1 + (known - below.1) * (at - below.0) / (reference - below.0);
            below = (reference, known);
            if at <= reference {
                break;
            }
            half_width = known * at / reference;
        }
        shifted(bands, half_width.copysign(probability - 0.5))
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

    #[test]
    fn what_is_kept_comes_close_to_all_errors() {
        let errors = (0..200).map(|place| (f64::from(place) / 100.0).powi(2));
        let conformal = Conformal::of(errors.collect());
        let reach = Reach::of(&conformal);
        let bands = Bands::normal(vec![0.0], std::iter::once(1.0));
        let mut former = f64::NEG_INFINITY;
        for place in 1..200 {
            let probability = f64::from(place) / 200.0;
            let (all, kept) = (
                conformal.quantile(&bands, probability)[0],
                reach.quantile(&bands, probability)[0],
            );
            // Between two coverages the line may miss a bend of the errors by a tenth.
            assert!(
                (all - kept).abs() < 0.1 * (1.0 + all.abs()),
                "{probability}: {all} {kept}"
            );
            assert!(kept >= former);
            former = kept;
        }
        assert_eq!(reach.quantile(&bands, 0.975), reach.bands(&bands).upper_95);
    }
}
