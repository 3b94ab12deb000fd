//! Naive: tomorrow is as today.
//!
//! The forecast of every step is the last value; its variance grows with the step, h sigma^2, with
//! sigma^2 the mean squared step of the history (random walk). The yardstick that every other model
//! has to beat. Source: Hyndman and Athanasopoulos (2021), section 5.2.
//!
//! ```
//! use forecasting::models::{Model, naive};
//! let model = naive::fit(&[3.0, 5.0, 4.0])?;
//! assert_eq!(model.bands(2).mean, [4.0, 4.0]);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, named};
use crate::bands::growing;
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fitted naive model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Naive {
    last: f64,
    errors: Errors,
}

/// Fits the model to at least one value.
///
/// # Errors
/// An empty history, or one with NaN or infinity.
pub fn fit(history: &[f64]) -> Result<Naive, Error> {
    check::history(history)?;
    let mut errors = Errors::default();
    errors.extend(history.windows(2).map(|pair| pair[1] - pair[0]));
    Ok(Naive {
        last: history.last().copied().unwrap_or_default(),
        errors,
    })
}

impl Naive {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_sound()
    }
}

impl Model for Naive {
    fn bands(&self, horizon: usize) -> Bands {
        Bands::normal(
            vec![self.last; horizon],
            growing(self.residual_std_dev(), |_| 1.0),
        )
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([("level", self.last)])
    }

    fn residual_std_dev(&self) -> f64 {
        self.errors.std_dev(0)
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(fit(history)?))
    }

    fn update(&mut self, value: f64) {
        self.errors.push(value - self.last);
        self.last = value;
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::Naive(self.clone()))]
    }
}
