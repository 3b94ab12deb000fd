//! Inventory mathematics in SQL: each function here hands its arguments to `crates/inventory`.

use crate::errors::{Error, report};
use inventory::SafetyStockInput;
use pgrx::Array;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Safety stock in units.
#[pg_extern(immutable, strict, parallel_safe, cost = 5)]
fn safety_stock(
    avg_daily_demand: f64,
    demand_std_dev: f64,
    lead_time_days: f64,
    lead_time_std_dev: default!(f64, 0),
    service_level: default!(f64, 0.95),
    method: default!(&str, "'auto'"),
) -> Result<f64, ErrorReport> {
    let input = SafetyStockInput {
        avg_daily_demand,
        demand_std_dev,
        lead_time_days,
        lead_time_std_dev,
        service_level,
    };
    let method = method.parse().map_err(report)?;
    let stock = inventory::safety_stock(&input, method).map_err(report)?;
    Ok(stock.quantity)
}

/// Stock at which to order again.
#[pg_extern(immutable, strict, parallel_safe, cost = 2)]
fn reorder_point(
    avg_daily_demand: f64,
    lead_time_days: f64,
    safety_stock: f64,
) -> Result<f64, ErrorReport> {
    inventory::reorder_point(avg_daily_demand, lead_time_days, safety_stock).map_err(report)
}

/// Order quantity of least yearly cost (Harris 1913).
#[pg_extern(immutable, strict, parallel_safe, cost = 2)]
fn economic_order_quantity(
    annual_demand: f64,
    unit_cost: f64,
    ordering_cost: f64,
    holding_cost_pct: f64,
) -> Result<f64, ErrorReport> {
    inventory::economic_order_quantity(annual_demand, unit_cost, ordering_cost, holding_cost_pct)
        .map_err(report)
}

/// The quantity that can really be ordered: at least the minimum, a whole number of multiples.
#[pg_extern(immutable, parallel_safe, cost = 2)]
fn round_order_quantity(
    quantity: Option<f64>,
    minimum_order_quantity: default!(Option<f64>, "NULL"),
    order_multiple: default!(Option<f64>, "NULL"),
) -> Result<Option<f64>, ErrorReport> {
    quantity
        .map(|quantity| {
            inventory::round_order_quantity(quantity, minimum_order_quantity, order_multiple)
        })
        .transpose()
        .map_err(report)
}

/// The standard normal quantile of a service level.
#[pg_extern(immutable, strict, parallel_safe, cost = 2)]
fn service_level_z(p: f64) -> Result<f64, ErrorReport> {
    inventory::service_level_z(p).map_err(report)
}

/// The one rule of urgency. A NULL number of days means that no stock-out is in sight.
#[pg_extern(immutable, parallel_safe, cost = 2)]
fn calculate_replenishment_urgency(
    current_available_quantity: Option<f64>,
    safety_stock_quantity: Option<f64>,
    reorder_point_quantity: Option<f64>,
    days_until_stockout: Option<f64>,
    vendor_lead_time_days: Option<f64>,
) -> Result<Option<String>, ErrorReport> {
    let (Some(available), Some(safety_stock), Some(reorder_point), Some(lead_time)) = (
        current_available_quantity,
        safety_stock_quantity,
        reorder_point_quantity,
        vendor_lead_time_days,
    ) else {
        return Ok(None);
    };
    inventory::replenishment_urgency(
        available,
        safety_stock,
        reorder_point,
        days_until_stockout,
        lead_time,
    )
    .map(|urgency| Some(urgency.to_string()))
    .map_err(report)
}

/// Mean and spread of lead times; few observations lean on the stated lead time.
#[pg_extern(immutable, parallel_safe, cost = 5)]
#[allow(clippy::type_complexity)]
fn lead_time_statistics(
    observed_days: Option<Array<'_, f64>>,
    stated_days: Option<f64>,
) -> Result<
    TableIterator<
        'static,
        (
            name!(mean, f64),
            name!(std_dev, f64),
            name!(observations, i32),
        ),
    >,
    ErrorReport,
> {
    let stated_days = stated_days.ok_or_else(|| report(Error::NullArgument("stated_days")))?;
    let observed: Vec<f64> = observed_days
        .map(|days| days.iter().flatten().collect())
        .unwrap_or_default();
    let lead_time = inventory::lead_time_statistics(&observed, stated_days).map_err(report)?;
    Ok(TableIterator::once((
        lead_time.mean,
        lead_time.std_dev,
        lead_time.observations as i32,
    )))
}
