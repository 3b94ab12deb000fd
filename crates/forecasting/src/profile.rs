//! Taking a season out of a series and putting it back.
//!
//! Classical decomposition: a centred moving average over one season is the trend; the mean ratio
//! (or difference) of the values to it, by place in the season, is the figure of that place.
//! Whether a season is there is tested as the Theta method does (Assimakopoulos and Nikolopoulos
//! 2000): the autocorrelation at one season against 1.645 times its standard error after Bartlett
//! (1946); a smooth wave passes as well where it peaks high after a valley. Values of zero or less are decomposed by differences.

use crate::models::holt_winters::Seasonal;
use crate::models::is_ring;
use serde::{Deserialize, Serialize};

/// One-sided normal quantile of 95%.
const LIMIT: f64 = 1.645;
/// Peak of a wave, as in the search for seasons ([`crate::detect_seasonality`]): its own correlations
/// raise the limit of the test so far that a pure sine of three seasons would fail it.
const WAVE: f64 = 0.5;
/// A factor below this divides by almost nothing: differences are used instead.
const SMALLEST_FACTOR: f64 = 0.01;

/// A figure for each place of a season that begins with the first value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    figures: Vec<f64>,
    seasonal: Seasonal,
}

impl Profile {
    /// The profile of a season that passes the test; `None` where there is none.
    pub(crate) fn tested(values: &[f64], season_length: Option<usize>) -> Option<Self> {
        let season_length = season_length?;
        if season_length < 2 || values.len() < 2 * season_length {
            return None;
        }
        is_significant(values, season_length).then(|| Self::of(values, season_length))
    }

    /// The profile of a season that is known to be there, or not to be; tested where that is not known.
    pub(crate) fn known_or_tested(
        values: &[f64],
        season_length: Option<usize>,
        known: Option<bool>,
    ) -> Option<Self> {
        match (known, season_length) {
            (None, _) => Self::tested(values, season_length),
            (Some(true), Some(m)) if m >= 2 && values.len() >= 2 * m => Some(Self::of(values, m)),
            _ => None,
        }
    }

    /// The profile of at least two seasons: factors where the values allow it.
    fn of(values: &[f64], season_length: usize) -> Self {
        if values.iter().all(|value| *value > 0.0) {
            let profile = Self::multiplicative(values, season_length);
            if profile
                .figures
                .iter()
                .all(|figure| *figure >= SMALLEST_FACTOR)
            {
                return profile;
            }
        }
        Self::additive(values, season_length)
    }

    /// Factors of mean 1, of values above zero.
    pub(crate) fn multiplicative(values: &[f64], season_length: usize) -> Self {
        let figures = figures(values, season_length, |value, trend| value / trend);
        let mean = figures.iter().sum::<f64>() / season_length as f64;
        Self {
            figures: figures.iter().map(|figure| figure / mean).collect(),
            seasonal: Seasonal::Multiplicative,
        }
    }

    /// Differences of mean 0.
    pub(crate) fn additive(values: &[f64], season_length: usize) -> Self {
        let figures = figures(values, season_length, |value, trend| value - trend);
        let mean = figures.iter().sum::<f64>() / season_length as f64;
        Self {
            figures: figures.iter().map(|figure| figure - mean).collect(),
            seasonal: Seasonal::Additive,
        }
    }

    /// Whether a profile read back has figures, and no more than a season may have.
    pub(crate) fn is_sound(&self) -> bool {
        is_ring(&self.figures)
    }

    /// The figures by place.
    pub(crate) fn figures(&self) -> &[f64] {
        &self.figures
    }

    /// Steps of the season.
    pub(crate) fn season_length(&self) -> usize {
        self.figures.len()
    }

    /// The series without its season.
    pub(crate) fn remove(&self, values: &[f64]) -> Vec<f64> {
        let figures = self.figures.iter().cycle();
        let pairs = values.iter().zip(figures);
        pairs
            .map(|(value, figure)| self.without(*value, *figure))
            .collect()
    }

    /// A value without its season, `elapsed` steps after the first one.
    pub(crate) fn remove_from(&self, value: f64, elapsed: usize) -> f64 {
        self.without(value, self.figures[elapsed % self.figures.len()])
    }

    fn without(&self, value: f64, figure: f64) -> f64 {
        match self.seasonal {
            Seasonal::Additive => value - figure,
            Seasonal::Multiplicative => value / figure,
        }
    }

    /// Puts the season back into values that begin `elapsed` steps after the first one.
    pub(crate) fn restore(&self, values: &mut [f64], elapsed: usize) {
        let figures = self.figures.iter().cycle();
        let places = figures.skip(elapsed % self.figures.len());
        for (value, figure) in values.iter_mut().zip(places) {
            match self.seasonal {
                Seasonal::Additive => *value += figure,
                Seasonal::Multiplicative => *value *= figure,
            }
        }
    }
}

fn figures(values: &[f64], m: usize, compare: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut totals = vec![(0.0, 0.0_f64); m];
    let half = m / 2;
    // An even season gives half weight to both ends of the average.
    let ends = if m.is_multiple_of(2) { 0.5 } else { 1.0 };
    let mut sum: f64 = values.iter().take(2 * half + 1).sum();
    for (start, window) in values.windows(2 * half + 1).enumerate() {
        let (first, last) = (window[0], window[2 * half]);
        let trend = (sum - (1.0 - ends) * (first + last)) / m as f64;
        let total = &mut totals[(start + half) % m];
        total.0 += compare(window[half], trend);
        total.1 += 1.0;
        sum += values.get(start + 2 * half + 1).copied().unwrap_or(0.0) - first;
    }
    totals
        .iter()
        .map(|(sum, count)| sum / count.max(1.0))
        .collect()
}

/// Whether the autocorrelation at one season is beyond chance.
pub(crate) fn is_significant(values: &[f64], season_length: usize) -> bool {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let variance: f64 = centred.iter().map(|value| value * value).sum();
    if variance <= 0.0 || values.len() <= season_length {
        return false;
    }
    let correlation = |lag: usize| {
        let products = centred.iter().zip(&centred[lag..]);
        products.map(|(a, b)| a * b).sum::<f64>() / variance
    };
    let (mut squares, mut valley) = (0.0, 0.0_f64);
    for lag in 1..season_length {
        let correlation = correlation(lag);
        squares += correlation * correlation;
        valley = valley.min(correlation);
    }
    let peak = correlation(season_length);
    let beyond_chance = peak.abs() > LIMIT * ((1.0 + 2.0 * squares) / count).sqrt();
    // Fewer products go into a long lag; the peak is judged as if all were there.
    let whole = peak * count / (count - season_length as f64);
    let wave = whole >= WAVE && valley <= -WAVE / 2.0 && values.len() >= 3 * season_length;
    beyond_chance || wave
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_is_put_back() {
        for shift in [100.0, 0.0] {
            let values: Vec<f64> = (0..48).map(|t| shift + f64::from(t % 4) * 3.0).collect();
            let profile = Profile::tested(&values, Some(4)).unwrap();
            let mut adjusted = profile.remove(&values);
            let spread = adjusted.iter().fold(0.0_f64, |spread, value| {
                spread.max((value - adjusted[0]).abs())
            });
            assert!(spread < 1e-9 * (shift + 10.0), "{spread}");
            profile.restore(&mut adjusted, 0);
            for (restored, value) in adjusted.iter().zip(&values) {
                assert!((restored - value).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_smooth_wave_of_three_seasons_is_a_season() {
        let values: Vec<f64> = (0..90)
            .map(|day| 100.0 + 50.0 * (std::f64::consts::TAU * f64::from(day) / 30.0).sin())
            .collect();
        assert!(is_significant(&values, 30));
    }

    #[test]
    fn a_line_has_no_season() {
        let values: Vec<f64> = (0..30).map(f64::from).collect();
        assert!(Profile::tested(&values, Some(12)).is_none());
        // It peaks as high as a wave, but after no valley.
        assert!(Profile::tested(&values[..24], Some(4)).is_none());
    }

    #[test]
    fn a_wave_passes_where_half_of_the_variance_recurs() {
        let wave = |noise: f64| -> Vec<f64> {
            let sine = |step: u32| (std::f64::consts::TAU * f64::from(step) / 12.0).sin();
            (0..40)
                .map(|step| sine(step) + noise * (f64::from(step * 7_919 % 13) / 13.0 - 0.5))
                .collect()
        };
        // Its share is 0.54 and 0.42; both are below the limit of chance.
        assert!(is_significant(&wave(2.25), 12));
        assert!(!is_significant(&wave(3.0), 12));
    }

    #[test]
    fn a_season_has_to_be_there_twice() {
        let spikes = |length: usize| -> Vec<f64> {
            (0..length)
                .map(|at| if at % 16 == 3 { 10.0 } else { 1.0 })
                .collect()
        };
        assert!(is_significant(&spikes(31), 16));
        assert!(Profile::tested(&spikes(31), Some(16)).is_none());
        assert!(Profile::tested(&spikes(32), Some(16)).is_some());
    }
}
