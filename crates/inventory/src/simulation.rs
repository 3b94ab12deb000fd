//! Replays a demand history, day by day, against a replenishment policy: what would it have done?
//!
//! A day runs in this order:
//!
//! 1. orders due today arrive and fill the backlog first;
//! 2. demand is met from stock; the rest waits ([`UnmetDemand::Backorder`]) or is lost;
//! 3. the closing stock is counted;
//! 4. the policy reviews the inventory position (stock − backlog + on order). An order placed now
//!    with a lead time of L whole days arrives before the demand of day L + 1 from now: L full days
//!    of demand pass, as in reorder point = d · L + safety stock. As the review comes once a day,
//!    R = 1 belongs to the protection interval, see [`crate::lead_time_demand()`].
//!
//! Lead times are drawn from a gamma law, rounded to whole days; orders may overtake each other.
//! Measured are
//!
//! - fill rate: share of the demand met at once from stock;
//! - cycle service: share of the cycles, each from one arrival to the next, without unmet demand
//!   (the cycle that the history cuts off does not count);
//! - average closing stock, orders and costs.
//!
//! The same seed gives the same numbers everywhere, and policies are compared under the same lead
//! times: the n-th order of a replication always draws the n-th number.
//!
//! Source: Silver, Pyke and Thomas (2017), section 6.7 (measures of service); A. M. Law, "Simulation
//! Modeling and Analysis" (2015), on common random numbers. Limits: one material, whole-day reviews,
//! the history as the only demand.
//!
//! ```
//! use inventory::simulation::{Policy, SimulationSettings, simulate};
//! let settings = SimulationSettings { lead_time_days: 2.0, ..SimulationSettings::default() };
//! let policy = Policy::ReorderPoint { reorder_point: 20.0, order_quantity: 50.0 };
//! let outcome = simulate(&[10.0; 365], &policy, &settings)?;
//! assert_eq!(outcome.fill_rate, Some(1.0));
//! assert_eq!(outcome.orders, 73.0);
//! # Ok::<(), inventory::Error>(())
//! ```

mod lead_times;
mod policy;
mod replay;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::random::Random;
use crate::{Error, OrderLimits, check};
use lead_times::LeadTimes;
use replay::{Replay, Tally};

pub use policy::Policy;

/// Days of one history (thirty years), so that a replay is bounded.
pub const MAX_DAYS: usize = 11_000;

/// Replications of one simulation: with a history of thirty years 11 million days, well below a second.
pub const MAX_REPLICATIONS: usize = 1000;

/// What happens to demand that stock cannot meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnmetDemand {
    /// It waits and is met by the next arrivals.
    #[default]
    Backorder,
    /// It is lost.
    Lost,
}

/// The world around the policy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimulationSettings {
    /// Mean lead time, days.
    pub lead_time_days: f64,
    /// Standard deviation of the lead time, days; 0 for a fixed one (rounded to whole days).
    pub lead_time_std_dev: f64,
    /// Cost of holding a unit for a day.
    pub holding_cost: f64,
    /// Cost of an order.
    pub ordering_cost: f64,
    /// Cost of a unit that stock could not meet at once.
    pub shortage_cost: f64,
    /// Stock before the first day; `None` starts at the policy's highest position.
    pub initial_stock: Option<f64>,
    /// What happens to demand that stock cannot meet.
    pub unmet_demand: UnmetDemand,
    /// Minimum, multiple and maximum of an order.
    pub order_limits: Option<OrderLimits>,
    /// First days of the history that run but are not measured.
    pub warm_up_days: usize,
    /// How often the history is replayed with other lead times, 1 to [`MAX_REPLICATIONS`].
    pub replications: usize,
    /// Seed of the lead times.
    pub seed: u64,
}

impl Default for SimulationSettings {
    /// No lead time, no costs, one replication.
    fn default() -> Self {
        Self {
            lead_time_days: 0.0,
            lead_time_std_dev: 0.0,
            holding_cost: 0.0,
            ordering_cost: 0.0,
            shortage_cost: 0.0,
            initial_stock: None,
            unmet_demand: UnmetDemand::Backorder,
            order_limits: None,
            warm_up_days: 0,
            replications: 1,
            seed: 0,
        }
    }
}

/// What a policy achieved. Sums are means over the replications; counts of cycles are totals, so
/// that materials can be pooled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SimulationOutcome {
    /// Measured days of one replication.
    pub days: usize,
    /// Demand of one replication, units.
    pub demand: f64,
    /// Demand that stock did not meet at once, units.
    pub units_short: f64,
    /// 1 − units short / demand; `None` without demand.
    pub fill_rate: Option<f64>,
    /// Completed cycles of all replications.
    pub cycles: usize,
    /// Those of them without unmet demand.
    pub cycles_without_stockout: usize,
    /// Their share; `None` without a completed cycle.
    pub cycle_service: Option<f64>,
    /// Share of the days without unmet demand.
    pub days_in_stock: f64,
    /// Mean closing stock, units.
    pub average_stock: f64,
    /// Orders placed.
    pub orders: f64,
    /// Units ordered.
    pub units_ordered: f64,
    /// Cost of holding the closing stocks.
    pub holding_cost: f64,
    /// Cost of the orders.
    pub ordering_cost: f64,
    /// Cost of the units short.
    pub shortage_cost: f64,
    /// All three together.
    pub total_cost: f64,
}

/// One point of a service-cost curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The level aimed at.
    pub service_level: f64,
    /// The policy for it.
    pub policy: Policy,
    /// What it achieved.
    pub outcome: SimulationOutcome,
}

/// Replays `demand` (units a day, zero or more) under one policy.
///
/// # Errors
/// No measured day, a history beyond [`MAX_DAYS`], zero or too many replications; a negative,
/// infinite or NaN value; a lot or review period of zero; a maximum below the minimum; overflow.
pub fn simulate(
    demand: &[f64],
    policy: &Policy,
    settings: &SimulationSettings,
) -> Result<SimulationOutcome, Error> {
    policy.check()?;
    run(demand, |_| *policy, settings)
}

/// Replays `demand` under a policy that changes with the day, as a nightly run would set it: day t
/// is reviewed by `policies[t]`.
///
/// # Errors
/// As [`simulate`]; not exactly one policy a day.
pub fn simulate_rolling(
    demand: &[f64],
    policies: &[Policy],
    settings: &SimulationSettings,
) -> Result<SimulationOutcome, Error> {
    let Some((&first, true)) = policies
        .first()
        .map(|p| (p, policies.len() == demand.len()))
    else {
        return Err(Error::Inconsistent {
            name: "policies",
            problem: "must be one for each day",
        });
    };
    for policy in policies {
        policy.check()?;
    }
    run(
        demand,
        |day| policies.get(day).copied().unwrap_or(first),
        settings,
    )
}

/// Replays `demand` once for every service level: the service-cost curve. `policy_at` turns a level
/// into a policy, for example by [`Policy::reorder_point_at`].
///
/// # Errors
/// As [`simulate`]; what `policy_at` refuses; no service level.
pub fn service_cost_curve(
    demand: &[f64],
    service_levels: &[f64],
    policy_at: impl Fn(f64) -> Result<Policy, Error>,
    settings: &SimulationSettings,
) -> Result<Vec<CurvePoint>, Error> {
    if service_levels.is_empty() {
        return Err(Error::Empty {
            name: "service levels",
        });
    }
    service_levels
        .iter()
        .map(|&service_level| {
            let policy = policy_at(service_level)?;
            let outcome = simulate(demand, &policy, settings)?;
            Ok(CurvePoint {
                service_level,
                policy,
                outcome,
            })
        })
        .collect()
}

fn run(
    demand: &[f64],
    policy_of: impl Fn(usize) -> Policy,
    settings: &SimulationSettings,
) -> Result<SimulationOutcome, Error> {
    check_history(demand, settings)?;
    let lead_times = LeadTimes::new(settings.lead_time_days, settings.lead_time_std_dev)?;
    let initial_stock = match settings.initial_stock {
        Some(stock) => check::finite("initial stock", stock)?,
        None => policy_of(0).highest_position(),
    };
    let mut seeds = Random::new(settings.seed);
    let mut tally = Tally::default();
    for _ in 0..settings.replications {
        let draws = Random::new(seeds.next_u64());
        let mut replay = Replay::new(initial_stock, demand.len(), settings);
        replay.run(demand, &policy_of, &lead_times, draws, &mut tally)?;
    }
    tally.outcome(settings)
}

fn check_history(demand: &[f64], settings: &SimulationSettings) -> Result<(), Error> {
    let range = |name, low: usize, high: usize, value: usize| {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        let (low, high, value) = (low as f64, high as f64, value as f64);
        Err(Error::OutOfRange {
            name,
            low,
            high,
            value,
        })
    };
    if demand.is_empty() {
        return Err(Error::Empty {
            name: "demand history",
        });
    }
    range("days of history", 1, MAX_DAYS, demand.len())?;
    range("warm-up days", 0, demand.len() - 1, settings.warm_up_days)?;
    range("replications", 1, MAX_REPLICATIONS, settings.replications)?;
    for &quantity in demand {
        check::non_negative("demand", quantity)?;
    }
    check::non_negative("holding cost", settings.holding_cost)?;
    check::non_negative("ordering cost", settings.ordering_cost)?;
    check::non_negative("shortage cost", settings.shortage_cost)?;
    Ok(())
}
