//! What every algorithm promises on any series.
//! Seen to fail: with bands that are not cut off at zero and an 80% band wider than the 95% one.

#![allow(clippy::unwrap_used)] // helpers of tests

use cpu_time::ThreadTime;
use forecasting::{Algorithm, Error, MAX_HISTORY, MAX_HORIZON, Request};
use forecasting::{Outcome, Status, forecast, forecast_quantiles};
use proptest::prelude::*;

fn request(algorithm: Algorithm) -> Request {
    Request {
        algorithm,
        horizon: 10,
        season_length: Some(7),
        non_negative: true,
    }
}

fn assert_sane(outcome: &Outcome, what: &str) {
    let bands = &outcome.bands;
    for step in 0..bands.mean.len() {
        let row = [
            bands.lower_95[step],
            bands.lower_80[step],
            bands.upper_80[step],
            bands.upper_95[step],
        ];
        assert!(
            bands.mean[step].is_finite() && bands.mean[step] >= 0.0,
            "{what}"
        );
        for pair in row.windows(2) {
            assert!(
                0.0 <= pair[0] && pair[0] <= pair[1] && pair[1].is_finite(),
                "{what}: {row:?}"
            );
        }
    }
    let confidence = outcome.explanation.confidence;
    assert!((0.0..=1.0).contains(&confidence), "{what}");
}

fn series() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![3 => Just(0.0), 5 => 0.5_f64..200.0, 1 => 1e3_f64..1e5];
    prop_oneof![
        prop::collection::vec(value, 1..80),
        prop::collection::vec(1.0_f64..100.0, 1..80),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn every_algorithm_answers_finite_ordered_numbers(history in series()) {
        for algorithm in Algorithm::ALL {
            let outcome = forecast(&history, &request(*algorithm)).unwrap();
            assert_sane(&outcome, &format!("{algorithm} {history:?}"));
        }
    }

    #[test]
    fn twice_the_demand_is_twice_the_forecast(history in prop::collection::vec(1.0_f64..100.0, 20..60)) {
        // A power of two scales without rounding; the searches stop on relative gains.
        let scaled: Vec<f64> = history.iter().map(|value| 2.0 * value).collect();
        for algorithm in Algorithm::ALL {
            let one = forecast(&history, &request(*algorithm)).unwrap().bands.mean;
            let two = forecast(&scaled, &request(*algorithm)).unwrap().bands.mean;
            for (one, two) in one.iter().zip(&two) {
                prop_assert!((2.0 * one - two).abs() <= 1e-3 * two.abs().max(1.0), "{algorithm} {one} {two}");
            }
        }
    }

    #[test]
    fn quantiles_rise_with_their_level(history in series()) {
        let levels = [0.01, 0.1, 0.5, 0.9, 0.99];
        let rows = forecast_quantiles(&history, &request(Algorithm::Auto), &levels).unwrap();
        for pair in rows.windows(2) {
            for (low, high) in pair[0].iter().zip(&pair[1]) {
                prop_assert!(low <= high);
            }
        }
    }
}

#[test]
fn short_constant_and_empty_series_degrade_for_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let request = request(*algorithm);
        assert_eq!(forecast(&[], &request), Err(Error::EmptyHistory));
        assert!(forecast(&[1.0, f64::NAN], &request).is_err());
        for history in [&[3.0][..], &[3.0, 5.0], &[1.0, 2.0, 4.0]] {
            assert_sane(&forecast(history, &request).unwrap(), "short");
        }
        let constant = forecast(&[4.0; 30], &request).unwrap();
        assert_eq!(constant.explanation.status, Status::Constant);
        assert_eq!(constant.bands.mean, [4.0; 10]);
        let zero = forecast(&[0.0; 30], &request).unwrap();
        assert_eq!(zero.explanation.status, Status::AllZero);
        assert_eq!(zero.bands.upper_95, [0.0; 10]);
    }
}

/// Series on which models run away.
fn pathological() -> Vec<(&'static str, Vec<f64>)> {
    let of = |value: fn(usize) -> f64| (0..120).map(value).collect::<Vec<f64>>();
    vec![
        (
            "a spike among zeros",
            of(|day| if day == 100 { 1e9 } else { 0.0 }),
        ),
        (
            "a spike in the end",
            of(|day| if day == 119 { 1e9 } else { 1.0 }),
        ),
        (
            "growth by a fifth a day",
            of(|day| 1.2_f64.powi(day as i32)),
        ),
        ("decay to nothing", of(|day| 1e6 * 0.8_f64.powi(day as i32))),
        ("a step up", of(|day| if day < 112 { 1.0 } else { 1e4 })),
        (
            "a step down to zero",
            of(|day| if day < 60 { 500.0 } else { 0.0 }),
        ),
        (
            "zero and a million by turns",
            of(|day| 1e6 * (day % 2) as f64),
        ),
        (
            "sales that begin in the last week",
            of(|day| if day < 113 { 0.0 } else { 40.0 }),
        ),
        ("a sawtooth", of(|day| (day % 30) as f64)),
        ("hardly anything", of(|day| 1e-12 * (1 + day % 3) as f64)),
        ("small beside large", of(|day| [1e-9, 1e9, 3.0][day % 3])),
        ("a line down to zero", of(|day| (119 - day) as f64)),
        (
            "one sale a month",
            of(|day| f64::from(u8::from(day % 30 == 29))),
        ),
        ("returns", of(|day| [5.0, -3.0, 0.0, 7.0][day % 4])),
    ]
}

#[test]
fn nothing_explodes_on_pathological_series() {
    for (what, history) in pathological() {
        let largest = history.iter().copied().fold(0.0, f64::max);
        for season_length in [None, Some(7), Some(30)] {
            for algorithm in Algorithm::ALL {
                let request = Request {
                    horizon: 90,
                    season_length,
                    ..request(*algorithm)
                };
                let case = format!("{algorithm} with {season_length:?} on {what}");
                let outcome = forecast(&history, &request)
                    .map_err(|error| format!("{case}: {error}"))
                    .unwrap();
                assert_sane(&outcome, &case);
                if *algorithm != Algorithm::Auto {
                    continue;
                }
                let highest = outcome.bands.mean.iter().copied().fold(0.0, f64::max);
                // Demand that comes seldom does not grow, but a season's figure may lift it a little
                // above all that was ever sold; other demand may grow up to the limit of AUTO.
                let seldom = history.iter().filter(|value| **value <= 0.0).count() > 6;
                let limit = if seldom { 1.25 } else { 5.0 } * largest;
                assert!(highest <= limit, "{what}: {highest} beyond {limit}");
            }
        }
    }
}

#[test]
fn intervals_are_the_quantiles_of_their_bounds() {
    let history: Vec<f64> = (0..90)
        .map(|day| 20.0 + f64::from(day * day % 11))
        .collect();
    for algorithm in [Algorithm::Auto, Algorithm::Holt, Algorithm::Imapa] {
        let request = request(algorithm);
        let bands = forecast(&history, &request).unwrap().bands;
        let rows = forecast_quantiles(&history, &request, &[0.1, 0.975]).unwrap();
        for (ours, bound) in [(&rows[0], bands.lower_80), (&rows[1], bands.upper_95)] {
            for (ours, bound) in ours.iter().zip(bound) {
                assert!((ours - bound).abs() < 1e-6, "{algorithm}");
            }
        }
    }
}

#[test]
fn auto_follows_a_monthly_wave_of_three_months() {
    let wave = |day: u32| 100.0 + 50.0 * (std::f64::consts::TAU * f64::from(day) / 30.0).sin();
    let history: Vec<f64> = (0..90)
        .map(|day| wave(day) + f64::from(day * 7 % 5))
        .collect();
    let request = Request {
        horizon: 30,
        season_length: None,
        ..request(Algorithm::Auto)
    };
    let outcome = forecast(&history, &request).unwrap();
    assert_eq!(outcome.explanation.season_length, Some(30));
    for (day, mean) in (90..).zip(&outcome.bands.mean) {
        // The history adds 2 on average; noise and smoothing may cost a fifth of the swing.
        assert!((mean - 2.0 - wave(day)).abs() < 10.0, "day {day}: {mean}");
    }
}

#[test]
fn the_backtest_knows_a_season_that_only_the_whole_history_shows() {
    // The parts before its windows are too short for the test of the season.
    let wave = |day: u32| 48.0 * (std::f64::consts::TAU * f64::from(day) / 30.0).sin();
    let history: Vec<f64> = (0..90)
        .map(|day| 100.0 + wave(day).round() + f64::from(day * day % 11 % 5))
        .collect();
    let asked = Request {
        season_length: None,
        ..request(Algorithm::Auto)
    };
    let outcome = forecast(&history, &asked).unwrap();
    assert_eq!(outcome.explanation.season_length, Some(30));
    let backtest = outcome.explanation.backtest.unwrap();
    // Without the season it errs by thirty units or more.
    assert!(backtest.mae < 4.0, "{}", backtest.mae);
}

#[test]
fn intervals_stay_in_sight_where_a_multiplicative_member_runs_away() {
    let history = [
        427.0, 352.0, 484.0, 529.0, 176.0, 422.0, 622.0, 304.0, 111.0, 344.0, 339.0, 1_340.0,
        1_760.0, 8_530.0, 35_629.0, 162_367.0, 133_044.0,
    ];
    let asked = Request {
        season_length: None,
        horizon: 18,
        ..request(Algorithm::Auto)
    };
    let outcome = forecast(&history, &asked).unwrap();
    let highest = outcome.bands.upper_95.iter().copied().fold(0.0, f64::max);
    // Ten million times the largest value with the member's own width.
    assert!(highest < 100.0 * 162_367.0, "{highest}");
}

#[test]
fn the_reason_tells_season_and_trend() {
    let grows = |slope: f64| -> Vec<f64> {
        let week = |day: u32| 5.0 * f64::from(day % 7) + f64::from(day * day % 11);
        (0..105)
            .map(|day| 200.0 + slope * f64::from(day) + week(day))
            .collect()
    };
    for (slope, said, line) in [
        (0.5, "a season of 7 and a rising trend", true),
        (-0.5, "a season of 7 and a falling trend", true),
        (0.0, "a season of 7 and no trend", false),
    ] {
        let outcome = forecast(&grows(slope), &request(Algorithm::Auto)).unwrap();
        let explanation = outcome.explanation;
        assert!(explanation.reason.contains(said), "{}", explanation.reason);
        let tried = |algorithm| {
            let mut candidates = explanation.candidates.iter();
            candidates.any(|candidate| candidate.algorithm == algorithm)
        };
        assert_eq!(tried(Algorithm::Drift), line);
    }
}

/// A statement has to end within a second of being cancelled; a debug build takes ten times longer
/// than the release the promise is for.
#[test]
fn the_largest_request_ends_soon() {
    let history: Vec<f64> = (0..MAX_HISTORY)
        .map(|day| 50.0 + (day % 7) as f64 + ((day * 7_919) % 31) as f64)
        .collect();
    for algorithm in Algorithm::ALL {
        for season_length in [None, Some(7), Some(24), Some(365)] {
            let request = Request {
                horizon: MAX_HORIZON,
                season_length,
                ..request(*algorithm)
            };
            let start = ThreadTime::now();
            forecast(&history, &request).unwrap();
            let seconds = start.elapsed().as_secs_f64();
            let limit = if cfg!(debug_assertions) { 10.0 } else { 1.0 };
            assert!(
                seconds < limit,
                "{algorithm} {season_length:?} took {seconds} s"
            );
        }
    }
}
