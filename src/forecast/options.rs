//! Arguments of the forecast functions, checked on their way in.

use crate::errors::{Error, report};
use forecasting::{MAX_HISTORY, MAX_HORIZON};
use pgrx::Array;
use pgrx::pg_sys::panic::ErrorReport;

/// The values of a history array.
///
/// # Errors
/// When it is NULL, holds a NULL, or is longer than models accept.
pub fn history(values: Option<Array<'_, f64>>) -> Result<Vec<f64>, ErrorReport> {
    let name = "history";
    let values = values.ok_or_else(|| report(Error::NullArgument(name)))?;
    let count = values.len();
    if count > MAX_HISTORY {
        let limit = MAX_HISTORY;
        return Err(report(Error::TooManyValues { name, count, limit }));
    }
    (1..)
        .zip(values.iter())
        .map(|(position, value)| value.ok_or_else(|| report(Error::NullElement { name, position })))
        .collect()
}

/// A count, such as a horizon; the crate checks its upper limit.
///
/// # Errors
/// When it is NULL or negative.
pub fn count(name: &'static str, value: Option<i32>) -> Result<usize, ErrorReport> {
    let value = value.ok_or_else(|| report(Error::NullArgument(name)))?;
    usize::try_from(value).map_err(|_| {
        let value = i64::from(value);
        report(Error::NegativeArgument { name, value })
    })
}

/// A count that may be left out.
///
/// # Errors
/// When it is negative.
pub fn optional_count(
    name: &'static str,
    value: Option<i32>,
) -> Result<Option<usize>, ErrorReport> {
    value.map(|value| count(name, Some(value))).transpose()
}

/// A horizon for a model that is called directly.
///
/// # Errors
/// When it is NULL, not positive, or longer than models accept.
pub fn horizon(value: Option<i32>) -> Result<usize, ErrorReport> {
    let horizon = count("horizon", value)?;
    if (1..=MAX_HORIZON).contains(&horizon) {
        Ok(horizon)
    } else {
        let limit = MAX_HORIZON;
        Err(report(Error::HorizonOutOfRange { horizon, limit }))
    }
}
