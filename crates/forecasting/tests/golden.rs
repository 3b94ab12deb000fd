//! The models against R (forecast 8.20, stats) and statsforecast 2.1.1.
//!
//! Where a model's parameters are given, both compute the same recursion and the figures agree to
//! 1e-8. Where they are optimised, two searches stop at two points: then our sum of squared errors
//! must not be larger than the reference's, and the forecasts must be near.
//! Seen to fail: with a Holt-Winters level that takes a ten-thousandth more of the trend; with a forecast of
//! Holt that leaves out the trend or takes half as much again, and with errors three quarters of what they are.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use forecasting::models::holt_winters::{self, Options};
use forecasting::models::{Model, exponential_smoothing, holt, naive, seasonal_naive};
use serde_json::Value;

/// Two computations of the same recursion differ by rounding alone; the file has 15 digits.
const SAME_RECURSION: f64 = 1e-8;

struct Reference {
    name: String,
    values: Vec<f64>,
    frequency: usize,
    series: Value,
}

fn references() -> Vec<Reference> {
    let text = include_str!("data/reference_values.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let series = file["series"].as_object().unwrap();
    series
        .iter()
        .map(|(name, series)| Reference {
            name: name.clone(),
            values: numbers(&series["data"]["values"]),
            frequency: series["data"]["frequency"].as_u64().unwrap() as usize,
            series: series.clone(),
        })
        .collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("not an array: {value}"))
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn assert_close(what: &str, ours: &[f64], theirs: &[f64], relative: f64) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (step, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let scale = theirs.abs().max(1.0);
        assert!(
            (ours - theirs).abs() <= relative * scale,
            "{what}, step {step}: {ours} against {theirs}"
        );
    }
}

fn widths(high: &[f64], low: &[f64]) -> Vec<f64> {
    high.iter().zip(low).map(|(high, low)| high - low).collect()
}

fn sum_of_squares(model: &impl Model, count: usize, parameters: usize) -> f64 {
    model.residual_std_dev().powi(2) * (count - parameters) as f64
}

#[test]
fn given_alpha_gives_the_figures_of_r_and_statsforecast() {
    let mut checked = 0;
    for reference in references() {
        for (alpha, theirs) in [
            (
                0.3,
                &reference.series["r"]["ses_alpha03_simple"]["forecast"]["mean"],
            ),
            (0.3, &reference.series["statsforecast"]["SES_0.3"]["mean"]),
            (0.1, &reference.series["statsforecast"]["SES_0.1"]["mean"]),
        ] {
            let model = exponential_smoothing::fit(&reference.values, Some(alpha)).unwrap();
            let ours = model.bands(12).mean;
            assert_close(&reference.name, &ours, &numbers(theirs), SAME_RECURSION);
            checked += 1;
        }
    }
    assert_eq!(checked, 30);
}

#[test]
fn optimised_smoothing_errs_no_more_than_r() {
    for reference in references() {
        let theirs = &reference.series["r"]["ses_simple"];
        let model = exponential_smoothing::fit(&reference.values, None).unwrap();
        let ours = sum_of_squares(&model, reference.values.len() - 1, 1);
        // Our alpha ends at 0.9999 where R's may be 1.
        let limit = theirs["sse"].as_f64().unwrap() * 1.0005;
        assert!(ours <= limit, "{}: {ours} against {limit}", reference.name);
    }
}

#[test]
fn holt_errs_no_more_than_r_and_forecasts_alike() {
    let mut same = 0;
    for reference in references() {
        for (damped, name) in [(false, "holt"), (true, "holt_damped")] {
            let theirs = &reference.series["r"][name];
            let Some(sse) = theirs["sse"].as_f64() else {
                continue;
            };
            let what = format!("{} {name}", reference.name);
            let model = holt::fit(&reference.values, damped, None, None, None).unwrap();
            let free = if damped { 3 } else { 2 };
            let ours = sum_of_squares(&model, reference.values.len(), free);
            // R bounds beta by alpha and alpha from above by 0.9999, as we do; it stops a little
            // earlier or later than we.
            assert!(ours <= sse * 1.002, "{what}: {ours} against {sse}");
            let bands = model.bands(12);
            let widths = widths(&numbers(&theirs["hi95"]), &numbers(&theirs["lo95"]));
            let apart = bands.mean.iter().zip(numbers(&theirs["mean"]));
            let apart = apart
                .zip(&widths)
                .map(|((ours, theirs), width)| (ours - theirs).abs() / width);
            let apart: Vec<f64> = apart.collect();
            // Where R's search stopped less than a twentieth above ours, both found the same line:
            // 6% of the width of R's 95% interval lie between the forecasts at most, and the widths
            // follow alpha and beta, which hardly change the sum. Elsewhere R has stopped at another
            // line, within 42% of the width.
            let found_the_same = ours >= 0.95 * sse;
            let limit = if found_the_same { 0.07 } else { 0.5 };
            assert!(
                apart.iter().all(|apart| *apart <= limit),
                "{what}: {apart:?}"
            );
            if found_the_same {
                let ours = self::widths(&bands.upper_95, &bands.lower_95);
                let ratios: Vec<f64> = ours
                    .iter()
                    .zip(&widths)
                    .map(|(ours, theirs)| ours / theirs)
                    .collect();
                assert!(
                    ratios.iter().all(|ratio| (0.8..=1.2).contains(ratio)),
                    "{what}: {ratios:?}"
                );
                same += 1;
            }
        }
    }
    assert!(same >= 14, "only {same} of 20 fits are those of R");
}

#[test]
fn given_parameters_give_the_figures_of_stats_holt_winters() {
    let mut checked = 0;
    for reference in references() {
        let theirs = &reference.series["r"]["HoltWinters_fixed_additive"];
        let Some(mean) = theirs["mean"].as_array() else {
            continue;
        };
        let options = Options {
            alpha: Some(0.3),
            beta: Some(0.1),
            gamma: Some(0.2),
            ..Options::additive(reference.frequency)
        };
        let model = holt_winters::fit(&reference.values, &options).unwrap();
        let theirs: Vec<f64> = mean.iter().map(|value| value.as_f64().unwrap()).collect();
        assert_close(
            &reference.name,
            &model.bands(12).mean,
            &theirs,
            SAME_RECURSION,
        );
        checked += 1;
    }
    assert!(checked >= 5, "only {checked} series were compared");
}

#[test]
fn optimised_holt_winters_errs_no_more_than_r() {
    let mut checked = 0;
    for reference in references() {
        for (name, options) in [
            (
                "HoltWinters_additive",
                Options::additive(reference.frequency),
            ),
            (
                "HoltWinters_multiplicative",
                Options::multiplicative(reference.frequency),
            ),
        ] {
            let theirs = &reference.series["r"][name];
            let Some(sse) = theirs["sse"].as_f64() else {
                continue;
            };
            let model = holt_winters::fit(&reference.values, &options).unwrap();
            let count = reference.values.len() - reference.frequency;
            let ours = sum_of_squares(&model, count, 1);
            assert!(
                ours <= sse * 1.01,
                "{} {name}: {ours} against {sse}",
                reference.name
            );
            checked += 1;
        }
    }
    assert!(checked >= 10, "only {checked} fits were compared");
}

#[test]
fn additive_holt_winters_intervals_are_those_of_r() {
    let mut checked = 0;
    for reference in references() {
        let theirs = &reference.series["r"]["HoltWinters_additive"];
        let [Some(alpha), Some(beta), Some(gamma)] =
            ["alpha", "beta", "gamma"].map(|name| theirs[name].as_f64())
        else {
            continue;
        };
        let options = Options {
            alpha: Some(alpha),
            beta: Some(beta),
            gamma: Some(gamma),
            ..Options::additive(reference.frequency)
        };
        let bands = holt_winters::fit(&reference.values, &options)
            .unwrap()
            .bands(12);
        // R prints parameters with 13 digits.
        assert_close(
            &reference.name,
            &bands.mean,
            &numbers(&theirs["mean"]),
            1e-6,
        );
        let ours = widths(&bands.upper_95, &bands.lower_95);
        let theirs = widths(&numbers(&theirs["hi95"]), &numbers(&theirs["lo95"]));
        // R takes the variance of the errors about their mean, we their mean square: 3% of the
        // width on short series.
        assert_close(&reference.name, &ours, &theirs, 0.03);
        checked += 1;
    }
    assert!(checked >= 5, "only {checked} series were compared");
}

#[test]
fn naive_forecasts_have_the_intervals_of_r() {
    for reference in references() {
        let bands = naive::fit(&reference.values).unwrap().bands(12);
        let theirs = &reference.series["r"]["naive"]["forecast"];
        assert_close(
            &reference.name,
            &bands.mean,
            &numbers(&theirs["mean"]),
            SAME_RECURSION,
        );
        assert_close(
            &reference.name,
            &bands.upper_95,
            &numbers(&theirs["hi95"]),
            SAME_RECURSION,
        );
        if reference.frequency > 1 {
            let model = seasonal_naive::fit(&reference.values, reference.frequency).unwrap();
            let bands = model.bands(12);
            let theirs = &reference.series["r"]["snaive"]["forecast"];
            assert_close(
                &reference.name,
                &bands.mean,
                &numbers(&theirs["mean"]),
                SAME_RECURSION,
            );
            assert_close(
                &reference.name,
                &bands.lower_80,
                &numbers(&theirs["lo80"]),
                SAME_RECURSION,
            );
        }
    }
}
