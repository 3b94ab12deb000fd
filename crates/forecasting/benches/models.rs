//! CPU time of one fit and its forecast of 90 steps, on 365 daily values with a week.
//!
//! ```sh
//! cargo bench -p forecasting
//! ```

#![allow(missing_docs, clippy::unwrap_used)] // a benchmark's harness

mod cpu_time;

use cpu_time::CpuTime;
use criterion::{Criterion, criterion_group, criterion_main};
use forecasting::models::holt_winters::Options;
use forecasting::models::intermittent::Method;
use forecasting::models::theta::Variant;
use forecasting::models::{
    Model, combination, drift, ets, exponential_smoothing, holt, holt_winters, intermittent,
    moving_average, mstl, naive, seasonal_naive, theta,
};
use forecasting::{Algorithm, Request, detect_seasonality, detect_trend, forecast};
use std::hint::black_box;

fn daily() -> Vec<f64> {
    (0..365_u32)
        .map(|day| 100.0 + 0.05 * f64::from(day) + f64::from(day % 7 * 5 + day * 7_919 % 31))
        .collect()
}

fn seldom() -> Vec<f64> {
    let sale = |day: u32| (day * 7_919).is_multiple_of(5);
    (0..365_u32)
        .map(|day| {
            if sale(day) {
                f64::from(1 + day % 4)
            } else {
                0.0
            }
        })
        .collect()
}

fn models(criterion: &mut Criterion<CpuTime>) {
    let (daily, seldom) = (daily(), seldom());
    let mut bench = |name: &str, fit: &dyn Fn() -> Box<dyn Model>| {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| black_box(fit().bands(black_box(90))));
        });
    };
    bench("ses", &|| {
        Box::new(exponential_smoothing::fit(&daily, None).unwrap())
    });
    bench("naive", &|| Box::new(naive::fit(&daily).unwrap()));
    bench("drift", &|| Box::new(drift::fit(&daily).unwrap()));
    bench("seasonal_naive", &|| {
        Box::new(seasonal_naive::fit(&daily, 7).unwrap())
    });
    bench("moving_average", &|| {
        Box::new(moving_average::fit(&daily, 28).unwrap())
    });
    bench("holt", &|| {
        Box::new(holt::fit(&daily, false, None, None, None).unwrap())
    });
    bench("holt_damped", &|| {
        Box::new(holt::fit(&daily, true, None, None, None).unwrap())
    });
    bench("holt_winters", &|| {
        Box::new(holt_winters::fit(&daily, &Options::additive(7)).unwrap())
    });
    bench("holt_winters_multiplicative", &|| {
        Box::new(holt_winters::fit(&daily, &Options::multiplicative(7)).unwrap())
    });
    bench("theta", &|| {
        Box::new(theta::fit(&daily, Some(7), Variant::Standard).unwrap())
    });
    bench("optimised_theta", &|| {
        Box::new(theta::fit(&daily, Some(7), Variant::Optimised).unwrap())
    });
    bench("dynamic_optimised_theta", &|| {
        Box::new(theta::fit(&daily, Some(7), Variant::Dynamic).unwrap())
    });
    bench("ets", &|| {
        Box::new(ets::fit(&daily, Some(7), None).unwrap())
    });
    bench("mstl", &|| Box::new(mstl::fit(&daily, &[7]).unwrap()));
    bench("combination", &|| {
        Box::new(combination::fit(&daily, Some(7)).unwrap())
    });
    for (name, method) in [
        ("croston", Method::Croston),
        ("croston_optimised", Method::CrostonOptimised),
        ("sba", Method::Sba),
        ("tsb", Method::Tsb),
        ("adida", Method::Adida),
        ("imapa", Method::Imapa),
    ] {
        bench(name, &|| {
            Box::new(intermittent::fit(&seldom, method).unwrap())
        });
    }
}

fn tests(criterion: &mut Criterion<CpuTime>) {
    let daily = daily();
    criterion.bench_function("detect_seasonality", |bencher| {
        bencher.iter(|| detect_seasonality(black_box(&daily)));
    });
    criterion.bench_function("detect_trend", |bencher| {
        bencher.iter(|| detect_trend(black_box(&daily), Some(7)));
    });
}

fn auto(criterion: &mut Criterion<CpuTime>) {
    let request = Request {
        algorithm: Algorithm::Auto,
        horizon: 90,
        season_length: Some(7),
        non_negative: true,
    };
    for (name, history) in [("auto_daily", daily()), ("auto_seldom", seldom())] {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| forecast(black_box(&history), &request));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = models, tests, auto
}
criterion_main!(benches);
