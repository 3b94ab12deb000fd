//! Whether a series has a season, and how long it is.
//!
//! The series is freed of a straight line; then the autocorrelation r_k is looked at. A season of m
//! steps shows as a peak at m: higher than its neighbours, and beyond what chance gives, the limit
//! z sqrt((1 + 2 (r_1^2 + … + r_{m-1}^2)) / n) of Bartlett (1946) that the Theta method uses as well
//! (Assimakopoulos and Nikolopoulos 2000), with z 1.645 for calendar lengths and more for others. A
//! smooth wave raises that limit with its own
//! correlations; it passes as well where it peaks high after a valley below zero and three of its
//! seasons are there. Of several peaks the shortest within a tenth of the highest wins, because a
//! season of 7 also peaks at 14. At least two seasons have to be there.
//!
//! ```
//! let history: Vec<f64> = (0..60).map(|t| if t % 7 == 0 { 9.0 } else { 2.0 }).collect();
//! let season = forecasting::detect_seasonality(&history)?.map(|season| season.length);
//! assert_eq!(season, Some(7));
//! # Ok::<(), forecasting::Error>(())
//! ```

use crate::lanes::lanes;
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

/// One-sided normal quantile of 95%, for lengths that calendars give reason to expect.
const LIMIT: f64 = 1.645;
/// The quantile for any other length: of a hundred lags of pure noise five would pass the other.
const STRICT_LIMIT: f64 = 3.3;
/// Weeks, months, quarters, years in days; quarters, months, hours, weeks in their own steps.
const CALENDAR: [usize; 10] = [4, 7, 12, 24, 28, 30, 52, 91, 364, 365];
/// A peak this close to the highest is as good, and a shorter season is the simpler story.
const AS_GOOD: f64 = 0.9;
/// A season weaker than this moves forecasts less than estimating it costs.
const WEAK: f64 = 0.2;
/// A wave's peak: half of the variance recurs. A detrended random walk seldom reaches that within a
/// third of its length.
const WAVE: f64 = 0.5;
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
        .step_by(LAGS)
        .flat_map(|lag| products_at(&values, lag))
        .map(|sum| sum / variance)
        .take(longest + 1)
        .collect();
    let peaks = peaks(&correlations, values.len());
    let highest = peaks.iter().map(|peak| peak.strength).fold(0.0, f64::max);
    Ok(peaks
        .into_iter()
        .find(|peak| peak.strength >= AS_GOOD * highest && peak.strength >= WEAK))
}

/// Lags whose sums are taken at once.
const LAGS: usize = 4;

/// Sums of the products of values `lag`, `lag + 1`, … steps apart.
fn products_at(values: &[f64], lag: usize) -> [f64; LAGS] {
    let ahead = values.get(lag..).unwrap_or_default();
    let mut sums = [0.0; LAGS];
    for (value, ahead) in values.iter().zip(ahead.windows(LAGS)) {
        sums = lanes(|place| sums[place] + value * ahead[place]);
    }
    // The last few products of the shorter lags.
    let common = ahead.len().saturating_sub(LAGS - 1);
    for (place, sum) in sums.iter_mut().enumerate() {
        let ahead = ahead.get(common + place..).unwrap_or_default();
        for (value, ahead) in values[common..].iter().zip(ahead) {
            *sum += value * ahead;
        }
    }
    sums
}

/// Significant local maxima, by lag.
fn peaks(correlations: &[f64], count: usize) -> Vec<Season> {
    let mut squares = 0.0;
    let mut valley = 0.0_f64;
    let mut peaks = Vec::new();
    for (index, triple) in correlations.windows(3).enumerate() {
        squares += triple[0] * triple[0];
        valley = valley.min(triple[0]);
        // Fewer products go into longer lags; the peak is judged as if all were there.
        let length = index + 2;
        let quantile = if CALENDAR.contains(&length) {
            LIMIT
        } else {
            STRICT_LIMIT
        };
        let limit = quantile * ((1.0 + 2.0 * squares) / count as f64).sqrt();
        let strength = triple[1] * count as f64 / (count - length) as f64;
        let wave = strength >= WAVE && valley <= -WAVE / 2.0 && 3 * length <= count;
        if triple[1] > triple[0] && triple[1] > triple[2] && (triple[1] > limit || wave) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn length(history: &[f64]) -> Option<usize> {
        detect_seasonality(history)
            .unwrap()
            .map(|season| season.length)
    }

    /// Uniform noise in -0.5 to 0.5, the same in every run.
    fn noise(count: u64) -> impl Iterator<Item = f64> {
        (1..=count).map(|place| {
            let mut bits = place.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        })
    }

    #[test]
    fn sums_of_four_lags_are_those_of_each() {
        let values: Vec<f64> = noise(23).collect();
        for lag in 1..=24 {
            let each: [f64; LAGS] = lanes(|place| {
                let ahead = values.iter().skip(lag + place);
                values.iter().zip(ahead).map(|(a, b)| a * b).sum()
            });
            assert_eq!(products_at(&values, lag), each, "lag {lag}");
        }
    }

    #[test]
    fn a_week_is_found_in_noise_and_trend() {
        let history: Vec<f64> = (0..200)
            .zip(noise(200))
            .map(|(day, noise)| {
                f64::from(day) + 10.0 * f64::from(u8::from(day % 7 > 4)) + 5.0 * noise
            })
            .collect();
        assert_eq!(length(&history), Some(7));
    }

    #[test]
    fn a_monthly_wave_is_found_in_three_months() {
        let history: Vec<f64> = (0..90)
            .zip(noise(90))
            .map(|(day, noise)| {
                100.0 + 48.0 * (std::f64::consts::TAU * f64::from(day) / 30.0).sin() + 4.0 * noise
            })
            .collect();
        assert_eq!(length(&history), Some(30));
    }

    #[test]
    fn noise_walks_lines_and_constants_have_none() {
        let flat: Vec<f64> = noise(300).collect();
        assert_eq!(length(&flat), None);
        let walk: Vec<f64> = noise(300)
            .scan(0.0, |sum, step| {
                *sum += step;
                Some(*sum)
            })
            .collect();
        assert_eq!(length(&walk), None);
        assert_eq!(length(&[5.0; 40]), None);
        let line: Vec<f64> = (0..60).map(|day| 3.0 + 0.1 * f64::from(day)).collect();
        assert_eq!(length(&line), None);
    }
}
