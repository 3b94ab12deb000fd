//! Economic order quantity and its variants: constant demand, one material.
//!
//! With demand rate D, fixed cost K an order, holding cost h and backorder cost p a unit and time,
//! production rate P, unit cost cⱼ from quantity bⱼ on and holding share i:
//!
//! | variant | quantity | cost a unit of time |
//! |---|---|---|
//! | basic | √(2KD / h) | √(2KDh) |
//! | production | √(2KD / (h (1 − D/P))) | √(2KDh (1 − D/P)) |
//! | backorders | √(2KD (h + p) / (h p)) | √(2KD h p / (h + p)), share h / (h + p) is late |
//! | all-units discount | best of EOQⱼ and break points | cⱼD + KD/Q + i cⱼ Q/2 |
//! | incremental discount | best of √(2 (K + c̄ⱼ) D / (i cⱼ)) | cⱼD + i c̄ⱼ/2 + (K + c̄ⱼ)D/Q + i cⱼ Q/2 |
//!
//! where c̄ⱼ = Σ over ranges k below j of cₖ (bₖ₊₁ − bₖ), minus cⱼ bⱼ, is what the ranges below cost
//! more. Source: F. W. Harris (1913); E. W. Taft (1918) for production; Snyder and Shen (2019),
//! chapter 3. Limits: deterministic demand, no lead time (add it through the reorder point).
//!
//! ```
//! use inventory::eoq::{PriceBreak, all_units_discount};
//! let prices = [(0.0, 0.75), (400.0, 0.72), (800.0, 0.68)]
//!     .map(|(quantity, unit_cost)| PriceBreak { quantity, unit_cost });
//! let order = all_units_discount(8.0, 0.3, 1300.0, &prices)?;
//! assert_eq!((order.quantity, order.range), (800.0, 2));
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{Error, check};

/// An order quantity and the average cost of a unit of time that it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LotSize {
    /// Units of one order.
    pub quantity: f64,
    /// Ordering and holding cost a unit of time (the time unit of the demand rate).
    pub cost: f64,
}

/// An order quantity when customers wait.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BackorderLotSize {
    /// Units of one order.
    pub quantity: f64,
    /// Share of the demand that is backordered.
    pub backorder_share: f64,
    /// Ordering, holding and backorder cost a unit of time.
    pub cost: f64,
}

/// A vendor's price from a quantity on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PriceBreak {
    /// Smallest quantity of this price; 0 for the first.
    pub quantity: f64,
    /// Price of a unit.
    pub unit_cost: f64,
}

/// An order quantity under a discount.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DiscountLotSize {
    /// Units of one order.
    pub quantity: f64,
    /// Index of the price range that the quantity falls into.
    pub range: usize,
    /// Purchase, ordering and holding cost a unit of time.
    pub cost: f64,
}

/// Basic economic order quantity from a holding cost a unit and time.
///
/// # Errors
/// NaN, infinity, a negative fixed cost or demand, a holding cost of zero or less, or overflow.
pub fn economic_lot_size(
    fixed_cost: f64,
    holding_cost: f64,
    demand_rate: f64,
) -> Result<LotSize, Error> {
    let (fixed, holding, demand) = check_rates(fixed_cost, holding_cost, demand_rate)?;
    lot_size(2.0 * fixed * demand, holding)
}

/// Economic production quantity: stock builds up while `production_rate` outpaces demand.
///
/// # Errors
/// As [`economic_lot_size`]; a production rate not above the demand rate.
pub fn economic_production_quantity(
    fixed_cost: f64,
    holding_cost: f64,
    demand_rate: f64,
    production_rate: f64,
) -> Result<LotSize, Error> {
    let (fixed, holding, demand) = check_rates(fixed_cost, holding_cost, demand_rate)?;
    let production = check::positive("production rate", production_rate)?;
    if production <= demand {
        return Err(Error::NotAbove {
            name: "production rate",
            value: production,
            other_name: "the demand rate",
            other: demand,
        });
    }
    lot_size(2.0 * fixed * demand, holding * (1.0 - demand / production))
}

/// Economic order quantity with planned backorders.
///
/// # Errors
/// As [`economic_lot_size`]; a backorder cost of zero or less.
pub fn economic_lot_size_with_backorders(
    fixed_cost: f64,
    holding_cost: f64,
    backorder_cost: f64,
    demand_rate: f64,
) -> Result<BackorderLotSize, Error> {
    let (fixed, holding, demand) = check_rates(fixed_cost, holding_cost, demand_rate)?;
    let backorder = check::positive("backorder cost", backorder_cost)?;
    // The cost behaves as if holding cost h p / (h + p).
    let effective = holding * (backorder / (holding + backorder));
    let lot = lot_size(2.0 * fixed * demand, effective)?;
    Ok(BackorderLotSize {
        quantity: lot.quantity,
        backorder_share: holding / (holding + backorder),
        cost: lot.cost,
    })
}

/// Economic order quantity when reaching a break lowers the price of all units.
///
/// `holding_share` is the yearly holding cost as a share of the price paid. Prices must start at
/// quantity 0 and rise in quantity; a price may also rise.
///
/// # Errors
/// As [`economic_lot_size`]; no price, or breaks that do not rise from 0.
pub fn all_units_discount(
    fixed_cost: f64,
    holding_share: f64,
    demand_rate: f64,
    prices: &[PriceBreak],
) -> Result<DiscountLotSize, Error> {
    let (fixed, share, demand) = check_rates(fixed_cost, holding_share, demand_rate)?;
    check_breaks(prices)?;
    let cost = |unit_cost: f64, quantity: f64| {
        unit_cost * demand + fixed * demand / quantity + share * unit_cost * quantity / 2.0
    };
    // Within a range the cost is convex, so its best quantity is the unconstrained one, moved into
    // the range. The upper end belongs to the next range, where it is looked at again.
    let candidates = prices.iter().enumerate().filter_map(|(range, price)| {
        let free = (2.0 * fixed * demand / (share * price.unit_cost)).sqrt();
        let quantity = free.max(price.quantity);
        let fits = prices
            .get(range + 1)
            .is_none_or(|next| quantity < next.quantity);
        fits.then(|| DiscountLotSize {
            quantity,
            range,
            cost: cost(price.unit_cost, quantity),
        })
    });
    cheapest(candidates)
}

/// Economic order quantity when a break lowers the price of the units above it only.
///
/// # Errors
/// As [`all_units_discount`].
pub fn incremental_discount(
    fixed_cost: f64,
    holding_share: f64,
    demand_rate: f64,
    prices: &[PriceBreak],
) -> Result<DiscountLotSize, Error> {
    let (fixed, share, demand) = check_rates(fixed_cost, holding_share, demand_rate)?;
    check_breaks(prices)?;
    let mut paid_below = 0.0;
    let mut candidates = Vec::with_capacity(prices.len());
    for (range, price) in prices.iter().enumerate() {
        let next = prices
            .get(range + 1)
            .map_or(f64::INFINITY, |next| next.quantity);
        let surcharge = paid_below - price.unit_cost * price.quantity;
        let fixed = fixed + surcharge;
        let rate = share * price.unit_cost;
        let quantity = (2.0 * fixed * demand / rate).sqrt();
        if quantity >= price.quantity && quantity < next {
            let cost = price.unit_cost * demand
                + share * surcharge / 2.0
                + fixed * demand / quantity
                + rate * quantity / 2.0;
            candidates.push(DiscountLotSize {
                quantity,
                range,
                cost,
            });
        }
        paid_below += price.unit_cost * (next - price.quantity);
    }
    cheapest(candidates.into_iter())
}

/// √(numerator / rate) and √(numerator · rate).
fn lot_size(numerator: f64, rate: f64) -> Result<LotSize, Error> {
    Ok(LotSize {
        quantity: check::representable("economic order quantity", (numerator / rate).sqrt())?,
        cost: check::representable("cost", (numerator * rate).sqrt())?,
    })
}

fn check_rates(fixed: f64, holding: f64, demand: f64) -> Result<(f64, f64, f64), Error> {
    Ok((
        check::non_negative("fixed cost of an order", fixed)?,
        check::positive("holding cost", holding)?,
        check::non_negative("demand rate", demand)?,
    ))
}

fn check_breaks(prices: &[PriceBreak]) -> Result<(), Error> {
    let first = prices.first().ok_or(Error::Empty {
        name: "price breaks",
    })?;
    for price in prices {
        check::non_negative("break quantity", price.quantity)?;
        check::positive("unit cost", price.unit_cost)?;
    }
    let rising = prices.is_sorted_by(|low, high| low.quantity < high.quantity);
    if first.quantity > 0.0 || !rising {
        return Err(Error::Inconsistent {
            name: "price breaks",
            problem: "must start at quantity 0 and rise",
        });
    }
    Ok(())
}

/// The candidate of least cost; candidates that are no numbers (no demand at all) do not count.
fn cheapest(candidates: impl Iterator<Item = DiscountLotSize>) -> Result<DiscountLotSize, Error> {
    candidates
        .filter(|lot| lot.quantity.is_finite() && lot.cost.is_finite())
        .min_by(|one, other| one.cost.total_cmp(&other.cost))
        .ok_or(Error::TooLarge {
            name: "economic order quantity",
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn breaks(pairs: &[(f64, f64)]) -> Vec<PriceBreak> {
        pairs
            .iter()
            .map(|&(quantity, unit_cost)| PriceBreak {
                quantity,
                unit_cost,
            })
            .collect()
    }

    #[test]
    fn refuses_breaks_that_do_not_rise_from_zero() {
        for pairs in [&[][..], &[(10.0, 1.0)], &[(0.0, 1.0), (0.0, 0.9)]] {
            assert!(all_units_discount(8.0, 0.3, 1300.0, &breaks(pairs)).is_err());
            assert!(incremental_discount(8.0, 0.3, 1300.0, &breaks(pairs)).is_err());
        }
    }

    #[test]
    fn refuses_production_slower_than_demand() {
        assert_eq!(
            economic_production_quantity(8.0, 0.2, 1300.0, 1300.0)
                .unwrap_err()
                .to_string(),
            "production rate must be above the demand rate (1300), not 1300"
        );
        assert!(economic_lot_size(8.0, 0.0, 1.0).is_err());
        assert!(economic_lot_size(f64::NAN, 1.0, 1.0).is_err());
        assert!(economic_lot_size_with_backorders(8.0, 1.0, 0.0, 1.0).is_err());
    }

    #[test]
    fn no_demand_is_no_order() {
        assert_eq!(
            economic_lot_size(8.0, 1.0, 0.0),
            Ok(LotSize {
                quantity: 0.0,
                cost: 0.0
            })
        );
    }

    proptest! {
        #[test]
        fn no_other_quantity_is_cheaper_under_a_discount(
            fixed in 1.0..500.0f64, share in 0.05..0.9f64, demand in 10.0..1e5f64,
            first in 1.0..500.0f64, second in 1.0..500.0f64, other in 0.5..3000.0f64,
        ) {
            let prices = breaks(&[(0.0, 1.0), (first, 0.95), (first + second, 0.9)]);
            let price_of = |quantity: f64| {
                prices.iter().rev().find(|p| p.quantity <= quantity).unwrap().unit_cost
            };
            let paid = |quantity: f64| {
                let mut paid = 0.0;
                for (i, p) in prices.iter().enumerate() {
                    let end = prices.get(i + 1).map_or(f64::INFINITY, |next| next.quantity);
                    paid += p.unit_cost * (quantity.min(end) - p.quantity).max(0.0);
                }
                paid / quantity
            };
            let cost = |unit: f64, q: f64| unit * demand + fixed * demand / q + share * unit * q / 2.0;

            let all = all_units_discount(fixed, share, demand, &prices).unwrap();
            prop_assert!(all.cost <= cost(price_of(other), other) * (1.0 + 1e-12));
            let incremental = incremental_discount(fixed, share, demand, &prices).unwrap();
            prop_assert!(incremental.cost <= cost(paid(other), other) * (1.0 + 1e-12));
        }

        #[test]
        fn backorders_never_cost_more(
            fixed in 1.0..500.0f64, holding in 0.01..10.0f64, backorder in 0.01..100.0f64,
            demand in 1.0..1e5f64,
        ) {
            let without = economic_lot_size(fixed, holding, demand).unwrap();
            let with =
                economic_lot_size_with_backorders(fixed, holding, backorder, demand).unwrap();
            prop_assert!(with.cost <= without.cost && with.quantity >= without.quantity);
        }
    }
}
