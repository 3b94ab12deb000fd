//! Standard normal density and distribution, in the one place that knows the library behind them.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

pub(crate) fn density(z: f64) -> f64 {
    Normal::standard().pdf(z)
}

pub(crate) fn cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// 1 − Φ(z) without the cancellation of that difference.
pub(crate) fn survival(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// Φ⁻¹(p) for p strictly between 0 and 1.
pub(crate) fn quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}
