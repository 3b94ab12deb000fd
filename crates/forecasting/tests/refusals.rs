//! A refusal names its true reason: what it asks for, once given, is taken.
//! Seen to fail: with an ETS that asks for one value more than it needs.

#![allow(clippy::unwrap_used)] // helpers of tests

use forecasting::models::ets::{self, Form};
use forecasting::{Algorithm, Error, Request, Status, fit, forecast};

fn refusal(history: &[f64], season_length: Option<usize>, form: &str) -> Error {
    let form: Form = form.parse().unwrap();
    let refused = ets::fit(history, season_length, Some(form)).err();
    refused.unwrap()
}

#[test]
fn an_ets_form_that_needs_more_values_says_how_many() {
    let history: Vec<f64> = (0..20).map(|t| f64::from(20 + t % 4 + t % 3)).collect();
    for (name, needed) in [("ANN", 5), ("MAdN", 8), ("ANA", 9), ("MAM", 11)] {
        let error = refusal(&history[..needed - 1], Some(4), name);
        let said = format!(
            "this ETS form needs at least {needed} values, not {}",
            needed - 1
        );
        assert_eq!(error.to_string(), said, "{name}");
        let form: Form = name.parse().unwrap();
        assert!(ets::fit(&history[..needed], Some(4), Some(form)).is_ok());
    }
    let error = ets::fit(&history[..4], None, None).err().unwrap();
    assert_eq!(error.to_string(), "ETS needs at least 5 values, not 4");
}

#[test]
fn a_multiplicative_ets_form_says_that_it_needs_values_above_zero() {
    let mut history: Vec<f64> = (0..40).map(|t| f64::from(20 + t % 4)).collect();
    history[6] = 0.0;
    let error = refusal(&history, Some(4), "MAM");
    assert_eq!(
        error.to_string(),
        "a multiplicative model needs values above zero, but value 7 is 0"
    );
    assert_eq!(error.hint(), "Use an additive model for series with zeros.");
}

#[test]
fn a_multiplicative_ets_form_without_a_path_does_not_ask_for_more_values() {
    // Values above zero that jump so far that every path of an added slope or season crosses it.
    let wild = [
        129.0, 60.0, 2.0, 65.0, 42.0, 9.0, 11.0, 3.0, 53.0, 3.0, 3.0, 6.0, 166.0, 490.0, 7.0, 35.0,
        1.0, 167.0,
    ];
    for form in ["MAN", "MAdN"] {
        let error = refusal(&wild, Some(4), form);
        assert_eq!(
            error.to_string(),
            format!("ETS form {form} finds no path through the history that stays above zero")
        );
    }
    // A long season with a place of nearly nothing is taken out by differences: what is left of a day
    // that fell short of its place lies below zero.
    let history: Vec<f64> = (0..120)
        .map(|day| match (day % 30, day / 30) {
            (0, _) => 1e-6,
            (15, 3) => 0.5,
            (15, _) => 60.0,
            _ => 5.0,
        })
        .collect();
    assert!(matches!(
        refusal(&history, Some(30), "MNN"),
        Error::NoPath { .. }
    ));
}

#[test]
fn a_seasonal_ets_form_says_which_seasons_it_has_states_for() {
    let history: Vec<f64> = (0..90).map(|day| f64::from(20 + day % 30)).collect();
    assert_eq!(
        refusal(&history, Some(30), "ANA").to_string(),
        "season_length of a seasonal form must be between 2 and 24, not 30"
    );
}

#[test]
fn a_seasonal_model_without_a_season_says_so() {
    let history: Vec<f64> = (0..30).map(|t| f64::from(10 + t * t % 5)).collect();
    for algorithm in [
        Algorithm::SeasonalNaive,
        Algorithm::HoltWinters,
        Algorithm::HoltWintersMultiplicative,
        Algorithm::Mstl,
    ] {
        assert_eq!(
            fit(algorithm, &history, None).err().unwrap().to_string(),
            format!("{algorithm} needs a season, and the history shows none")
        );
    }
}

#[test]
fn a_short_history_is_not_blamed_on_its_season() {
    let request = Request {
        algorithm: Algorithm::Theta,
        horizon: 3,
        season_length: None,
        non_negative: true,
    };
    let explanation = forecast(&[3.0, 5.0, 4.0], &request).unwrap().explanation;
    assert_eq!(explanation.status, Status::ShortHistory);
    assert_eq!(
        explanation.reason,
        "THETA was asked for, but THETA needs at least 5 values, not 3; MOVING_AVERAGE took its place."
    );
}
