//! How much to order under a material's own policy, and how shelf life limits it.
//!
//! Two facts set the need at the time an order arrives: the *shortage*, by which the projected stock
//! lies below the level to hold (safety stock or reorder point), and the demand forecast from that
//! day on.
//!
//! | policy | quantity |
//! |---|---|
//! | economic | the larger of Q and the shortage |
//! | lot for lot | the shortage |
//! | periods of supply | the shortage plus the demand of the next n days |
//! | min/max | up to the maximum level: the shortage plus maximum − level to hold |
//!
//! Nothing is ordered without a shortage. A shelf life of n days caps an order at the demand of the
//! n days after its arrival, less the stock that is there by then: older stock is sold first and
//! every unit of the order is sold before it expires. Minimum, multiple and maximum are applied
//! after that by [`crate::OrderLimits`].
//!
//! Source: Silver, Pyke and Thomas (2017), chapters 5 and 6; J. Orlicky, "Material Requirements
//! Planning" (1975), on lot sizes. Limits: expected demand, no share of it is kept back for
//! variability; [`crate::lot_sizing`] has the optimum over several orders.
//!
//! ```
//! use inventory::quantity_policy::{QuantityPolicy, order_quantity, shelf_life_cap};
//! let demand = [10.0; 30];
//! let policy = QuantityPolicy::PeriodsOfSupply { days: 14 };
//! assert_eq!(order_quantity(&policy, 25.0, &demand)?, 165.0);
//! assert_eq!(shelf_life_cap(20.0, &demand, 10)?, 80.0);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// How the size of an order is found; quantities in units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case")]
pub enum QuantityPolicy {
    /// A fixed economic quantity, or the shortage when that is larger.
    Economic {
        /// Q.
        quantity: f64,
    },
    /// Exactly what is missing.
    LotForLot,
    /// What is missing and the demand of the days after the arrival.
    PeriodsOfSupply {
        /// Days to cover.
        days: usize,
    },
    /// Up to a maximum level.
    MinMax {
        /// The level to hold at least (what the shortage is measured against).
        minimum_level: f64,
        /// The level to order up to.
        maximum_level: f64,
    },
}

/// Units to order for a shortage, before minimum, multiple and maximum; 0 without a shortage.
///
/// `demand_after_arrival` is the forecast a day, from the day the order arrives; days beyond it
/// repeat its mean.
///
/// # Errors
/// NaN or infinity; a negative demand or quantity; a maximum level below the minimum level;
/// overflow.
pub fn order_quantity(
    policy: &QuantityPolicy,
    shortage: f64,
    demand_after_arrival: &[f64],
) -> Result<f64, Error> {
    check::finite("shortage", shortage)?;
    let quantity = match *policy {
        QuantityPolicy::Economic { quantity } => {
            check::non_negative("economic order quantity", quantity)?.max(shortage)
        }
        QuantityPolicy::LotForLot => shortage,
        QuantityPolicy::PeriodsOfSupply { days } => {
            shortage + demand_of_days(demand_after_arrival, days)?
        }
        QuantityPolicy::MinMax {
            minimum_level,
            maximum_level,
        } => {
            let low = check::finite("minimum level", minimum_level)?;
            let high = check::finite("maximum level", maximum_level)?;
            if high < low {
                return Err(Error::Below {
                    name: "maximum level",
                    value: high,
                    other_name: "the minimum level",
                    other: low,
                });
            }
            shortage + (high - low)
        }
    };
    if shortage <= 0.0 {
        return Ok(0.0);
    }
    check::representable("order quantity", quantity)
}

/// Units that an order may bring so that all of them are sold before they expire, zero or more.
///
/// `stock_at_arrival` is the projected stock just before the order arrives (a backlog counts as
/// additional demand), `shelf_life_days` counts from the arrival; days beyond the forecast repeat
/// its mean.
///
/// # Errors
/// NaN or infinity, a negative demand, or overflow.
pub fn shelf_life_cap(
    stock_at_arrival: f64,
    demand_after_arrival: &[f64],
    shelf_life_days: usize,
) -> Result<f64, Error> {
    let stock = check::finite("stock at arrival", stock_at_arrival)?;
    let sold = demand_of_days(demand_after_arrival, shelf_life_days)?;
    check::representable("quantity within shelf life", (sold - stock).max(0.0))
}

/// Demand of the first `days` days; a shorter forecast goes on with its mean.
fn demand_of_days(demand: &[f64], days: usize) -> Result<f64, Error> {
    for &quantity in demand {
        check::non_negative("demand", quantity)?;
    }
    let known: f64 = demand.iter().take(days).sum();
    let beyond = days.saturating_sub(demand.len()) as f64;
    let rest = if demand.is_empty() {
        0.0
    } else {
        beyond * known / demand.len() as f64
    };
    check::representable("demand of the days ahead", known + rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_policy_has_its_quantity() {
        let demand = [4.0, 0.0, 8.0, 4.0];
        let quantity = |policy, shortage| order_quantity(&policy, shortage, &demand).unwrap();
        assert_eq!(
            quantity(QuantityPolicy::Economic { quantity: 50.0 }, 10.0),
            50.0
        );
        assert_eq!(
            quantity(QuantityPolicy::Economic { quantity: 50.0 }, 60.0),
            60.0
        );
        assert_eq!(quantity(QuantityPolicy::LotForLot, 10.0), 10.0);
        assert_eq!(
            quantity(QuantityPolicy::PeriodsOfSupply { days: 3 }, 10.0),
            22.0
        );
        assert_eq!(
            quantity(QuantityPolicy::PeriodsOfSupply { days: 6 }, 10.0),
            34.0
        );
        assert_eq!(
            quantity(QuantityPolicy::PeriodsOfSupply { days: 0 }, 10.0),
            10.0
        );
        let min_max = QuantityPolicy::MinMax {
            minimum_level: 20.0,
            maximum_level: 80.0,
        };
        assert_eq!(quantity(min_max, 5.0), 65.0);
    }

    #[test]
    fn no_shortage_is_no_order() {
        for policy in [
            QuantityPolicy::Economic { quantity: 50.0 },
            QuantityPolicy::LotForLot,
            QuantityPolicy::PeriodsOfSupply { days: 7 },
            QuantityPolicy::MinMax {
                minimum_level: 0.0,
                maximum_level: 10.0,
            },
        ] {
            assert_eq!(order_quantity(&policy, 0.0, &[1.0; 7]), Ok(0.0));
            assert_eq!(order_quantity(&policy, -3.0, &[1.0; 7]), Ok(0.0));
        }
    }

    #[test]
    fn shelf_life_leaves_nothing_to_expire() {
        assert_eq!(shelf_life_cap(20.0, &[10.0; 30], 10), Ok(80.0));
        assert_eq!(shelf_life_cap(500.0, &[10.0; 30], 10), Ok(0.0));
        assert_eq!(shelf_life_cap(-15.0, &[10.0; 5], 10), Ok(115.0));
        assert_eq!(shelf_life_cap(0.0, &[], 10), Ok(0.0));
    }

    #[test]
    fn refuses_what_is_out_of_range() {
        assert!(order_quantity(&QuantityPolicy::LotForLot, f64::NAN, &[]).is_err());
        assert!(order_quantity(&QuantityPolicy::Economic { quantity: -1.0 }, 1.0, &[]).is_err());
        let upside_down = QuantityPolicy::MinMax {
            minimum_level: 9.0,
            maximum_level: 8.0,
        };
        assert!(order_quantity(&upside_down, 1.0, &[]).is_err());
        let days = QuantityPolicy::PeriodsOfSupply { days: 2 };
        assert!(order_quantity(&days, 1.0, &[-1.0]).is_err());
        assert!(order_quantity(&days, 1.0, &[f64::MAX, f64::MAX]).is_err());
        assert!(shelf_life_cap(f64::INFINITY, &[1.0], 3).is_err());
    }

    proptest! {
        #[test]
        fn an_order_is_never_below_the_shortage(
            shortage in 0.001..1e4f64, quantity in 0.0..1e4f64, days in 0usize..60,
            demand in prop::collection::vec(0.0..100.0f64, 0..60),
        ) {
            for policy in [
                QuantityPolicy::Economic { quantity },
                QuantityPolicy::LotForLot,
                QuantityPolicy::PeriodsOfSupply { days },
                QuantityPolicy::MinMax { minimum_level: 0.0, maximum_level: quantity },
            ] {
                prop_assert!(order_quantity(&policy, shortage, &demand).unwrap() >= shortage);
            }
        }

        #[test]
        fn a_longer_shelf_life_never_caps_lower(
            stock in -100.0..1000.0f64, days in 0usize..60,
            demand in prop::collection::vec(0.0..100.0f64, 0..60),
        ) {
            prop_assert!(
                shelf_life_cap(stock, &demand, days + 1).unwrap()
                    >= shelf_life_cap(stock, &demand, days).unwrap() - 1e-9
            );
        }
    }
}
