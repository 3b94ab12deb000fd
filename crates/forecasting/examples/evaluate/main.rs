//! Measures an algorithm on the real data of `REPLENISH_DATA`: errors, bias, coverage, pinball loss
//! and CPU time of each set; AUTO with its backtest, a single model without.
//!
//! ```sh
//! REPLENISH_DATA=… cargo run --release -p forecasting --example evaluate -- --algorithm AUTO
//! ```
//!
//! `--training` judges on the last part of the training data instead, so that choices can be made
//! without looking at what is held out; given twice, on the part before that, and so on. `--set m3`, `carparts`, `retail` or `synthetic` measures one set,
//! `--every 10` only every tenth series. `--summary FILE` adds the figures as a json line, too.
//! `--export FOLDER` writes the sets as json lines instead, with the forecasts of AUTO, for a peer that
//! is to be measured on the same series.

#![allow(clippy::print_stdout)] // printing is what it is for

mod data;
mod score;

use cpu_time::ThreadTime;
use data::Series;
use forecasting::{Algorithm, Outcome, Request, fit, forecast};
use score::Score;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::OpenOptions;
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};

struct Options {
    algorithm: Algorithm,
    /// How many lengths of the test part are taken off the end of the training part.
    training: usize,
    set: Option<String>,
    every: usize,
    export: Option<PathBuf>,
    summary: Option<PathBuf>,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options {
        algorithm: Algorithm::Auto,
        training: 0,
        set: None,
        every: 1,
        export: None,
        summary: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--algorithm" => {
                options.algorithm = arguments.next().ok_or("an algorithm is missing")?.parse()?;
            }
            "--set" => options.set = arguments.next(),
            "--training" => options.training += 1,
            "--every" => options.every = arguments.next().ok_or("a number is missing")?.parse()?,
            "--summary" => options.summary = arguments.next().map(PathBuf::from),
            "--export" => options.export = arguments.next().map(PathBuf::from),
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    Ok(options)
}

fn folder() -> Result<Option<PathBuf>, Box<dyn Error>> {
    match std::env::var_os("REPLENISH_DATA") {
        Some(folder) => Ok(Some(folder.into())),
        None if std::env::var_os("CI").is_some() => Err("REPLENISH_DATA is not set".into()),
        None => Ok(None),
    }
}

/// Holds out as many values again as the test part has, where enough are left.
fn within_training(all: Vec<Series>) -> Vec<Series> {
    let mut inner = Vec::with_capacity(all.len());
    for mut series in all {
        let cut = series.train.len().saturating_sub(series.test.len());
        if cut >= 8 {
            series.test = series.train.split_off(cut);
            inner.push(series);
        }
    }
    inner
}

/// CPU seconds of fits and forecasts alone: what a peer's single model does, without our backtest.
fn fitting(all: &[Series], algorithm: Algorithm) -> f64 {
    let start = ThreadTime::now();
    for series in all {
        // A series that the model cannot take is rescued by others; its attempt counts.
        if let Ok(model) = fit(algorithm, &series.train, Some(series.season_length)) {
            black_box(model.bands(series.test.len()));
        }
    }
    start.elapsed().as_secs_f64()
}

fn measure(
    name: &str,
    all: &[Series],
    algorithm: Algorithm,
    summary: Option<&Path>,
) -> Result<(), Box<dyn Error>> {
    let mut total = Score::default();
    let mut groups: BTreeMap<&str, Score> = BTreeMap::new();
    let mut chosen: BTreeMap<Algorithm, usize> = BTreeMap::new();
    let start = ThreadTime::now();
    let outcomes: Vec<Outcome> = all
        .iter()
        .map(|series| forecast(&series.train, &request(series, algorithm)))
        .collect::<Result<_, _>>()?;
    let seconds = match algorithm {
        Algorithm::Auto => start.elapsed().as_secs_f64(),
        _ => fitting(all, algorithm),
    };
    for (series, outcome) in all.iter().zip(outcomes) {
        *chosen.entry(outcome.explanation.algorithm).or_default() += 1;
        total.push(series, &outcome.bands);
        let group = groups.entry(&series.category).or_default();
        group.push(series, &outcome.bands);
    }
    println!("\n{name}: {} series, {algorithm}", all.len());
    println!("{}", Score::HEADER);
    if groups.len() > 1 {
        for (group, score) in &groups {
            println!("{}", score.line(group));
        }
    }
    println!("{}", total.line("all"));
    let milliseconds = 1e3 * seconds / all.len().max(1) as f64;
    println!("{milliseconds:.4} ms a series");
    if let Some(file) = summary {
        let mut line = total.summary();
        line.insert("set".to_owned(), name.into());
        line.insert("model".to_owned(), algorithm.name().into());
        line.insert("ms".to_owned(), milliseconds.into());
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        writeln!(file, "{}", serde_json::Value::Object(line))?;
    }
    let chosen: Vec<String> = chosen
        .iter()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    println!("used: {}", chosen.join(", "));
    Ok(())
}

fn request(series: &Series, algorithm: Algorithm) -> Request {
    Request {
        algorithm,
        horizon: series.test.len(),
        season_length: Some(series.season_length),
        non_negative: true,
    }
}

fn export(file: &Path, all: &[Series]) -> Result<(), Box<dyn Error>> {
    let mut lines = String::new();
    for series in all {
        let auto = forecast(&series.train, &request(series, Algorithm::Auto))?;
        let line = serde_json::json!({
            "season_length": series.season_length,
            "train": series.train,
            "test": series.test,
            "auto": auto.bands.mean,
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    Ok(std::fs::write(file, lines)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = folder()? else {
        println!("REPLENISH_DATA is not set: nothing to measure");
        return Ok(());
    };
    let options = options()?;
    type Loader = fn(&Path) -> Result<Vec<Series>, Box<dyn Error>>;
    let sets: [(&str, Loader); 4] = [
        ("m3", data::m3),
        ("carparts", data::car_parts),
        ("retail", data::retail),
        ("synthetic", data::synthetic),
    ];
    for (name, load) in sets {
        if options.set.as_deref().is_some_and(|set| set != name) {
            continue;
        }
        let mut all = load(&folder)?;
        for _ in 0..options.training {
            all = within_training(all);
        }
        let all: Vec<Series> = all.into_iter().step_by(options.every.max(1)).collect();
        match &options.export {
            Some(folder) => export(&folder.join(format!("{name}.jsonl")), &all)?,
            None => measure(name, &all, options.algorithm, options.summary.as_deref())?,
        }
    }
    Ok(())
}
