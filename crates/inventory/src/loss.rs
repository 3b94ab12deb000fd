//! Loss functions: how much demand a stock level is expected to miss.
//!
//! For demand D and a level x the shortage is n(x) = E[(D − x)⁺] and the surplus
//! n̄(x) = E[(x − D)⁺] = x − μ + n(x), with μ the mean of D.
//!
//! - Standard normal: G(z) = φ(z) − z · (1 − Φ(z)); the second-order loss
//!   H(z) = ∫ G over (z, ∞) = ½ · ((z² + 1)(1 − Φ(z)) − z φ(z)).
//! - Poisson with mean λ: n(x) = λ · P(D ≥ ⌊x⌋) − x · P(D > ⌊x⌋).
//!
//! Source: L. V. Snyder and Z.-J. M. Shen, "Fundamentals of Supply Chain Theory" (2019), appendix C.
//! Beyond z = 15 the differences lose their digits; an asymptotic series takes over there.
//!
//! ```
//! let loss = inventory::loss::unit_normal_loss(0.5)?;
//! assert!((loss.shortage - 0.19779655740130603).abs() < 1e-12);
//! assert!((loss.surplus - 0.6977965574013061).abs() < 1e-12);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::demand_law::DemandLaw;
use crate::{Error, check, normal};

/// The closed forms cancel: G loses a factor z² of the 5e-11 that the library's erfc is good for, H a
/// factor z⁴. At 15 (a loss of 1e-52) the series is as good as they are, so they meet there.
const ASYMPTOTIC_FROM: f64 = 15.0;

/// Expected shortage and surplus of a stock level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// n(x) = E[(D − x)⁺], units.
    pub shortage: f64,
    /// n̄(x) = E[(x − D)⁺], units.
    pub surplus: f64,
}

/// Loss of the standard normal law at z.
///
/// # Errors
/// NaN or infinity.
pub fn unit_normal_loss(z: f64) -> Result<Loss, Error> {
    check::finite("z", z)?;
    Ok(Loss {
        shortage: first_order(z),
        surplus: first_order(-z),
    })
}

/// Second-order loss H(z) of the standard normal law: half of E[((Z − z)⁺)²].
///
/// # Errors
/// NaN or infinity, or a z so low that z² overflows.
pub fn unit_normal_second_loss(z: f64) -> Result<f64, Error> {
    check::finite("z", z)?;
    check::representable("second-order loss", second_order(z))
}

/// Loss of a Poisson law at x.
///
/// # Errors
/// NaN or infinity, or a mean that is negative or beyond the limit of [`DemandLaw::poisson`].
pub fn poisson_loss(x: f64, mean: f64) -> Result<Loss, Error> {
    DemandLaw::poisson(mean)?.loss(x)
}

/// G(z) for finite z.
pub(crate) fn first_order(z: f64) -> f64 {
    if z > ASYMPTOTIC_FROM {
        let y = z.powi(-2);
        return normal::density(z) * y * (1.0 - y * (3.0 - y * (15.0 - y * (105.0 - 945.0 * y))));
    }
    if z < -ASYMPTOTIC_FROM {
        return first_order(-z) - z;
    }
    normal::density(z) - z * normal::survival(z)
}

/// H(z) for finite z.
pub(crate) fn second_order(z: f64) -> f64 {
    if z > ASYMPTOTIC_FROM {
        let y = z.powi(-2);
        let series = 1.0 - y * (6.0 - y * (45.0 - y * (420.0 - 4725.0 * y)));
        return normal::density(z) * y / z * series;
    }
    if z < -ASYMPTOTIC_FROM {
        // H(z) + H(-z) = (z² + 1) / 2
        return (z * z + 1.0) / 2.0 - second_order(-z);
    }
    ((z * z + 1.0) * normal::survival(z) - z * normal::density(z)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn series_and_closed_form_meet() {
        for (f, tolerance) in [(first_order as fn(f64) -> f64, 1e-7), (second_order, 1e-5)] {
            let (below, above) = (f(ASYMPTOTIC_FROM), f(ASYMPTOTIC_FROM.next_up()));
            assert!((below / above - 1.0).abs() < tolerance, "{below} {above}");
        }
    }

    #[test]
    fn far_tails_stay_finite_and_non_negative() {
        for z in [-1e150, -40.0, -15.5, 6.5, 15.5, 40.0, 1e150] {
            let loss = unit_normal_loss(z).unwrap();
            assert!(loss.shortage >= 0.0 && loss.surplus >= 0.0);
            assert!(unit_normal_second_loss(z).unwrap() >= 0.0);
        }
        assert!(unit_normal_second_loss(-1e200).is_err());
    }

    proptest! {
        #[test]
        fn second_loss_is_the_integral_of_the_first(z in -5.0..5.0f64) {
            let step = 1e-4;
            let slope = (second_order(z + step) - second_order(z - step)) / (2.0 * step);
            prop_assert!((slope + first_order(z)).abs() < 1e-6);
        }

        #[test]
        fn surplus_minus_shortage_is_the_level(z in -50.0..50.0f64) {
            let loss = unit_normal_loss(z).unwrap();
            prop_assert!((loss.surplus - loss.shortage - z).abs() < 1e-12 * (1.0 + z.abs()));
        }
    }
}
