//! A model without a natural zero does not care where zero is: forecasts of a history that is moved
//! by a constant are the forecasts moved by it. (Multiplicative models and those for intermittent
//! demand have a zero, and are left out. Scale is tested beside the models.)

#![allow(clippy::unwrap_used)] // helpers of tests

use forecasting::models::holt_winters::{self, Options};
use forecasting::models::{
    Model, drift, exponential_smoothing, holt, moving_average, naive, seasonal_naive,
};
use proptest::prelude::*;

const SEASON: usize = 7;

fn models(history: &[f64]) -> Vec<(&'static str, Box<dyn Model>)> {
    let additive = Options {
        alpha: Some(0.3),
        beta: Some(0.1),
        gamma: Some(0.2),
        ..Options::additive(SEASON)
    };
    vec![
        ("naive", Box::new(naive::fit(history).unwrap())),
        ("drift", Box::new(drift::fit(history).unwrap())),
        (
            "seasonal naive",
            Box::new(seasonal_naive::fit(history, SEASON).unwrap()),
        ),
        (
            "moving average",
            Box::new(moving_average::fit(history, 10).unwrap()),
        ),
        (
            "smoothing",
            Box::new(exponential_smoothing::fit(history, Some(0.4)).unwrap()),
        ),
        (
            "Holt",
            Box::new(holt::fit(history, true, Some(0.4), Some(0.2), Some(0.9)).unwrap()),
        ),
        (
            "Holt-Winters",
            Box::new(holt_winters::fit(history, &additive).unwrap()),
        ),
    ]
}

proptest! {
    #[test]
    fn a_shift_of_the_history_shifts_the_forecast(
        history in prop::collection::vec(0.0..1e3_f64, 28..60),
        shift in -1e4..1e4_f64,
    ) {
        let moved: Vec<f64> = history.iter().map(|value| value + shift).collect();
        for ((name, plain), (_, moved)) in models(&history).iter().zip(models(&moved)) {
            let (plain, moved) = (plain.bands(9), moved.bands(9));
            // Rounding in numbers of 1e4 with a slope that a season's fit may amplify.
            for (one, other) in [(&plain.mean, &moved.mean), (&plain.upper_95, &moved.upper_95)] {
                for (one, other) in one.iter().zip(other) {
                    prop_assert!((one + shift - other).abs() < 1e-6, "{name}: {one} {other}");
                }
            }
        }
    }
}
