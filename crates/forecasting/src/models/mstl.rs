//! Several seasons at once (MSTL): week and year in daily demand.
//!
//! Each season is taken out in turn by STL, the shortest first, twice over, so that none holds
//! another's share; ETS without a season forecasts the rest, and the last figures of every season
//! are added again. Source: Bandara, Hyndman and Bergmeir (2021); windows 11, 15, … as in R's `mstl`.
//! The intervals are those of ETS: the seasons count as known. Needs two of the shortest season;
//! longer seasons that are not there twice are left out.
//!
//! ```
//! use forecasting::models::{Model, mstl};
//! let history: Vec<f64> = (0..56).map(|day| 20.0 + f64::from(day % 7)).collect();
//! let model = mstl::fit(&history, &[7])?;
//! assert!((model.bands(7).mean[6] - 26.0).abs() < 0.5);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::ets::{self, Ets};
use super::{Fitted, Model, is_ring, named, take_turn};
use crate::{Bands, Error, check, stl};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fitted MSTL model. New values move the rest; the seasons stand still until the next fit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mstl {
    /// The last figures of each season, from the next step on.
    seasons: Vec<Vec<f64>>,
    rest: Ets,
}

/// Rounds over all seasons, as in R's `mstl`.
const ROUNDS: usize = 2;
/// Seasons that one model may have.
const MAX_SEASONS: usize = 4;

/// Fits to at least two of the shortest of `season_lengths`, of which there are 1 to 4.
///
/// # Errors
/// A season below 2 or beyond 1,000 steps; a history shorter than two of the shortest; NaN or
/// infinity in it.
pub fn fit(history: &[f64], season_lengths: &[usize]) -> Result<Mstl, Error> {
    check::history(history)?;
    check::count(
        "the number of seasons",
        season_lengths.len(),
        1,
        MAX_SEASONS,
    )?;
    let values = check::tail(history);
    let mut lengths = season_lengths.to_vec();
    lengths.sort_unstable();
    lengths.dedup();
    for (place, length) in lengths.iter().enumerate() {
        check::count("season_length", *length, 2, crate::MAX_SEASON_LENGTH)?;
        if place == 0 {
            check::season(*length, values.len())?;
        }
    }
    lengths.retain(|length| 2 * length <= values.len());
    let mut parts = vec![vec![0.0; values.len()]; lengths.len()];
    let mut rest = values.to_vec();
    for _ in 0..ROUNDS {
        for (place, (part, length)) in parts.iter_mut().zip(&lengths).enumerate() {
            for (rest, figure) in rest.iter_mut().zip(part.iter()) {
                *rest += figure;
            }
            *part = stl::seasonal(&rest, *length, 11 + 4 * place);
            for (rest, figure) in rest.iter_mut().zip(part.iter()) {
                *rest -= figure;
            }
        }
    }
    let last = parts.iter().zip(&lengths);
    Ok(Mstl {
        seasons: last
            .map(|(part, length)| part[part.len() - length..].to_vec())
            .collect(),
        rest: ets::fit(&rest, None, None)?,
    })
}

impl Mstl {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        self.seasons.iter().all(|season| is_ring(season)) && self.rest.is_sound()
    }
}

impl Model for Mstl {
    fn bands(&self, horizon: usize) -> Bands {
        let mut bands = self.rest.bands(horizon);
        for season in &self.seasons {
            bands.add_cycle(season);
        }
        bands
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        let mut parameters = named([]);
        for (place, season) in (1..).zip(&self.seasons) {
            parameters.insert(format!("season_length_{place}"), season.len() as f64);
        }
        parameters.extend(self.rest.parameters());
        parameters
    }

    fn residual_std_dev(&self) -> f64 {
        self.rest.residual_std_dev()
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        let lengths: Vec<usize> = self.seasons.iter().map(Vec::len).collect();
        Ok(Box::new(fit(history, &lengths)?))
    }

    fn update(&mut self, value: f64) {
        let mut rest = value;
        for season in &mut self.seasons {
            take_turn(season, |figure| {
                rest -= figure;
                figure
            });
        }
        self.rest.update(rest);
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::Mstl(self.clone()))]
    }
}

/// Figures of the last season of one length, as the decomposition finds them.
///
/// # Errors
/// Those of [`fit`].
pub fn season_figures(history: &[f64], season_length: usize) -> Result<Vec<f64>, Error> {
    let model = fit(history, &[season_length])?;
    Ok(model.seasons.into_iter().next().unwrap_or_default())
}
