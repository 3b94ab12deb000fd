//! What each model promises on any series: `MODEL_CASES` series each (tests/crates.sh takes 10,000 in
//! release mode, a plain `cargo test` 40).
//! Seen to fail: with bands that are not cut off at zero and an 80% band wider than the 95% one, sixteen of the
//! twenty-two models' tests; with a fit that refuses every history below 50 values to all but the naive
//! model, so that another answers in their place, the twenty tests of these models.

#![allow(clippy::unwrap_used)] // helpers of tests

use forecasting::{Algorithm, Request, State, Status, forecast_with_state};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use std::cell::Cell;

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

/// Checks the answer, and says whether the model itself gave it: another takes the place of one that
/// refuses the series. AUTO gives it where it chose.
fn promises(
    algorithm: Algorithm,
    history: &[f64],
    season: Option<usize>,
    next: f64,
) -> Result<bool, TestCaseError> {
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
    let explanation = outcome.explanation;
    Ok(if algorithm == Algorithm::Auto {
        explanation.status == Status::Fitted
    } else {
        // AUTO may put the same algorithm in the place of one that refused.
        explanation.algorithm == algorithm && !explanation.reason.contains("took its place")
    })
}

/// Answers that must be the model's own, where `share` of them are: three fifths of it, and no more
/// than four standard deviations below it, which matter where the cases are few.
fn fewest_own(share: f64) -> f64 {
    let cases = f64::from(cases());
    let deviation = (share * (1.0 - share) / cases).sqrt();
    cases * (0.6 * share).min(share - 4.0 * deviation)
}

fn check(algorithm: Algorithm, share: f64) {
    let config = ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let season = prop_oneof![Just(None), Just(Some(7)), (2_usize..15).prop_map(Some)];
    let own = Cell::new(0);
    TestRunner::new(config)
        .run(
            &(history(), season, 0.0_f64..1e3),
            |(history, season, next)| {
                let answered = promises(algorithm, &history, season, next)?;
                own.set(own.get() + u32::from(answered));
                Ok(())
            },
        )
        .unwrap();
    let (own, fewest) = (f64::from(own.get()), fewest_own(share));
    assert!(
        own >= fewest,
        "{algorithm} itself answered {own} of {} series, expected {fewest:.1}",
        cases()
    );
}

macro_rules! each_model {
    ($($name:ident $algorithm:ident $share:literal),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                check(Algorithm::$algorithm, $share);
            }
        )*

        #[test]
        fn every_algorithm_is_among_them() {
            let tested = [$(Algorithm::$algorithm),*];
            assert!(Algorithm::ALL.iter().all(|algorithm| tested.contains(algorithm)));
        }
    };
}

// Shares of their own answers as measured on 2,000 series (AUTO on 5,000); the rest are constant, too short or without
// a season.
each_model! {
    auto Auto 0.71,
    naive Naive 1.00,
    seasonal_naive SeasonalNaive 0.42,
    moving_average MovingAverage 0.83,
    exponential_smoothing ExponentialSmoothing 0.84,
    holt Holt 0.79,
    holt_damped HoltDamped 0.80,
    holt_winters HoltWinters 0.42,
    holt_winters_multiplicative HoltWintersMultiplicative 0.30,
    drift Drift 0.83,
    ets Ets 0.78,
    theta Theta 0.78,
    optimized_theta OptimizedTheta 0.78,
    dynamic_optimized_theta DynamicOptimizedTheta 0.78,
    croston Croston 0.84,
    croston_optimized CrostonOptimized 0.84,
    sba Sba 0.84,
    tsb Tsb 0.84,
    adida Adida 0.84,
    imapa Imapa 0.82,
    mstl Mstl 0.44,
    combination Combination 0.79,
}
