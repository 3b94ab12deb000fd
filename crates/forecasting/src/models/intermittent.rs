//! Intermittent demand: Croston and his successors.
//!
//! | method | forecast of every step | source |
//! |---|---|---|
//! | [`Method::Croston`] | smoothed size / smoothed interval, alpha 0.1 | Croston (1972) |
//! | [`Method::CrostonOptimised`] | the same, each alpha of least squared error in 0.1 to 0.3 | |
//! | [`Method::Sba`] | Croston times 1 - alpha/2, which takes out its bias | Syntetos and Boylan (2005) |
//! | [`Method::Tsb`] | smoothed size times smoothed probability of demand | Teunter, Syntetos and Babai (2011) |
//! | [`Method::Adida`] | smoothed sums over one mean interval, spread evenly | Nikolopoulos et al. (2011) |
//! | [`Method::Imapa`] | mean of that over all lengths up to the mean interval | Petropoulos and Kourentzes (2015) |
//!
//! Starting values as in statsforecast: the first size, the interval up to the first demand counted
//! from the start of the history, and for TSB whether the first step saw demand.
//!
//! Demand of this kind is no normal law: the intervals are quantiles of the recent history's own
//! values, stretched to the level of the forecast ([`crate::models`] share this with AUTO). They are
//! the same at every step. Values of zero or less are no demand.
//!
//! ```
//! use forecasting::models::intermittent::{self, Method};
//! use forecasting::models::Model;
//! let model = intermittent::fit(&[0.0, 4.0, 0.0, 4.0], Method::Croston)?;
//! assert_eq!(model.bands(2).mean, [2.0, 2.0]);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Model, named};
use crate::count_law::CountLaw;
use crate::optimise::minimise_one;
use crate::{Bands, Error, check};
use std::collections::BTreeMap;

/// Which of the methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Size over interval.
    Croston,
    /// Size over interval, smoothing optimised.
    CrostonOptimised,
    /// Syntetos and Boylan's approximation.
    Sba,
    /// Teunter, Syntetos and Babai.
    Tsb,
    /// Aggregate and disaggregate.
    Adida,
    /// Aggregates of several lengths, averaged.
    Imapa,
}

/// A fitted method.
#[derive(Debug, Clone)]
pub struct Intermittent {
    method: Method,
    level: f64,
    interval: f64,
    law: CountLaw,
    std_dev: f64,
}

/// Croston's own choice, and statsforecast's.
const ALPHA: f64 = 0.1;
/// Where smoothing of seldom demand is searched (statsforecast; Petropoulos and Kourentzes 2015).
const BOUNDS: (f64, f64) = (0.1, 0.3);

/// Fits to at least one value.
///
/// # Errors
/// An empty history, NaN or infinity in it.
pub fn fit(history: &[f64], method: Method) -> Result<Intermittent, Error> {
    check::history(history)?;
    let tail = check::tail(history);
    let level = level(tail, method);
    let law = CountLaw::of(tail);
    Ok(Intermittent {
        method,
        level,
        interval: Demand::of(tail).mean_interval(),
        std_dev: law.std_dev_about(level),
        law,
    })
}

/// Expected demand of one step.
pub(crate) fn level(history: &[f64], method: Method) -> f64 {
    let demand = Demand::of(history);
    match method {
        _ if demand.sizes.is_empty() => 0.0,
        Method::Croston => demand.croston(ALPHA, ALPHA),
        Method::Sba => (1.0 - ALPHA / 2.0) * demand.croston(ALPHA, ALPHA),
        Method::CrostonOptimised => demand.croston(
            optimal_alpha(&demand.sizes),
            optimal_alpha(&demand.intervals),
        ),
        Method::Tsb => tsb(history, ALPHA, ALPHA),
        Method::Adida => aggregated(history, demand.bucket()),
        Method::Imapa => {
            let longest = demand.bucket();
            let sum: f64 = (1..=longest)
                .map(|bucket| aggregated(history, bucket))
                .sum();
            sum / longest as f64
        }
    }
}

/// Sizes of demands and the steps between them, the first counted from the start.
struct Demand {
    sizes: Vec<f64>,
    intervals: Vec<f64>,
}

impl Demand {
    fn of(history: &[f64]) -> Self {
        let mut demand = Self {
            sizes: Vec::with_capacity(history.len()),
            intervals: Vec::with_capacity(history.len()),
        };
        let mut interval = 0.0;
        for value in history {
            interval += 1.0;
            if *value > 0.0 {
                demand.sizes.push(*value);
                demand.intervals.push(interval);
                interval = 0.0;
            }
        }
        demand
    }

    fn croston(&self, size_alpha: f64, interval_alpha: f64) -> f64 {
        smoothed(&self.sizes, size_alpha).0 / smoothed(&self.intervals, interval_alpha).0
    }

    fn mean_interval(&self) -> f64 {
        let count = self.intervals.len().max(1) as f64;
        self.intervals.iter().sum::<f64>() / count
    }

    /// Steps of one aggregate: the mean interval.
    fn bucket(&self) -> usize {
        (self.mean_interval().round_ties_even() as usize).max(1)
    }
}

/// Level after the last value, and the sum of squared one-step errors.
fn smoothed(values: &[f64], alpha: f64) -> (f64, f64) {
    let mut level = values.first().copied().unwrap_or_default();
    let mut sum_of_squares = 0.0;
    for value in values.iter().skip(1) {
        let error = value - level;
        sum_of_squares += error * error;
        level += alpha * error;
    }
    (level, sum_of_squares)
}

fn optimal_alpha(values: &[f64]) -> f64 {
    minimise_one(|alpha| smoothed(values, alpha).1, BOUNDS.0, BOUNDS.1)
}

fn tsb(history: &[f64], size_alpha: f64, probability_alpha: f64) -> f64 {
    let mut probability = f64::from(u8::from(history.first().is_some_and(|value| *value > 0.0)));
    let mut size: Option<f64> = None;
    for (place, value) in history.iter().enumerate() {
        let occurs = f64::from(u8::from(*value > 0.0));
        if place > 0 {
            probability += probability_alpha * (occurs - probability);
        }
        if *value > 0.0 {
            size = Some(size.map_or(*value, |size| size + size_alpha * (value - size)));
        }
    }
    probability * size.unwrap_or(0.0)
}

/// Optimally smoothed sums over buckets that end with the history, per step.
fn aggregated(history: &[f64], bucket: usize) -> f64 {
    let whole = &history[history.len() % bucket..];
    let sums: Vec<f64> = whole
        .chunks(bucket)
        .map(|chunk| chunk.iter().sum())
        .collect();
    smoothed(&sums, optimal_alpha(&sums)).0 / bucket as f64
}

impl Model for Intermittent {
    fn bands(&self, horizon: usize) -> Bands {
        self.law.bands(&vec![self.level; horizon])
    }

    fn quantile(&self, horizon: usize, probability: f64) -> Vec<f64> {
        vec![self.law.quantile(probability, self.level); horizon]
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([("level", self.level), ("mean_interval", self.interval)])
    }

    fn residual_std_dev(&self) -> f64 {
        self.std_dev
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(fit(history, self.method)?))
    }
}
