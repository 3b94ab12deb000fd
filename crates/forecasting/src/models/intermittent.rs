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
//! from the start of the history, and for TSB whether the first step saw demand. ADIDA and IMAPA look
//! at the last 365 values, in buckets of up to 28 steps.
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

use super::{Fitted, MOST_STEPS, Model, named};
use crate::count_law::CountLaw;
use crate::optimise::{minimise_one, minimise_one_to};
use crate::recent::{RECENT, Recent};
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which of the methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intermittent {
    method: Method,
    level: Level,
    interval: Interval,
    recent: Recent,
}

/// Where the expected demand of a step comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Level {
    /// Smoothed size over smoothed interval.
    Ratio(Smoothed, Smoothed),
    /// Smoothed size times smoothed probability.
    Product(Smoothed, Smoothed),
    /// Smoothed sums of the recent values.
    Sums(Aggregates),
}

/// Steps since the start and at the last demand, and demands.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Interval {
    elapsed: usize,
    last: usize,
    demands: usize,
}

/// A level that begins at the first value.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Smoothed {
    alpha: f64,
    level: Option<f64>,
}

/// Smoothing of sums over buckets that end with the history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Aggregates {
    /// Steps of the shortest bucket; each alpha belongs to one that is a step longer.
    shortest: usize,
    alphas: Vec<f64>,
}

/// Croston's own choice, and statsforecast's.
const ALPHA: f64 = 0.1;
/// Longest bucket of ADIDA and IMAPA. Without a limit the errors on car parts and retail are the same
/// to four digits, with 14 the fourth moves; a limit bounds what a stored state takes.
const LONGEST_BUCKET: usize = 28;
/// Where smoothing of seldom demand is searched (statsforecast; Petropoulos and Kourentzes 2015).
const BOUNDS: (f64, f64) = (0.1, 0.3);

/// Fits to at least one value.
///
/// # Errors
/// An empty history, NaN or infinity in it.
pub fn fit(history: &[f64], method: Method) -> Result<Intermittent, Error> {
    check::history(history)?;
    let tail = check::tail(history);
    let recent = Recent::of(tail);
    let level = match method {
        Method::Croston | Method::Sba => Level::ratio(ALPHA, ALPHA),
        Method::CrostonOptimised => {
            let (sizes, intervals) = demands(tail);
            // To 0.0004: between 0.1 and 0.3 that moves a forecast by less than a thousandth.
            let alpha = |values: &[f64]| {
                let error = |alpha| smoothed(values, alpha).1;
                minimise_one_to(2e-3, error, BOUNDS.0, BOUNDS.1)
            };
            Level::ratio(alpha(&sizes), alpha(&intervals))
        }
        Method::Tsb => Level::Product(Smoothed::new(ALPHA), Smoothed::new(ALPHA)),
        Method::Adida => {
            let bucket = bucket(recent.values());
            Level::Sums(Aggregates::fit(recent.values(), bucket, bucket))
        }
        Method::Imapa => Level::Sums(Aggregates::imapa(recent.values())),
    };
    let mut model = Intermittent {
        method,
        level,
        interval: Interval::default(),
        recent,
    };
    tail.iter().for_each(|value| model.take(*value));
    Ok(model)
}

impl Intermittent {
    /// All but the window of recent values.
    fn take(&mut self, value: f64) {
        let interval = self.interval.take(value);
        match &mut self.level {
            Level::Ratio(size, steps) => {
                if let Some(interval) = interval {
                    size.take(value);
                    steps.take(interval);
                }
            }
            Level::Product(size, probability) => {
                probability.take(f64::from(u8::from(interval.is_some())));
                if interval.is_some() {
                    size.take(value);
                }
            }
            Level::Sums(_) => {}
        }
    }

    fn level(&self) -> f64 {
        let bias = match self.method {
            Method::Sba => 1.0 - ALPHA / 2.0,
            _ => 1.0,
        };
        match &self.level {
            Level::Ratio(size, interval) => {
                let ratio = size.level.zip(interval.level);
                ratio.map_or(0.0, |(size, interval)| bias * (size / interval))
            }
            Level::Product(size, probability) => {
                let product = size.level.zip(probability.level);
                product.map_or(0.0, |(size, probability)| probability * size)
            }
            Level::Sums(aggregates) => aggregates.level(self.recent.values()),
        }
    }
}

impl Level {
    fn ratio(size_alpha: f64, interval_alpha: f64) -> Self {
        Level::Ratio(Smoothed::new(size_alpha), Smoothed::new(interval_alpha))
    }

    /// The same smoothing before the first value.
    fn begun(&self) -> Self {
        match self {
            Level::Ratio(size, interval) => Self::ratio(size.alpha, interval.alpha),
            Level::Product(size, probability) => {
                Level::Product(Smoothed::new(size.alpha), Smoothed::new(probability.alpha))
            }
            Level::Sums(aggregates) => Level::Sums(aggregates.clone()),
        }
    }
}

impl Interval {
    /// Steps since the demand before, where the value is one.
    fn take(&mut self, value: f64) -> Option<f64> {
        self.elapsed += 1;
        (value > 0.0).then(|| {
            let interval = self.elapsed - self.last;
            self.last = self.elapsed;
            self.demands += 1;
            interval as f64
        })
    }

    fn mean(&self) -> f64 {
        self.last as f64 / self.demands.max(1) as f64
    }
}

impl Smoothed {
    fn new(alpha: f64) -> Self {
        Self { alpha, level: None }
    }

    fn take(&mut self, value: f64) {
        let alpha = self.alpha;
        let moved = self.level.map(|level| level + alpha * (value - level));
        self.level = Some(moved.unwrap_or(value));
    }
}

impl Aggregates {
    /// Buckets of every length up to the mean interval.
    pub(crate) fn imapa(recent: &[f64]) -> Self {
        Self::fit(recent, 1, bucket(recent))
    }

    fn fit(recent: &[f64], shortest: usize, longest: usize) -> Self {
        let alphas = (shortest..=longest).map(|bucket| optimal_alpha(&sums(recent, bucket)));
        Self {
            shortest,
            alphas: alphas.collect(),
        }
    }

    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        let longest = self.shortest.saturating_add(self.alphas.len());
        self.shortest > 0 && longest <= RECENT
    }

    /// Expected demand of a step: the mean over all lengths.
    pub(crate) fn level(&self, recent: &[f64]) -> f64 {
        let levels = (self.shortest..).zip(&self.alphas);
        let levels =
            levels.map(|(bucket, alpha)| smoothed(&sums(recent, bucket), *alpha).0 / bucket as f64);
        levels.sum::<f64>() / self.alphas.len() as f64
    }
}

/// Sizes of demands and the steps between them, the first counted from the start.
fn demands(history: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut interval = Interval::default();
    let demands = history
        .iter()
        .filter_map(|value| Some((*value, interval.take(*value)?)));
    demands.unzip()
}

/// Steps of one aggregate: the mean interval, up to [`LONGEST_BUCKET`].
fn bucket(history: &[f64]) -> usize {
    let mut interval = Interval::default();
    for value in history {
        interval.take(*value);
    }
    (interval.mean().round_ties_even() as usize).clamp(1, LONGEST_BUCKET)
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

/// Sums of whole buckets that end with the history.
fn sums(history: &[f64], bucket: usize) -> Vec<f64> {
    let whole = &history[history.len() % bucket..];
    whole
        .chunks(bucket)
        .map(|chunk| chunk.iter().sum())
        .collect()
}

impl Intermittent {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        let sums = match &self.level {
            Level::Sums(aggregates) => aggregates.is_sound(),
            Level::Ratio(..) | Level::Product(..) => true,
        };
        let Interval { elapsed, last, .. } = self.interval;
        sums && last <= elapsed && elapsed <= MOST_STEPS && self.interval.demands <= MOST_STEPS
    }
}

impl Model for Intermittent {
    fn bands(&self, horizon: usize) -> Bands {
        CountLaw::of(self.recent.values()).bands(&vec![self.level(); horizon])
    }

    fn quantile(&self, horizon: usize, probability: f64) -> Vec<f64> {
        let law = CountLaw::of(self.recent.values());
        vec![law.quantile(probability, self.level()); horizon]
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([
            ("level", self.level()),
            ("mean_interval", self.interval.mean()),
        ])
    }

    fn residual_std_dev(&self) -> f64 {
        CountLaw::of(self.recent.values()).std_dev_about(self.level())
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        check::history(history)?;
        let mut model = Self {
            level: self.level.begun(),
            interval: Interval::default(),
            recent: Recent::of(history),
            method: self.method,
        };
        history.iter().for_each(|value| model.take(*value));
        Ok(Box::new(model))
    }

    fn update(&mut self, value: f64) {
        self.take(value);
        self.recent.push(value);
    }

    fn next(&self) -> f64 {
        self.level()
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::Intermittent(self.clone()))]
    }
}
