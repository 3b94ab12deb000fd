//! AUTO: which model for which series.
//!
//! The combination for the kind of demand ([`crate::models::combination`]) goes first: it beat every
//! choice among single models on the training parts of M3, car parts and retail. Simpler models
//! forecast the end of the history as well ([`crate::backtest`]), as yardsticks: where the combination
//! cannot be fitted, or its forecast leaves every sane range, the one with the smallest error takes
//! its place. Where demand has a trend ([`crate::detect_trend`]) a line is among them, since the others
//! are flat. Error is the mean absolute one for frequent demand and the root mean squared one for
//! seldom demand, because there the median, which the absolute error rewards, is zero.

use crate::backtest::{Origins, Tally, evaluate};
use crate::classify::is_seldom;
use crate::forecast::Candidate;
use crate::models::holt_winters::Options;
use crate::models::intermittent::Method;
use crate::models::theta::Variant;
use crate::models::{
    Model, combination, drift, ets, exponential_smoothing, holt, holt_winters, intermittent,
    moving_average, mstl, naive, seasonal_naive, theta,
};
use crate::{Algorithm, Bands, Direction, Error, Trend, check, detect_trend};
use std::cmp::Ordering;

/// Window of the moving average: four weeks of days, the best of 7, 14, 28 and 56 on the training
/// part of the retail data.
const WINDOW: usize = 28;
/// A season of a week says that steps are days: then MSTL looks for a year as well.
const WEEK: usize = 7;
const YEAR: usize = 365;
/// A forecast beyond this many times the largest value of the history is a runaway.
const RUNAWAY: f64 = 5.0;

/// The model that a name stands for, without the backtest, the rescue and the words of
/// [`crate::forecast()`]; AUTO stands for exponential smoothing.
///
/// # Errors
/// Those of the model; [`Error::NoSeason`] where it needs a season and there is none.
pub fn fit(
    algorithm: Algorithm,
    history: &[f64],
    season_length: Option<usize>,
) -> Result<Box<dyn Model>, Error> {
    let tail = check::tail(history);
    let season = || {
        season_length.ok_or(Error::NoSeason {
            model: algorithm.name(),
        })
    };
    let theta = |variant| -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(theta::fit(tail, season_length, variant)?))
    };
    let seldom = |method| -> Result<Box<dyn Model>, Error> {
        Ok(Box::new(intermittent::fit(tail, method)?))
    };
    Ok(match algorithm {
        Algorithm::Naive => Box::new(naive::fit(tail)?),
        Algorithm::SeasonalNaive => Box::new(seasonal_naive::fit(tail, season()?)?),
        Algorithm::MovingAverage => Box::new(moving_average::fit(tail, WINDOW)?),
        Algorithm::ExponentialSmoothing | Algorithm::Auto => {
            Box::new(exponential_smoothing::fit(tail, None)?)
        }
        Algorithm::Holt => Box::new(holt::fit(tail, false, None, None, None)?),
        Algorithm::HoltDamped => Box::new(holt::fit(tail, true, None, None, None)?),
        Algorithm::HoltWinters => Box::new(holt_winters::fit(tail, &Options::additive(season()?))?),
        Algorithm::HoltWintersMultiplicative => Box::new(holt_winters::fit(
            tail,
            &Options::multiplicative(season()?),
        )?),
        Algorithm::Drift => Box::new(drift::fit(tail)?),
        Algorithm::Combination => Box::new(combination::fit(tail, season_length)?),
        Algorithm::Mstl => {
            let year = season_length.filter(|m| *m == WEEK).map(|_| YEAR);
            let seasons: Vec<usize> = [Some(season()?), year].into_iter().flatten().collect();
            Box::new(mstl::fit(tail, &seasons)?)
        }
        Algorithm::Ets => Box::new(ets::fit(tail, season_length, None)?),
        Algorithm::Theta => theta(Variant::Standard)?,
        Algorithm::OptimizedTheta => theta(Variant::Optimised)?,
        Algorithm::DynamicOptimizedTheta => theta(Variant::Dynamic)?,
        Algorithm::Croston => seldom(Method::Croston)?,
        Algorithm::CrostonOptimized => seldom(Method::CrostonOptimised)?,
        Algorithm::Sba => seldom(Method::Sba)?,
        Algorithm::Tsb => seldom(Method::Tsb)?,
        Algorithm::Adida => seldom(Method::Adida)?,
        Algorithm::Imapa => seldom(Method::Imapa)?,
    })
}

/// What AUTO settled on.
pub(crate) struct Choice {
    pub algorithm: Algorithm,
    pub model: Box<dyn Model>,
    pub bands: Bands,
    pub tally: Tally,
    pub candidates: Vec<Candidate>,
    pub trend: Trend,
}

/// Tries the candidates and fits the best to the whole history; `None` where none can be tested.
pub(crate) fn auto(
    history: &[f64],
    horizon: usize,
    season_length: Option<usize>,
    non_negative: bool,
) -> Option<Choice> {
    let origins = Origins::new(history.len(), horizon, season_length)?;
    let seldom = is_seldom(history);
    let trend = detect_trend(history, season_length).ok()?;
    let mut tried: Vec<(f64, Algorithm, Tally)> = Vec::new();
    let mut candidates = Vec::new();
    let mut combined = combination::fit(check::tail(history), season_length).ok();
    for algorithm in names(season_length, seldom, trend.direction) {
        let result = evaluate(history, &origins, non_negative, |known| {
            match (&combined, algorithm) {
                (Some(combined), Algorithm::Combination) => Ok(Box::new(combined.refitted(known)?)),
                _ => fit(algorithm, known, season_length),
            }
        });
        let candidate = match result {
            Ok(tally) => {
                let candidate = Candidate::scored(algorithm, &tally, seldom)?;
                tried.push((candidate.score?, algorithm, tally));
                candidate
            }
            Err(error) => Candidate::refused(algorithm, &error),
        };
        candidates.push(candidate);
    }
    // A stable sort: of equals the one that comes first wins.
    tried.sort_by(|a, b| {
        let single = |algorithm| algorithm != Algorithm::Combination;
        (single(a.1), a.0)
            .partial_cmp(&(single(b.1), b.0))
            .unwrap_or(Ordering::Equal)
    });
    let limit = RUNAWAY
        * history
            .iter()
            .fold(0.0, |limit: f64, value| limit.max(value.abs()));
    for (_, algorithm, tally) in tried {
        let model: Result<Box<dyn Model>, Error> = match combined.take() {
            Some(combined) if algorithm == Algorithm::Combination => Ok(Box::new(combined)),
            _ => fit(algorithm, history, season_length),
        };
        let fitted = model.and_then(|model| Ok((model.bands(horizon).finite()?, model)));
        match fitted {
            Ok((bands, model)) if bands.mean.iter().all(|mean| mean.abs() <= limit) => {
                return Some(Choice {
                    algorithm,
                    model,
                    bands,
                    tally,
                    candidates,
                    trend,
                });
            }
            _ => note_runaway(&mut candidates, algorithm),
        }
    }
    None
}

fn note_runaway(candidates: &mut [Candidate], algorithm: Algorithm) {
    for candidate in candidates {
        if candidate.algorithm == algorithm {
            candidate.note = Some("its forecast leaves every sane range".to_owned());
        }
    }
}

/// Candidates: the combination, then yardsticks, simplest first.
fn names(season_length: Option<usize>, seldom: bool, trend: Direction) -> Vec<Algorithm> {
    let mut names = vec![
        Algorithm::Combination,
        Algorithm::MovingAverage,
        Algorithm::ExponentialSmoothing,
    ];
    if seldom {
        names.extend([Algorithm::Tsb, Algorithm::Sba]);
    } else {
        names.push(Algorithm::Naive);
        if trend != Direction::None {
            names.push(Algorithm::Drift);
        }
    }
    if season_length.is_some() {
        names.push(Algorithm::SeasonalNaive);
    }
    names
}
