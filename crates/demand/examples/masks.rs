//! What masking is worth: errors of AUTO on real series whose days are hidden or bridged.
//!
//! ```sh
//! REPLENISH_DATA=… cargo run --release -p forecasting --example evaluate -- --set retail --export FOLDER
//! cargo run --release -p demand --example masks -- FOLDER/retail.jsonl
//! ```
//!
//! Every series is cut at eight origins, 28 days apart, the last of them where the held-out part begins
//! (it is not looked at). From each, 28 days are forecast from what came before.

#![allow(clippy::print_stdout)] // printing is what it is for

use demand::{Missing, Recorded, mask_outliers};
use forecasting::{Algorithm, Request, forecast};
use std::error::Error;

const HORIZON: usize = 28;
const ORIGINS: usize = 8;
const WEEK: usize = 7;
/// Days that a stock-out lasts, and days before the origin within which it begins.
const STOCKOUT: usize = 14;
const RECENT: usize = 42;

/// Root mean squared scaled error, summed over series, with the bias.
#[derive(Default)]
struct Score {
    scaled: f64,
    series: f64,
    error: f64,
    demand: f64,
}

impl Score {
    fn push(
        &mut self,
        scale: f64,
        known: &[f64],
        actual: &[f64],
        closed: &[bool],
    ) -> Result<(), Box<dyn Error>> {
        let request = Request {
            algorithm: Algorithm::Auto,
            horizon: HORIZON,
            season_length: Some(WEEK),
            non_negative: true,
        };
        let mean = forecast(known, &request)?.bands.mean;
        let expected = mean
            .iter()
            .zip(closed)
            .map(|(mean, closed)| if *closed { 0.0 } else { *mean });
        let errors: Vec<f64> = expected
            .zip(actual)
            .map(|(mean, actual)| mean - actual)
            .collect();
        let squares: f64 = errors.iter().map(|error| error * error).sum();
        self.scaled += (squares / HORIZON as f64 / scale).sqrt();
        self.series += 1.0;
        self.error += errors.iter().sum::<f64>();
        self.demand += actual.iter().sum::<f64>();
        Ok(())
    }

    fn print(&self, what: &str) {
        let (scaled, bias) = (self.scaled / self.series, 100.0 * self.error / self.demand);
        println!("{what:44} {scaled:8.4} {bias:8.2}");
    }
}

/// The series with `hidden` days as stock-outs, as models see it.
fn bridged(values: &[f64], hidden: impl Fn(usize) -> bool) -> Result<Vec<f64>, demand::Error> {
    let mut recorded = Recorded::default();
    for (day, value) in (0..).zip(values) {
        if hidden(day as usize) {
            recorded.push_stockout(day, *value)?;
        } else {
            recorded.push(day, *value)?;
        }
    }
    recorded
        .sorted()
        .daily(values.len() as i32 - 1, Missing::Zero, values.len())
}

fn scale(values: &[f64]) -> Option<f64> {
    let squares: f64 = values
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).powi(2))
        .sum();
    (squares > 0.0).then(|| squares / (values.len() - 1) as f64)
}

/// Days, counted back from the end, on which nothing was sold of anything though it was no Saturday.
fn closed_days(all: &[Vec<f64>]) -> Vec<bool> {
    let longest = all.iter().map(Vec::len).max().unwrap_or(0);
    let total = |back: usize| -> f64 {
        all.iter()
            .filter_map(|days| days.iter().rev().nth(back))
            .sum()
    };
    let sold: Vec<f64> = (0..longest).map(total).collect();
    let share = |weekday: usize| {
        let days = sold.iter().skip(weekday).step_by(WEEK);
        days.clone().filter(|sold| **sold > 0.0).count() as f64 / days.count() as f64
    };
    let open: Vec<bool> = (0..WEEK).map(|weekday| share(weekday) > 0.5).collect();
    let days = sold.iter().enumerate();
    days.map(|(back, sold)| *sold == 0.0 && open[back % WEEK])
        .collect()
}

/// What is compared, in the order of the scores.
const CASES: [&str; 7] = [
    "as recorded",
    "closed days ahead known to be zero",
    "closed days bridged",
    "closed days bridged, those ahead zero",
    "two weeks without stock, as recorded",
    "two weeks without stock, bridged",
    "outliers masked",
];

fn read(file: &str) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let mut all = Vec::new();
    for line in std::fs::read_to_string(file)?.lines() {
        let series: serde_json::Value = serde_json::from_str(line)?;
        let train = series["train"].as_array().ok_or("a line without train")?;
        all.push(train.iter().filter_map(serde_json::Value::as_f64).collect());
    }
    Ok(all)
}

/// Forecasts one series from one origin in every way.
fn compare(
    scores: &mut [Score],
    values: &[f64],
    cut: usize,
    seed: usize,
    closed: &[bool],
) -> Result<(), Box<dyn Error>> {
    let (known, actual) = (&values[..cut], &values[cut..cut + HORIZON]);
    let sales = known.iter().filter(|value| **value > 0.0).count();
    let Some(scale) = scale(known).filter(|_| sales >= 10) else {
        return Ok(());
    };
    let is_closed = |day: usize| closed[values.len() - 1 - day];
    let ahead: Vec<bool> = (cut..cut + HORIZON).map(is_closed).collect();
    // Begins anywhere in the last weeks, now and then still going on at the origin.
    let first = cut - RECENT + seed % RECENT;
    let empty = |day: usize| (first..first + STOCKOUT).contains(&day);
    let days = known.iter().enumerate();
    let hurt: Vec<f64> = days
        .map(|(day, value)| if empty(day) { 0.0 } else { *value })
        .collect();
    let mut without = known.to_vec();
    mask_outliers(&mut without);
    let open = [false; HORIZON];
    let calendar = bridged(known, is_closed)?;
    let restored = bridged(&hurt, empty)?;
    let cases: [(&[f64], &[bool]); CASES.len()] = [
        (known, &open),
        (known, &ahead),
        (&calendar, &open),
        (&calendar, &ahead),
        (&hurt, &open),
        (&restored, &open),
        (&without, &open),
    ];
    for (score, (history, closed)) in scores.iter_mut().zip(cases) {
        score.push(scale, history, actual, closed)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1);
    let all = read(&file.ok_or("name the json lines of a set")?)?;
    let closed = closed_days(&all);
    let count = closed.iter().filter(|day| **day).count();
    println!("{count} days on which the shop was closed beside its day of rest");
    let mut scores: [Score; CASES.len()] = Default::default();
    for (number, values) in all.iter().enumerate() {
        for origin in 1..=ORIGINS {
            let cut = values.len().checked_sub(origin * HORIZON);
            if let Some(cut) = cut.filter(|cut| *cut >= 56) {
                let seed = number * 7_919 + origin * 104_729;
                compare(&mut scores, values, cut, seed, &closed)?;
            }
        }
    }
    println!("{:44} {:>8} {:>8}", "", "RMSSE", "bias %");
    for (what, score) in CASES.iter().zip(&scores) {
        score.print(what);
    }
    Ok(())
}
