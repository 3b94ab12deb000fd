//! Whether demand rises or falls over its history, beyond what chance gives.
//!
//! Kendall's S counts the pairs of values of which the later one is larger, less those of which it
//! is smaller (Mann 1945, Kendall 1975). With a season only values of the same place of the season
//! are compared, and S and its variance are sums over the places (Hirsch, Slack and Smith 1982), so a
//! season is no trend. The variance of a place with k values is
//! (k(k-1)(2k+5) - sum over ties t(t-1)(2t+5)) / 18. Days that follow their neighbours say less
//! than as many independent ones: the variance is multiplied by what the autocorrelation r of the
//! values without line and season at one step makes of it, 1 + 2 sum (1 - j/n) r^j (Bayley and
//! Hammersley 1946, for this test Yue and Wang 2004). r is freed of its bias after a line has been
//! taken out, (2 + 4r)/n (Kendall 1954, Marriott and Pope 1954), and never makes the test sharper.
//! z = (S -+ 1) / sqrt(variance); beyond 1.96, one in twenty by chance, there is a trend.
//!
//! S is counted by a merge sort (Knight 1966), so that n values take n log n steps.
//!
//! Limits: looks at the last 1,500 values, and from fewer than five nothing can be told. It sees
//! one direction over all of them, not a rise that was undone. Autocorrelation of higher order than
//! one is allowed for only as far as it shows at one step. A random walk has drifted somewhere: one in
//! five is called a trend. In simulations of 12 to 365 steps 2 to 5% of independent noise was, and 4 to 9%
//! where each step keeps 0.6 of the one before.
//!
//! ```
//! use forecasting::{Direction, detect_trend};
//! let history: Vec<f64> = (0..60).map(|day| 20.0 + f64::from(day / 5) + f64::from(day % 7)).collect();
//! assert_eq!(detect_trend(&history, Some(7))?.direction, Direction::Up);
//! # Ok::<(), forecasting::Error>(())
//! ```

use crate::{Error, check};
use serde::Serialize;
use statrs::function::erf::erfc;
use std::fmt;

/// Where demand goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// Neither is beyond chance.
    None,
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Direction::Up => "UP",
            Direction::Down => "DOWN",
            Direction::None => "NONE",
        })
    }
}

/// What the test found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// The direction, where it is beyond chance.
    pub direction: Direction,
    /// Kendall's tau-b: 1 where every later value is larger, -1 where every one is smaller.
    pub tau: f64,
    /// How likely a series without trend looks like this or more so, both directions.
    pub p_value: f64,
}

/// Two-sided normal quantile of 95%.
const LIMIT: f64 = 1.96;
/// Residuals below this share of the values are rounding.
const ROUNDING: f64 = 1e-10;
/// Highest autocorrelation that is believed: the formula divides by what is missing to one.
const HIGHEST: f64 = 0.99;

/// Tests for a trend, with the season of `season_length` steps where the history shows it twice.
///
/// # Errors
/// An empty history, NaN or infinity in it, a season of 0 or more than 1,000 steps.
pub fn detect_trend(history: &[f64], season_length: Option<usize>) -> Result<Trend, Error> {
    check::history(history)?;
    if let Some(season_length) = season_length {
        check::count("season_length", season_length, 1, crate::MAX_SEASON_LENGTH)?;
    }
    let values = check::tail(history);
    let m = season_length.filter(|m| 2 * m <= values.len()).unwrap_or(1);
    let mut total = Kendall::default();
    let mut place = Vec::with_capacity(values.len() / m + 1);
    let mut room = Vec::with_capacity(values.len() / m + 1);
    for first in 0..m {
        place.clear();
        place.extend(values[first..].iter().step_by(m));
        total.add(&mut place, &mut room);
    }
    Ok(total.judge(inflation(values, m)))
}

/// Sums over the places of the season.
#[derive(Default)]
struct Kendall {
    /// Rising pairs less falling ones.
    score: f64,
    pairs: f64,
    tied: f64,
    variance: f64,
}

impl Kendall {
    /// Adds the values of one place, in the order of time; leaves them sorted.
    fn add(&mut self, values: &mut [f64], room: &mut Vec<f64>) {
        let falling = sort_counting(values, room);
        let pairs = |count: f64| count * (count - 1.0) / 2.0;
        let spread = |count: f64| count * (count - 1.0) * (2.0 * count + 5.0) / 18.0;
        let count = values.len() as f64;
        let (mut tied, mut variance) = (0.0, spread(count));
        for equal in values.chunk_by(|a, b| a == b) {
            tied += pairs(equal.len() as f64);
            variance -= spread(equal.len() as f64);
        }
        self.score += pairs(count) - tied - 2.0 * falling as f64;
        self.pairs += pairs(count);
        self.tied += tied;
        self.variance += variance;
    }

    fn judge(&self, inflation: f64) -> Trend {
        let Kendall { score, pairs, .. } = *self;
        // Of equal values nothing but rounding is left.
        if self.pairs - self.tied < 0.5 {
            return Trend {
                direction: Direction::None,
                tau: 0.0,
                p_value: 1.0,
            };
        }
        // Half of the distance between two scores, which are whole numbers two apart.
        let beyond = (score.abs() - 1.0).max(0.0);
        let z = beyond / (self.variance * inflation).sqrt();
        Trend {
            direction: match z > LIMIT {
                true if score > 0.0 => Direction::Up,
                true => Direction::Down,
                false => Direction::None,
            },
            tau: score / (pairs * (pairs - self.tied)).sqrt(),
            p_value: erfc(z / std::f64::consts::SQRT_2),
        }
    }
}

/// Sorts and counts the pairs that were in falling order.
fn sort_counting(values: &mut [f64], room: &mut Vec<f64>) -> u64 {
    let mut falling = 0;
    let mut width = 1;
    while width < values.len() {
        for both in values.chunks_mut(2 * width) {
            if both.len() > width {
                falling += merge(both, width, room);
            }
        }
        width *= 2;
    }
    falling
}

/// Merges the sorted parts before and from `middle`.
fn merge(both: &mut [f64], middle: usize, room: &mut Vec<f64>) -> u64 {
    room.clear();
    room.extend_from_slice(&both[..middle]);
    let (mut early, mut late, mut falling) = (0, middle, 0);
    for place in 0..both.len() {
        if early == room.len() {
            break;
        }
        if late < both.len() && both[late] < room[early] {
            both[place] = both[late];
            late += 1;
            falling += (room.len() - early) as u64;
        } else {
            both[place] = room[early];
            early += 1;
        }
    }
    falling
}

/// How many times larger than of independent values the variance of their mean, and of S, is.
fn inflation(values: &[f64], m: usize) -> f64 {
    let count = values.len() as f64;
    let largest = values
        .iter()
        .fold(0.0_f64, |most, value| most.max(value.abs()));
    if largest == 0.0 {
        return 1.0;
    }
    // A power of two changes no digit, and squares of the largest doubles are beyond a double.
    let unit = largest.log2().floor().exp2();
    let values: Vec<f64> = values.iter().map(|value| value / unit).collect();
    let rest = without_line(&values, m);
    let variance: f64 = rest.iter().map(|value| value * value).sum();
    let scale: f64 = values.iter().map(|value| value * value).sum();
    if variance <= ROUNDING * ROUNDING * scale || count < 5.0 {
        return 1.0;
    }
    let products: f64 = rest.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let r = ((count * products / variance + 2.0) / (count - 4.0)).clamp(0.0, HIGHEST);
    let sum =
        (r.powf(count + 1.0) - count * r * r + (count - 1.0) * r) / (count * (1.0 - r).powi(2));
    1.0 + 2.0 * sum
}

/// The values less the mean of their place in the season and less the line that all places share.
fn without_line(values: &[f64], m: usize) -> Vec<f64> {
    let mut rest = values.to_vec();
    let mut times: Vec<f64> = (0..values.len()).map(|time| time as f64).collect();
    for place in 0..m {
        for column in [&mut rest, &mut times] {
            let of_place = || column[place..].iter().step_by(m);
            let mean = of_place().sum::<f64>() / of_place().count() as f64;
            column[place..]
                .iter_mut()
                .step_by(m)
                .for_each(|value| *value -= mean);
        }
    }
    let moment: f64 = rest
        .iter()
        .zip(&times)
        .map(|(value, time)| value * time)
        .sum();
    let spread: f64 = times.iter().map(|time| time * time).sum();
    let slope = if spread > 0.0 { moment / spread } else { 0.0 };
    for (value, time) in rest.iter_mut().zip(&times) {
        *value -= slope * time;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(history: &[f64], season_length: Option<usize>) -> Direction {
        detect_trend(history, season_length).unwrap().direction
    }

    /// Sums of uniform noise, each value `memory` times the one before it plus the sum.
    fn noise(count: usize, memory: f64, seed: u64) -> Vec<f64> {
        let mut state = seed;
        let mut uniform = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let mut value = 0.0;
        let values = (0..count + 50).map(|_| {
            value = memory * value + (0..6).map(|_| uniform()).sum::<f64>();
            value
        });
        values.skip(50).collect()
    }

    #[test]
    fn figures_are_those_of_the_definition() {
        // Five rising pairs, one falling: S 4, variance 4*3*13/18, no autocorrelation above zero.
        let trend = detect_trend(&[1.0, 3.0, 2.0, 4.0], None).unwrap();
        assert!((trend.tau - 4.0 / 6.0).abs() < 1e-12);
        // 2 (1 - Phi(3 / sqrt(8.6667))) from a table of the normal law.
        assert!((trend.p_value - 0.3082).abs() < 1e-4, "{}", trend.p_value);
        // Ties: S 4 of six pairs, one of them tied; variance 8.6667 - 1.
        let trend = detect_trend(&[1.0, 2.0, 2.0, 1.5], None).unwrap();
        assert!((trend.tau - 1.0 / 30.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(trend.p_value, 1.0);
    }

    #[test]
    fn pairs_are_counted_as_one_by_one() {
        for count in [1, 2, 3, 17, 64, 101] {
            let values: Vec<f64> = noise(count, 0.5, count as u64)
                .iter()
                .map(|value| value.round())
                .collect();
            let mut score = 0.0;
            for (place, early) in values.iter().enumerate() {
                for late in &values[place + 1..] {
                    score += f64::from(i8::from(late > early) - i8::from(late < early));
                }
            }
            let mut kendall = Kendall::default();
            kendall.add(&mut values.clone(), &mut Vec::new());
            assert_eq!(kendall.score, score, "{count} values");
        }
    }

    #[test]
    fn rises_and_falls_are_found_in_noise_and_season() {
        for (slope, expected) in [(0.05, Direction::Up), (-0.05, Direction::Down)] {
            let history: Vec<f64> = noise(120, 0.0, 1)
                .iter()
                .zip(0..)
                .map(|(noise, day)| {
                    slope * f64::from(day) + noise + 30.0 * f64::from(u8::from(day % 7 > 4))
                })
                .collect();
            assert_eq!(direction(&history, Some(7)), expected);
        }
        let line: Vec<f64> = (0..8).map(f64::from).collect();
        assert_eq!(direction(&line, None), Direction::Up);
    }

    #[test]
    fn a_season_is_no_trend() {
        // It ends high: without its season the test is taken in.
        let history: Vec<f64> = (0..24).map(|month| f64::from(month % 12)).collect();
        assert_eq!(direction(&history, Some(12)), Direction::None);
        let grown: Vec<f64> = (0..24)
            .map(|month| f64::from(month % 12 + month / 12))
            .collect();
        assert_eq!(direction(&grown, Some(12)), Direction::Up);
    }

    #[test]
    fn constant_zero_short_and_undone_have_none() {
        for history in [&[5.0; 40][..], &[0.0; 40], &[7.0], &[1.0, 2.0, 3.0, 4.0]] {
            assert_eq!(direction(history, None), Direction::None, "{history:?}");
        }
        assert_eq!(detect_trend(&[0.0; 9], Some(3)).unwrap().p_value, 1.0);
        let undone: Vec<f64> = (-30..=30).map(|day: i32| f64::from(day.abs())).collect();
        assert_eq!(direction(&undone, None), Direction::None);
        let single: Vec<f64> = (0..50).map(|day| f64::from(u8::from(day == 49))).collect();
        assert_eq!(direction(&single, None), Direction::None);
    }

    #[test]
    fn chance_is_called_a_trend_once_in_twenty_with_memory_as_well() {
        for (memory, most) in [(0.0, 0.07), (0.5, 0.08)] {
            let found = (0..500).filter(|seed| {
                direction(&noise(90, memory, 7919 * seed + 1), Some(7)) != Direction::None
            });
            // 500 trials at 5% have a standard error of one point; two or three are allowed.
            let share = found.count() as f64 / 500.0;
            assert!(share <= most, "{share} with memory {memory}");
        }
    }

    #[test]
    fn the_size_of_the_values_does_not_matter() {
        let history = noise(60, 0.6, 5);
        let trend = detect_trend(&history, Some(7)).unwrap();
        for exponent in [-1000, 1000] {
            let scale = 2.0_f64.powi(exponent);
            let scaled: Vec<f64> = history.iter().map(|value| value * scale).collect();
            assert_eq!(detect_trend(&scaled, Some(7)).unwrap(), trend);
        }
        let wild = [f64::MAX, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert!(detect_trend(&wild, None).unwrap().p_value.is_finite());
    }

    #[test]
    fn nan_and_a_season_of_zero_are_refused() {
        assert!(detect_trend(&[1.0, f64::NAN], None).is_err());
        assert!(detect_trend(&[], None).is_err());
        assert!(detect_trend(&[1.0, 2.0], Some(0)).is_err());
    }
}
