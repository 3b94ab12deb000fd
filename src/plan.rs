//! Order plans in SQL: what `crates/inventory` decides on one material, from rows to json and back.

use crate::demand::{daily, finite_day};
use crate::document::Document;
use crate::errors::{Error, report};
use crate::forecast::shape::json;
use demand::{Missing, Recorded, statistics};
use forecasting::{DemandPattern, classify_demand};
use inventory::eoq::PriceBreak;
use inventory::lead_time_demand::BacktestErrors;
use inventory::plan::{self, Demand, MaterialPolicy, OpenOrder, Plan, PlanInput, Stock};
use pgrx::datum::Date;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{Array, JsonB};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Days of history that averages look at, as `demand_statistics` does.
pub const WINDOW: usize = 365;

/// Rows about a material, as json.
#[derive(Deserialize)]
struct Facts {
    stock: Option<Stock>,
    orders: Vec<OrderFact>,
    receipts: Vec<ReceiptFact>,
    prices: Vec<PriceBreak>,
    backtest: Option<BacktestErrors>,
}

#[derive(Deserialize)]
struct ReceiptFact {
    days: f64,
}

#[derive(Deserialize)]
struct OrderFact {
    due_in_days: i64,
    quantity: f64,
}

/// Plans one material: demand of the protection interval, safety stock, reorder point, projected
/// stock, and the order that is due. Days count from `as_of` as 0, whose demand is still to come where
/// `history_end` lies before it.
#[pg_extern(immutable, strict, parallel_safe, cost = 300)]
#[allow(clippy::too_many_arguments)]
fn plan_material(
    policy: Document,
    facts: Document,
    series: &[u8],
    history_end: Date,
    planned_demand: Array<'_, f64>,
    is_forecast: bool,
    closed_dates: Array<'_, Date>,
    as_of: Date,
) -> Result<JsonB, ErrorReport> {
    let policy: MaterialPolicy = policy.parsed("policy")?;
    let facts: Facts = facts.parsed("facts")?;
    let history_end = finite_day(history_end)?;
    let recorded = Recorded::from_bytes(series).map_err(report)?;
    // A new material has a policy before it has a history.
    let history = match recorded.first_day() {
        Some(_) => daily(&recorded, history_end, Missing::Zero).map_err(report)?,
        None => Vec::new(),
    };
    let known = statistics(&history, WINDOW);
    let today = i64::from(finite_day(as_of)?);
    let orders: Vec<OpenOrder> = facts
        .orders
        .iter()
        .map(|order| OpenOrder {
            due_day: today + order.due_in_days,
            quantity: order.quantity,
        })
        .collect();
    let closed: Result<BTreeSet<i64>, ErrorReport> = closed_dates
        .iter()
        .flatten()
        .map(|date| finite_day(date).map(i64::from))
        .collect();
    let planned = crate::forecast::history(Some(planned_demand))?;
    let lead_times: Vec<f64> = facts.receipts.iter().map(|receipt| receipt.days).collect();
    let lead_time =
        inventory::lead_time_statistics(&lead_times, policy.lead_time_days).map_err(report)?;
    let plan = plan::plan(&PlanInput {
        policy: &policy,
        demand: Demand {
            history: &history,
            frequent: is_frequent(&history)?,
            planned: &planned,
            is_forecast,
            backtest: facts.backtest,
            average: known.map_or(0.0, |known| known.mean),
            std_dev: known.map_or(0.0, |known| known.std_dev),
        },
        stock: facts.stock,
        orders: &orders,
        lead_time,
        prices: &facts.prices,
        closed_days: &closed?,
        today,
        today_is_open: i64::from(history_end) < today,
    })
    .map_err(report)?;
    Ok(JsonB(json(&plan)))
}

/// Whether demand comes on most days.
///
/// # Errors
/// Those of the classification.
pub fn is_frequent(history: &[f64]) -> Result<bool, ErrorReport> {
    if history.is_empty() {
        return Ok(false);
    }
    let pattern = classify_demand(history).map_err(report)?.pattern;
    Ok(matches!(
        pattern,
        DemandPattern::Smooth | DemandPattern::Erratic
    ))
}

/// A plan in sentences, one a line, with the formulas behind the numbers.
#[pg_extern(immutable, strict, parallel_safe, cost = 50)]
fn plan_text(policy: Document, plan: Document, unit: &str) -> Result<String, ErrorReport> {
    let policy: MaterialPolicy = policy.parsed("policy")?;
    let plan: Plan = plan.parsed("plan")?;
    Ok(plan.text(&policy, unit))
}

/// Which proposals a budget pays for, best benefit for the money first.
#[pg_extern(immutable, strict, parallel_safe, cost = 50)]
fn fit_budget(
    costs: Array<'_, f64>,
    benefits: Array<'_, f64>,
    budget: f64,
) -> Result<Vec<bool>, ErrorReport> {
    if costs.len() != benefits.len() {
        return Err(report(Error::UnequalLengths {
            name: "costs",
            count: costs.len(),
            other: "benefits",
            other_count: benefits.len(),
        }));
    }
    let given =
        |value: Option<f64>| value.ok_or_else(|| report(Error::NullArgument("costs and benefits")));
    let candidates: Result<Vec<_>, ErrorReport> = costs
        .iter()
        .zip(benefits.iter())
        .map(|(cost, benefit)| {
            Ok(inventory::budget::Candidate {
                cost: given(cost)?,
                benefit: given(benefit)?,
            })
        })
        .collect();
    inventory::budget::fit_budget(&candidates?, budget).map_err(report)
}
