//! Periodic review (R, S): every R days order up to S.
//!
//! An order placed now must last until the next one arrives: over R + L days. With daily demand of
//! mean d and standard deviation σd, a lead time of L days with standard deviation σL, and z the
//! normal quantile of the service level,
//!
//! S = d (R + L) + z √((R + L) σd² + d² σL²).
//!
//! Source: Silver, Pyke and Thomas (2017), section 6.10; P. L. King (2011) for σL. Limits: normal
//! demand, independent days. For another law take the quantile of [`crate::DemandLaw`] at
//! [`crate::lead_time_demand()`] with the review period.
//!
//! ```
//! use inventory::{SafetyStockInput, periodic_review::order_up_to_level};
//! let input = SafetyStockInput {
//!     avg_daily_demand: 100.0,
//!     demand_std_dev: 20.0,
//!     lead_time_days: 4.0,
//!     lead_time_std_dev: 0.0,
//!     service_level: 0.95,
//! };
//! let level = order_up_to_level(&input, 7.0)?;
//! assert!((level.order_up_to_level - 1209.107246).abs() < 1e-6);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, SafetyStockInput, SafetyStockMethod, check, safety_stock};

/// The level of a periodic review.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderUpToLevel {
    /// Inventory position to order up to, units.
    pub order_up_to_level: f64,
    /// The part of it that covers variability, units, zero or more.
    pub safety_stock: f64,
}

/// Order-up-to level for a review every `review_period_days`.
///
/// # Errors
/// As [`safety_stock()`]; a negative review period.
pub fn order_up_to_level(
    input: &SafetyStockInput,
    review_period_days: f64,
) -> Result<OrderUpToLevel, Error> {
    let review = check::non_negative("review period", review_period_days)?;
    let lead_time = check::non_negative("lead time", input.lead_time_days)?;
    let protected = SafetyStockInput {
        lead_time_days: review + lead_time,
        ..*input
    };
    let safety_stock = safety_stock(&protected, SafetyStockMethod::Combined)?.quantity;
    let level = input
        .avg_daily_demand
        .mul_add(protected.lead_time_days, safety_stock);
    Ok(OrderUpToLevel {
        order_up_to_level: check::representable("order-up-to level", level)?,
        safety_stock,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: SafetyStockInput = SafetyStockInput {
        avg_daily_demand: 10.0,
        demand_std_dev: 4.0,
        lead_time_days: 2.0,
        lead_time_std_dev: 1.0,
        service_level: 0.98,
    };

    #[test]
    fn without_review_period_is_the_reorder_point() {
        let level = order_up_to_level(&INPUT, 0.0).unwrap();
        let stock = safety_stock(&INPUT, SafetyStockMethod::Combined)
            .unwrap()
            .quantity;
        assert_eq!(level.order_up_to_level, 20.0 + stock);
    }

    #[test]
    fn a_longer_review_needs_more() {
        let level = |review| order_up_to_level(&INPUT, review).unwrap().safety_stock;
        assert!(level(30.0) > level(7.0));
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(order_up_to_level(&INPUT, -1.0).is_err());
        assert!(order_up_to_level(&INPUT, f64::NAN).is_err());
        assert!(
            order_up_to_level(
                &SafetyStockInput {
                    lead_time_days: -1.0,
                    ..INPUT
                },
                7.0
            )
            .is_err()
        );
    }
}
