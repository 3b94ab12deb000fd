//! ETS against R's `ets` (forecast 8.20). Two searches stop at two points: what is compared is the
//! likelihood they reach.

#![allow(clippy::unwrap_used)] // helpers of tests

use forecasting::models::ets::{self, Form};
use serde_json::Value;

#[test]
fn likelihood_reaches_that_of_r_in_every_form() {
    let file: Value = serde_json::from_str(include_str!("data/reference_values.json")).unwrap();
    let mut lower = Vec::new();
    let mut checked = 0;
    for (name, series) in file["series"].as_object().unwrap() {
        let values: Vec<f64> = series["data"]["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_f64().unwrap())
            .collect();
        let frequency = series["data"]["frequency"].as_u64().unwrap() as usize;
        for (entry, theirs) in series["r"].as_object().unwrap() {
            let Some(form) = entry.strip_prefix("ets_") else {
                continue;
            };
            let Some(theirs) = theirs["loglik"].as_f64() else {
                continue;
            };
            let form: Option<Form> = form.parse().ok();
            let ours = ets::fit(&values, Some(frequency), form).unwrap();
            checked += 1;
            // A thousandth of the likelihood's size: what the stopping rule of either leaves.
            if form.is_some() && ours.log_likelihood() < theirs - 1e-3 * theirs.abs() {
                lower.push(format!(
                    "{name} {entry}: {} against {theirs}",
                    ours.log_likelihood()
                ));
            }
        }
    }
    assert!(checked >= 50, "only {checked} fits were compared");
    assert!(lower.is_empty(), "{lower:#?}");
}
