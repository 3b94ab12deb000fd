//! How much to order at once, and how a vendor's minimum and multiple change it.
//!
//! Economic order quantity: Q = √(2 K D / (u i)), with D the demand of a year, K the cost of one
//! order, u the unit cost and i the yearly holding cost as a share of the unit cost. Source:
//! F. W. Harris, "How many parts to make at once" (1913); the variants are in [`crate::eoq`].
//! Limits: constant demand, no capacity, no discounts.
//!
//! Rounding goes up: first to the minimum, then to the next multiple.
//!
//! ```
//! use inventory::{economic_order_quantity, round_order_quantity};
//! let quantity = economic_order_quantity(12_000.0, 9.6, 100.0, 0.25)?;
//! assert_eq!(quantity, 1000.0);
//! assert_eq!(round_order_quantity(quantity, Some(100.0), Some(48.0))?, 1008.0);
//! # Ok::<(), inventory::Error>(())
//! ```

use crate::{Error, check};

/// A quantity this close (relative) to a multiple is that multiple: 0.3 / 0.1 is 2.9999999999999996
/// in binary, and nobody wants a fourth carton for it. Far above rounding error (1e-16 an
/// operation), far below any quantity that is counted.
const MULTIPLE_TOLERANCE: f64 = 1e-9;

/// Economic order quantity, units; 0 without demand or without ordering cost.
///
/// `annual_demand` in units a year, `unit_cost` and `ordering_cost` in money, `holding_cost_pct` as
/// a share a year (0.25 for 25 percent).
///
/// # Errors
/// A negative demand or ordering cost, a unit cost of zero or less, a holding cost outside (0, 1],
/// NaN or infinity, or a result beyond the range of a double.
pub fn economic_order_quantity(
    annual_demand: f64,
    unit_cost: f64,
    ordering_cost: f64,
    holding_cost_pct: f64,
) -> Result<f64, Error> {
    let demand = check::non_negative("annual demand", annual_demand)?;
    let unit_cost = check::positive("unit cost", unit_cost)?;
    let ordering_cost = check::non_negative("ordering cost", ordering_cost)?;
    let holding_share = check::share("holding cost share", holding_cost_pct)?;
    let quantity = (2.0 * ordering_cost * demand / (unit_cost * holding_share)).sqrt();
    // A tiny unit cost can underflow to 0 and give 0 / 0.
    check::representable("economic order quantity", quantity)
}

/// The quantity to put on an order: at least `quantity` and `minimum`, a whole number of
/// `multiple`. No need (zero or less) gives 0, whatever the minimum.
///
/// Robust against the error of binary fractions: a quantity within 1e-9 (relative) of a multiple is
/// not rounded up to the next one, and the answer has no digits of noise.
///
/// # Errors
/// NaN or infinity, a negative minimum, a multiple of zero or less, or a result beyond the range of
/// a double.
pub fn round_order_quantity(
    quantity: f64,
    minimum: Option<f64>,
    multiple: Option<f64>,
) -> Result<f64, Error> {
    check::finite("order quantity", quantity)?;
    let minimum = minimum.map_or(Ok(0.0), |m| {
        check::non_negative("minimum order quantity", m)
    })?;
    let multiple = multiple
        .map(|m| check::positive("order multiple", m))
        .transpose()?;
    if quantity <= 0.0 {
        return Ok(0.0);
    }
    let quantity = quantity.max(minimum);
    match multiple {
        None => Ok(quantity),
        Some(multiple) => {
            let lots = whole_lots(quantity / multiple, f64::ceil);
            check::representable("order quantity", shed_float_error(lots * multiple))
        }
    }
}

/// The largest whole number of multiples within `maximum`; 0 when not even one fits.
pub(crate) fn floor_to_multiple(maximum: f64, multiple: Option<f64>) -> f64 {
    match multiple {
        None => maximum,
        Some(multiple) => shed_float_error(whole_lots(maximum / multiple, f64::floor) * multiple),
    }
}

/// A number of lots made whole by `round`, unless float error is all that keeps it from whole.
fn whole_lots(lots: f64, round: fn(f64) -> f64) -> f64 {
    let nearest = lots.round();
    if (lots - nearest).abs() <= MULTIPLE_TOLERANCE * lots.abs() && nearest >= 1.0 {
        nearest
    } else {
        round(lots)
    }
}

/// The double next to the 15-digit decimal: 3 · 0.1 is 0.30000000000000004 and becomes 0.3.
fn shed_float_error(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounds_up_to_minimum_and_multiple() {
        let round = |q, min, multiple| round_order_quantity(q, min, multiple).unwrap();
        assert_eq!(round(304.0467800264368, Some(100.0), Some(48.0)), 336.0);
        assert_eq!(round(1000.0, Some(2000.0), Some(500.0)), 2000.0);
        assert_eq!(round(10.0, Some(25.0), Some(10.0)), 30.0);
        assert_eq!(round(12.5, None, None), 12.5);
        assert_eq!(round(3.0, Some(0.0), None), 3.0);
        assert_eq!(round(1e-12, None, Some(6.0)), 6.0);
    }

    #[test]
    fn is_not_fooled_by_binary_fractions() {
        let round = |q, multiple| round_order_quantity(q, None, Some(multiple)).unwrap();
        assert_eq!(round(30.0, 0.1), 30.0);
        assert_eq!(round(0.3, 0.1), 0.3);
        assert_eq!(round(0.1 + 0.2, 0.1), 0.3);
        assert_eq!(round(3.3, 1.1), 3.3);
        assert_eq!(round(0.7, 0.05), 0.7);
        assert_eq!(round(1.0 / 3.0 * 3.0, 1.0), 1.0);
        assert_eq!(round(2.5, 0.2), 2.6);
    }

    #[test]
    fn no_need_is_no_order() {
        for need in [0.0, -0.0, -5.0] {
            assert_eq!(round_order_quantity(need, Some(100.0), Some(48.0)), Ok(0.0));
        }
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert_eq!(
            round_order_quantity(1.0, None, Some(0.0))
                .unwrap_err()
                .to_string(),
            "order multiple must be positive, not 0"
        );
        assert!(round_order_quantity(1.0, Some(-1.0), None).is_err());
        assert!(round_order_quantity(f64::NAN, None, None).is_err());
        assert!(round_order_quantity(1.0, None, Some(f64::INFINITY)).is_err());
        assert!(round_order_quantity(1e300, None, Some(1e-300)).is_err());
        assert!(economic_order_quantity(-1.0, 1.0, 1.0, 0.25).is_err());
        assert!(economic_order_quantity(1.0, 0.0, 1.0, 0.25).is_err());
        assert!(economic_order_quantity(1.0, 1.0, 1.0, 25.0).is_err());
        assert!(economic_order_quantity(1.0, 1.0, f64::NAN, 0.25).is_err());
        assert!(economic_order_quantity(f64::MAX, 1e-300, 1.0, 0.25).is_err());
        assert!(economic_order_quantity(0.0, 1e-320, 1.0, 1e-10).is_err());
    }

    #[test]
    fn floors_to_whole_multiples() {
        assert_eq!(floor_to_multiple(100.0, Some(48.0)), 96.0);
        assert_eq!(floor_to_multiple(0.3, Some(0.1)), 0.3);
        assert_eq!(floor_to_multiple(5.0, Some(6.0)), 0.0);
        assert_eq!(floor_to_multiple(5.5, None), 5.5);
    }

    proptest! {
        #[test]
        fn rounding_never_falls_below_need(
            need in 1e-3..1e7f64,
            minimum in proptest::option::of(0.0..1e5f64),
            multiple in proptest::option::of(1e-2..1e4f64),
        ) {
            let rounded = round_order_quantity(need, minimum, multiple).unwrap();
            let needed = need.max(minimum.unwrap_or(0.0));
            prop_assert!(rounded >= needed * (1.0 - 2e-9));
            prop_assert!(rounded <= needed + multiple.unwrap_or(0.0) * (1.0 + 1e-9));
        }

        #[test]
        fn rounding_twice_changes_nothing(need in 1e-3..1e7f64, multiple in 1e-2..1e4f64) {
            let once = round_order_quantity(need, None, Some(multiple)).unwrap();
            prop_assert_eq!(round_order_quantity(once, None, Some(multiple)).unwrap(), once);
        }
    }
}
