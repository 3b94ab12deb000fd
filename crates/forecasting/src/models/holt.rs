//! Holt's linear trend, plain or damped.
//!
//! l_t = l_{t-1} + phi b_{t-1} + alpha e_t, b_t = phi b_{t-1} + alpha beta e_t; forecast
//! l_n + (phi + … + phi^h) b_n; an error lives on with weight alpha (1 + beta (phi + … + phi^j)).
//! Source: Holt (1957, reprinted 2004), damping Gardner and McKenzie (1985), variance Hyndman,
//! Koehler, Ord and Snyder (2008), section 6.3.
//!
//! The first level and slope are those of least squares for the parameters at hand: the errors are
//! linear in both, so one pass finds them exactly and the search is over the parameters alone. That
//! is the maximum likelihood of the state-space model with additive errors, which R's `holt` and
//! statsforecast's Holt seek too; their beta is alpha times ours. Needs three values.
//!
//! ```
//! use forecasting::models::{Model, holt};
//! let history: Vec<f64> = (0..20).map(|t| 5.0 + 2.0 * f64::from(t)).collect();
//! let model = holt::fit(&history, false, None, None, None)?;
//! assert!((model.bands(2).mean[1] - 47.0).abs() < 1e-9);
//! # Ok::<(), forecasting::Error>(())
//! ```

use super::{Errors, Fitted, Model, named};
use crate::bands::growing;
use crate::optimise::{AT_ONCE, minimise};
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Smoothing parameters: beta is a share of alpha, phi is 1 without damping.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Parameters {
    alpha: f64,
    beta: f64,
    phi: f64,
}

impl Parameters {
    /// Moves level and slope on by one value and answers its error.
    fn step(self, state: &mut (f64, f64), value: f64) -> f64 {
        let Self { alpha, beta, phi } = self;
        let error = value - state.0 - phi * state.1;
        state.0 += phi * state.1 + alpha * error;
        state.1 = phi * state.1 + alpha * beta * error;
        error
    }
}

/// A fitted trend.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Holt {
    parameters: Parameters,
    damped: bool,
    /// Level and slope before the first value.
    first: (f64, f64),
    level: f64,
    slope: f64,
    errors: Errors,
}

/// Values that the model needs: two fix the line, the third can differ from it.
const NEEDED: usize = 3;
/// Damping below this is as good as no trend, above it hardly damps (Hyndman et al. 2008, 2.3).
const DAMPING: (f64, f64) = (0.8, 0.98);
/// Evaluations of the search; more change the sum of squares by less than a thousandth.
const EVALUATIONS: usize = 120;

/// Fits to at least three values; alpha, beta and phi in 0 to 1, phi used only where `damped`.
///
/// # Errors
/// A parameter out of range; fewer than three values, NaN or infinity among them.
pub fn fit(
    history: &[f64],
    damped: bool,
    alpha: Option<f64>,
    beta: Option<f64>,
    phi: Option<f64>,
) -> Result<Holt, Error> {
    check::history(history)?;
    let alpha = check::parameter("alpha", alpha, 0.0, 1.0)?;
    let beta = check::parameter("beta", beta, 0.0, 1.0)?;
    let phi = check::parameter("phi", phi, 0.0, 1.0)?;
    if history.len() < NEEDED {
        return Err(Error::HistoryTooShort {
            model: if damped { "HOLT_DAMPED" } else { "HOLT" },
            needed: NEEDED,
            length: history.len(),
        });
    }
    let choose = |point: &[f64; 3]| Parameters {
        alpha: alpha.unwrap_or(point[0]),
        beta: beta.unwrap_or(point[1]),
        phi: if damped { phi.unwrap_or(point[2]) } else { 1.0 },
    };
    let bounds = [(1e-4, 0.9999), (1e-4, 0.9999), DAMPING];
    let tail = check::tail(history);
    let cost = |point: &[f64; 3]| run(tail, choose(point)).errors.sum_of_squares();
    let point = [[0.5, 0.1, 0.95], [0.1, 0.1, 0.9]]
        .into_iter()
        .map(|start| {
            let one = |points: &[[f64; 3]; AT_ONCE], index: usize| cost(&points[index]);
            minimise(one, start, 0.2, &bounds, EVALUATIONS)
        })
        .min_by(|a, b| cost(a).total_cmp(&cost(b)))
        .unwrap_or([0.3, 0.1, 0.9]);
    Ok(fitted(history, choose(&point), damped))
}

fn fitted(history: &[f64], parameters: Parameters, damped: bool) -> Holt {
    let run = run(history, parameters);
    Holt {
        parameters,
        damped,
        first: run.first,
        level: run.level,
        slope: run.slope,
        errors: run.errors,
    }
}

struct Run {
    first: (f64, f64),
    level: f64,
    slope: f64,
    errors: Errors,
}

/// Filters the history three times at once, from states (0, 0) with the data and from unit level
/// and unit slope without, then combines them by least squares.
fn run(history: &[f64], parameters: Parameters) -> Run {
    // (level, slope) of the data alone, of a unit first level, of a unit first slope.
    let mut data = (0.0, 0.0);
    let mut unit_level = (1.0, 0.0);
    let mut unit_slope = (0.0, 1.0);
    let (mut a11, mut a12, mut a22, mut r1, mut r2) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let step = |state: &mut (f64, f64), value: f64| parameters.step(state, value);
    // Centred values keep the sums small.
    let origin = history.first().copied().unwrap_or_default();
    for value in history {
        let error = step(&mut data, value - origin);
        let by_level = -step(&mut unit_level, 0.0);
        let by_slope = -step(&mut unit_slope, 0.0);
        a11 += by_level * by_level;
        a12 += by_level * by_slope;
        a22 += by_slope * by_slope;
        r1 += by_level * error;
        r2 += by_slope * error;
    }
    let determinant = a11 * a22 - a12 * a12;
    let (first_level, first_slope) = if determinant > 1e-12 * a11 * a22 {
        (
            (r1 * a22 - r2 * a12) / determinant,
            (r2 * a11 - r1 * a12) / determinant,
        )
    } else {
        (0.0, history.get(1).map_or(0.0, |second| second - origin))
    };
    let mut state = (first_level, first_slope);
    let mut errors = Errors::default();
    for value in history {
        errors.push(step(&mut state, value - origin));
    }
    Run {
        first: (first_level + origin, first_slope),
        level: state.0 + origin,
        slope: state.1,
        errors,
    }
}

/// phi + … + phi^step.
fn damped_steps(phi: f64, step: usize) -> f64 {
    if phi < 1.0 {
        phi * (1.0 - phi.powi(step as i32)) / (1.0 - phi)
    } else {
        step as f64
    }
}

impl Holt {
    /// See [`Fitted::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_sound()
    }
}

impl Model for Holt {
    fn bands(&self, horizon: usize) -> Bands {
        let Parameters { alpha, beta, phi } = self.parameters;
        let mean = (1..=horizon)
            .map(|step| self.level + damped_steps(phi, step) * self.slope)
            .collect();
        let weight = |step| alpha * (1.0 + beta * damped_steps(phi, step));
        Bands::normal(mean, growing(self.residual_std_dev(), weight))
    }

    fn parameters(&self) -> BTreeMap<String, f64> {
        let mut parameters = named([
            ("alpha", self.parameters.alpha),
            ("beta", self.parameters.beta),
            ("level", self.level),
            ("slope", self.slope),
        ]);
        if self.damped {
            parameters.insert("phi".to_owned(), self.parameters.phi);
        }
        parameters
    }

    fn residual_std_dev(&self) -> f64 {
        self.errors.std_dev(2 + usize::from(self.damped))
    }

    fn applied_to(&self, history: &[f64]) -> Result<Box<dyn Model>, Error> {
        check::history(history)?;
        let mut model = Self {
            level: self.first.0,
            slope: self.first.1,
            errors: Errors::default(),
            ..self.clone()
        };
        for value in history {
            model.update(*value);
        }
        Ok(Box::new(model))
    }

    fn update(&mut self, value: f64) {
        let mut state = (self.level, self.slope);
        self.errors.push(self.parameters.step(&mut state, value));
        (self.level, self.slope) = state;
    }

    fn parts(&self) -> Vec<(f64, Fitted)> {
        vec![(1.0, Fitted::Holt(self.clone()))]
    }
}
