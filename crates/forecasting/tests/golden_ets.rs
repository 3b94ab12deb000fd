//! ETS against R's `ets` (forecast 8.20). Two searches stop at two points: what is compared is the
//! likelihood they reach, in every form that R was asked for, and the form that AICc chooses. The
//! series of car parts are read from `REPLENISH_DATA`: without the variable they are left out.
//! Seen to fail: with a trend that is damped by one per cent in every form.

#![allow(clippy::unwrap_used)] // helpers of tests

use forecasting::models::ets::{self, Form};
use serde_json::Value;

/// A thousandth of the likelihood's size: what the stopping rule of either leaves.
const TOLERANCE: f64 = 1e-3;

fn files() -> Vec<Value> {
    let mut texts = vec![include_str!("data/reference_values.json").to_owned()];
    if let Some(folder) = std::env::var_os("REPLENISH_DATA") {
        let path = std::path::Path::new(&folder).join("reference_values_carparts.json");
        texts.push(std::fs::read_to_string(path).unwrap());
    } else {
        assert!(
            std::env::var_os("CI").is_none(),
            "REPLENISH_DATA is not set"
        );
        eprintln!("REPLENISH_DATA is not set: car parts are not compared");
    }
    let parsed = texts.iter().map(|text| serde_json::from_str(text).unwrap());
    parsed.collect()
}

/// The form that R settled on: asked for a trend, it takes a damped one where that is better.
fn form(theirs: &Value) -> Form {
    let part = |place: usize| theirs["components"][place].as_str().unwrap();
    let damped = if part(3) == "TRUE" { "d" } else { "" };
    let name = format!("{}{}{damped}{}", part(0), part(1), part(2));
    name.parse().unwrap()
}

fn each_fit(mut check: impl FnMut(&str, &[f64], usize, &Value)) {
    for file in files() {
        for (name, series) in file["series"].as_object().unwrap() {
            let values = series["data"]["values"].as_array().unwrap();
            let values: Vec<f64> = values.iter().map(|value| value.as_f64().unwrap()).collect();
            let frequency = series["data"]["frequency"].as_u64().unwrap() as usize;
            let fits = series["r"].as_object().unwrap().iter();
            for (entry, theirs) in fits.filter(|(entry, _)| entry.starts_with("ets_")) {
                // Entries without a likelihood are multiplicative forms on data with zeros.
                if theirs["loglik"].is_number() {
                    check(&format!("{name} {entry}"), &values, frequency, theirs);
                }
            }
        }
    }
}

#[test]
fn likelihood_reaches_that_of_r_in_every_form() {
    let (mut lower, mut checked) = (Vec::new(), 0);
    each_fit(|what, values, frequency, theirs| {
        let form = form(theirs);
        let ours = ets::fit(values, Some(frequency), Some(form)).unwrap();
        let (ours, theirs) = (ours.log_likelihood(), theirs["loglik"].as_f64().unwrap());
        checked += 1;
        if ours < theirs - TOLERANCE * theirs.abs() {
            lower.push(format!("{what} {form}: {ours} against {theirs}"));
        }
    });
    assert!(checked >= 68, "only {checked} fits were compared");
    assert!(lower.is_empty(), "{lower:#?}");
}

#[test]
fn the_form_chosen_is_as_good_as_that_of_r() {
    let (mut worse, mut checked) = (Vec::new(), 0);
    each_fit(|what, values, frequency, theirs| {
        if !what.ends_with("ZZZ") {
            return;
        }
        let ours = ets::fit(values, Some(frequency), None).unwrap();
        let (criterion, theirs) = (ours.aicc(), theirs["aicc"].as_f64().unwrap());
        checked += 1;
        // Twice the likelihood is in the criterion.
        if criterion > theirs + 2.0 * TOLERANCE * theirs.abs() {
            let form = ours.form();
            worse.push(format!("{what} {form}: {criterion} against {theirs}"));
        }
    });
    assert!(checked >= 10, "only {checked} fits were compared");
    assert!(worse.is_empty(), "{worse:#?}");
}
