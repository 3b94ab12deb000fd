//! The real series, each with the part that is held out.

use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// One series of a data set.
pub struct Series {
    /// Group within the set, such as `monthly`.
    pub category: String,
    /// Steps of one season, 1 where there is none.
    pub season_length: usize,
    /// What the model sees.
    pub train: Vec<f64>,
    /// What it is judged by.
    pub test: Vec<f64>,
}

fn lines(folder: &Path, file: &str) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let opened = File::open(folder.join(file))?;
    if file.ends_with(".gz") {
        GzDecoder::new(opened).read_to_string(&mut text)?;
    } else {
        let mut opened = opened;
        opened.read_to_string(&mut text)?;
    }
    Ok(text)
}

fn fields(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

/// M3: 3,003 yearly, quarterly, monthly and other series.
pub fn m3(folder: &Path) -> Result<Vec<Series>, Box<dyn Error>> {
    let mut values: BTreeMap<String, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for line in lines(folder, "m3.csv.gz")?.lines().skip(1) {
        let row = fields(line);
        let parts = values.entry(row[0].to_owned()).or_default();
        let part = if row[3] == "1" {
            &mut parts.1
        } else {
            &mut parts.0
        };
        part.push(row[2].parse()?);
    }
    let mut all = Vec::new();
    for line in lines(folder, "m3_meta.csv")?.lines().skip(1) {
        let row = fields(line);
        let (train, test) = values
            .remove(row[0])
            .ok_or("a series of m3_meta.csv is missing")?;
        all.push(Series {
            category: row[2].to_owned(),
            season_length: row[3].parse()?,
            train,
            test,
        });
    }
    Ok(all)
}

/// Car parts: the complete ones of 51 months, of which the last 12 are held out.
pub fn car_parts(folder: &Path) -> Result<Vec<Series>, Box<dyn Error>> {
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for line in lines(folder, "carparts.csv.gz")?.lines().skip(1) {
        let row = fields(line);
        if let Ok(value) = row[3].parse() {
            values.entry(row[0].to_owned()).or_default().push(value);
        }
    }
    let complete = values.into_values().filter(|values| values.len() == 51);
    Ok(complete
        .map(|mut train| Series {
            category: "all".to_owned(),
            season_length: 12,
            test: train.split_off(39),
            train,
        })
        .collect())
}

/// Days since the first of January of year 0 of the proleptic Gregorian calendar.
fn day_number(date: &str) -> Result<i64, Box<dyn Error>> {
    let parts: Vec<i64> = date.split('-').map(str::parse).collect::<Result<_, _>>()?;
    let (year, month) = if parts[1] > 2 {
        (parts[0], parts[1] - 3)
    } else {
        (parts[0] - 1, parts[1] + 9)
    };
    Ok(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + parts[2])
}

/// Online retail: articles with at least 56 days and 10 sale days before the last 28 days.
pub fn retail(folder: &Path) -> Result<Vec<Series>, Box<dyn Error>> {
    const HELD_OUT: usize = 28;
    let mut values: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    let mut last = i64::MIN;
    for line in lines(folder, "online_retail_daily.csv.gz")?.lines().skip(1) {
        let row = fields(line);
        let day = day_number(row[1])?;
        last = last.max(day);
        let sales = values.entry(row[0].to_owned()).or_default();
        sales.push((day, row[2].parse()?));
    }
    let mut all = Vec::new();
    for sales in values.values() {
        let first = sales.iter().map(|sale| sale.0).min().unwrap_or(last);
        let mut train = vec![0.0; usize::try_from(last - first + 1)?];
        for (day, value) in sales {
            train[usize::try_from(day - first)?] += value;
        }
        if train.len() < 56 + HELD_OUT {
            continue;
        }
        let test = train.split_off(train.len() - HELD_OUT);
        if train.iter().filter(|value| **value > 0.0).count() < 10 {
            continue;
        }
        all.push(Series {
            category: "all".to_owned(),
            season_length: 7,
            train,
            test,
        });
    }
    Ok(all)
}

/// Daily series of 365 values with level, trend, week and noise, for the cost of a forecast of 90
/// days; whole numbers above zero, the same in every run.
pub fn synthetic(_: &Path) -> Result<Vec<Series>, Box<dyn Error>> {
    let mut state = 20_260_101_u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut all = Vec::new();
    for _ in 0..10_000 {
        let level = 20.0 + 200.0 * uniform();
        let slope = level * 0.0016 * (uniform() - 0.5);
        let week: Vec<f64> = (0..7).map(|_| 0.6 + 0.8 * uniform()).collect();
        let spread = 0.05 + 0.3 * uniform();
        let mut train: Vec<f64> = (0..455)
            .map(|day| {
                let noise = (0..4).map(|_| uniform() - 0.5).sum::<f64>() * 1.73;
                let mean = (level + slope * f64::from(day)) * week[day as usize % 7];
                (mean * (1.0 + spread * noise)).max(1.0).round()
            })
            .collect();
        all.push(Series {
            category: "all".to_owned(),
            season_length: 7,
            test: train.split_off(365),
            train,
        });
    }
    Ok(all)
}
