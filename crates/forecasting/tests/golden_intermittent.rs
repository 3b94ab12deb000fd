//! Croston's family against first principles and statsforecast 2.1.1, on car parts. The reference
//! file is read from `REPLENISH_DATA`: without the variable nothing is compared.
//! Seen to fail: with forecasts a ten-thousandth larger.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use forecasting::models::Model;
use forecasting::models::intermittent::{self, Method};
use serde_json::Value;

fn references() -> Option<Value> {
    let Some(folder) = std::env::var_os("REPLENISH_DATA") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "REPLENISH_DATA is not set"
        );
        eprintln!("REPLENISH_DATA is not set: nothing compared");
        return None;
    };
    let path = std::path::Path::new(&folder).join("reference_values_carparts.json");
    let text = std::fs::read_to_string(path).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn methods_have_the_figures_of_the_references() {
    let Some(file) = references() else { return };
    let mut checked = 0;
    for (name, series) in file["series"].as_object().unwrap() {
        let values: Vec<f64> = series["data"]["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_f64().unwrap())
            .collect();
        let principles = &series["first_principles"];
        let library = |entry: &str| &series["statsforecast"][entry]["mean"][0];
        for (method, theirs, tolerance) in [
            // The same recursion: rounding alone.
            (Method::Croston, &principles["croston_0.1"], 1e-8),
            (Method::Sba, &principles["sba_0.1"], 1e-8),
            (Method::Tsb, &principles["tsb_0.1_0.1"], 1e-8),
            // Two searches for one alpha: theirs stops at a simplex of 1e-4 or on a bound.
            (Method::CrostonOptimised, library("CrostonOptimized"), 1e-3),
            (Method::Adida, library("ADIDA"), 1e-3),
            (Method::Imapa, library("IMAPA"), 1e-3),
        ] {
            let theirs = theirs.as_f64().unwrap();
            let ours = intermittent::fit(&values, method).unwrap().bands(1).mean[0];
            assert!(
                (ours - theirs).abs() <= tolerance * theirs.abs(),
                "{name} {method:?}: {ours} against {theirs}"
            );
            checked += 1;
        }
    }
    assert_eq!(checked, 60);
}
