//! Drift: the line from the first value to the last, drawn on.
//!
//! The forecast of step h is y_n + h (y_n - y_1) / (n - 1), with variance
//! sigma^2 h (1 + h / (n - 1)): a random walk whose mean step is estimated. Source: Hyndman and
//! Athanasopoulos (2021), section 5.2. Needs two values.
//!
//! ```
//! use forecasting::models::{Model, drift};
//! let model = drift::fit(&[3.0, 5.0, 4.0])?;
//! assert_eq!(model.bands(2).mean, [4.5, 5.0]);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, named};
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fitted drift.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Drift {
    first: f64,
    last: f64,
    /// Differences of neighbours about their mean, summed as by Welford (1962).
    differences: Errors,
}

/// Fits the line to at least two values.
///
/// # Errors
/// Fewer than two values; NaN or infinity among them.
pub fn fit(history: &[f64]) -> Result<Drift, Error> {
    check::history(history)?;
    let Some(first) = history.first() else {
        return Err(Error::EmptyHistory);
    };
    if history.len() < 2 {
        return Err(Error::HistoryTooShort {
            model: "DRIFT",
            needed: 2,
            length: history.len(),
        });
    }
    let mut model = Drift {
        first: *first,
        last: *first,
        differences: Errors::default(),
    };
    for value in &history[1..] {
        model.update(*value);
    }
    Ok(model)
}

impl Drift {
    fn steps(&self) -> f64 {
        self.differences.count as f64
    }

    /// Mean difference of neighbours.
    fn slope(&self) -> f64 {
        (self.last - self.first) / self.steps().max(1.0)
    }
}

impl Drift {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        self.differences.is_sound()
    }
}

impl Model for Drift {
    fn bands(&self, horizon: usize) -> Bands {
        let (slope, known, std_dev) = (self.slope(), self.steps(), self.residual_std_dev());
        let steps = || (1..=horizon).map(|step| step as f64);
        let mean = steps().map(|step| self.last + step * slope).collect();
        let std_dev = steps().map(|step| std_dev * (step * (1.0 + step / known)).sqrt());
        Bands::normal(mean, std_dev)
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([("level", self.last), ("slope", self.slope())])
    }

    fn residual_std_dev(&self) -> f64 {
        self.differences.std_dev(1)
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(fit(history)?))
    }

    fn update(&mut self, value: f64) {
        let difference = value - self.last;
        let former = self.slope();
        self.last = value;
        let slope = (self.last - self.first) / (self.steps() + 1.0);
        // Rounding may leave a square of nothing just below zero.
        let square = (difference - former) * (difference - slope);
        self.differences.push_square(square.max(0.0));
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::Drift(self.clone()))]
    }
}
