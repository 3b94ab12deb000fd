//! Whether a series has a season, and how long it is.
//!
//! The series is freed of a straight line; then the autocorrelation r_k is looked at. A season of m
//! steps shows as a peak at m: higher than its neighbours, and beyond what chance gives, the limit
//! 1.645 sqrt((1 + 2 (r_1^2 + … + r_{m-1}^2)) / n) of Bartlett (1946) that the Theta method uses as
//! well (Assimakopoulos and Nikolopoulos 2000). Of several peaks the shortest within a tenth of the
//! highest wins, because a season of 7 also peaks at 14. At least two seasons have to be there.
//!
//! ```
//! let history: Vec<f64> = (0..60).map(|t| if t % 7 == 0 { 9.0 } else { 2.0 }).collect();
//! let season = forecasting::detect_seasonality(&history)?.map(|season| season.length);
//! assert_eq!(season, Some(7));
//! # Ok::<(), forecasting::Error>(())
//! ```

use crate::{Error, check};
use serde::Serialize;

/// A season found in the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Season {
    /// Steps of one season.
    pub length: usize,
    /// Autocorrelation at that lag, up to 1.
    pub strength: f64,
}

/// One-sided normal quantile of 95%.
const LIMIT: f64 = 1.645;
/// A peak this close to the highest is as good, and a shorter season is the simpler story.
const AS_GOOD: f64 = 0.9;
/// A season weaker than this moves forecasts less than estimating it costs.
const WEAK: f64 = 0.2;
/// Longest season that is looked for: a year of days.
const LONGEST: usize = 366;

/// The season of the history, if it shows one.
///
/// # Errors
/// An empty history, NaN or infinity in it.
pub fn detect_seasonality(history: &[f64]) -> Result<Option<Season>, Error> {
    check::history(history)?;
    let values = without_line(check::tail(history));
    let longest = (values.len() / 2).min(LONGEST);
    let variance: f64 = values.iter().map(|value| value * value).sum();
    let scale: f64 = history.iter().map(|value| value * value).sum();
    // What is left of a straight line is rounding, not a season.
    if longest < 2 || variance <= 1e-20 * scale {
        return Ok(None);
    }
    let correlations: Vec<f64> = (1..=longest + 1)
        .map(|lag| {
            let products = values.iter().zip(values.iter().skip(lag));
            products.map(|(a, b)| a * b).sum::<f64>() / variance
        })
        .collect();
    let peaks = peaks(&correlations, values.len());
    let highest = peaks.iter().map(|peak| peak.strength).fold(0.0, f64::max);
    Ok(peaks
        .into_iter()
        .find(|peak| peak.strength >= AS_GOOD * highest && peak.strength >= WEAK))
}

/// Significant local maxima, by lag.
fn peaks(correlations: &[f64], count: usize) -> Vec<Season> {
    let mut squares = 0.0;
    let mut peaks = Vec::new();
    for (index, triple) in correlations.windows(3).enumerate() {
        squares += triple[0] * triple[0];
        let limit = LIMIT * ((1.0 + 2.0 * squares) / count as f64).sqrt();
        // Fewer products go into longer lags; the peak is judged as if all were there.
        let length = index + 2;
        let strength = triple[1] * count as f64 / (count - length) as f64;
        if triple[1] > triple[0] && triple[1] > triple[2] && triple[1] > limit {
            peaks.push(Season {
                length,
                strength: strength.min(1.0),
            });
        }
    }
    peaks
}

fn without_line(values: &[f64]) -> Vec<f64> {
    let count = values.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / count;
    let moment: f64 = (0..)
        .zip(values)
        .map(|(place, value)| (f64::from(place) - middle) * (value - mean))
        .sum();
    let spread = count * (count * count - 1.0) / 12.0;
    let slope = if spread > 0.0 { moment / spread } else { 0.0 };
    (0..)
        .zip(values)
        .map(|(place, value)| value - mean - slope * (f64::from(place) - middle))
        .collect()
}
