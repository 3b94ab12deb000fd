//! Whatever is asked of a few series of every kind is answered as before: forecasts, intervals and words of each
//! algorithm, updated states, quantiles, backtests, what the series is like. The figures are our own, written when
//! they agreed with R and statsforecast (golden*.rs) and with published accuracies (figures.rs): here stands what
//! those compare only in part. Who means to change them writes them anew, and the change shows in their file:
//! `UNCHANGED=write cargo test -p forecasting --test unchanged`.
//! Seen to fail: with nine of the mutants of tests/mutants.sh that no other test had noticed.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use forecasting::{
    Algorithm, BacktestOptions, Request, backtest, classify_demand, detect_seasonality,
    detect_trend, forecast_quantiles, forecast_with_state,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/unchanged.json");
const HORIZON: usize = 9;
/// Steps that a state takes after its fit.
const NEW: usize = 4;
/// Of a figure, or of 1: what another mathematical library may change in the last places, as searches carry it on.
const TOLERANCE: f64 = 1e-6;

/// Even noise in -0.5 to 0.5, the same in every run.
fn noise(place: usize) -> f64 {
    let mut bits = (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
}

/// Series by name with the season that is stated for them.
fn series() -> Vec<(&'static str, Option<usize>, Vec<f64>)> {
    let of = |length: usize, value: fn(usize) -> f64| (0..length).map(value).collect();
    vec![
        (
            "weeks that grow",
            Some(7),
            of(120, |day| {
                let week = [1.3, 1.0, 0.9, 0.8, 1.1, 1.5, 0.4][day % 7];
                ((40.0 + 0.2 * day as f64) * week * (1.0 + 0.2 * noise(day))).round()
            }),
        ),
        (
            "months on a level",
            Some(12),
            of(66, |month| {
                let wave = (std::f64::consts::TAU * month as f64 / 12.0).sin();
                500.0 + 120.0 * wave + 60.0 * noise(month)
            }),
        ),
        (
            "a season to be found",
            None,
            of(96, |step| {
                20.0 + 8.0 * (step % 4) as f64 + 6.0 * noise(step)
            }),
        ),
        (
            "a walk",
            None,
            of(80, |step| {
                100.0 + (0..=step).map(|at| 5.0 * noise(at)).sum::<f64>()
            }),
        ),
        (
            "seldom and even",
            None,
            of(140, |day| {
                f64::from(u8::from(noise(day) > 0.25)) * (2.0 + (4.0 * noise(day + 500)).round())
            }),
        ),
        (
            "seldom and uneven",
            Some(7),
            of(90, |day| {
                if noise(day) > 0.3 {
                    (1.0 + 60.0 * (noise(day + 900) + 0.5).powi(4)).round()
                } else {
                    0.0
                }
            }),
        ),
        (
            "below zero too",
            Some(4),
            of(40, |step| 3.0 * (step % 4) as f64 - 4.0 + 2.0 * noise(step)),
        ),
        (
            "a few",
            None,
            of(9, |step| 10.0 + step as f64 + noise(step)),
        ),
    ]
}

/// Nine digits: more would be noise in the file.
fn short(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = format!("{:.8e}", number.as_f64().unwrap());
            json!(rounded.parse::<f64>().unwrap())
        }
        Value::Array(values) => values.into_iter().map(short).collect(),
        Value::Object(values) => values
            .into_iter()
            .map(|(name, value)| (name, short(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

fn request(algorithm: Algorithm, season_length: Option<usize>, values: &[f64]) -> Request {
    Request {
        algorithm,
        horizon: HORIZON,
        season_length,
        non_negative: values.iter().all(|value| *value >= 0.0),
    }
}

/// What one algorithm says of a series; a refusal is an answer as well.
fn forecasts(algorithm: Algorithm, season_length: Option<usize>, values: &[f64]) -> Value {
    let request = request(algorithm, season_length, values);
    let (known, new) = values.split_at(values.len() - NEW);
    let (outcome, mut state) = match forecast_with_state(known, &request) {
        Ok(answer) => answer,
        Err(error) => return json!(error.to_string()),
    };
    let later = match state.update(new) {
        Ok(()) => json!([
            state.bands(HORIZON).unwrap().mean,
            state.quantile(2, 0.9).unwrap(),
            state.tracking_signal()
        ]),
        Err(error) => json!(error.to_string()),
    };
    json!({"outcome": outcome, "later": later})
}

/// Each answer by what was asked.
fn everything() -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    for (name, season_length, values) in series() {
        let mut put =
            |what: String, answer: Value| answers.insert(format!("{name}: {what}"), short(answer));
        for algorithm in Algorithm::ALL {
            put(
                algorithm.to_string(),
                forecasts(*algorithm, season_length, &values),
            );
        }
        for algorithm in [Algorithm::Auto, Algorithm::Theta, Algorithm::SeasonalNaive] {
            for refit in [true, false] {
                let options = BacktestOptions {
                    season_length,
                    refit,
                    ..BacktestOptions::new(algorithm, 5)
                };
                let report = backtest(&values, &options);
                let report =
                    report.map_or_else(|error| json!(error.to_string()), |report| json!(report));
                put(format!("backtest of {algorithm}, refit {refit}"), report);
            }
        }
        put("class".to_owned(), json!(classify_demand(&values).unwrap()));
        put(
            "season".to_owned(),
            json!(detect_seasonality(&values).unwrap()),
        );
        put(
            "trend".to_owned(),
            json!(detect_trend(&values, season_length).unwrap()),
        );
        let request = request(Algorithm::Auto, season_length, &values);
        put(
            "quantiles".to_owned(),
            json!(forecast_quantiles(&values, &request, &[0.05, 0.5, 0.99]).unwrap()),
        );
    }
    answers
}

/// Every place where two answers differ.
fn differences(place: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    let near = |one: f64, other: f64| (one - other).abs() <= TOLERANCE * one.abs().max(1.0);
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            for (name, value) in one {
                differences(
                    &format!("{place} / {name}"),
                    value,
                    other.get(name).unwrap_or(&Value::Null),
                    found,
                );
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                differences(&format!("{place} [{at}]"), one, other, found);
            }
        }
        (Value::Number(one), Value::Number(other))
            if near(one.as_f64().unwrap(), other.as_f64().unwrap()) => {}
        _ if one == other => {}
        _ => found.push(format!("{place}: {one} was {other}")),
    }
}

#[test]
fn every_answer_is_what_it_was() {
    let now = everything();
    if std::env::var("UNCHANGED").is_ok_and(|wish| wish == "write") {
        let lines: Vec<String> = now
            .iter()
            .map(|(what, answer)| format!("{}:{answer}", json!(what)))
            .collect();
        std::fs::write(FILE, format!("{{\n{}\n}}\n", lines.join(",\n"))).unwrap();
    }
    let former: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let mut found = Vec::new();
    differences("", &json!(now), &former, &mut found);
    let shown = found
        .iter()
        .take(20)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(found.is_empty(), "{} answers differ:\n{shown}", found.len());
}
