//! The models. Each has a `fit` that checks its arguments, and answers a [`Model`].
//!
//! A parameter that is `None` is optimised: the sum of squared one-step errors over the history
//! becomes as small as the search finds. A given one is used as it is.

use crate::{Bands, Error, MAX_SEASON_LENGTH};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub mod combination;
pub mod drift;
pub mod ets;
pub mod exponential_smoothing;
mod fitted;
pub mod holt;
pub mod holt_winters;
pub mod intermittent;
pub mod moving_average;
pub mod mstl;
pub mod naive;
pub mod seasonal_naive;
pub mod theta;

pub use fitted::Fitted;

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

    /// The same parameters on another history, such as the same series some steps later. What was
    /// fitted stays: smoothing, first states, figures of a season, weights, windows.
    ///
    /// # Errors
    /// When that history is too short for the model.
    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error>;

    /// Whether these values may come next, as [`Model::applied_to`] would ask of them.
    ///
    /// # Errors
    /// [`Error::NotPositive`] where a season multiplies and a value is zero or less.
    fn check_next(&self, _values: &[f64]) -> Result<(), Error> {
        Ok(())
    }

    /// Takes the value of the next step, a finite one. The model is then the same as after
    /// [`Model::applied_to`] on the history with that value, without a look at the history.
    fn update(&mut self, value: f64);

    /// Expected value of the next step.
    fn next(&self) -> f64 {
        self.bands(1).mean.first().copied().unwrap_or_default()
    }

    /// The single models it is made of, with weights of sum 1.
    fn parts(&self) -> Vec<(f64, Fitted)>;
}

/// Replaces the figure of the next step and lets the ring of figures go on by one.
pub(crate) fn take_turn(ring: &mut [f64], replace: impl FnOnce(f64) -> f64) {
    if let Some(next) = ring.first_mut() {
        *next = replace(*next);
        ring.rotate_left(1);
    }
}

/// Steps that a stored model may have seen: far from where counting ends.
pub(crate) const MOST_STEPS: usize = 1 << 40;

/// Whether a ring of figures read back has a length that a season may have.
pub(crate) fn is_ring(figures: &[f64]) -> bool {
    (1..=MAX_SEASON_LENGTH).contains(&figures.len())
}

/// Parameters by name.
pub(crate) fn named<const N: usize>(parameters: [(&str, f64); N]) -> BTreeMap<String, f64> {
    parameters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Sum of squares and number of one-step errors.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Errors {
    sum_of_squares: f64,
    count: usize,
}

impl Errors {
    pub(crate) fn push(&mut self, error: f64) {
        self.push_square(error * error);
    }

    pub(crate) fn push_square(&mut self, square: f64) {
        self.sum_of_squares += square;
        self.count += 1;
    }

    /// Whether it can be counted on: see [`Fitted::is_sound`].
    pub(crate) fn is_sound(&self) -> bool {
        self.count <= MOST_STEPS
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
