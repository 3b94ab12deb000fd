//! What each model promises on any series: `MODEL_CASES` series each (tests/crates.sh takes 10,000 in
//! release mode, a plain `cargo test` 40).
//! Seen to fail: with bands that are not cut off at zero and an 80% band wider than the 95% one, sixteen of the
//! twenty-two models' tests.

#![allow(clippy::unwrap_used)] // helpers of tests

use forecasting::{Algorithm, Request, State, forecast_with_state};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

fn cases() -> u32 {
    let wanted = std::env::var("MODEL_CASES").ok();
    wanted.and_then(|cases| cases.parse().ok()).unwrap_or(40)
}

/// Histories of every kind: smooth, seldom, constant, with jumps, tiny and huge.
fn history() -> impl Strategy<Value = Vec<f64>> {
    let seldom = prop_oneof![4 => Just(0.0), 1 => 0.5_f64..300.0];
    let jumpy = prop_oneof![8 => 1.0_f64..100.0, 1 => 1e4_f64..1e6];
    let shape = prop_oneof![
        3 => prop::collection::vec(1.0_f64..100.0, 1..50),
        2 => prop::collection::vec(seldom, 1..50),
        1 => prop::collection::vec(jumpy, 1..50),
        1 => (1.0_f64..100.0, 1_usize..50).prop_map(|(value, length)| vec![value; length]),
    ];
    (shape, -30_i32..30).prop_map(|(values, power)| {
        let scale = 2_f64.powi(power);
        values.into_iter().map(|value| value * scale).collect()
    })
}

fn promises(
    algorithm: Algorithm,
    history: &[f64],
    season: Option<usize>,
    next: f64,
) -> Result<(), TestCaseError> {
    let request = Request {
        algorithm,
        horizon: 9,
        season_length: season,
        non_negative: true,
    };
    let (outcome, state) = forecast_with_state(history, &request)
        .map_err(|error| TestCaseError::fail(format!("{algorithm}: {error}")))?;
    let bands = &outcome.bands;
    for step in 0..9 {
        let row = [
            0.0,
            bands.lower_95[step],
            bands.lower_80[step],
            bands.upper_80[step],
            bands.upper_95[step],
        ];
        prop_assert!(
            row.windows(2).all(|pair| pair[0] <= pair[1]),
            "{algorithm}: {row:?}"
        );
        prop_assert!(row[4].is_finite() && bands.mean[step].is_finite() && bands.mean[step] >= 0.0);
    }
    prop_assert!((0.0..=1.0).contains(&outcome.explanation.confidence));
    let bytes = state.to_bytes();
    let mut read =
        State::from_bytes(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(
        &read.bands(9).unwrap(),
        bands,
        "{} says otherwise when read",
        algorithm
    );
    prop_assert_eq!(read.to_bytes(), bytes);
    read.update(&[next])
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    let after = read.bands(9).unwrap();
    prop_assert!(
        after
            .mean
            .iter()
            .chain(&after.upper_95)
            .all(|value| value.is_finite() && *value >= 0.0)
    );
    Ok(())
}

fn check(algorithm: Algorithm) {
    let config = ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let season = prop_oneof![Just(None), Just(Some(7)), (2_usize..15).prop_map(Some)];
    TestRunner::new(config)
        .run(
            &(history(), season, 0.0_f64..1e3),
            |(history, season, next)| promises(algorithm, &history, season, next),
        )
        .unwrap();
}

macro_rules! each_model {
    ($($name:ident $algorithm:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                check(Algorithm::$algorithm);
            }
        )*

        #[test]
        fn every_algorithm_is_among_them() {
            let tested = [$(Algorithm::$algorithm),*];
            assert!(Algorithm::ALL.iter().all(|algorithm| tested.contains(algorithm)));
        }
    };
}

each_model! {
    auto Auto,
    naive Naive,
    seasonal_naive SeasonalNaive,
    moving_average MovingAverage,
    exponential_smoothing ExponentialSmoothing,
    holt Holt,
    holt_damped HoltDamped,
    holt_winters HoltWinters,
    holt_winters_multiplicative HoltWintersMultiplicative,
    drift Drift,
    ets Ets,
    theta Theta,
    optimized_theta OptimizedTheta,
    dynamic_optimized_theta DynamicOptimizedTheta,
    croston Croston,
    croston_optimized CrostonOptimized,
    sba Sba,
    tsb Tsb,
    adida Adida,
    imapa Imapa,
    mstl Mstl,
    combination Combination,
}
