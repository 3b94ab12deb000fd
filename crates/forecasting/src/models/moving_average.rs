//! Moving average: the mean of the last `window` values, for every step to come.
//!
//! The intervals take demand for independent values about a level that the window estimates: one
//! step errs by sigma, with sigma^2 the mean squared error of the same average over the history
//! (which holds the uncertainty of the level already), at every step alike. A window longer than
//! the history is cut to it. Source: Silver, Pyke and Thomas (2017), section 3.4.
//!
//! ```
//! use forecasting::models::{Model, moving_average};
//! let model = moving_average::fit(&[9.0, 1.0, 2.0, 3.0], 3)?;
//! assert_eq!(model.bands(2).mean, [2.0, 2.0]);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, named, take_turn};
use crate::{Bands, Error, MAX_HISTORY, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fitted moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MovingAverage {
    /// The values of the window, oldest first.
    window: Vec<f64>,
    level: f64,
    errors: Errors,
    /// Whether the errors are those of the window about its own mean.
    within: bool,
}

/// Fits the average of the last `window` values, at least one.
///
/// # Errors
/// A window of 0 or beyond [`MAX_HISTORY`]; an empty history, NaN or infinity in it.
pub fn fit(history: &[f64], window: usize) -> Result<MovingAverage, Error> {
    check::history(history)?;
    check::count("window_size", window, 1, MAX_HISTORY)?;
    let window = window.min(history.len());
    let mut sum: f64 = history[..window].iter().sum();
    let mut errors = Errors::default();
    for (leaving, value) in history.iter().zip(&history[window..]) {
        errors.push(value - sum / window as f64);
        sum += value - leaving;
    }
    let last = &history[history.len() - window..];
    let level = last.iter().sum::<f64>() / window as f64;
    // Without a single forecast in the history its spread about the mean has to do.
    let within = window == history.len();
    if within {
        let spread = (1.0 + 1.0 / window as f64).sqrt();
        errors.extend(last.iter().map(|value| spread * (value - level)));
    }
    Ok(MovingAverage {
        window: last.to_vec(),
        level,
        errors,
        within,
    })
}

impl MovingAverage {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        (1..=MAX_HISTORY).contains(&self.window.len()) && self.errors.is_sound()
    }
}

impl Model for MovingAverage {
    fn bands(&self, horizon: usize) -> Bands {
        Bands::normal(
            vec![self.level; horizon],
            std::iter::repeat(self.residual_std_dev()),
        )
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([
            ("window_size", self.window.len() as f64),
            ("level", self.level),
        ])
    }

    fn residual_std_dev(&self) -> f64 {
        self.errors.std_dev(usize::from(self.within))
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(fit(history, self.window.len())?))
    }

    fn update(&mut self, value: f64) {
        if std::mem::take(&mut self.within) {
            self.errors = Errors::default();
        }
        self.errors.push(value - self.level);
        take_turn(&mut self.window, |_| value);
        self.level = self.window.iter().sum::<f64>() / self.window.len() as f64;
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::MovingAverage(self.clone()))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_read_back_has_a_window_and_sound_errors() {
        let model = fit(&[1.0, 2.0, 3.0], 2).unwrap();
        assert!(model.is_sound());
        let mut empty = model.clone();
        empty.window.clear();
        assert!(!empty.is_sound());
        let mut long = model;
        long.errors.count = super::super::MOST_STEPS + 1;
        assert!(!long.is_sound());
    }
}
