//! AUTO reaches what the README promises, on the held-out parts of the real series. They are read
//! from `REPLENISH_DATA`: without the variable nothing is measured.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

#[allow(dead_code)]
#[path = "../examples/evaluate/data.rs"]
mod data;
#[allow(dead_code)]
#[path = "../examples/evaluate/score.rs"]
mod score;

use data::Series;
use forecasting::{Algorithm, Request, forecast};
use score::Score;
use std::path::PathBuf;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("REPLENISH_DATA").map(PathBuf::from);
    if folder.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "REPLENISH_DATA is not set"
        );
        eprintln!("REPLENISH_DATA is not set: nothing measured");
    }
    folder
}

fn measure(all: &[Series], algorithm: Algorithm, every: usize) -> impl Fn(&str) -> f64 {
    let mut score = Score::default();
    for series in all.iter().step_by(every) {
        let request = Request {
            algorithm,
            horizon: series.test.len(),
            season_length: Some(series.season_length),
            non_negative: true,
        };
        score.push(series, &forecast(&series.train, &request).unwrap().bands);
    }
    let summary = score.summary();
    move |figure| summary[figure].as_f64().unwrap()
}

fn assert_within(what: &str, figure: f64, from: f64, to: f64) {
    assert!((from..=to).contains(&figure), "{what} is {figure}");
}

#[test]
fn auto_beats_every_single_peer_on_m3() {
    let Some(folder) = folder() else { return };
    let all = data::m3(&folder).unwrap();
    assert_eq!(all.len(), 3_003);
    let of = measure(&all, Algorithm::Auto, 1);
    assert_within("sMAPE", of("smape"), 0.0, 12.75);
    assert_within("MASE", of("mase"), 0.0, 1.335);
    assert_within("coverage of 80%", of("inside_80"), 0.75, 0.85);
    assert_within("coverage of 95%", of("inside_95"), 0.92, 0.98);
}

/// Every twentieth series is enough to tell AUTO's pinball loss from that of ETS, a tenth apart.
fn assert_better_than_normal_intervals(all: &[Series]) {
    let (auto, ets) = (
        measure(all, Algorithm::Auto, 20),
        measure(all, Algorithm::Ets, 20),
    );
    assert_within("pinball loss", auto("pinball"), 0.0, ets("pinball"));
}

#[test]
fn auto_equals_the_best_peer_on_car_parts() {
    let Some(folder) = folder() else { return };
    let all = data::car_parts(&folder).unwrap();
    assert_eq!(all.len(), 2_509);
    let of = measure(&all, Algorithm::Auto, 1);
    assert_within("RMSSE", of("rmsse"), 0.0, 0.710);
    assert_within("coverage of 80%", of("inside_80"), 0.80, 1.0);
    assert_within("coverage of 95%", of("inside_95"), 0.94, 1.0);
    assert_better_than_normal_intervals(&all);
}

#[test]
fn auto_beats_every_peer_on_retail() {
    let Some(folder) = folder() else { return };
    let all = data::retail(&folder).unwrap();
    assert_eq!(all.len(), 2_916);
    let of = measure(&all, Algorithm::Auto, 1);
    assert_within("RMSSE", of("rmsse"), 0.0, 0.854);
    assert_within("bias", of("bias_pct"), -10.0, 10.0);
    assert_within("coverage of 80%", of("inside_80"), 0.80, 1.0);
    assert_within("coverage of 95%", of("inside_95"), 0.94, 1.0);
    assert_better_than_normal_intervals(&all);
}
