//! The whole decision on one material: from its demand, its stock and its policy to an order.
//!
//! 1. **Lead time**: receipts, leaning on the stated time while they are few ([`crate::lead_time`]).
//! 2. **Demand of the protection interval** of n = lead time + review period days. With a forecast:
//!    its sum over these days; its error is what averages of 28 days would have missed on whole intervals
//!    of this history, relative to their size ([`crate::lead_time_demand::relative_interval_error`]), so
//!    that the spread follows the level, times how the forecast did beside such averages in its backtest
//!    ([`BacktestErrors::relative_error`]); plus (demand a day · σL)². Without one: average demand times
//!    lead time, and the formulas of [`crate::safety_stock()`].
//! 3. **Safety stock**: the quantile of the demand law (cycle service), the smallest stock that
//!    reaches the fill rate, or days of supply. **Reorder point**: expected demand plus that.
//! 4. **Position** = on hand − allocated + open orders due within the interval. Not above the reorder
//!    point: order.
//! 5. **Quantity** by policy, capped by shelf life, rounded to what the vendor accepts, at the price of
//!    its quantity.
//! 6. **Days**: stock is projected day by day; the delivery is wanted before it falls below the safety
//!    stock, and the order goes out a lead time earlier, over working days, never before today.
//!
//! A lead time in working days covers the demand of all days that pass meanwhile, so demand is summed
//! over the calendar days that it takes from today.
//!
//! A [`Plan`] carries every number it was made from, so that a buyer can recompute it by hand.
//!
//! Source: Silver, Pyke and Thomas (2017), chapters 4 to 7; P. L. King (2011) without a forecast.
//! Limits: one material; demand beyond the forecast repeats its mean.

mod order;
mod policy;
mod stock;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::calendar::{LeadTimeUnit, delivery_day, next_working_day};
use crate::eoq::PriceBreak;
use crate::lead_time_demand::BacktestErrors;
use crate::simulation::Policy;
use crate::{Error, LeadTime, check};

pub use order::Order;
pub use policy::{MaterialPolicy, OrderPolicy, ServiceMeasure};
pub use stock::{ProtectionDemand, SafetyMethod};

/// What a plan is made from. Days are whole numbers on one scale.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// Master data and policy.
    pub policy: &'a MaterialPolicy,
    /// What was and will be sold.
    pub demand: Demand<'a>,
    /// Stock now; `None` plans without proposing an order.
    pub stock: Option<Stock>,
    /// Orders on their way.
    pub orders: &'a [OpenOrder],
    /// Lead time as receipts and promise have it ([`crate::lead_time_statistics`]), in the unit of the
    /// policy.
    pub lead_time: LeadTime,
    /// The vendor's prices by quantity; empty where `unit_cost` holds for all.
    pub prices: &'a [PriceBreak],
    /// Days on which nobody orders or receives.
    pub closed_days: &'a BTreeSet<i64>,
    /// The day of the plan.
    pub today: i64,
    /// Whether the demand of today is still to come: then `planned` starts with it, else with that of
    /// tomorrow.
    pub today_is_open: bool,
}

/// Past and expected demand of a material.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'a> {
    /// Daily demand, oldest first, the last entry the last recorded day.
    pub history: &'a [f64],
    /// Whether demand comes on most days; seldom demand spreads by the root of its size.
    pub frequent: bool,
    /// Expected demand a day, from the first day that is still to come.
    pub planned: &'a [f64],
    /// Whether `planned` is a forecast, or only the average of the history.
    pub is_forecast: bool,
    /// How the forecast did in its backtest; `None` where it was not tested.
    pub backtest: Option<BacktestErrors>,
    /// Mean and standard deviation of a day of the history.
    pub average: f64,
    /// See `average`.
    pub std_dev: f64,
}

/// Stock of a material at a facility, units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stock {
    /// In the building.
    pub on_hand: f64,
    /// Promised.
    pub allocated: f64,
}

/// An order on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenOrder {
    /// Day on which it is due.
    pub due_day: i64,
    /// Units that are still to come.
    pub quantity: f64,
}

/// Everything that was decided, and from what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Lead time, calendar days.
    pub lead_time: LeadTime,
    /// The same in working days, where the policy counts these.
    pub working_lead_time: Option<LeadTime>,
    /// Mean and standard deviation of a day of the history, units.
    pub average_daily_demand: f64,
    /// See `average_daily_demand`.
    pub demand_std_dev: f64,
    /// Demand that the stock must cover until the next order can arrive.
    pub protection: ProtectionDemand,
    /// What the safety stock aims at.
    pub service: Service,
    /// Units held against uncertainty.
    pub safety_stock: f64,
    /// Position at which to order, units.
    pub reorder_point: f64,
    /// Quantity of least cost, units; `None` without a cost of the material.
    pub economic_order_quantity: Option<f64>,
    /// Expected demand of the next 30, 60 and 90 days, units.
    pub expected_demand: [f64; 3],
    /// The situation today; `None` without a stock record.
    pub situation: Option<Situation>,
    /// What to order; `None` where nothing is needed.
    pub order: Option<Order>,
}

/// What the safety stock aims at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Kind of target.
    pub measure: ServiceMeasure,
    /// Share, or days of supply.
    pub target: f64,
    /// Standard normal quantile of a cycle service level.
    pub z_score: Option<f64>,
}

/// Stock now and as it will go without a new order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// In the building, units.
    pub on_hand: f64,
    /// Promised, units.
    pub allocated: f64,
    /// On hand minus allocated, units.
    pub available: f64,
    /// Open orders that arrive within the protection interval, units.
    pub on_order: f64,
    /// Those of them that were due before today; units.
    pub overdue: f64,
    /// Available plus on order, units.
    pub position: f64,
    /// First day whose demand cannot be met, counted from today as 0; `None` beyond the plan.
    pub days_until_stockout: Option<i64>,
    /// First day that ends below the safety stock, counted likewise.
    pub days_until_need: Option<i64>,
}

/// Plans one material.
///
/// # Errors
/// A policy that contradicts itself, NaN or infinity, a negative quantity, time or cost, or a result
/// beyond the range of a double.
pub fn plan(input: &PlanInput) -> Result<Plan, Error> {
    let policy = input.policy;
    policy.check()?;
    for &quantity in input.demand.planned {
        check::non_negative("expected demand", quantity)?;
    }
    check::non_negative("lead time", input.lead_time.mean)?;
    check::non_negative("lead time standard deviation", input.lead_time.std_dev)?;
    let lead_time = calendar_lead_time(input)?;
    let (mut protection, law) = stock::protection(input, &lead_time)?;
    let economic = order::economic_order_quantity(input)?;
    let (service, safety_stock, method) =
        stock::safety_stock(input, &lead_time, &protection, &law, economic)?;
    protection.method = method;
    let safety_stock = check::representable("safety stock", safety_stock)?;
    let reorder_point = policy
        .minimum_stock_quantity
        .unwrap_or(protection.demand + safety_stock);
    let expected_demand = [30, 60, 90].map(|days| stock::planned_sum(input, days));
    for demand in expected_demand {
        check::representable("expected demand", demand)?;
    }
    let mut plan = Plan {
        expected_demand,
        lead_time,
        working_lead_time: (policy.lead_time_unit == LeadTimeUnit::Working)
            .then_some(input.lead_time),
        average_daily_demand: input.demand.average,
        demand_std_dev: input.demand.std_dev,
        protection,
        service,
        safety_stock,
        reorder_point: check::representable("reorder point", reorder_point)?,
        economic_order_quantity: economic,
        situation: None,
        order: None,
    };
    if let Some(stock) = input.stock {
        let situation = situation(input, &plan, stock)?;
        plan.situation = Some(situation);
        plan.order = order::order(input, &plan, &situation, &law)?;
    }
    Ok(plan)
}

/// The lead time in calendar days: as many as an order takes that goes out on the next working day.
fn calendar_lead_time(input: &PlanInput) -> Result<LeadTime, Error> {
    let lead_time = input.lead_time;
    if input.policy.lead_time_unit == LeadTimeUnit::Calendar || lead_time.mean <= 0.0 {
        return Ok(lead_time);
    }
    let whole = lead_time.mean.ceil();
    let start = next_working_day(input.today, input.closed_days)?;
    let arrival = delivery_day(
        start,
        whole as usize,
        LeadTimeUnit::Working,
        input.closed_days,
    )?;
    let stretch = (arrival - start) as f64 / whole;
    Ok(LeadTime {
        mean: lead_time.mean * stretch,
        std_dev: lead_time.std_dev * stretch,
        ..lead_time
    })
}

fn situation(input: &PlanInput, plan: &Plan, stock: Stock) -> Result<Situation, Error> {
    let on_hand = check::finite("on-hand quantity", stock.on_hand)?;
    let available = on_hand - check::non_negative("allocated quantity", stock.allocated)?;
    let last = stock::first_day(input) - 1 + plan.protection.days.ceil() as i64;
    let arrival = input.today + last;
    let mut on_order = 0.0;
    let mut overdue = 0.0;
    for order in input.orders {
        let quantity = check::non_negative("open order", order.quantity)?;
        if order.due_day <= arrival {
            on_order += quantity;
        }
        if order.due_day < input.today {
            overdue += quantity;
        }
    }
    let closing = stock::projected(input, available)?;
    let day_after_today = |index: usize| index as i64 + stock::first_day(input);
    Ok(Situation {
        on_hand,
        allocated: stock.allocated,
        available,
        on_order,
        overdue,
        position: check::representable("inventory position", available + on_order)?,
        days_until_stockout: closing.stockout_day.map(day_after_today),
        days_until_need: closing
            .closing
            .iter()
            .position(|stock| *stock < plan.safety_stock)
            .map(day_after_today),
    })
}

impl Plan {
    /// The rule that a replay of history follows, day by day ([`crate::simulation`]): under the economic
    /// policy lots of that quantity, else up to the level that the policy orders to.
    ///
    /// # Errors
    /// A policy that lacks its number of days, or a result beyond the range of a double.
    pub fn replay_policy(&self, input: &PlanInput) -> Result<Policy, Error> {
        order::replay_policy(input, self)
    }

    /// The plan in sentences, one a line, with the formulas behind the numbers.
    pub fn text(&self, policy: &MaterialPolicy, unit: &str) -> String {
        text::text(self, policy, unit)
    }
}
