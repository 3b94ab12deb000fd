//! The law of demand that comes seldom, in counts.
//!
//! Zeros and a few sizes are no normal law: a quantile of the demand of one step is that of the
//! recent values themselves, stretched by the ratio of the forecast to their mean. Empirical
//! quantiles sit at place p (n + 1), which holds coverage p for exchangeable values (Vovk, Gammerman
//! and Shafer 2005).

use crate::Bands;
use crate::recent::RECENT;

/// Values of one step's demand, sorted.
#[derive(Debug, Clone)]
pub(crate) struct CountLaw {
    sorted: Vec<f64>,
    mean: f64,
}

/// The stretch is kept within these bounds: beyond them the level is noise, not news.
const STRETCH: (f64, f64) = (0.5, 3.0);

impl CountLaw {
    /// The law of the last values of a history: older demand says little about next month's.
    pub(crate) fn of(history: &[f64]) -> Self {
        let mut sorted = history[history.len().saturating_sub(RECENT)..].to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let mean = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
        Self { sorted, mean }
    }

    /// Quantile `probability` of a step whose expected value is `level`.
    pub(crate) fn quantile(&self, probability: f64, level: f64) -> f64 {
        let place = probability * (self.sorted.len() + 1) as f64 - 1.0;
        let last = self.sorted.len().saturating_sub(1);
        let below = (place.max(0.0).floor() as usize).min(last);
        let at = |place: usize| {
            self.sorted
                .get(place.min(last))
                .copied()
                .unwrap_or_default()
        };
        let share = (place - below as f64).clamp(0.0, 1.0);
        let value = at(below) + share * (at(below + 1) - at(below));
        let stretch = if self.mean > 0.0 {
            (level / self.mean).clamp(STRETCH.0, STRETCH.1)
        } else {
            1.0
        };
        value * stretch
    }

    /// Intervals of steps whose expected values are `mean`.
    pub(crate) fn bands(&self, mean: &[f64]) -> Bands {
        let quantiles = |probability: f64| {
            let mut known = (f64::NAN, 0.0);
            mean.iter()
                .map(|level| {
                    if known.0 != *level {
                        known = (*level, self.quantile(probability, *level));
                    }
                    known.1
                })
                .collect()
        };
        Bands {
            mean: mean.to_vec(),
            lower_80: quantiles(0.1),
            upper_80: quantiles(0.9),
            lower_95: quantiles(0.025),
            upper_95: quantiles(0.975),
        }
    }

    /// Root mean squared difference of the values to a level.
    pub(crate) fn std_dev_about(&self, level: f64) -> f64 {
        let squares: f64 = self
            .sorted
            .iter()
            .map(|value| (value - level).powi(2))
            .sum();
        (squares / self.sorted.len().max(1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_values_at_their_own_mean() {
        let law = CountLaw::of(&[0.0, 3.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0, 4.0]);
        assert_eq!(law.quantile(0.1, 10.0 / 9.0), 0.0);
        assert!((law.quantile(0.9, 10.0 / 9.0) - 4.0).abs() < 1e-12);
        assert!((law.quantile(0.9, 20.0 / 9.0) - 8.0).abs() < 1e-12);
        // Place 6.5 of ten: halfway from the sixth value to the seventh.
        assert!((law.quantile(0.65, 10.0 / 9.0) - 1.5).abs() < 1e-12);
        assert_eq!(CountLaw::of(&[]).quantile(0.5, 1.0), 0.0);
    }
}
