//! CPU time of a second night for one series: the stored state of 365 days is read, takes a day's
//! value, forecasts 90 days and is stored again. Prints the sizes of the states first.
//!
//! ```sh
//! cargo bench -p forecasting --bench state
//! ```

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a benchmark's harness

mod cpu_time;

use cpu_time::CpuTime;
use criterion::{Criterion, criterion_group, criterion_main};
use forecasting::{Algorithm, Request, State, forecast_with_state};
use std::hint::black_box;

const HORIZON: usize = 90;

/// A week, a slow trend and noise, in whole numbers.
fn daily(days: u32) -> Vec<f64> {
    (0..days)
        .map(|day| 100.0 + f64::from(day / 20) + f64::from(day % 7 * 5 + day * 7_919 % 31))
        .collect()
}

/// Sales on a fifth of the days.
fn seldom(days: u32) -> Vec<f64> {
    let sale = |day: u32| (day * 7_919 % 101).is_multiple_of(5);
    let size = |day: u32| f64::from(1 + day % 4);
    (0..days)
        .map(|day| if sale(day) { size(day) } else { 0.0 })
        .collect()
}

fn night(stored: &[u8], value: f64) -> Vec<u8> {
    let mut state = State::from_bytes(stored).unwrap();
    state.update(&[value]).unwrap();
    black_box(state.bands(HORIZON).unwrap());
    state.to_bytes()
}

fn nights(criterion: &mut Criterion<CpuTime>) {
    let mut bench = |name: &str, algorithm: Algorithm, history: &[f64]| {
        let request = Request {
            algorithm,
            horizon: HORIZON,
            season_length: Some(7),
            non_negative: true,
        };
        let (outcome, state) = forecast_with_state(history, &request).unwrap();
        let stored = state.to_bytes();
        let used = outcome.explanation.algorithm;
        println!("{name} ({used}): {} bytes", stored.len());
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| night(black_box(&stored), black_box(3.0)));
        });
    };
    bench("state_auto_daily", Algorithm::Auto, &daily(365));
    bench(
        "state_auto_daily_three_years",
        Algorithm::Auto,
        &daily(1_095),
    );
    bench("state_auto_seldom", Algorithm::Auto, &seldom(365));
    bench(
        "state_auto_seldom_three_years",
        Algorithm::Auto,
        &seldom(1_095),
    );
    for algorithm in Algorithm::ALL
        .iter()
        .filter(|algorithm| **algorithm != Algorithm::Auto)
    {
        let history = match algorithm {
            Algorithm::Croston
            | Algorithm::CrostonOptimized
            | Algorithm::Sba
            | Algorithm::Tsb
            | Algorithm::Adida
            | Algorithm::Imapa => seldom(365),
            _ => daily(365),
        };
        let name = format!("state_{}", algorithm.name().to_lowercase());
        bench(&name, *algorithm, &history);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = nights
}
criterion_main!(benches);
