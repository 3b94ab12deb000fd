//! The recursions of all forms in one pass, and the residuals whose squares the likelihood sums.
//!
//! Additive and multiplicative errors move the states alike; they differ in the likelihood. With
//! e_t = (y_t - mu_t) / mu_t, n log(sum e_t^2) + 2 sum log mu_t equals n log(sum u_t^2) for
//! u_t = e_t times the geometric mean of mu: so maximum likelihood is least squares in both cases.

use super::form::{ErrorForm, Form, SeasonForm, TrendForm};
use serde::{Deserialize, Serialize};

/// A point of the search: smoothing parameters as shares, then first states.
///
/// `[alpha, beta / alpha, gamma / (1 - alpha), phi, level, slope, season …]`; the last figure of
/// the season follows from the others.
pub(super) type Point = Vec<f64>;

pub(super) const ALPHA: usize = 0;
pub(super) const BETA_SHARE: usize = 1;
pub(super) const GAMMA_SHARE: usize = 2;
pub(super) const PHI: usize = 3;
pub(super) const LEVEL: usize = 4;
pub(super) const SLOPE: usize = 5;
pub(super) const SEASON: usize = 6;

/// Level, slope and the season's figures by place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub level: f64,
    pub slope: f64,
    pub season: Vec<f64>,
}

/// Smoothing parameters in the field's own terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Smoothing {
    pub alpha: f64,
    pub beta: f64,
    pub gamma: f64,
    pub phi: f64,
}

impl Smoothing {
    pub(super) fn of(form: Form, point: &[f64]) -> Self {
        let alpha = point[ALPHA];
        let trend = form.trend != TrendForm::None;
        Self {
            alpha,
            beta: if trend {
                alpha * point[BETA_SHARE]
            } else {
                0.0
            },
            gamma: if form.is_seasonal() {
                (1.0 - alpha) * point[GAMMA_SHARE]
            } else {
                0.0
            },
            phi: if form.trend == TrendForm::Damped {
                point[PHI]
            } else {
                1.0
            },
        }
    }
}

/// Sets the states to the first ones of `point`.
pub(super) fn begin(form: Form, point: &[f64], state: &mut State) {
    state.level = point[LEVEL];
    state.slope = if form.trend == TrendForm::None {
        0.0
    } else {
        point[SLOPE]
    };
    let Some((last, others)) = state.season.split_last_mut() else {
        return;
    };
    others.copy_from_slice(&point[SEASON..]);
    let sum: f64 = others.iter().sum();
    *last = match form.season {
        SeasonForm::Multiplicative => (others.len() + 1) as f64 - sum,
        _ => -sum,
    };
}

/// Fills `residuals` and answers the sum of their squares (infinite where a multiplicative form
/// leaves the positive numbers) with the scale that is in the residuals.
pub(super) fn residuals(
    form: Form,
    values: &[f64],
    point: &[f64],
    state: &mut State,
    residuals: &mut [f64],
) -> (f64, f64) {
    begin(form, point, state);
    go_on(form, values, Smoothing::of(form, point), state, residuals)
}

/// As [`residuals`], from the states at hand.
pub(super) fn go_on(
    form: Form,
    values: &[f64],
    smoothing: Smoothing,
    state: &mut State,
    residuals: &mut [f64],
) -> (f64, f64) {
    match (form.error, form.season) {
        (ErrorForm::Additive, SeasonForm::None) => {
            pass::<false, 0>(values, smoothing, state, residuals)
        }
        (ErrorForm::Additive, _) => pass::<false, 1>(values, smoothing, state, residuals),
        (ErrorForm::Multiplicative, SeasonForm::None) => {
            pass::<true, 0>(values, smoothing, state, residuals)
        }
        (ErrorForm::Multiplicative, SeasonForm::Additive) => {
            pass::<true, 1>(values, smoothing, state, residuals)
        }
        (ErrorForm::Multiplicative, SeasonForm::Multiplicative) => {
            pass::<true, 2>(values, smoothing, state, residuals)
        }
    }
}

/// `SEASONAL` is 0 for none, 1 for an additive and 2 for a multiplicative season.
fn pass<const RELATIVE: bool, const SEASONAL: u8>(
    values: &[f64],
    smoothing: Smoothing,
    state: &mut State,
    residuals: &mut [f64],
) -> (f64, f64) {
    let Smoothing {
        alpha,
        beta,
        gamma,
        phi,
    } = smoothing;
    let (mut level, mut slope, mut place) = (state.level, state.slope, 0);
    let (mut sum, mut logs, mut product) = (0.0, 0.0, 1.0_f64);
    let mut positive = true;
    for (value, residual) in values.iter().zip(residuals.iter_mut()) {
        let trend = phi * slope;
        let base = level + trend;
        let figure = match SEASONAL {
            0 => 0.0,
            _ => state.season[place],
        };
        let expected = match SEASONAL {
            2 => base * figure,
            _ => base + figure,
        };
        let error = value - expected;
        let step = if SEASONAL == 2 { error / figure } else { error };
        level = base + alpha * step;
        slope = trend + beta * step;
        if SEASONAL > 0 {
            state.season[place] = match SEASONAL {
                2 => figure + gamma * error / base,
                _ => figure + gamma * error,
            };
            place += 1;
            if place == state.season.len() {
                place = 0;
            }
        }
        *residual = if RELATIVE {
            positive &= expected > 0.0;
            product *= expected;
            // One logarithm for many factors, taken before the product leaves a double's range.
            if !(1e-100..=1e100).contains(&product) {
                logs += product.ln();
                product = 1.0;
            }
            error / expected
        } else {
            error
        };
        sum += *residual * *residual;
    }
    (state.level, state.slope) = (level, slope);
    if SEASONAL > 0 {
        state.season.rotate_left(place);
    }
    if !RELATIVE {
        return (sum, 1.0);
    }
    if !positive {
        return (f64::INFINITY, 1.0);
    }
    let mean = ((logs + product.ln()) / values.len() as f64).exp();
    for residual in residuals.iter_mut() {
        *residual *= mean;
    }
    (sum * mean * mean, mean)
}
