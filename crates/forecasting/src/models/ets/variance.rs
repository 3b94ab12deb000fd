//! Expected values and standard deviations of the steps to come.

use super::filter::{Smoothing, State};
use super::form::{ErrorForm, Form, SeasonForm};

/// Means and standard deviations of `horizon` steps after Hyndman et al. (2008): with weights
/// c_j = alpha + beta (phi + … + phi^j) + gamma \[m divides j\], class 1 has
/// sigma^2 (1 + sum c_j^2); class 2 has (1 + sigma^2) theta_h - mu_h^2 with
/// theta_h = mu_h^2 + sigma^2 sum c_j^2 theta_{h-j}; class 3 the same without the season, times
/// the figure squared and (1 + gamma^2 sigma^2) once for each season that has passed.
pub(super) fn forecast(
    form: Form,
    smoothing: Smoothing,
    state: &State,
    sigma: f64,
    horizon: usize,
) -> (Vec<f64>, Vec<f64>) {
    let Smoothing {
        alpha,
        beta,
        gamma,
        phi,
    } = smoothing;
    let m = state.season.len();
    let factor = form.season == SeasonForm::Multiplicative;
    let mut base = Vec::with_capacity(horizon);
    let mut weights = Vec::with_capacity(horizon);
    let (mut fading, mut damped) = (1.0, 0.0);
    for step in 1..=horizon {
        fading *= phi;
        damped += fading;
        base.push(state.level + damped * state.slope);
        let again = if m > 0 && !factor && step.is_multiple_of(m) {
            gamma
        } else {
            0.0
        };
        weights.push(alpha + beta * damped + again);
    }
    let figure = |step: usize| if m > 0 { state.season[step % m] } else { 0.0 };
    let mean: Vec<f64> = base
        .iter()
        .enumerate()
        .map(|(step, base)| {
            if factor {
                base * figure(step)
            } else {
                base + figure(step)
            }
        })
        .collect();
    let variance = sigma * sigma;
    let std_dev = match form.error {
        ErrorForm::Additive => class_1(variance, &weights),
        ErrorForm::Multiplicative if factor => {
            let (theta, moved) = (second_moments(&base, variance, &weights), &base);
            let with_season = (0..horizon).map(|step| {
                let seasons = (step / m) as i32;
                let grown = (1.0 + gamma * gamma * variance).powi(seasons);
                let spread = theta[step] * (1.0 + variance) * grown - moved[step] * moved[step];
                figure(step).abs() * spread.max(0.0).sqrt()
            });
            with_season.collect()
        }
        ErrorForm::Multiplicative => {
            let theta = second_moments(&mean, variance, &weights);
            let spread = theta.iter().zip(&mean);
            spread
                .map(|(theta, mean)| (theta * (1.0 + variance) - mean * mean).max(0.0).sqrt())
                .collect()
        }
    };
    (mean, std_dev)
}

fn class_1(variance: f64, weights: &[f64]) -> Vec<f64> {
    let mut sum = 1.0;
    let mut std_dev = Vec::with_capacity(weights.len());
    for weight in weights {
        std_dev.push((variance * sum).sqrt());
        sum += weight * weight;
    }
    std_dev
}

/// theta_1 … theta_h. Beyond [`LOOK_BACK`] steps the oldest terms are left out, so that long
/// horizons cost no more than their length.
fn second_moments(mean: &[f64], variance: f64, weights: &[f64]) -> Vec<f64> {
    const LOOK_BACK: usize = 400;
    let mut theta: Vec<f64> = Vec::with_capacity(mean.len());
    for (step, mean) in mean.iter().enumerate() {
        let terms = weights
            .iter()
            .zip(theta.iter().rev())
            .take(LOOK_BACK.min(step));
        let sum: f64 = terms.map(|(weight, theta)| weight * weight * theta).sum();
        theta.push(mean * mean + variance * sum);
    }
    theta
}
