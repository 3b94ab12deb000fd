//! Whether to order, how much, at which price and on which days.

use serde::{Deserialize, Serialize};

use super::{OrderPolicy, Plan, PlanInput, Situation, stock};
use crate::calendar::{delivery_day, next_working_day, order_dates};
use crate::eoq::{PriceBreak, all_units_discount};
use crate::proposal::raw_quantity;
use crate::quantity_policy::{QuantityPolicy, order_quantity, shelf_life_cap};
use crate::simulation::Policy;
use crate::{DemandLaw, Error, ProposalInput, budget, check, economic_order_quantity as eoq};

/// An order and what it is made from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// How the size was found.
    pub policy: OrderPolicy,
    /// Reorder point minus position, units.
    pub shortage: f64,
    /// What the policy asks for, units.
    pub needed: f64,
    /// What can be sold within the shelf life, units.
    pub shelf_life_cap: Option<f64>,
    /// After shelf life, minimum, multiple and maximum: units to order.
    pub quantity: f64,
    /// Units of it that the forecast does not sell within the shelf life: the vendor's minimum or
    /// multiple is larger.
    pub beyond_shelf_life: f64,
    /// Day on which to order, counted from today as 0.
    pub order_in_days: i64,
    /// Day on which it arrives, counted likewise.
    pub delivery_in_days: i64,
    /// Price of a unit at this quantity.
    pub unit_cost: Option<f64>,
    /// Price of the order.
    pub total_cost: Option<f64>,
    /// Units short, expected, without this order until the next one could arrive.
    pub expected_shortage: f64,
    /// Cost of holding the order until it is sold.
    pub holding_cost: Option<f64>,
    /// Cost of that shortage less the cost of holding the order until it is sold.
    pub benefit: Option<f64>,
}

const DAYS_A_YEAR: f64 = 365.0;

/// Quantity of least yearly cost, vendor's price breaks counted; `None` without a cost.
pub(super) fn economic_order_quantity(input: &PlanInput) -> Result<Option<f64>, Error> {
    let policy = input.policy;
    let yearly = input.demand.average * DAYS_A_YEAR;
    if !input.prices.is_empty() && yearly > 0.0 {
        let prices = whole_range(input.prices);
        let lot = all_units_discount(
            policy.ordering_cost,
            policy.holding_cost_pct,
            yearly,
            &prices,
        )?;
        return Ok(Some(lot.quantity));
    }
    let Some(cost) = policy.unit_cost.filter(|cost| *cost > 0.0) else {
        return Ok(None);
    };
    eoq(yearly, cost, policy.ordering_cost, policy.holding_cost_pct).map(Some)
}

/// Prices from quantity 0 on: what costs from 100 units on costs so below them, too, as far as the
/// vendor's minimum lets one order.
fn whole_range(prices: &[PriceBreak]) -> Vec<PriceBreak> {
    let mut prices = prices.to_vec();
    prices.sort_by(|one, other| one.quantity.total_cmp(&other.quantity));
    if let Some(first) = prices.first_mut() {
        first.quantity = 0.0;
    }
    prices
}

fn price_at(input: &PlanInput, quantity: f64) -> Option<f64> {
    let prices = whole_range(input.prices);
    prices
        .iter()
        .rfind(|price| price.quantity <= quantity)
        .map(|price| price.unit_cost)
        .or(input.policy.unit_cost)
}

/// The order that the situation asks for.
pub(super) fn order(
    input: &PlanInput,
    plan: &Plan,
    situation: &Situation,
    law: &DemandLaw,
) -> Result<Option<Order>, Error> {
    let policy = input.policy;
    let nothing_is_sold = plan.protection.demand <= 0.0 && plan.reorder_point <= 0.0;
    if situation.position > plan.reorder_point || (nothing_is_sold && situation.position >= 0.0) {
        return Ok(None);
    }
    let arrival = plan.protection.days.ceil() as usize;
    let after_arrival = input.demand.planned.get(arrival..).unwrap_or_default();
    let shortage = plan.reorder_point - situation.position;
    let needed = needed(input, plan, situation, shortage, after_arrival)?;
    let shelf_life = match policy.shelf_life_days {
        Some(days) => {
            let at_arrival = situation.position - plan.protection.demand;
            Some(shelf_life_cap(at_arrival, after_arrival, days)?)
        }
        None => None,
    };
    let wanted = needed.min(shelf_life.unwrap_or(f64::INFINITY));
    let Some(quantity) = policy.limits()?.apply(wanted)? else {
        return Ok(None);
    };
    let (order_in_days, delivery_in_days) = days(input, plan, situation)?;
    let unit_cost = price_at(input, quantity);
    let expected_shortage = check::representable(
        "expected shortage",
        law.loss(situation.position.max(0.0))?.shortage + (-situation.position).max(0.0),
    )?;
    let holding = unit_cost.map(|cost| holding_cost(input, quantity, cost));
    let cost = |name, a_unit: Option<f64>| {
        a_unit
            .map(|a_unit| check::representable(name, a_unit * quantity))
            .transpose()
    };
    Ok(Some(Order {
        policy: policy.replenishment_policy,
        shortage,
        needed,
        shelf_life_cap: shelf_life,
        quantity,
        beyond_shelf_life: shelf_life.map_or(0.0, |cap| (quantity - cap).max(0.0)),
        order_in_days,
        delivery_in_days,
        unit_cost,
        total_cost: cost("cost of the order", unit_cost)?,
        expected_shortage,
        holding_cost: cost("holding cost of the order", holding)?,
        benefit: benefit(input, quantity, unit_cost.zip(holding), expected_shortage)?,
    }))
}

/// What the policy asks for, before shelf life and the vendor's limits.
fn needed(
    input: &PlanInput,
    plan: &Plan,
    situation: &Situation,
    shortage: f64,
    after_arrival: &[f64],
) -> Result<f64, Error> {
    let policy = input.policy;
    let economic = plan.economic_order_quantity.unwrap_or(0.0);
    let review = review_days(input);
    // At the reorder point itself something is due, although nothing is missing yet.
    let short = shortage.max(f64::MIN_POSITIVE);
    let quantity = match policy.replenishment_policy {
        OrderPolicy::Eoq => {
            return raw_quantity(&ProposalInput {
                available: situation.available,
                on_order: situation.on_order,
                safety_stock: plan.safety_stock,
                reorder_point: plan.reorder_point,
                economic_order_quantity: economic,
                demand_during_lead_time: plan.protection.demand,
                minimum_order_quantity: None,
                order_multiple: None,
                maximum: None,
            });
        }
        OrderPolicy::LotForLot => QuantityPolicy::PeriodsOfSupply { days: review },
        OrderPolicy::PeriodsOfSupply => QuantityPolicy::PeriodsOfSupply {
            days: supply_days(input)?,
        },
        OrderPolicy::MinMax => QuantityPolicy::MinMax {
            minimum_level: plan.reorder_point,
            maximum_level: maximum_level(input, plan),
        },
    };
    order_quantity(&quantity, short, after_arrival)
}

fn review_days(input: &PlanInput) -> usize {
    (input.policy.review_period_days.ceil() as usize).max(1)
}

fn supply_days(input: &PlanInput) -> Result<usize, Error> {
    input.policy.supply_days.ok_or(Error::Lacks {
        name: "policy PERIODS_OF_SUPPLY",
        figure: "supply_days",
    })
}

fn maximum_level(input: &PlanInput, plan: &Plan) -> f64 {
    let economic = plan.economic_order_quantity.unwrap_or(0.0);
    let lot = economic.max(plan.protection.demand);
    let stated = input.policy.maximum_stock_quantity;
    stated
        .unwrap_or(plan.reorder_point + lot)
        .max(plan.reorder_point)
}

pub(super) fn replay_policy(input: &PlanInput, plan: &Plan) -> Result<Policy, Error> {
    let reorder_point = plan.reorder_point;
    let up_to = |level: f64| Policy::MinMax {
        reorder_point,
        order_up_to_level: level,
    };
    let days_of_demand = |days| up_to(reorder_point + stock::planned_sum(input, days));
    Ok(match input.policy.replenishment_policy {
        OrderPolicy::Eoq => {
            let economic = plan
                .economic_order_quantity
                .unwrap_or(plan.protection.demand);
            Policy::ReorderPoint {
                reorder_point,
                order_quantity: economic.max(f64::MIN_POSITIVE),
            }
        }
        OrderPolicy::LotForLot => days_of_demand(review_days(input)),
        OrderPolicy::PeriodsOfSupply => days_of_demand(supply_days(input)?),
        OrderPolicy::MinMax => up_to(maximum_level(input, plan)),
    })
}

/// Order and delivery, days from today. The goods are wanted before the projected stock falls below
/// the safety stock; where that is too late already, the order goes out today.
fn days(input: &PlanInput, plan: &Plan, situation: &Situation) -> Result<(i64, i64), Error> {
    let lead_days = input.lead_time.mean.ceil() as usize;
    let unit = input.policy.lead_time_unit;
    let closed = input.closed_days;
    let today = next_working_day(input.today, closed)?;
    let need = situation
        .days_until_need
        .map_or(input.today + plan.protection.days.ceil() as i64, |days| {
            input.today + days
        });
    let latest = order_dates(need, lead_days, unit, closed)?;
    if latest.order_day >= today {
        return Ok((
            latest.order_day - input.today,
            latest.delivery_day - input.today,
        ));
    }
    let arrival = delivery_day(today, lead_days, unit, closed)?;
    Ok((today - input.today, arrival - input.today))
}

/// Cost of holding a unit of the order until it is sold.
fn holding_cost(input: &PlanInput, quantity: f64, unit_cost: f64) -> f64 {
    let daily = stock::planned_sum(input, 90) / 90.0;
    // On average a unit waits half of the time in which the order is sold, at most a year.
    let days_held = if daily > 0.0 {
        (quantity / daily / 2.0).min(DAYS_A_YEAR)
    } else {
        DAYS_A_YEAR
    };
    unit_cost * input.policy.holding_cost_pct * days_held / DAYS_A_YEAR
}

fn benefit(
    input: &PlanInput,
    quantity: f64,
    unit_and_holding_cost: Option<(f64, f64)>,
    expected_shortage: f64,
) -> Result<Option<f64>, Error> {
    let Some((cost, holding)) = unit_and_holding_cost else {
        return Ok(None);
    };
    let shortage_cost = input.policy.shortage_cost.unwrap_or(cost);
    let benefit = budget::order_benefit(expected_shortage, shortage_cost, quantity, holding)?;
    check::finite("benefit of an order", benefit).map(Some)
}
