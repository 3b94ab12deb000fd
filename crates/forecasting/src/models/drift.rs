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

use super::{Errors, Model, named};
use crate::{Bands, Error, check};
use std::collections::BTreeMap;

/// A fitted drift.
#[derive(Debug, Clone)]
pub struct Drift {
    last: f64,
    slope: f64,
    steps: f64,
    std_dev: f64,
}

/// Fits the line to at least two values.
///
/// # Errors
/// Fewer than two values; NaN or infinity among them.
pub fn fit(history: &[f64]) -> Result<Drift, Error> {
    check::history(history)?;
    let (Some(first), Some(last)) = (history.first(), history.last()) else {
        return Err(Error::EmptyHistory);
    };
    if history.len() < 2 {
        return Err(Error::HistoryTooShort {
            model: "DRIFT",
            needed: 2,
            length: history.len(),
        });
    }
    let steps = (history.len() - 1) as f64;
    let slope = (last - first) / steps;
    let mut errors = Errors::default();
    errors.extend(history.windows(2).map(|pair| pair[1] - pair[0] - slope));
    Ok(Drift {
        last: *last,
        slope,
        steps,
        std_dev: errors.std_dev(1),
    })
}

impl Model for Drift {
    fn bands(&self, horizon: usize) -> Bands {
        let steps = || (1..=horizon).map(|step| step as f64);
        let mean = steps().map(|step| self.last + step * self.slope).collect();
        let std_dev = steps().map(|step| self.std_dev * (step * (1.0 + step / self.steps)).sqrt());
        Bands::normal(mean, std_dev)
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([("level", self.last), ("slope", self.slope)])
    }

    fn residual_std_dev(&self) -> f64 {
        self.std_dev
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(fit(history)?))
    }
}
