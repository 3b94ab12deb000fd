//! Simple exponential smoothing: a level that follows demand.
//!
//! l_t = alpha y_t + (1 - alpha) l_{t-1}, forecast l_n at every step, variance
//! sigma^2 (1 + (h - 1) alpha^2). Source: Brown (1959); variance: Hyndman, Koehler, Ord and Snyder
//! (2008), section 6.3. The level begins at the first value, as in R's `ses(initial = "simple")`
//! and statsforecast's SES, so given parameters give their figures; a `None` alpha minimises the
//! squared one-step errors over 0.0001 to 0.9999. No trend, no season.
//!
//! ```
//! use forecasting::models::{Model, exponential_smoothing};
//! let model = exponential_smoothing::fit(&[10.0, 20.0], Some(0.3))?;
//! assert_eq!(model.bands(1).mean, [13.0]);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, named};
use crate::bands::growing;
use crate::optimise::minimise_one;
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fitted exponential smoothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExponentialSmoothing {
    alpha: f64,
    level: f64,
    errors: Errors,
}

/// Fits to at least one value; `alpha` in 0 to 1.
///
/// # Errors
/// An alpha out of range; an empty history, NaN or infinity in it.
pub fn fit(history: &[f64], alpha: Option<f64>) -> Result<ExponentialSmoothing, Error> {
    check::history(history)?;
    let given = check::parameter("alpha", alpha, 0.0, 1.0)?;
    let alpha = given.unwrap_or_else(|| {
        let tail = check::tail(history);
        minimise_one(|alpha| smooth(tail, alpha).1.sum_of_squares(), 1e-4, 0.9999)
    });
    let (level, errors) = smooth(history, alpha);
    Ok(ExponentialSmoothing {
        alpha,
        level,
        errors,
    })
}

/// Last level and one-step errors.
fn smooth(history: &[f64], alpha: f64) -> (f64, Errors) {
    let mut errors = Errors::default();
    let mut level = history.first().copied().unwrap_or_default();
    for value in history.iter().skip(1) {
        let error = value - level;
        errors.push(error);
        level += alpha * error;
    }
    (level, errors)
}

impl ExponentialSmoothing {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_sound()
    }
}

impl Model for ExponentialSmoothing {
    fn bands(&self, horizon: usize) -> Bands {
        let std_dev = growing(self.residual_std_dev(), |_| self.alpha);
        Bands::normal(vec![self.level; horizon], std_dev)
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([("alpha", self.alpha), ("level", self.level)])
    }

    fn residual_std_dev(&self) -> f64 {
        self.errors.std_dev(1)
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(fit(history, Some(self.alpha))?))
    }

    fn update(&mut self, value: f64) {
        let error = value - self.level;
        self.errors.push(error);
        self.level += self.alpha * error;
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::ExponentialSmoothing(self.clone()))]
    }
}
