//! Limits and checks of what comes in.

use crate::Error;

/// Values that a history may have: a hundred years of days.
pub const MAX_HISTORY: usize = 36_525;
/// Steps that may be forecast: ten years of days.
pub const MAX_HORIZON: usize = 3_660;
/// Steps that a season may have.
pub const MAX_SEASON_LENGTH: usize = 1_000;

/// Values that models look at: beyond four years of days, older values change no forecast but cost
/// time, and every call has to end within a second.
pub(crate) const FITTED_TAIL: usize = 1_500;

pub(crate) fn history(values: &[f64]) -> Result<(), Error> {
    if values.is_empty() {
        return Err(Error::EmptyHistory);
    }
    count("the number of history values", values.len(), 1, MAX_HISTORY)?;
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::NotFinite {
            position: index + 1,
            value: values[index],
        }),
        None => Ok(()),
    }
}

pub(crate) fn horizon(horizon: usize) -> Result<(), Error> {
    count("horizon", horizon, 1, MAX_HORIZON)
}

/// A season that the history shows at least twice.
pub(crate) fn season(season_length: usize, length: usize) -> Result<(), Error> {
    count("season_length", season_length, 1, MAX_SEASON_LENGTH)?;
    if 2 * season_length > length {
        return Err(Error::SeasonTooLong {
            season_length,
            length,
        });
    }
    Ok(())
}

pub(crate) fn count(
    name: &'static str,
    value: usize,
    minimum: usize,
    maximum: usize,
) -> Result<(), Error> {
    if (minimum..=maximum).contains(&value) {
        return Ok(());
    }
    Err(Error::CountOutOfRange {
        name,
        minimum,
        maximum,
        value,
    })
}

/// A given smoothing parameter.
pub(crate) fn parameter(
    name: &'static str,
    value: Option<f64>,
    minimum: f64,
    maximum: f64,
) -> Result<Option<f64>, Error> {
    match value {
        Some(value) if !(minimum..=maximum).contains(&value) => Err(Error::ParameterOutOfRange {
            name,
            minimum,
            maximum,
            value,
        }),
        other => Ok(other),
    }
}

/// The part of a checked history that models look at.
pub(crate) fn tail(values: &[f64]) -> &[f64] {
    &values[values.len().saturating_sub(FITTED_TAIL)..]
}
