//! The standard normal distribution as inventory theory needs it.
//!
//! `service_level_z` is the exact quantile Φ⁻¹(p), not a step table.
//!
//! ```
//! let z = inventory::service_level_z(0.97)?;
//! assert!((z - 1.880793608151251).abs() < 1e-12);
//! # Ok::<(), inventory::Error>(())
//! ```

use crate::{Error, check, normal};

/// Standard normal quantile of a cycle service level: how many standard deviations of lead-time
/// demand the safety stock covers.
///
/// # Errors
/// A service level outside (0, 1), or NaN.
pub fn service_level_z(service_level: f64) -> Result<f64, Error> {
    let p = check::probability("service level", service_level)?;
    check::representable("service level z", normal::quantile(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_tabulated_quantiles() {
        for (p, z) in [
            (0.5, 0.0),
            (0.9, 1.2815515655446004),
            (0.95, 1.6448536269514722),
            (0.975, 1.959963984540054),
            (0.99, 2.3263478740408408),
            (0.001, -3.090232306167813),
            (1e-10, -6.361340902404056),
        ] {
            assert!((service_level_z(p).unwrap() - z).abs() < 1e-9, "{p}");
        }
    }

    #[test]
    fn refuses_both_ends_and_nan() {
        for p in [0.0, 1.0, -0.1, 1.5, 95.0, f64::NAN, f64::INFINITY] {
            assert!(service_level_z(p).is_err(), "{p}");
        }
    }

    #[test]
    fn stays_finite_next_to_the_ends() {
        for p in [f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0] {
            assert!(service_level_z(p).unwrap().is_finite());
        }
    }
}
