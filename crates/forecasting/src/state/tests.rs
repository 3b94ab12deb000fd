//! What a state promises: the same forecast as the same model over the whole history.

use super::*;
use crate::models::mstl;
use crate::{Algorithm, ErrorKind, forecast_quantiles};
use proptest::prelude::*;

const HORIZON: usize = 20;

fn request(algorithm: Algorithm, season_length: Option<usize>) -> Request {
    Request {
        algorithm,
        horizon: HORIZON,
        season_length,
        non_negative: true,
    }
}

/// Uniform noise in 0 to 1, the same in every run.
fn noise(place: usize) -> f64 {
    let mut bits = (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Level, trend, a season and noise.
fn frequent(length: usize, season: usize) -> Vec<f64> {
    let day = |day: usize| {
        let swing = 30.0 * f64::from(u8::from(day % season > season / 2));
        100.0 + 0.05 * day as f64 + swing + 20.0 * noise(day)
    };
    (0..length).map(day).collect()
}

fn seldom(length: usize) -> Vec<f64> {
    let day = |day: usize| {
        let size = (1.0 + 9.0 * noise(day + 7_000)).floor();
        if noise(day) < 0.3 { size } else { 0.0 }
    };
    (0..length).map(day).collect()
}

fn series() -> Vec<(&'static str, Option<usize>, Vec<f64>)> {
    vec![
        ("week", Some(7), frequent(200, 7)),
        ("week to be found", None, frequent(150, 7)),
        ("month", Some(30), frequent(150, 30)),
        ("no season", Some(1), frequent(60, 9)),
        ("seldom", Some(7), seldom(250)),
        ("seldom beyond a year", None, seldom(400)),
        ("older than models look", Some(7), frequent(1_600, 7)),
        ("growing window", Some(7), seldom(330)),
        ("few values", None, frequent(12, 4)),
        ("short", None, vec![3.0, 5.0, 4.0]),
        ("one value", None, vec![3.0]),
        ("constant", Some(7), vec![4.0; 40]),
        ("zero", Some(7), vec![0.0; 40]),
    ]
}

/// What follows each of them: the same again, and something new.
fn news(history: &[f64]) -> Vec<f64> {
    (0..40)
        .map(|day| {
            (history[day * 3 % history.len()] + 4.0 * noise(day) * f64::from(day as u8 % 2)).round()
        })
        .collect()
}

fn assert_close(ours: &Bands, theirs: &Bands, scale: f64, what: &str) {
    let pairs = [
        (&ours.mean, &theirs.mean),
        (&ours.lower_80, &theirs.lower_80),
        (&ours.upper_80, &theirs.upper_80),
        (&ours.lower_95, &theirs.lower_95),
        (&ours.upper_95, &theirs.upper_95),
    ];
    for (ours, theirs) in pairs {
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            // Sums in another order: some hundred roundings of numbers of this size.
            let tolerance = 1e-9 * theirs.abs().max(scale);
            assert!(
                (ours - theirs).abs() <= tolerance,
                "{what}: {ours} {theirs}"
            );
        }
    }
}

/// The bands of the model that was fitted, run over all values, with the state's interval rule.
fn rerun(draft: &Draft, known: &[f64], request: &Request) -> Bands {
    let bands = draft.model.applied_to(known).unwrap().bands(HORIZON);
    let errors = draft.tally.scaled_errors.clone();
    let bands = if draft.conformal {
        Reach::of(&Conformal::of(errors)).bands(&bands)
    } else {
        bands
    };
    if request.non_negative {
        bands.non_negative()
    } else {
        bands
    }
}

#[test]
fn an_update_is_the_same_model_over_the_whole_history() {
    for (name, season_length, history) in series() {
        let new = news(&history);
        let begin = history.len() - check::tail(&history).len();
        let all: Vec<f64> = history[begin..].iter().chain(&new).copied().collect();
        let scale = all.iter().fold(0.0, |scale: f64, value| scale.max(*value));
        for algorithm in Algorithm::ALL {
            // Its seasons stand still after the fit, which a new decomposition does not.
            if *algorithm == Algorithm::Mstl {
                continue;
            }
            let what = format!("{algorithm} on {name}");
            let request = request(*algorithm, season_length);
            let (_, draft) = forecast::draft(&history, &request).unwrap();
            let mut state = State::of(&history, &request, &draft);
            if new.iter().any(|value| *value <= 0.0) && state.update(&new).is_err() {
                assert_eq!(*algorithm, Algorithm::HoltWintersMultiplicative, "{what}");
                continue;
            }
            if state.updates() == 0 {
                state.update(&new).unwrap();
            }
            let ours = state.bands(HORIZON).unwrap();
            assert_close(&ours, &rerun(&draft, &all, &request), scale, &what);
        }
    }
}

#[test]
fn mstl_goes_on_with_the_seasons_of_its_fit() {
    let history = frequent(120, 7);
    let (_, mut state) = forecast_with_state(&history, &request(Algorithm::Mstl, Some(7))).unwrap();
    let figures = mstl::season_figures(&history, 7).unwrap();
    let before = state.bands(HORIZON).unwrap().mean;
    // What the model expects changes nothing but the place in the season.
    state.update(&before[..3]).unwrap();
    let after = state.bands(HORIZON - 3).unwrap().mean;
    for (before, after) in before[3..].iter().zip(&after) {
        assert!(
            (before - after).abs() < 1e-9 * before.abs(),
            "{before} {after}"
        );
    }
    // A value of its trend alone lowers what comes by a share of the figure that was left out.
    state.update(&[after[0] - figures[3]]).unwrap();
    let last = state.bands(HORIZON - 4).unwrap().mean;
    for (former, last) in after[1..].iter().zip(&last) {
        let share = (former - last) / figures[3];
        assert!((0.0..=1.0).contains(&share), "{share}");
    }
}

#[test]
fn a_fresh_state_has_the_forecast_of_the_fit() {
    // Long histories are fitted four times here, and say no more.
    let series = series()
        .into_iter()
        .filter(|(_, _, history)| history.len() < 300);
    for (name, season_length, history) in series {
        for algorithm in Algorithm::ALL {
            let request = request(*algorithm, season_length);
            let (outcome, state) = forecast_with_state(&history, &request).unwrap();
            assert_eq!(outcome, crate::forecast(&history, &request).unwrap());
            assert_eq!(
                state.bands(HORIZON).unwrap(),
                outcome.bands,
                "{algorithm} on {name}"
            );
            let levels = [0.025, 0.4, 0.9];
            let quantiles = forecast_quantiles(&history, &request, &levels).unwrap();
            for (level, theirs) in levels.iter().zip(&quantiles) {
                let ours = state.quantile(HORIZON, *level).unwrap();
                let interpolated = state.reach.is_some() && *level == 0.4;
                for (ours, theirs) in ours.iter().zip(theirs) {
                    let tolerance = if interpolated { 0.1 } else { 1e-9 };
                    assert!(
                        (ours - theirs).abs() <= tolerance * (1.0 + theirs),
                        "{algorithm}"
                    );
                }
            }
        }
    }
}

#[test]
fn bytes_bring_the_state_back_and_one_by_one_is_all_at_once() {
    for (name, season_length, history) in series() {
        let new: Vec<f64> = news(&history).iter().map(|value| value + 1.0).collect();
        for algorithm in Algorithm::ALL {
            let request = request(*algorithm, season_length);
            let (_, fresh) = forecast_with_state(&history, &request).unwrap();
            let mut at_once = fresh.clone();
            at_once.update(&new).unwrap();
            let mut stored = fresh.to_bytes();
            for value in &new {
                let mut state = State::from_bytes(&stored).unwrap();
                state.update(&[*value]).unwrap();
                stored = state.to_bytes();
            }
            assert_eq!(stored, at_once.to_bytes(), "{algorithm} on {name}");
            let state = State::from_bytes(&stored).unwrap();
            assert_eq!(state.bands(HORIZON), at_once.bands(HORIZON));
            assert_eq!(state.updates(), new.len());
        }
    }
}

#[test]
fn states_are_small_and_do_not_grow() {
    let sizes = [
        (Algorithm::Auto, frequent(365, 7), 1_000),
        (Algorithm::Auto, seldom(365), 800),
        (Algorithm::HoltWinters, frequent(365, 7), 200),
    ];
    for (algorithm, history, limit) in sizes {
        let (_, mut state) = forecast_with_state(&history, &request(algorithm, Some(7))).unwrap();
        assert!(
            state.to_bytes().len() <= limit,
            "{algorithm}: {}",
            state.to_bytes().len()
        );
        for _ in 0..4 {
            state.update(&history).unwrap();
        }
        assert!(state.to_bytes().len() <= limit);
    }
}

#[test]
fn what_is_no_number_is_refused_and_changes_nothing() {
    let (_, mut state) =
        forecast_with_state(&frequent(60, 7), &request(Algorithm::Auto, Some(7))).unwrap();
    let before = state.to_bytes();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = state.update(&[100.0, bad]).unwrap_err();
        assert!(matches!(error, Error::NotFinite { position: 2, .. }));
    }
    assert_eq!(state.update(&[]), Ok(()));
    assert_eq!(state.to_bytes(), before);
    assert!(state.bands(0).is_err() && state.quantile(1, 1.0).is_err());
}

#[test]
fn a_model_that_no_longer_fits_says_so() {
    let of = |history: &[f64], algorithm| {
        let request = request(algorithm, Some(7));
        forecast_with_state(history, &request).unwrap().1
    };
    let mut constant = of(&[4.0; 30], Algorithm::Auto);
    constant.update(&[4.0, 4.0]).unwrap();
    assert!(!constant.needs_refit());
    constant.update(&[5.0]).unwrap();
    assert!(constant.needs_refit());

    let mut short = of(&[1.0, 2.0], Algorithm::Auto);
    assert!(!short.needs_refit());
    short.update(&[3.0]).unwrap();
    assert!(short.needs_refit());

    let mut factors = of(&frequent(60, 7), Algorithm::HoltWintersMultiplicative);
    let error = factors.update(&[100.0, 0.0]).unwrap_err();
    assert!(matches!(error, Error::NotPositive { position: 2, .. }));
    assert_eq!(factors.updates(), 0);

    let mut huge = of(&frequent(60, 7), Algorithm::Holt);
    huge.update(&[f64::MAX, -f64::MAX]).unwrap();
    assert!(huge.needs_refit());
    assert_eq!(huge.bands(5), Err(Error::Overflow));
}

#[test]
fn the_signal_stays_low_in_noise_and_rises_with_a_new_level() {
    let history: Vec<f64> = (0..200).map(|day| 50.0 + 10.0 * noise(day)).collect();
    let request = request(Algorithm::ExponentialSmoothing, Some(1));
    let (_, state) = forecast_with_state(&history, &request).unwrap();
    assert_eq!(state.tracking_signal(), 0.0);
    let mut calm = state.clone();
    let mut beyond = [0, 0];
    for day in 0..5_000 {
        calm.update(&[50.0 + 10.0 * noise(1_000 + day)]).unwrap();
        let signal = calm.tracking_signal().abs();
        beyond[0] += usize::from(signal > 0.5);
        beyond[1] += usize::from(signal > 0.7);
    }
    assert!(beyond[0] < 100 && beyond[1] < 5, "{beyond:?}");
    let mut moved = state;
    for day in 0..8 {
        moved.update(&[70.0 + 10.0 * noise(1_000 + day)]).unwrap();
    }
    assert!(moved.tracking_signal() > 0.8);
}

#[test]
fn other_bytes_are_refused() {
    let (_, state) = forecast_with_state(&seldom(60), &request(Algorithm::Auto, Some(7))).unwrap();
    let bytes = state.to_bytes();
    for length in 0..bytes.len() {
        assert!(State::from_bytes(&bytes[..length]).is_err());
    }
    for place in 1..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 0x40;
        assert_eq!(State::from_bytes(&bytes).unwrap_err(), Error::StateDamaged);
    }
    // Lengths that no memory holds: nothing is reserved on their word.
    for place in 0..8 {
        let mut bytes = vec![FORMAT, 1, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, place];
        bytes.extend([0xFF; 9]);
        bytes.push(1);
        bytes.extend(checksum(&bytes));
        assert_eq!(State::from_bytes(&bytes).unwrap_err(), Error::StateDamaged);
    }
    let mut newer = bytes;
    newer[0] = FORMAT + 1;
    let error = State::from_bytes(&newer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnusableData);
    assert!(error.to_string().contains("format 2") && error.hint().contains("anew"));
}

/// A change of a stored field that leaves [`FORMAT`] as it is would have states of the former release
/// read as something else. Where this test fails, raise [`FORMAT`].
#[test]
fn the_format_is_the_one_of_its_number() {
    // The choices of the others may change without a change of the format.
    let named = Algorithm::ALL
        .iter()
        .filter(|algorithm| !matches!(algorithm, Algorithm::Auto | Algorithm::Combination));
    let layouts: Vec<String> = named
        .map(|algorithm| {
            let request = request(*algorithm, Some(7));
            let history = match forecast_with_state(&seldom(60), &request).unwrap().1.parts[0].1 {
                Fitted::Intermittent(_) => seldom(60),
                _ => frequent(60, 7),
            };
            let bytes = forecast_with_state(&history, &request)
                .unwrap()
                .1
                .to_bytes();
            // Which model it is stands after the format, the number of parts and a weight.
            format!("{algorithm} {} {}", bytes[10], bytes.len())
        })
        .collect();
    assert_eq!(layouts, LAYOUTS);
}

const LAYOUTS: [&str; 20] = [
    "NAIVE 0 53",
    "SEASONAL_NAIVE 1 102",
    "MOVING_AVERAGE 2 279",
    "EXPONENTIAL_SMOOTHING 3 61",
    "HOLT 4 102",
    "HOLT_DAMPED 4 102",
    "HOLT_WINTERS 5 157",
    "HOLT_WINTERS_MULTIPLICATIVE 5 157",
    "DRIFT 6 61",
    "ETS 7 246",
    "THETA 8 221",
    "OPTIMIZED_THETA 8 221",
    "DYNAMIC_OPTIMIZED_THETA 8 221",
    "CROSTON 9 111",
    "CROSTON_OPTIMIZED 9 111",
    "SBA 9 111",
    "TSB 9 111",
    "ADIDA 9 87",
    "IMAPA 9 103",
    "MSTL 10 200",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_new_values_are_as_if_they_had_been_there(
        algorithm in prop::sample::select(Algorithm::ALL),
        history in prop::collection::vec(prop_oneof![1 => Just(0.0), 4 => 0.5_f64..200.0], 1..60),
        new in prop::collection::vec(prop_oneof![1 => Just(0.0), 4 => 0.5_f64..400.0], 1..12),
        season_length in prop::option::of(1..9_usize),
    ) {
        let request = request(algorithm, season_length);
        let (_, draft) = forecast::draft(&history, &request).unwrap();
        let mut state = State::of(&history, &request, &draft);
        if algorithm != Algorithm::Mstl && state.update(&new).is_ok() {
            let all: Vec<f64> = history.iter().chain(&new).copied().collect();
            let rerun = rerun(&draft, &all, &request);
            match state.bands(HORIZON) {
                Ok(bands) => assert_close(&bands, &rerun, 400.0, algorithm.name()),
                Err(_) => prop_assert!(rerun.finite().is_err()),
            }
        }
    }

    /// Bytes with a right checksum that no state ever had: refused, or a state that holds.
    #[test]
    fn forged_bytes_never_panic(
        algorithm in prop::sample::select(Algorithm::ALL),
        rare in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let history = if rare { seldom(50) } else { frequent(50, 7) };
        let (_, state) = forecast_with_state(&history, &request(algorithm, Some(7))).unwrap();
        let mut bytes = state.to_bytes();
        bytes.truncate(bytes.len() - CHECKSUM);
        for (place, byte) in changes {
            let place = 1 + place.index(bytes.len() - 1);
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(1 + cut.index(bytes.len()));
        }
        let checksum = checksum(&bytes);
        bytes.extend(checksum);
        if let Ok(mut state) = State::from_bytes(&bytes) {
            let _ = state.update(&[1.0, 2.0, 0.0, 5.0]);
            let _ = (state.bands(50), state.quantile(3, 0.9), state.needs_refit());
            prop_assert!(State::from_bytes(&state.to_bytes()).is_ok());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bytes.insert(0, FORMAT);
        let checksum = checksum(&bytes);
        bytes.extend(checksum);
        let _ = State::from_bytes(&bytes);
    }
}
