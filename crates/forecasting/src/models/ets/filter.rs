//! The recursions of all forms in one pass, and the residuals whose squares the likelihood sums.
//!
//! Additive and multiplicative errors move the states alike; they differ in the likelihood. With
//! e_t = (y_t - mu_t) / mu_t, n log(sum e_t^2) + 2 sum log mu_t equals n log(sum u_t^2) for
//! u_t = e_t times the geometric mean of mu: so maximum likelihood is least squares in both cases.

use super::form::{ErrorForm, Form, SeasonForm, TrendForm};
use crate::lanes::lanes;
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

/// Points that one pass takes along. Each step of a path waits for the one before it; the steps of
/// four paths fill that time, so that four passes cost little more than one.
pub(super) const LANES: usize = 4;

/// States of `N` paths side by side.
struct Paths<'a, const N: usize> {
    level: [f64; N],
    slope: [f64; N],
    season: &'a mut [[f64; N]],
}

impl<'a, const N: usize> Paths<'a, N> {
    /// The first states of each point.
    fn begin(form: Form, points: [&[f64]; N], season: &'a mut [[f64; N]]) -> Self {
        if let Some((last, others)) = season.split_last_mut() {
            for (place, figures) in others.iter_mut().enumerate() {
                *figures = points.map(|point| point[SEASON + place]);
            }
            *last = points.map(|point| {
                let sum: f64 = point[SEASON..].iter().sum();
                match form.season {
                    SeasonForm::Multiplicative => (others.len() + 1) as f64 - sum,
                    _ => -sum,
                }
            });
        }
        Self {
            level: points.map(|point| point[LEVEL]),
            slope: points.map(|point| match form.trend {
                TrendForm::None => 0.0,
                _ => point[SLOPE],
            }),
            season,
        }
    }
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
    let paths = Paths::begin(form, [point], state.season.as_chunks_mut().0);
    (state.level, state.slope) = (paths.level[0], paths.slope[0]);
    go_on(form, values, Smoothing::of(form, point), state, residuals)
}

/// As [`residuals`], for several points at once; `season` is room for their figures.
pub(super) fn residuals_of_many(
    form: Form,
    values: &[f64],
    points: &[Point; LANES],
    season: &mut [[f64; LANES]],
    residuals: &mut [[f64; LANES]],
) -> [f64; LANES] {
    let points = points.each_ref().map(Vec::as_slice);
    let smoothing = points.map(|point| Smoothing::of(form, point));
    let mut paths = Paths::begin(form, points, season);
    run(form, values, smoothing, &mut paths, residuals).0
}

/// As [`residuals`], from the states at hand.
pub(super) fn go_on(
    form: Form,
    values: &[f64],
    smoothing: Smoothing,
    state: &mut State,
    residuals: &mut [f64],
) -> (f64, f64) {
    let mut paths = Paths {
        level: [state.level],
        slope: [state.slope],
        season: state.season.as_chunks_mut().0,
    };
    let residuals = residuals.as_chunks_mut().0;
    let ([sum], [scale]) = run(form, values, [smoothing], &mut paths, residuals);
    let ([level], [slope]) = (paths.level, paths.slope);
    (state.level, state.slope) = (level, slope);
    (sum, scale)
}

fn run<const N: usize>(
    form: Form,
    values: &[f64],
    smoothing: [Smoothing; N],
    paths: &mut Paths<N>,
    residuals: &mut [[f64; N]],
) -> ([f64; N], [f64; N]) {
    let pass = match (form.error, form.season) {
        (ErrorForm::Additive, SeasonForm::None) => pass::<false, 0, N>,
        (ErrorForm::Additive, _) => pass::<false, 1, N>,
        (ErrorForm::Multiplicative, SeasonForm::None) => pass::<true, 0, N>,
        (ErrorForm::Multiplicative, SeasonForm::Additive) => pass::<true, 1, N>,
        (ErrorForm::Multiplicative, SeasonForm::Multiplicative) => pass::<true, 2, N>,
    };
    pass(values, smoothing, paths, residuals)
}

/// `SEASONAL` is 0 for none, 1 for an additive and 2 for a multiplicative season.
fn pass<const RELATIVE: bool, const SEASONAL: u8, const N: usize>(
    values: &[f64],
    smoothing: [Smoothing; N],
    paths: &mut Paths<N>,
    residuals: &mut [[f64; N]],
) -> ([f64; N], [f64; N]) {
    let alpha = smoothing.map(|of| of.alpha);
    let beta = smoothing.map(|of| of.beta);
    let gamma = smoothing.map(|of| of.gamma);
    let phi = smoothing.map(|of| of.phi);
    let (mut level, mut slope, mut place) = (paths.level, paths.slope, 0);
    let (mut sums, mut logs, mut products) = ([0.0; N], [0.0; N], [1.0_f64; N]);
    let mut positive = [true; N];
    for (value, residual) in values.iter().zip(residuals.iter_mut()) {
        let mut figures = match SEASONAL {
            0 => [0.0; N],
            _ => paths.season[place],
        };
        let mut expected = [0.0; N];
        for path in 0..N {
            let figure = figures[path];
            let trend = phi[path] * slope[path];
            let base = level[path] + trend;
            expected[path] = match SEASONAL {
                2 => base * figure,
                _ => base + figure,
            };
            let error = value - expected[path];
            let step = if SEASONAL == 2 { error / figure } else { error };
            level[path] = base + alpha[path] * step;
            slope[path] = trend + beta[path] * step;
            figures[path] = match SEASONAL {
                2 => figure + gamma[path] * error / base,
                _ => figure + gamma[path] * error,
            };
            residual[path] = if RELATIVE {
                error / expected[path]
            } else {
                error
            };
            sums[path] += residual[path] * residual[path];
        }
        if SEASONAL > 0 {
            paths.season[place] = figures;
            place += 1;
            if place == paths.season.len() {
                place = 0;
            }
        }
        if RELATIVE {
            for path in 0..N {
                positive[path] &= expected[path] > 0.0;
                products[path] *= expected[path];
                // One logarithm for many factors, taken before the product leaves a double's range.
                if !(1e-100..=1e100).contains(&products[path]) {
                    logs[path] += products[path].ln();
                    products[path] = 1.0;
                }
            }
        }
    }
    (paths.level, paths.slope) = (level, slope);
    if SEASONAL > 0 {
        paths.season.rotate_left(place);
    }
    if !RELATIVE {
        return (sums, [1.0; N]);
    }
    let mut scales = [1.0; N];
    for path in 0..N {
        if positive[path] {
            scales[path] = ((logs[path] + products[path].ln()) / values.len() as f64).exp();
            sums[path] = sums[path] * scales[path] * scales[path];
        } else {
            sums[path] = f64::INFINITY;
        }
    }
    for residual in residuals.iter_mut() {
        *residual = lanes(|path| residual[path] * scales[path]);
    }
    (sums, scales)
}
