//! Seasonal naive: next Monday is as last Monday.
//!
//! The forecast of a step is the value one season before it; the variance grows by sigma^2 with
//! every season, with sigma^2 the mean squared difference of values one season apart. Source:
//! Hyndman and Athanasopoulos (2021), section 5.2. Needs more than one season of history.
//!
//! ```
//! use forecasting::models::{Model, seasonal_naive};
//! let model = seasonal_naive::fit(&[1.0, 9.0, 2.0, 8.0], 2)?;
//! assert_eq!(model.bands(3).mean, [2.0, 8.0, 2.0]);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, is_ring, named, take_turn};
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fitted seasonal naive model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeasonalNaive {
    last_season: Vec<f64>,
    errors: Errors,
}

/// Fits the model to at least two seasons of `season_length` steps.
///
/// # Errors
/// A season of 0 steps or of more than half of the history; NaN or infinity in the history.
pub fn fit(history: &[f64], season_length: usize) -> Result<SeasonalNaive, Error> {
    check::history(history)?;
    check::season(season_length, history.len())?;
    let mut errors = Errors::default();
    errors.extend(
        history
            .iter()
            .zip(&history[season_length..])
            .map(|(former, value)| value - former),
    );
    Ok(SeasonalNaive {
        last_season: history[history.len() - season_length..].to_vec(),
        errors,
    })
}

impl SeasonalNaive {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        is_ring(&self.last_season) && self.errors.is_sound()
    }
}

impl Model for SeasonalNaive {
    fn bands(&self, horizon: usize) -> Bands {
        let season_length = self.last_season.len();
        let mean = self.last_season.iter().copied().cycle().take(horizon);
        let one = self.residual_std_dev();
        let std_dev = (0..).map(|step: usize| one * ((step / season_length + 1) as f64).sqrt());
        Bands::normal(mean.collect(), std_dev)
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        named([("season_length", self.last_season.len() as f64)])
    }

    fn residual_std_dev(&self) -> f64 {
        self.errors.std_dev(0)
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(fit(history, self.last_season.len())?))
    }

    fn update(&mut self, value: f64) {
        take_turn(&mut self.last_season, |former| {
            self.errors.push(value - former);
            value
        });
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::SeasonalNaive(self.clone()))]
    }
}
