//! A model's state that is stored and takes new values without the history.
//!
//! A night after the first brings one value a series. What the fit found stays: smoothing parameters,
//! first states, figures of a season, weights, the chosen form, the width of the intervals. What moves
//! on is the model's state: levels, slopes, rings of a season, sums of squared errors, and, for
//! averages and for seldom demand, the last values. The forecast is then that of the same fitted model
//! over the whole history ([`crate::models::Model::applied_to`]), for the cost of one step.
//!
//! When to fit anew is the caller's rule: when it is due, when [`State::needs_refit`] or the
//! [`State::tracking_signal`] asks for it, when former values changed.
//!
//! A stored state is the number of its format, the state in [postcard](https://docs.rs/postcard)'s
//! encoding, and a checksum. A state of another format is refused: the caller fits anew.
//!
//! ```
//! use forecasting::{Algorithm, Request, State, forecast_with_state};
//! let history: Vec<f64> = (0..60).map(|day| f64::from(20 + day % 7)).collect();
//! let request = Request {
//!     algorithm: Algorithm::Auto,
//!     horizon: 7,
//!     season_length: Some(7),
//!     non_negative: true,
//! };
//! let (outcome, state) = forecast_with_state(&history, &request)?;
//! assert_eq!(state.bands(7)?, outcome.bands);
//!
//! let mut state = State::from_bytes(&state.to_bytes())?;
//! state.update(&[24.0])?;
//! assert_eq!(state.updates(), 1);
//! assert!((state.bands(1)?.mean[0] - 25.0).abs() < 0.5);
//! # Ok::<(), forecasting::Error>(())
//! ```

use crate::conformal::{Conformal, Reach};
use crate::forecast::{self, Draft, LEVELS, Outcome, Request, Status};
use crate::models::{Fitted, MOST_STEPS};
use crate::{Bands, Error, check};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Number of the format. It goes up whenever a field of [`State`] or of a model changes.
const FORMAT: u8 = 1;
/// Bytes of the checksum.
const CHECKSUM: usize = 4;
/// Models that one state may hold.
const MOST_PARTS: usize = 16;

/// A fitted model between two nights.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// Weights of sum 1 and models.
    parts: Vec<(f64, Fitted)>,
    /// Widths of the intervals, where they are not the model's own.
    reach: Option<Reach>,
    non_negative: bool,
    basis: Basis,
    outgrown: bool,
    updates: usize,
    signal: Signal,
}

/// What the history was like at the fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Basis {
    /// Enough of it for the model.
    Enough,
    /// So short that each value counts.
    Short,
    /// One value for ever.
    Unchanging(f64),
}

/// The tracking signal of Trigg (1964): smoothed error and smoothed absolute error.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Signal {
    error: f64,
    size: f64,
}

/// Weight of a new error in the signal, as Trigg has it.
const NEW_ERROR: f64 = 0.1;
/// Mean absolute value of a normal variable of variance 1: sqrt(2 / pi).
const MEAN_SIZE: f64 = 0.797_884_560_802_865_4;

impl Signal {
    fn take(&mut self, error: f64) {
        self.error += NEW_ERROR * (error - self.error);
        self.size += NEW_ERROR * (error.abs() - self.size);
    }
}

/// Forecasts a history as [`crate::forecast()`] does, and answers the state that takes the values
/// to come.
///
/// # Errors
/// Those of [`crate::forecast()`].
pub fn forecast_with_state(history: &[f64], request: &Request) -> Result<(Outcome, State), Error> {
    let (season_length, draft) = forecast::draft(history, request)?;
    let state = State::of(history, request, &draft);
    let outcome = forecast::finish(history, request, season_length, draft)?;
    Ok((outcome, state))
}

impl State {
    fn of(history: &[f64], request: &Request, draft: &Draft) -> Self {
        let errors = || draft.tally.scaled_errors.clone();
        Self {
            parts: draft.model.parts(),
            reach: draft.conformal.then(|| Reach::of(&Conformal::of(errors()))),
            non_negative: request.non_negative,
            basis: match draft.status {
                Status::Fitted => Basis::Enough,
                Status::ShortHistory => Basis::Short,
                Status::Constant | Status::AllZero => {
                    Basis::Unchanging(history.last().copied().unwrap_or_default())
                }
            },
            outgrown: false,
            updates: 0,
            signal: Signal {
                error: 0.0,
                // So that the first errors are measured against what is usual.
                size: MEAN_SIZE * draft.model.residual_std_dev(),
            },
        }
    }

    /// Takes the values of the next steps. On an error none is taken.
    ///
    /// # Errors
    /// NaN or infinity among them; zero or less for a Holt-Winters model whose season multiplies: fit
    /// anew, from the history.
    pub fn update(&mut self, values: &[f64]) -> Result<(), Error> {
        if values.is_empty() {
            return Ok(());
        }
        check::history(values)?;
        for (_, part) in &self.parts {
            part.model().check_next(values)?;
        }
        for value in values {
            self.signal.take(value - self.expected());
            for (_, part) in &mut self.parts {
                part.model_mut().update(*value);
            }
            self.outgrown |= match self.basis {
                Basis::Enough => false,
                Basis::Short => true,
                Basis::Unchanging(former) => *value != former,
            };
            self.updates += 1;
        }
        Ok(())
    }

    /// Expected value of the next step.
    fn expected(&self) -> f64 {
        let means = self
            .parts
            .iter()
            .map(|(weight, part)| weight * part.model().next());
        let mean = means.sum::<f64>();
        if self.non_negative {
            mean.max(0.0)
        } else {
            mean
        }
    }

    /// Expected values and intervals of the `horizon` steps to come, by the rule of
    /// [`crate::forecast()`] with the widths found at the fit.
    ///
    /// # Errors
    /// A horizon out of range; values so large that the result is not finite.
    pub fn bands(&self, horizon: usize) -> Result<Bands, Error> {
        check::horizon(horizon)?;
        let bands = self.plain(horizon).finite()?;
        let bands = match &self.reach {
            Some(reach) => reach.bands(&bands).finite()?,
            None => bands,
        };
        Ok(if self.non_negative {
            bands.non_negative()
        } else {
            bands
        })
    }

    /// The models' own bands.
    fn plain(&self, horizon: usize) -> Bands {
        match self.parts.as_slice() {
            [(_, single)] => single.model().bands(horizon),
            parts => {
                let bands = parts
                    .iter()
                    .map(|(weight, part)| (*weight, part.model().bands(horizon)));
                Bands::weighted(bands)
            }
        }
    }

    /// The values that demand of the `horizon` steps to come stays below with `probability`, between
    /// 0.001 and 0.999. Where AUTO widened the intervals by its errors, the state keeps seven of their
    /// quantiles: between those the answer comes close to that of [`crate::forecast_quantiles`].
    ///
    /// # Errors
    /// A horizon or probability out of range; values so large that the result is not finite.
    pub fn quantile(&self, horizon: usize, probability: f64) -> Result<Vec<f64>, Error> {
        check::horizon(horizon)?;
        check::parameter("probability", Some(probability), LEVELS.0, LEVELS.1)?;
        let mut values = match (&self.reach, self.parts.as_slice()) {
            (Some(reach), _) => reach.quantile(&self.plain(horizon), probability),
            (None, [(_, single)]) => single.model().quantile(horizon, probability),
            (None, _) => self.plain(horizon).normal_quantile(probability),
        };
        if self.non_negative {
            values.iter_mut().for_each(|value| *value = value.max(0.0));
        }
        let finite = values.iter().all(|value| value.is_finite());
        finite.then_some(values).ok_or(Error::Overflow)
    }

    /// Whether the model no longer fits what came since: another value in a series that never
    /// changed, any value in a history too short for a model, a result that is not finite.
    pub fn needs_refit(&self) -> bool {
        self.outgrown || self.bands(1).is_err()
    }

    /// Smoothed error over smoothed absolute error of the one-step forecasts since the fit, -1 to 1:
    /// positive where demand stays above what is expected. It begins at 0, as if errors of the
    /// usual size but no sign had come before. Over the nights after a fit it was beyond 0.5 in 1 to 5%
    /// of cases, beyond 0.7 in 0.2 to 0.7%, beyond 0.8 in 0.1% or less (AUTO on M3, car parts, retail
    /// and synthetic series); a lasting change of the level takes it there within some days.
    pub fn tracking_signal(&self) -> f64 {
        let Signal { error, size } = self.signal;
        if size > 0.0 { error / size } else { 0.0 }
    }

    /// Values taken since the fit.
    pub fn updates(&self) -> usize {
        self.updates
    }

    /// The state, to be stored: the same state gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = vec![FORMAT];
        // Nothing in a state refuses to be written; what is not there is refused when read.
        let mut bytes = postcard::to_extend(self, bytes).unwrap_or_default();
        let checksum = checksum(&bytes);
        bytes.extend(checksum);
        bytes
    }

    /// Reads a stored state.
    ///
    /// # Errors
    /// [`Error::StateFormat`] for a state of another format, [`Error::StateDamaged`] for other bytes:
    /// in both cases fit anew, from the history.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        match bytes.first() {
            Some(&FORMAT) => {}
            Some(&found) => {
                return Err(Error::StateFormat {
                    found,
                    known: FORMAT,
                });
            }
            None => return Err(Error::StateDamaged),
        }
        let (content, stored) = bytes
            .split_last_chunk::<CHECKSUM>()
            .ok_or(Error::StateDamaged)?;
        if *stored != checksum(content) {
            return Err(Error::StateDamaged);
        }
        let body = content.get(1..).unwrap_or_default();
        // Lists are read item by item: serde reserves a mebibyte at most on the word of a length.
        match postcard::take_from_bytes::<Self>(body) {
            Ok((state, [])) if state.is_sound() => Ok(state),
            _ => Err(Error::StateDamaged),
        }
    }

    /// Whether what was read can be worked with.
    fn is_sound(&self) -> bool {
        (1..=MOST_PARTS).contains(&self.parts.len())
            && self.parts.iter().all(|(_, part)| part.is_sound())
            && self.updates <= MOST_STEPS
    }
}

/// Low bytes of XXH3.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    (xxh3_64(bytes) as u32).to_le_bytes()
}

#[cfg(test)]
mod tests;
