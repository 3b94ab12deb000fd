//! The Theta family: a smoothed level pulled along a line.
//!
//! mu_{t+1} = l_t + w ((1 - alpha)^t A_t + (1 - (1 - alpha)^{t+1}) / alpha B_t),
//! l_t = alpha y_t + (1 - alpha) l_{t-1}, with w = 1 - 1/theta and A + B t the least-squares line
//! of the series. Sources: Assimakopoulos and Nikolopoulos (2000); as state-space models Fiorucci,
//! Pellegrini, Louzada, Petropoulos and Koehler (2016). [`Variant::Standard`] holds theta at 2 and
//! the line fixed, [`Variant::Optimised`] fits theta, [`Variant::Dynamic`] also lets the line be
//! that of the values so far. Variance sigma^2 (1 + (h - 1) alpha^2), as in the paper.
//!
//! A season that passes the test is taken out before and put back after. The errors are linear in
//! the first level and in w: for each alpha the best of both is found by least squares, and the
//! search is over alpha (0.1 to 0.99, as in the paper's software) alone. That reaches the optimum
//! that statsforecast and forecTheta seek with a simplex in three variables. The first three errors
//! do not count. Needs five values.
//!
//! ```
//! use forecasting::models::theta::{self, Variant};
//! use forecasting::models::Model;
//! let history: Vec<f64> = (0..20).map(|t| 5.0 + 2.0 * f64::from(t)).collect();
//! let model = theta::fit(&history, None, Variant::Dynamic)?;
//! assert!((model.bands(1).mean[0] - 45.0).abs() < 0.5);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, named};
use crate::bands::growing;
use crate::optimise::minimise_one;
use crate::profile::Profile;
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which member of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Variant {
    /// Theta 2, one line.
    Standard,
    /// Theta fitted, one line.
    Optimised,
    /// Theta fitted, the line of the values so far.
    Dynamic,
}

/// A fitted Theta model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Theta {
    variant: Variant,
    season_length: Option<usize>,
    profile: Option<Profile>,
    alpha: f64,
    /// 1 - 1/theta.
    weight: f64,
    first: State,
    state: State,
    errors: Errors,
}

/// Values that the model needs: two more than the errors that do not count.
const NEEDED: usize = 5;
/// Errors at the beginning that do not count, as in the paper's software.
const SKIPPED: usize = 3;

/// Fits to at least five values, with the season of `season_length` steps where there is one.
///
/// # Errors
/// Fewer than five values, NaN or infinity among them; a season of more than 1,000 steps.
pub fn fit(
    history: &[f64],
    season_length: Option<usize>,
    variant: Variant,
) -> Result<Theta, Error> {
    fit_with(history, season_length, variant, None)
}

fn fit_with(
    history: &[f64],
    season_length: Option<usize>,
    variant: Variant,
    season_known: Option<bool>,
) -> Result<Theta, Error> {
    check_needs(history, season_length)?;
    let profile = Profile::known_or_tested(history, season_length, season_known);
    let adjusted = profile.as_ref().map(|profile| profile.remove(history));
    let values = adjusted.as_deref().unwrap_or(history);
    let tail = check::tail(values);
    let alpha = minimise_one(|alpha| Sums::of(tail, alpha, variant).best().2, 0.1, 0.99);
    let (first_level, weight, _) = Sums::of(values, alpha, variant).best();
    let first = State::first(values, variant, first_level);
    let mut model = Theta {
        variant,
        season_length,
        profile,
        alpha,
        weight,
        state: first.clone(),
        first,
        errors: Errors::default(),
    };
    for value in values {
        model.take(*value);
    }
    Ok(model)
}

fn check_needs(history: &[f64], season_length: Option<usize>) -> Result<(), Error> {
    check::history(history)?;
    if let Some(season_length) = season_length {
        check::count("season_length", season_length, 1, crate::MAX_SEASON_LENGTH)?;
    }
    if history.len() < NEEDED {
        return Err(Error::HistoryTooShort {
            model: "THETA",
            needed: NEEDED,
            length: history.len(),
        });
    }
    Ok(())
}

impl Theta {
    /// The same variant fitted to a part of the history, with a season where the whole history has it:
    /// the part may be too short for the test.
    pub(crate) fn refitted(&self, history: &[f64]) -> Result<Self, Error> {
        let season = Some(self.profile.is_some());
        fit_with(history, self.season_length, self.variant, season)
    }

    /// Takes a value that is free of the season.
    fn take(&mut self, value: f64) {
        let error = value - self.state.expected(self.alpha, self.weight);
        if self.state.count >= SKIPPED as f64 {
            self.errors.push(error);
        }
        self.state.take(value, self.alpha);
    }
}

/// The level, the line, and what is left of the first level's share.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    level: f64,
    count: f64,
    mean: f64,
    intercept: f64,
    slope: f64,
    fading: f64,
    dynamic: bool,
}

impl State {
    fn first(values: &[f64], variant: Variant, level: f64) -> Self {
        let dynamic = variant == Variant::Dynamic;
        let (intercept, slope) = if dynamic { (0.0, 0.0) } else { line(values) };
        Self {
            level,
            count: 0.0,
            mean: 0.0,
            intercept,
            slope,
            fading: 1.0,
            dynamic,
        }
    }

    /// What the line adds to the level of the next step.
    fn pull(&self, alpha: f64) -> f64 {
        self.fading * self.intercept + (1.0 - self.fading * (1.0 - alpha)) / alpha * self.slope
    }

    fn expected(&self, alpha: f64, weight: f64) -> f64 {
        self.level + weight * self.pull(alpha)
    }

    fn take(&mut self, value: f64, alpha: f64) {
        self.level += alpha * (value - self.level);
        self.fading *= 1.0 - alpha;
        self.count += 1.0;
        let former_mean = self.mean;
        self.mean += (value - former_mean) / self.count;
        if self.dynamic {
            let count = self.count;
            self.slope = if count > 1.0 {
                ((count - 2.0) * self.slope + 6.0 * (value - former_mean) / count) / (count + 1.0)
            } else {
                0.0
            };
            self.intercept = self.mean - (count + 1.0) / 2.0 * self.slope;
        }
    }
}

/// Intercept and slope of the least-squares line over 1, 2, ….
fn line(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let middle = (count + 1.0) / 2.0;
    let moment: f64 = (1..)
        .zip(values)
        .map(|(place, value)| (f64::from(place) - middle) * (value - mean))
        .sum();
    let slope = 12.0 * moment / (count * (count * count - 1.0));
    (mean - middle * slope, slope)
}

/// Normal equations of the errors in the first level and the weight.
struct Sums {
    weight: Option<f64>,
    level_level: f64,
    level_pull: f64,
    pull_pull: f64,
    level_rest: f64,
    pull_rest: f64,
    rest_rest: f64,
    first: f64,
}

impl Sums {
    fn of(values: &[f64], alpha: f64, variant: Variant) -> Self {
        let mut sums = Self {
            weight: (variant == Variant::Standard).then_some(0.5),
            level_level: 0.0,
            level_pull: 0.0,
            pull_pull: 0.0,
            level_rest: 0.0,
            pull_rest: 0.0,
            rest_rest: 0.0,
            first: values.first().copied().unwrap_or_default(),
        };
        let mut state = State::first(values, variant, sums.first);
        for (place, value) in values.iter().enumerate() {
            if place >= SKIPPED {
                let (rest, pull) = (value - state.level, state.pull(alpha));
                sums.level_level += state.fading * state.fading;
                sums.level_pull += state.fading * pull;
                sums.pull_pull += pull * pull;
                sums.level_rest += state.fading * rest;
                sums.pull_rest += pull * rest;
                sums.rest_rest += rest * rest;
            }
            state.take(*value, alpha);
        }
        sums
    }

    /// Best first level, best weight within 0 to 1, and the sum of squares that they leave.
    fn best(&self) -> (f64, f64, f64) {
        let determinant = self.level_level * self.pull_pull - self.level_pull * self.level_pull;
        let free =
            (self.pull_rest * self.level_level - self.level_rest * self.level_pull) / determinant;
        let weight = match self.weight {
            Some(weight) => weight,
            None if determinant > 1e-12 * self.level_level * self.pull_pull => free.clamp(0.0, 1.0),
            None => 0.5,
        };
        let shift = if self.level_level > 1e-12 {
            (self.level_rest - weight * self.level_pull) / self.level_level
        } else {
            0.0
        };
        let left =
            self.rest_rest + shift * shift * self.level_level + weight * weight * self.pull_pull
                - 2.0 * shift * self.level_rest
                - 2.0 * weight * self.pull_rest
                + 2.0 * shift * weight * self.level_pull;
        (self.first + shift, weight, left)
    }
}

impl Theta {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_sound() && self.profile.as_ref().is_none_or(Profile::is_sound)
    }
}

impl Model for Theta {
    fn bands(&self, horizon: usize) -> Bands {
        let mut state = self.state.clone();
        let mean = (0..horizon)
            .map(|_| {
                let expected = state.expected(self.alpha, self.weight);
                state.take(expected, self.alpha);
                expected
            })
            .collect();
        let mut bands = Bands::normal(mean, growing(self.residual_std_dev(), |_| self.alpha));
        if let Some(profile) = &self.profile {
            bands.restore(profile, self.state.count as usize);
        }
        bands
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        let mut parameters = named([
            ("alpha", self.alpha),
            ("line_weight", self.weight),
            ("level", self.state.level),
            ("slope", self.state.slope),
        ]);
        if let Some(profile) = &self.profile {
            let length = profile.season_length() as f64;
            parameters.insert("season_length".to_owned(), length);
        }
        parameters
    }

    fn residual_std_dev(&self) -> f64 {
        self.errors.std_dev(2)
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        check_needs(history, self.season_length)?;
        let mut model = Self {
            state: self.first.clone(),
            errors: Errors::default(),
            ..self.clone()
        };
        for value in history {
            model.update(*value);
        }
        Ok(Box::new(model))
    }

    fn update(&mut self, value: f64) {
        let elapsed = self.state.count as usize;
        let profile = self.profile.as_ref();
        self.take(profile.map_or(value, |profile| profile.remove_from(value, elapsed)));
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::Theta(self.clone()))]
    }
}
