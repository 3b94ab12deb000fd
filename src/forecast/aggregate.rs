//! `forecast_agg(day, quantity, …)`: a forecast for each group of rows.

use super::options::count;
use crate::aggregate::{finished, state};
use crate::demand::{daily, push};
use crate::errors::{Error, report};
use demand::{Missing, Recorded};
use forecasting::{Algorithm, Outcome, Request};
use pgrx::Internal;
use pgrx::datum::Date;
use pgrx::pg_sys::panic::{ErrorReport, ErrorReportable};
use pgrx::prelude::*;

/// Days ahead where the caller does not say.
const DEFAULT_HORIZON: usize = 30;

/// The rows of a group and how they are to be forecast.
struct Group {
    recorded: Recorded,
    algorithm: Algorithm,
    horizon: usize,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            recorded: Recorded::default(),
            algorithm: Algorithm::Auto,
            horizon: DEFAULT_HORIZON,
        }
    }
}

/// Adds a row; 30 days, AUTO.
#[pg_extern(immutable, parallel_safe)]
fn forecast_agg_accum(
    mut internal: Internal,
    demand_date: Option<Date>,
    quantity: Option<f64>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let group = state::<Group>(&mut internal, fcinfo)?;
    push(&mut group.recorded, demand_date, quantity)?;
    Ok(internal)
}

/// Adds a row; AUTO.
#[pg_extern(immutable, parallel_safe)]
fn forecast_agg_horizon_accum(
    mut internal: Internal,
    demand_date: Option<Date>,
    quantity: Option<f64>,
    horizon: Option<i32>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let group = state::<Group>(&mut internal, fcinfo)?;
    group.horizon = count("horizon", horizon)?;
    push(&mut group.recorded, demand_date, quantity)?;
    Ok(internal)
}

/// Adds a row.
#[pg_extern(immutable, parallel_safe)]
fn forecast_agg_algorithm_accum(
    mut internal: Internal,
    demand_date: Option<Date>,
    quantity: Option<f64>,
    horizon: Option<i32>,
    algorithm: Option<&str>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let group = state::<Group>(&mut internal, fcinfo)?;
    group.horizon = count("horizon", horizon)?;
    group.algorithm = algorithm.unwrap_or("AUTO").parse().map_err(report)?;
    push(&mut group.recorded, demand_date, quantity)?;
    Ok(internal)
}

/// The forecast of a group; NULL for a group without usable rows.
#[pg_extern(immutable, parallel_safe, cost = 10000, requires = ["types"])]
fn forecast_agg_final(
    internal: Internal,
) -> Option<pgrx::composite_type!('static, "replenish.series_forecast")> {
    // SAFETY: all three transition functions keep a Group.
    let group = unsafe { finished::<Group>(&internal) }?;
    // pgrx knows no composite type inside both Result and Option.
    forecast_group(group).unwrap_or_report()
}

fn forecast_group(
    group: &Group,
) -> Result<Option<PgHeapTuple<'static, AllocatedByRust>>, ErrorReport> {
    let recorded = group.recorded.clone().sorted();
    let Some(last_day) = recorded.last_day() else {
        return Ok(None);
    };
    let values = daily(&recorded, last_day, Missing::Zero).map_err(report)?;
    let request = Request {
        algorithm: group.algorithm,
        horizon: group.horizon,
        season_length: None,
        non_negative: values.iter().all(|value| *value >= 0.0),
    };
    let outcome = forecasting::forecast(&values, &request).map_err(report)?;
    series_forecast(last_day, outcome).map(Some)
}

fn series_forecast(
    last_day: i32,
    outcome: Outcome,
) -> Result<PgHeapTuple<'static, AllocatedByRust>, ErrorReport> {
    let Outcome { bands, explanation } = outcome;
    let end = last_day.saturating_add(bands.mean.len() as i32);
    if !Date::saturating_from_raw(end).is_finite() {
        return Err(report(Error::BeyondCalendar));
    }
    let fill = || -> Result<_, Box<dyn std::error::Error>> {
        let mut tuple = PgHeapTuple::new_composite_type("replenish.series_forecast")?;
        tuple.set_by_name(
            "start_date",
            Date::saturating_from_raw(last_day.saturating_add(1)),
        )?;
        tuple.set_by_name("yhat", bands.mean)?;
        tuple.set_by_name("lo_80", bands.lower_80)?;
        tuple.set_by_name("hi_80", bands.upper_80)?;
        tuple.set_by_name("lo_95", bands.lower_95)?;
        tuple.set_by_name("hi_95", bands.upper_95)?;
        tuple.set_by_name("algorithm", explanation.algorithm.to_string())?;
        tuple.set_by_name("status", explanation.status.to_string())?;
        tuple.set_by_name("reason", explanation.reason)?;
        Ok(tuple)
    };
    fill().map_err(|error| {
        ErrorReport::new(
            PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
            format!("the type replenish.series_forecast does not fit the library: {error}"),
            "forecast_agg",
        )
        .set_hint("Run ALTER EXTENSION pg_replenish UPDATE.")
    })
}

extension_sql_file!(
    "../../sql/functions/forecast_aggregates.sql",
    name = "forecast_aggregates",
    requires = [
        forecast_agg_accum,
        forecast_agg_horizon_accum,
        forecast_agg_algorithm_accum,
        forecast_agg_final
    ]
);
