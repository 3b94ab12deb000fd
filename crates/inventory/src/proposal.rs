//! Whether to order and how much: a reorder-point policy with the restrictions of the vendor.
//!
//! Inventory position = available + on order. Nothing is proposed while it is above the reorder
//! point. Otherwise the raw quantity is the larger of
//!
//! - the economic order quantity, and
//! - reorder point + demand of the lead time − position, which lifts the position so far that the
//!   next order is due one lead time later, not tomorrow. The reorder point counts here as at least
//!   safety stock + demand of the lead time: one that was stated by hand and lies too low must not
//!   shrink the order.
//!
//! The raw quantity is capped by the maximum, then raised to the minimum and to a whole number of
//! multiples; where that passes the maximum, the largest number of multiples within it is taken.
//!
//! Source: the (s, Q) and (s, S) policies of Silver, Pyke and Thomas (2017), chapter 6; S = s + lead
//! time demand is the usual stand-in where the position undershoots s by more than Q.
//!
//! ```
//! use inventory::{ProposalInput, propose_order};
//! let input = ProposalInput {
//!     available: 120.0,
//!     on_order: 0.0,
//!     safety_stock: 50.0,
//!     reorder_point: 190.0,
//!     economic_order_quantity: 304.05,
//!     minimum_order_quantity: Some(100.0),
//!     order_multiple: Some(48.0),
//!     demand_during_lead_time: 140.0,
//!     maximum: None,
//! };
//! assert_eq!(propose_order(&input)?, Some(336.0));
//! assert_eq!(propose_order(&ProposalInput { on_order: 336.0, ..input })?, None);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::order_quantity::floor_to_multiple;
use crate::{Error, check, round_order_quantity};

/// What a proposal is made from; all quantities in units of the material.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProposalInput {
    /// On hand minus allocated; negative is a backlog.
    pub available: f64,
    /// Open orders due in time, zero or more.
    pub on_order: f64,
    /// Safety stock, zero or more.
    pub safety_stock: f64,
    /// Position at which to order, zero or more.
    pub reorder_point: f64,
    /// Economic order quantity, zero or more.
    pub economic_order_quantity: f64,
    /// The vendor's smallest order.
    pub minimum_order_quantity: Option<f64>,
    /// The vendor's lot: orders are whole numbers of it.
    pub order_multiple: Option<f64>,
    /// Forecast demand over the lead time, zero or more.
    pub demand_during_lead_time: f64,
    /// Largest quantity of one order.
    pub maximum: Option<f64>,
}

/// The quantity to order now, or `None` when there is no need.
///
/// # Errors
/// NaN or infinity; a negative quantity (`available` may be negative); a maximum or multiple of zero
/// or less; a maximum below the minimum or below one multiple.
pub fn propose_order(input: &ProposalInput) -> Result<Option<f64>, Error> {
    let limits = OrderLimits::new(
        input.minimum_order_quantity,
        input.order_multiple,
        input.maximum,
    )?;
    limits.apply(raw_quantity(input)?)
}

/// The quantity that is needed before minimum, multiple and maximum; 0 without a need.
///
/// # Errors
/// As [`propose_order`], limits left out.
pub(crate) fn raw_quantity(input: &ProposalInput) -> Result<f64, Error> {
    let available = check::finite("available quantity", input.available)?;
    let on_order = check::non_negative("on-order quantity", input.on_order)?;
    let safety_stock = check::non_negative("safety stock", input.safety_stock)?;
    let reorder_point = check::non_negative("reorder point", input.reorder_point)?;
    let economic = check::non_negative("economic order quantity", input.economic_order_quantity)?;
    let lead_time_demand =
        check::non_negative("demand during lead time", input.demand_during_lead_time)?;
    let position = check::representable("inventory position", available + on_order)?;
    if position > reorder_point {
        return Ok(0.0);
    }
    let trigger = reorder_point.max(safety_stock + lead_time_demand);
    let lift = trigger + lead_time_demand - position;
    check::representable("order quantity", economic.max(lift))
}

/// Minimum, multiple and maximum of one order, known to agree with each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderLimits {
    minimum: Option<f64>,
    multiple: Option<f64>,
    maximum: Option<f64>,
}

impl OrderLimits {
    /// Limits in units; `None` is no limit.
    ///
    /// # Errors
    /// NaN or infinity; a negative minimum; a multiple or maximum of zero or less; limits that no
    /// quantity meets.
    pub fn new(
        minimum: Option<f64>,
        multiple: Option<f64>,
        maximum: Option<f64>,
    ) -> Result<Self, Error> {
        // The rounding of a token need checks both and gives the smallest order there is.
        let smallest = round_order_quantity(f64::MIN_POSITIVE, minimum, multiple)?;
        if let Some(value) = maximum {
            check::positive("maximum order quantity", value)?;
            if floor_to_multiple(value, multiple) < smallest {
                return Err(Error::Below {
                    name: "maximum order quantity",
                    value,
                    other_name: "smallest order of minimum and multiple",
                    other: smallest,
                });
            }
        }
        Ok(Self {
            minimum,
            multiple,
            maximum,
        })
    }

    /// The quantity to order for a need, or `None` when there is none.
    ///
    /// # Errors
    /// A need of NaN or infinity, or a result beyond the range of a double.
    pub fn apply(&self, need: f64) -> Result<Option<f64>, Error> {
        let rounded = round_order_quantity(need, self.minimum, self.multiple)?;
        let quantity = match self.maximum {
            Some(maximum) if rounded > maximum => floor_to_multiple(maximum, self.multiple),
            _ => rounded,
        };
        Ok((quantity > 0.0).then_some(quantity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INPUT: ProposalInput = ProposalInput {
        available: 100.0,
        on_order: 20.0,
        safety_stock: 50.0,
        reorder_point: 190.0,
        economic_order_quantity: 300.0,
        minimum_order_quantity: None,
        order_multiple: None,
        demand_during_lead_time: 140.0,
        maximum: None,
    };

    #[test]
    fn nothing_is_proposed_above_the_reorder_point() {
        assert_eq!(
            propose_order(&ProposalInput {
                on_order: 90.5,
                ..INPUT
            }),
            Ok(None)
        );
        assert!(
            propose_order(&ProposalInput {
                on_order: 90.0,
                ..INPUT
            })
            .unwrap()
            .is_some()
        );
    }

    #[test]
    fn the_economic_quantity_is_the_rule_and_a_deep_shortage_the_exception() {
        assert_eq!(propose_order(&INPUT), Ok(Some(300.0)));
        // 190 + 140 - (-500 + 20)
        assert_eq!(
            propose_order(&ProposalInput {
                available: -500.0,
                ..INPUT
            }),
            Ok(Some(810.0))
        );
    }

    #[test]
    fn a_reorder_point_stated_too_low_does_not_shrink_the_order() {
        let low = ProposalInput {
            available: 10.0,
            on_order: 0.0,
            reorder_point: 20.0,
            ..INPUT
        };
        // 50 + 140 + 140 - 10
        assert_eq!(propose_order(&low), Ok(Some(320.0)));
    }

    #[test]
    fn minimum_multiple_and_maximum_hold() {
        let limited = ProposalInput {
            minimum_order_quantity: Some(310.0),
            order_multiple: Some(48.0),
            ..INPUT
        };
        assert_eq!(propose_order(&limited), Ok(Some(336.0)));
        let capped = ProposalInput {
            maximum: Some(320.0),
            minimum_order_quantity: None,
            ..limited
        };
        assert_eq!(propose_order(&capped), Ok(Some(288.0)));
    }

    #[test]
    fn an_order_does_not_trigger_the_next_one() {
        for available in [-300.0, 0.0, 60.0, 170.0] {
            let input = ProposalInput {
                available,
                economic_order_quantity: 1.0,
                ..INPUT
            };
            let quantity = propose_order(&input).unwrap().unwrap();
            let after = ProposalInput {
                on_order: input.on_order + quantity,
                ..input
            };
            assert_eq!(propose_order(&after), Ok(None));
        }
    }

    #[test]
    fn a_material_without_demand_is_not_ordered() {
        let idle = ProposalInput {
            available: 0.0,
            on_order: 0.0,
            safety_stock: 0.0,
            reorder_point: 0.0,
            economic_order_quantity: 0.0,
            minimum_order_quantity: Some(10.0),
            demand_during_lead_time: 0.0,
            ..INPUT
        };
        assert_eq!(propose_order(&idle), Ok(None));
    }

    #[test]
    fn limits_that_no_order_meets_are_refused() {
        let refusal = |minimum, multiple, maximum| {
            propose_order(&ProposalInput {
                minimum_order_quantity: minimum,
                order_multiple: multiple,
                maximum,
                ..INPUT
            })
            .unwrap_err()
            .to_string()
        };
        assert_eq!(
            refusal(Some(100.0), None, Some(50.0)),
            "maximum order quantity must be at least smallest order of minimum and multiple \
             (100), not 50"
        );
        assert!(refusal(None, Some(48.0), Some(47.0)).contains("(48), not 47"));
        assert_eq!(
            refusal(None, None, Some(0.0)),
            "maximum order quantity must be positive, not 0"
        );
        assert_eq!(
            refusal(None, Some(0.0), None),
            "order multiple must be positive, not 0"
        );
    }

    #[test]
    fn refuses_nan_everywhere() {
        for input in [
            ProposalInput {
                available: f64::NAN,
                ..INPUT
            },
            ProposalInput {
                on_order: f64::NAN,
                ..INPUT
            },
            ProposalInput {
                on_order: -1.0,
                ..INPUT
            },
            ProposalInput {
                safety_stock: f64::INFINITY,
                ..INPUT
            },
            ProposalInput {
                reorder_point: f64::NAN,
                ..INPUT
            },
            ProposalInput {
                economic_order_quantity: -1.0,
                ..INPUT
            },
            ProposalInput {
                demand_during_lead_time: f64::NAN,
                ..INPUT
            },
            ProposalInput {
                maximum: Some(f64::NAN),
                ..INPUT
            },
        ] {
            assert!(propose_order(&input).is_err());
        }
    }

    proptest! {
        #[test]
        fn proposals_cover_the_need_and_respect_the_vendor(
            available in -500.0..500.0f64, on_order in 0.0..300.0f64, safety in 0.0..200.0f64,
            demand in 0.0..400.0f64, economic in 0.0..600.0f64,
            minimum in proptest::option::of(0.0..300.0f64),
            multiple in proptest::option::of(1u8..60),
        ) {
            let input = ProposalInput {
                available,
                on_order,
                safety_stock: safety,
                reorder_point: safety + demand,
                economic_order_quantity: economic,
                minimum_order_quantity: minimum,
                order_multiple: multiple.map(f64::from),
                demand_during_lead_time: demand,
                maximum: None,
            };
            match propose_order(&input).unwrap() {
                None => prop_assert!(available + on_order >= input.reorder_point),
                Some(quantity) => {
                    prop_assert!(available + on_order <= input.reorder_point);
                    prop_assert!(quantity >= minimum.unwrap_or(0.0) && quantity >= economic - 1e-6);
                    let lifted = available + on_order + quantity;
                    prop_assert!(lifted >= input.reorder_point + demand - 1e-6);
                    if let Some(multiple) = input.order_multiple {
                        prop_assert_eq!(quantity % multiple, 0.0);
                    }
                }
            }
        }
    }
}
