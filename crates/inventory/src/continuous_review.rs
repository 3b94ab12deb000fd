//! Continuous review (r, Q): order Q when the inventory position reaches r.
//!
//! With demand rate λ, fixed cost K an order, holding cost h and shortage cost p a unit and time,
//! and lead-time demand D of mean μ, the average cost of (r, Q) is
//!
//! g(r, Q) = (Kλ + ∫ (h E[(y − D)⁺] + p E[(D − y)⁺]) dy over (r, r + Q)) / Q,
//!
//! a sum over y = r + 1 … r + Q for Poisson demand. Normal demand has four approximations:
//!
//! | [`Approximation`] | Q | r |
//! |---|---|---|
//! | expected inventory level | √(2λ(K + p n(r)) / h) | P(D > r) = Q h / (p λ), iterated |
//! | EOQ with backorders | √(2Kλ (h + p) / (h p)) | equal cost rates at r and r + Q |
//! | EOQ plus safety stock | √(2Kλ / h) | quantile of D at p / (p + h) |
//! | loss function | √(2(Kλ + (h + p) n₂(r)) / h) | n(r) = h Q / (h + p), iterated |
//!
//! n and n₂ are the first and second-order loss of D. For the expected-inventory-level form p is the
//! cost of a unit short, whatever the time it waits.
//!
//! Source: G. Hadley and T. M. Whitin (1963); Y.-S. Zheng (1992) for the EOQ with backorders;
//! A. Federgruen and Y.-S. Zheng (1992) for the exact Poisson search; Snyder and Shen (2019),
//! chapter 5. Limits: constant lead time, full backordering.
//!
//! ```
//! use inventory::continuous_review::{ContinuousReviewCosts, poisson_exact};
//! let costs = ContinuousReviewCosts { holding: 20.0, shortage: 150.0, fixed: 100.0 };
//! let policy = poisson_exact(&costs, 1.5, 2.0)?;
//! assert_eq!((policy.reorder_point, policy.order_quantity), (3.0, 5.0));
//! assert!((policy.cost - 107.923581).abs() < 1e-6);
//! # Ok::<(), inventory::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::{DemandLaw, Error, check, eoq, loss, normal, solve};

/// Rounds of the two iterated approximations; each round gains at least a digit on sane costs.
const MAX_ROUNDS: usize = 1000;

/// An iteration has converged when Q moves by less than this share.
const CONVERGED: f64 = 1e-13;

/// Orders beyond this many units are not searched one by one (half a second of search).
const MAX_SEARCH: usize = 1_000_000;

/// Costs of a continuous review, in one currency and the time unit of the demand rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ContinuousReviewCosts {
    /// Holding a unit for a unit of time.
    pub holding: f64,
    /// Owing a unit for a unit of time (expected inventory level: owing a unit once).
    pub shortage: f64,
    /// Placing an order.
    pub fixed: f64,
}

/// Demand while an order is on its way, and its rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReviewedDemand {
    /// Units a unit of time.
    pub rate: f64,
    /// Mean of the lead time's demand, units.
    pub lead_time_mean: f64,
    /// Standard deviation of the lead time's demand, units.
    pub lead_time_std_dev: f64,
}

/// The approximations for normal demand; see the module's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approximation {
    /// Hadley and Whitin's iteration; shortage counted by the unit.
    ExpectedInventoryLevel,
    /// Quantity of the EOQ with backorders, best reorder point for it.
    EoqWithBackorders,
    /// EOQ, and the quantile at the critical ratio.
    EoqPlusSafetyStock,
    /// Cost without the shortage above r + Q, minimised.
    LossFunction,
}

/// A reorder point with its order quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReorderPolicy {
    /// Inventory position at which to order, units.
    pub reorder_point: f64,
    /// Units to order.
    pub order_quantity: f64,
    /// Average cost of a unit of time: exact, except for the expected inventory level, whose cost
    /// model counts units short.
    pub cost: f64,
}

/// Reorder point and quantity for normal demand.
///
/// # Errors
/// Costs, rate or spread of zero or less; NaN or infinity; a shortage cost so low that no reorder
/// point balances it; no convergence.
pub fn normal_approximation(
    costs: &ContinuousReviewCosts,
    demand: &ReviewedDemand,
    approximation: Approximation,
) -> Result<ReorderPolicy, Error> {
    check_costs(costs)?;
    check_demand(demand)?;
    match approximation {
        Approximation::ExpectedInventoryLevel => expected_inventory_level(costs, demand),
        Approximation::EoqWithBackorders => eoq_with_backorders(costs, demand),
        Approximation::EoqPlusSafetyStock => eoq_plus_safety_stock(costs, demand),
        Approximation::LossFunction => loss_function(costs, demand),
    }
}

/// Exact average cost of (r, Q) for normal demand.
///
/// # Errors
/// As [`normal_approximation`]; an order quantity of zero or less.
pub fn normal_cost(
    costs: &ContinuousReviewCosts,
    demand: &ReviewedDemand,
    reorder_point: f64,
    order_quantity: f64,
) -> Result<f64, Error> {
    check_costs(costs)?;
    check_demand(demand)?;
    let r = check::finite("reorder point", reorder_point)?;
    let q = check::positive("order quantity", order_quantity)?;
    let short = demand.second_shortage(r) - demand.second_shortage(r + q);
    let cost = costs.fixed * demand.rate / q
        + costs.holding * (r - demand.lead_time_mean + q / 2.0)
        + (costs.holding + costs.shortage) * short / q;
    check::representable("cost", cost)
}

/// Exact best (r, Q) for Poisson demand of `demand_rate` a unit of time.
///
/// The best window of levels grows greedily from the level of least cost until the next level costs
/// more than the average (Federgruen and Zheng, 1992).
///
/// # Errors
/// Costs, rate or lead time of zero or less; NaN or infinity; a search beyond a million units.
pub fn poisson_exact(
    costs: &ContinuousReviewCosts,
    demand_rate: f64,
    lead_time: f64,
) -> Result<ReorderPolicy, Error> {
    check_costs(costs)?;
    let rate = check::positive("demand rate", demand_rate)?;
    let lead_time = check::positive("lead time", lead_time)?;
    let law = DemandLaw::poisson(rate * lead_time)?;
    let cost_rate = |level: f64| -> Result<f64, Error> {
        let loss = law.loss(level)?;
        Ok(costs.holding * loss.surplus + costs.shortage * loss.shortage)
    };

    let best_level = law.quantile(costs.shortage / (costs.shortage + costs.holding))?;
    let mut reorder_point = best_level - 1.0;
    let mut quantity = 1.0;
    let mut total = costs.fixed * rate + cost_rate(best_level)?;
    let mut below = cost_rate(reorder_point)?;
    let mut above = cost_rate(best_level + 1.0)?;
    for _ in 0..MAX_SEARCH {
        let next = below.min(above);
        if total / quantity <= next {
            let cost = check::representable("cost", total / quantity)?;
            return Ok(ReorderPolicy {
                reorder_point,
                order_quantity: quantity,
                cost,
            });
        }
        total += next;
        quantity += 1.0;
        if below <= above {
            reorder_point -= 1.0;
            below = cost_rate(reorder_point)?;
        } else {
            above = cost_rate(reorder_point + quantity + 1.0)?;
        }
    }
    Err(Error::NotFound {
        name: "order quantity",
        limit: MAX_SEARCH,
    })
}

impl ReviewedDemand {
    fn standardised(&self, level: f64) -> f64 {
        (level - self.lead_time_mean) / self.lead_time_std_dev
    }

    /// n(y): expected units short at a level.
    fn shortage(&self, level: f64) -> f64 {
        self.lead_time_std_dev * loss::first_order(self.standardised(level))
    }

    /// n₂(y): the integral of n from y on.
    fn second_shortage(&self, level: f64) -> f64 {
        self.lead_time_std_dev.powi(2) * loss::second_order(self.standardised(level))
    }
}

fn expected_inventory_level(
    costs: &ContinuousReviewCosts,
    demand: &ReviewedDemand,
) -> Result<ReorderPolicy, Error> {
    let &ContinuousReviewCosts {
        holding,
        shortage,
        fixed,
    } = costs;
    let mut quantity = eoq::economic_lot_size(fixed, holding, demand.rate)?.quantity;
    for _ in 0..MAX_ROUNDS {
        let short_probability = quantity * holding / (shortage * demand.rate);
        check::representable("stock-out probability", short_probability)?;
        if short_probability >= 1.0 {
            return Err(Error::NotAbove {
                name: "shortage cost",
                value: shortage,
                other_name: "the cost of holding the lot until it is sold",
                other: quantity * holding / demand.rate,
            });
        }
        // -Φ⁻¹(q) instead of Φ⁻¹(1 - q): a small q keeps its digits.
        let reorder_point = demand
            .lead_time_std_dev
            .mul_add(-normal::quantile(short_probability), demand.lead_time_mean);
        let short = demand.shortage(reorder_point);
        let next = (2.0 * demand.rate * (fixed + shortage * short) / holding).sqrt();
        if (next - quantity).abs() <= CONVERGED * quantity {
            let cost = holding * (reorder_point - demand.lead_time_mean + quantity / 2.0)
                + (fixed + shortage * short) * demand.rate / quantity;
            let cost = check::representable("cost", cost)?;
            return Ok(ReorderPolicy {
                reorder_point,
                order_quantity: quantity,
                cost,
            });
        }
        quantity = check::representable("order quantity", next)?;
    }
    Err(Error::NotFound {
        name: "order quantity",
        limit: MAX_ROUNDS,
    })
}

fn eoq_with_backorders(
    costs: &ContinuousReviewCosts,
    demand: &ReviewedDemand,
) -> Result<ReorderPolicy, Error> {
    let &ContinuousReviewCosts {
        holding,
        shortage,
        fixed,
    } = costs;
    let quantity =
        eoq::economic_lot_size_with_backorders(fixed, holding, shortage, demand.rate)?.quantity;
    // The cost rate is convex in the level, so its rise over a window of Q grows with the window's
    // start; at the best start it is zero.
    let fall = |r: f64| {
        (holding + shortage) * (demand.shortage(r) - demand.shortage(r + quantity))
            - holding * quantity
    };
    let failed = Error::NotFound {
        name: "reorder point",
        limit: MAX_ROUNDS,
    };
    let (middle, step) = (
        demand.lead_time_mean,
        demand.lead_time_std_dev.max(quantity),
    );
    let low = solve::upper_bracket(|x| -fall(middle - x), 0.0, step).ok_or(failed.clone())?;
    let high = solve::upper_bracket(|x| fall(middle + x), 0.0, step).ok_or(failed)?;
    let reorder_point = solve::decreasing_root(fall, middle - low, middle + high);
    exact(costs, demand, reorder_point, quantity)
}

fn eoq_plus_safety_stock(
    costs: &ContinuousReviewCosts,
    demand: &ReviewedDemand,
) -> Result<ReorderPolicy, Error> {
    let quantity = eoq::economic_lot_size(costs.fixed, costs.holding, demand.rate)?.quantity;
    let ratio = costs.shortage / (costs.shortage + costs.holding);
    let law = DemandLaw::normal(demand.lead_time_mean, demand.lead_time_std_dev)?;
    exact(costs, demand, law.quantile(ratio)?, quantity)
}

fn loss_function(
    costs: &ContinuousReviewCosts,
    demand: &ReviewedDemand,
) -> Result<ReorderPolicy, Error> {
    let &ContinuousReviewCosts {
        holding,
        shortage,
        fixed,
    } = costs;
    let (mean, std_dev) = (demand.lead_time_mean, demand.lead_time_std_dev);
    let mut quantity = eoq::economic_lot_size(fixed, holding, demand.rate)?.quantity;
    for _ in 0..MAX_ROUNDS {
        let target = holding * quantity / (holding + shortage);
        let excess = |r: f64| demand.shortage(r) - target;
        let failed = Error::NotFound {
            name: "reorder point",
            limit: MAX_ROUNDS,
        };
        // n(μ − x) ≥ x: so far below the mean the shortage reaches the target.
        let low = mean - target - std_dev;
        let high = solve::upper_bracket(excess, low, std_dev + target).ok_or(failed)?;
        let reorder_point = solve::decreasing_root(excess, low, high);
        let second = demand.second_shortage(reorder_point);
        let next = (2.0 * (fixed * demand.rate + (holding + shortage) * second) / holding).sqrt();
        if (next - quantity).abs() <= CONVERGED * quantity {
            return exact(costs, demand, reorder_point, quantity);
        }
        quantity = check::representable("order quantity", next)?;
    }
    Err(Error::NotFound {
        name: "order quantity",
        limit: MAX_ROUNDS,
    })
}

fn exact(
    costs: &ContinuousReviewCosts,
    demand: &ReviewedDemand,
    reorder_point: f64,
    order_quantity: f64,
) -> Result<ReorderPolicy, Error> {
    let cost = normal_cost(costs, demand, reorder_point, order_quantity)?;
    Ok(ReorderPolicy {
        reorder_point,
        order_quantity,
        cost,
    })
}

fn check_costs(costs: &ContinuousReviewCosts) -> Result<(), Error> {
    check::positive("holding cost", costs.holding)?;
    check::positive("shortage cost", costs.shortage)?;
    check::positive("fixed cost of an order", costs.fixed)?;
    Ok(())
}

fn check_demand(demand: &ReviewedDemand) -> Result<(), Error> {
    check::positive("demand rate", demand.rate)?;
    check::non_negative("lead time demand", demand.lead_time_mean)?;
    check::positive(
        "standard deviation of lead time demand",
        demand.lead_time_std_dev,
    )?;
    Ok(())
}

#[cfg(test)]
mod tests;
