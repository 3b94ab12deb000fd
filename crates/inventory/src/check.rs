//! Argument checks shared by all modules: each returns the value it let pass.

use crate::Error;

pub(crate) fn finite(name: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::NotFinite { name, value })
    }
}

pub(crate) fn non_negative(name: &'static str, value: f64) -> Result<f64, Error> {
    if finite(name, value)? < 0.0 {
        return Err(Error::Negative { name, value });
    }
    Ok(value)
}

pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64, Error> {
    if finite(name, value)? <= 0.0 {
        return Err(Error::NotPositive { name, value });
    }
    Ok(value)
}

/// A probability strictly between 0 and 1: both ends would need an infinite or no stock.
pub(crate) fn probability(name: &'static str, value: f64) -> Result<f64, Error> {
    if finite(name, value)? <= 0.0 || value >= 1.0 {
        return Err(Error::OutOfRange {
            name,
            low: 0.0,
            high: 1.0,
            value,
        });
    }
    Ok(value)
}

/// A share above 0 and up to 1.
pub(crate) fn share(name: &'static str, value: f64) -> Result<f64, Error> {
    if finite(name, value)? <= 0.0 || value > 1.0 {
        return Err(Error::OutOfRange {
            name,
            low: 0.0,
            high: 1.0,
            value,
        });
    }
    Ok(value)
}

/// The last step of every formula: finite arguments can still overflow.
pub(crate) fn representable(name: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::TooLarge { name })
    }
}
