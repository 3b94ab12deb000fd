//! The models. Each has a `fit` that checks its arguments, and answers a [`Model`].
//!
//! A parameter that is `None` is optimised: the sum of squared one-step errors over the history
//! becomes as small as the search finds. A given one is used as it is.

use crate::{Bands, Error};
use std::collections::BTreeMap;

pub mod combination;
pub mod drift;
pub mod ets;
pub mod exponential_smoothing;
pub mod holt;
pub mod holt_winters;
pub mod intermittent;
pub mod moving_average;
pub mod mstl;
pub mod naive;
pub mod seasonal_naive;
pub mod theta;

/// A model fitted to a history.
pub trait Model {
    /// Expected values and intervals of the `horizon` steps after the history, in its units.
    fn bands(&self, horizon: usize) -> Bands;

    /// Quantile `probability`, between 0 and 1, of each step: by the normal law of the intervals
    /// where the model knows no better.
    fn quantile(&self, horizon: usize, probability: f64) -> Vec<f64> {
        self.bands(horizon).normal_quantile(probability)
    }

    /// Parameters and last states by name.
    fn parameters(&self) -> BTreeMap<String, f64>;

    /// Standard deviation of the one-step errors over the history, in its units.
    fn residual_std_dev(&self) -> f64;

    /// The same parameters on another history, such as the same series some steps later.
    ///
    /// # Errors
    /// When that history is too short for the model.
    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error>;
}

/// Parameters by name.
pub(crate) fn named<const N: usize>(parameters: [(&str, f64); N]) -> BTreeMap<String, f64> {
    parameters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Sum of squares and number of one-step errors.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Errors {
    sum_of_squares: f64,
    count: usize,
}

impl Errors {
    pub(crate) fn push(&mut self, error: f64) {
        self.sum_of_squares += error * error;
        self.count += 1;
    }

    pub(crate) fn sum_of_squares(&self) -> f64 {
        self.sum_of_squares
    }

    /// Root of the mean square with `parameters` degrees of freedom taken off; 0 where nothing is
    /// left to judge by.
    pub(crate) fn std_dev(&self, parameters: usize) -> f64 {
        match self.count.saturating_sub(parameters) {
            0 => (self.sum_of_squares / self.count.max(1) as f64).sqrt(),
            degrees => (self.sum_of_squares / degrees as f64).sqrt(),
        }
    }
}

impl Extend<f64> for Errors {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, errors: T) {
        for error in errors {
            self.push(error);
        }
    }
}
