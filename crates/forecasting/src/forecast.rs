//! From a history and a request to a forecast that explains itself.
//!
//! Nothing is dropped: a series that is too short, constant or all zero, and a named algorithm
//! whose needs are not met, get the simplest forecast that fits, and the status and reason say so.

use crate::backtest::{Backtest, Origins, Tally, evaluate};
use crate::classify::is_seldom;
use crate::conformal::{Conformal, Reach};
use crate::models::{Model, moving_average, naive};
use crate::{Algorithm, Bands, Error, Trend, check, detect_seasonality, select, words};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The algorithm, or AUTO.
    pub algorithm: Algorithm,
    /// Steps to forecast, 1 to [`crate::MAX_HORIZON`].
    pub horizon: usize,
    /// Steps of one season where it is known; `None` lets the data tell, `Some(1)` rules it out.
    pub season_length: Option<usize>,
    /// Whether the forecast is cut off at zero, as demand is.
    pub non_negative: bool,
}

/// A forecast and how it came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Expected values and intervals.
    pub bands: Bands,
    /// What was tried, what was chosen, and why.
    pub explanation: Explanation,
}

/// How a forecast came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The algorithm that made the numbers.
    pub algorithm: Algorithm,
    /// Whether a model was fitted, or what kept it from it.
    pub status: Status,
    /// Why this algorithm, in a sentence.
    pub reason: String,
    /// Steps of the season that was given or found.
    pub season_length: Option<usize>,
    /// Whether demand rises or falls, where AUTO asked.
    pub trend: Option<Trend>,
    /// Fitted parameters and last states by name.
    pub parameters: BTreeMap<String, f64>,
    /// What was tried.
    pub candidates: Vec<Candidate>,
    /// How the algorithm did on the end of the history; `None` where that could not be tested.
    pub backtest: Option<Backtest>,
    /// 1 minus the backtest's share of absolute error in demand, 0 to 1.
    pub confidence: f64,
    /// Mean absolute (seasonal) naive error over the history, in its units: the scale of MASE.
    pub naive_mae: Option<f64>,
    /// Standard deviation of the one-step errors over the history, in its units.
    pub residual_std: f64,
}

/// An algorithm that was considered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Its backtest error, in units of the series; lower is better.
    pub score: Option<f64>,
    /// Root mean squared error of whole weeks (sums of seven steps) in the backtest, in units.
    pub weekly_error: Option<f64>,
    /// Weeks that it was measured on.
    pub weeks: u64,
    /// Why it was not scored or not taken.
    pub note: Option<String>,
}

impl Candidate {
    /// `None` where the tally is empty. Frequent demand is scored by its absolute error, seldom demand
    /// by the root mean squared one.
    pub(crate) fn scored(algorithm: Algorithm, tally: &Tally, seldom: bool) -> Option<Self> {
        let pairs = &tally.pairs;
        let score = if seldom { pairs.rmse() } else { pairs.mae() }?;
        Some(Self {
            algorithm,
            score: Some(score),
            weekly_error: tally.weeks.rmse(),
            weeks: tally.weeks.count(),
            note: None,
        })
    }

    pub(crate) fn refused(algorithm: Algorithm, error: &Error) -> Self {
        Self {
            algorithm,
            score: None,
            weekly_error: None,
            weeks: 0,
            note: Some(error.to_string()),
        }
    }
}

/// What was done with the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// A model was fitted.
    Fitted,
    /// Too short for the model or for choosing one: a simpler one took its place.
    ShortHistory,
    /// Every value is the same.
    Constant,
    /// Every value is zero.
    AllZero,
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Status::Fitted => "FITTED",
            Status::ShortHistory => "SHORT_HISTORY",
            Status::Constant => "CONSTANT",
            Status::AllZero => "ALL_ZERO",
        })
    }
}

/// Quantiles that one call may ask for.
const MAX_LEVELS: usize = 100;
/// Levels beyond which neither law nor data say anything.
pub(crate) const LEVELS: (f64, f64) = (0.001, 0.999);

/// Values from which the end of a history can tell models apart.
const ENOUGH_TO_CHOOSE: usize = 8;

/// Forecasts a history of at least one value.
///
/// # Errors
/// An empty history, NaN or infinity in it, a horizon or season out of range, values so large that
/// the result is not finite. Everything else degrades, with a status and a reason.
pub fn forecast(history: &[f64], request: &Request) -> Result<Outcome, Error> {
    let (season_length, draft) = draft(history, request)?;
    finish(history, request, season_length, draft)
}

/// Quantiles of demand in each step: for every level of `levels`, between 0 and 1, the `horizon`
/// values that demand stays below with that probability. The intervals of [`forecast()`] are the
/// quantiles 0.025, 0.1, 0.9 and 0.975.
///
/// # Errors
/// Those of [`forecast()`]; a level that is not between 0.001 and 0.999.
pub fn forecast_quantiles(
    history: &[f64],
    request: &Request,
    levels: &[f64],
) -> Result<Vec<Vec<f64>>, Error> {
    check::count("the number of levels", levels.len(), 1, MAX_LEVELS)?;
    for level in levels {
        check::parameter("level", Some(*level), LEVELS.0, LEVELS.1)?;
    }
    let (_, draft) = draft(history, request)?;
    let conformal = draft
        .conformal
        .then(|| Conformal::of(draft.tally.scaled_errors));
    let quantile = |level: &f64| {
        let mut values = match &conformal {
            Some(conformal) => conformal.quantile(&draft.bands, *level),
            None => draft.model.quantile(request.horizon, *level),
        };
        if request.non_negative {
            values.iter_mut().for_each(|value| *value = value.max(0.0));
        }
        let finite = values.iter().all(|value| value.is_finite());
        finite.then_some(values).ok_or(Error::Overflow)
    };
    levels.iter().map(quantile).collect()
}

/// The algorithm's work, before it is put into words.
pub(crate) fn draft(history: &[f64], request: &Request) -> Result<(Option<usize>, Draft), Error> {
    check::history(history)?;
    check::horizon(request.horizon)?;
    if let Some(season_length) = request.season_length {
        check::count("season_length", season_length, 1, crate::MAX_SEASON_LENGTH)?;
    }
    let first = history.first().copied().unwrap_or_default();
    if history.iter().all(|value| *value == first) && history.len() > 1 {
        return Ok((None, unchanging(history, first, request)?));
    }
    let season_length = season(history, request)?;
    let draft = if request.algorithm == Algorithm::Auto {
        chosen(history, request, season_length)?
    } else {
        named(history, request, season_length)?
    };
    Ok((season_length, draft))
}

/// A forecast on its way to an [`Outcome`].
pub(crate) struct Draft {
    algorithm: Algorithm,
    pub status: Status,
    reason: String,
    pub model: Box<dyn Model>,
    bands: Bands,
    pub tally: Tally,
    pub conformal: bool,
    candidates: Vec<Candidate>,
    trend: Option<Trend>,
}

/// The given season where the history shows it twice, else one that the data shows.
fn season(history: &[f64], request: &Request) -> Result<Option<usize>, Error> {
    Ok(match request.season_length {
        Some(season_length) => (season_length > 1
            && 2 * season_length <= check::tail(history).len())
        .then_some(season_length),
        None => detect_seasonality(history)?.map(|season| season.length),
    })
}

fn unchanging(history: &[f64], value: f64, request: &Request) -> Result<Draft, Error> {
    let model = naive::fit(history)?;
    let (status, reason) = if value == 0.0 {
        let reason = format!("All {} values are zero: so is the forecast.", history.len());
        (Status::AllZero, reason)
    } else {
        let reason = format!(
            "All {} values are {value}: so is the forecast.",
            history.len()
        );
        (Status::Constant, reason)
    };
    let mut tally = Tally::default();
    for value in &history[1..] {
        tally.pairs.push(*value, *value);
    }
    let bands = model.bands(request.horizon).finite()?;
    Ok(Draft {
        algorithm: Algorithm::Naive,
        status,
        reason,
        model: Box::new(model),
        bands,
        tally,
        conformal: false,
        candidates: Vec::new(),
        trend: None,
    })
}

fn short(history: &[f64], request: &Request) -> Result<Draft, Error> {
    let count = history.len();
    let model = moving_average::fit(history, count)?;
    let plural = if count == 1 { "value is" } else { "values are" };
    Ok(Draft {
        algorithm: Algorithm::MovingAverage,
        status: Status::ShortHistory,
        reason: format!("{count} {plural} too few to fit a model: their mean is the forecast."),
        bands: model.bands(request.horizon).finite()?,
        model: Box::new(model),
        tally: Tally::default(),
        conformal: false,
        candidates: Vec::new(),
        trend: None,
    })
}

fn chosen(
    history: &[f64],
    request: &Request,
    season_length: Option<usize>,
) -> Result<Draft, Error> {
    if history.len() < ENOUGH_TO_CHOOSE {
        return short(history, request);
    }
    let choice = select::auto(
        history,
        request.horizon,
        season_length,
        request.non_negative,
    );
    let Some(choice) = choice else {
        return short(history, request);
    };
    let reason = words::reason(history, season_length, &choice)?;
    Ok(Draft {
        algorithm: choice.algorithm,
        status: Status::Fitted,
        reason,
        model: choice.model,
        bands: choice.bands,
        tally: choice.tally,
        conformal: !is_seldom(history),
        candidates: choice.candidates,
        trend: Some(choice.trend),
    })
}

/// The algorithm asked for, or what comes closest where the series does not allow it.
fn named(history: &[f64], request: &Request, season_length: Option<usize>) -> Result<Draft, Error> {
    let algorithm = request.algorithm;
    let fitted = select::fit(algorithm, history, season_length)
        .and_then(|model| Ok((model.bands(request.horizon).finite()?, model)));
    let (bands, model) = match fitted {
        Ok(fitted) => fitted,
        Err(error) => return instead(history, request, season_length, &error),
    };
    let origins = Origins::new(history.len(), request.horizon, season_length);
    let tested = |algorithm: Algorithm| {
        let fit = |known: &[f64]| select::fit(algorithm, known, season_length);
        evaluate(history, origins.as_ref()?, request.non_negative, fit).ok()
    };
    let tally = tested(algorithm).unwrap_or_default();
    let seldom = is_seldom(history);
    // The moving average is the yardstick that plans measure a forecast's error by.
    let yardstick = (algorithm != Algorithm::MovingAverage)
        .then(|| tested(Algorithm::MovingAverage))
        .flatten();
    let candidates = [
        Candidate::scored(algorithm, &tally, seldom),
        yardstick.and_then(|tally| Candidate::scored(Algorithm::MovingAverage, &tally, seldom)),
    ];
    Ok(Draft {
        algorithm,
        status: Status::Fitted,
        reason: format!("{algorithm} was asked for."),
        bands,
        model,
        tally,
        conformal: false,
        candidates: candidates.into_iter().flatten().collect(),
        trend: None,
    })
}

fn instead(
    history: &[f64],
    request: &Request,
    season_length: Option<usize>,
    error: &Error,
) -> Result<Draft, Error> {
    let asked = request.algorithm;
    let mut draft = chosen(history, request, season_length)?;
    let why = match error {
        Error::NoSeason { .. } => "the series shows no season".to_owned(),
        other => other.to_string(),
    };
    draft.reason = format!(
        "{asked} was asked for, but {why}; {} took its place.",
        draft.algorithm
    );
    if matches!(
        error,
        Error::HistoryTooShort { .. } | Error::SeasonTooLong { .. }
    ) {
        draft.status = Status::ShortHistory;
    }
    Ok(draft)
}

/// Puts the draft into words.
pub(crate) fn finish(
    history: &[f64],
    request: &Request,
    season_length: Option<usize>,
    draft: Draft,
) -> Result<Outcome, Error> {
    let naive_mae = naive_mae(history, season_length.unwrap_or(1));
    let backtest = Backtest::of(&draft.tally.pairs, naive_mae);
    let confidence = match (&backtest, draft.status) {
        (_, Status::AllZero) => 1.0,
        (Some(backtest), _) => (1.0 - backtest.wape.unwrap_or(100.0) / 100.0).clamp(0.0, 1.0),
        (None, _) => 0.0,
    };
    let residual_std = draft.model.residual_std_dev();
    if !residual_std.is_finite() {
        return Err(Error::Overflow);
    }
    let bands = if draft.conformal {
        Reach::of(&Conformal::of(draft.tally.scaled_errors)).bands(&draft.bands)
    } else {
        draft.bands
    };
    Ok(Outcome {
        bands: if request.non_negative {
            bands.non_negative()
        } else {
            bands
        },
        explanation: Explanation {
            algorithm: draft.algorithm,
            status: draft.status,
            reason: draft.reason,
            season_length,
            trend: draft.trend,
            parameters: draft.model.parameters(),
            candidates: draft.candidates,
            backtest,
            confidence,
            naive_mae,
            residual_std,
        },
    })
}

/// Mean absolute difference of values one season apart; `None` where there are none or all are 0.
fn naive_mae(history: &[f64], season_length: usize) -> Option<f64> {
    let differences = history.iter().zip(history.iter().skip(season_length));
    let count = history.len().saturating_sub(season_length);
    let sum: f64 = differences
        .map(|(former, value)| (value - former).abs())
        .sum();
    let mean = sum / count as f64;
    (mean > 0.0 && mean.is_finite()).then_some(mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_naive_error_is_that_of_steps_a_season_apart() {
        let history = [1.0, 3.0, 2.0, 6.0];
        assert_eq!(naive_mae(&history, 1), Some(7.0 / 3.0));
        assert_eq!(naive_mae(&history, 2), Some(2.0));
        assert_eq!(naive_mae(&history, 4), None);
        assert_eq!(naive_mae(&[5.0; 4], 1), None);
    }

    #[test]
    fn one_value_alone_is_no_constant() {
        let request = Request {
            algorithm: Algorithm::Auto,
            horizon: 2,
            season_length: None,
            non_negative: true,
        };
        let status = |history: &[f64]| forecast(history, &request).unwrap().explanation.status;
        assert_eq!(status(&[5.0]), Status::ShortHistory);
        assert_eq!(status(&[5.0, 5.0]), Status::Constant);
        assert_eq!(status(&[0.0, 0.0]), Status::AllZero);
    }
}
