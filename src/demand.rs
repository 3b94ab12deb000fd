//! Demand series in SQL: read in one pass by `pack_demand(day, quantity)`, then their daily values,
//! their statistics, and the plan of days to come. The series themselves are `crates/demand`.

use crate::aggregate::{finished, state};
use crate::errors::{Error, report};
use demand::{Masks, Missing, Recorded, mask_outliers, statistics};
use forecasting::{MAX_HISTORY, MAX_HORIZON};
use pgrx::datum::Date;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{Array, Internal};

/// The rows of a group, checked on their way in.
///
/// # Errors
/// When the day or the quantity is not finite. A pair with a NULL is left out.
pub fn push(
    recorded: &mut Recorded,
    demand_date: Option<Date>,
    quantity: Option<f64>,
) -> Result<(), ErrorReport> {
    if let (Some(date), Some(quantity)) = (demand_date, quantity) {
        recorded.push(finite_day(date)?, quantity).map_err(report)?;
    }
    Ok(())
}

/// One value a day, as many as models accept.
pub fn daily(recorded: &Recorded, until: i32, missing: Missing) -> Result<Vec<f64>, demand::Error> {
    recorded.daily(until, missing, MAX_HISTORY)
}

/// Adds one row to the series.
#[pg_extern(immutable, parallel_safe)]
fn demand_accum(
    mut internal: Internal,
    demand_date: Option<Date>,
    quantity: Option<f64>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let recorded = state::<Recorded>(&mut internal, fcinfo)?;
    push(recorded, demand_date, quantity)?;
    Ok(internal)
}

/// Adds one row to the series, of a day on which stock may have run out.
#[pg_extern(immutable, parallel_safe)]
fn demand_stockout_accum(
    mut internal: Internal,
    demand_date: Option<Date>,
    quantity: Option<f64>,
    is_stockout: Option<bool>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let recorded = state::<Recorded>(&mut internal, fcinfo)?;
    match (demand_date, quantity) {
        (Some(date), Some(quantity)) if is_stockout == Some(true) => recorded
            .push_stockout(finite_day(date)?, quantity)
            .map_err(report)?,
        _ => push(recorded, demand_date, quantity)?,
    }
    Ok(internal)
}

/// Joins the rows of two parallel workers.
#[pg_extern(immutable, parallel_safe)]
fn demand_combine(
    mut left: Internal,
    right: Internal,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let recorded = state::<Recorded>(&mut left, fcinfo)?;
    // SAFETY: both states come from demand_accum.
    if let Some(other) = unsafe { finished::<Recorded>(&right) } {
        recorded.merge(other);
    }
    Ok(left)
}

/// The rows as bytes, in the order in which they came.
#[pg_extern(immutable, strict, parallel_safe)]
fn demand_serialize(internal: Internal) -> Vec<u8> {
    // SAFETY: the state comes from demand_accum.
    unsafe { finished::<Recorded>(&internal) }.map_or_else(Vec::new, Recorded::to_bytes)
}

/// The rows from bytes.
#[pg_extern(immutable, strict, parallel_safe)]
fn demand_deserialize(bytes: &[u8], _unused: Internal) -> Result<Internal, ErrorReport> {
    Ok(Internal::new(Recorded::from_bytes(bytes).map_err(report)?))
}

/// The finished series as bytes; NULL when no row had both a day and a quantity.
#[pg_extern(immutable, parallel_safe)]
fn demand_pack(internal: Internal) -> Option<Vec<u8>> {
    // SAFETY: the state comes from demand_accum.
    let recorded = unsafe { finished::<Recorded>(&internal) }?;
    (!recorded.is_empty()).then(|| recorded.clone().sorted().to_bytes())
}

/// Mean and sample standard deviation of daily demand, over the last `window_days` through a day.
#[pg_extern(immutable, strict, parallel_safe, cost = 50)]
#[allow(clippy::type_complexity)]
fn demand_statistics(
    series: &[u8],
    through: Date,
    window_days: default!(i32, 365),
) -> Result<
    TableIterator<
        'static,
        (
            name!(mean, f64),
            name!(std_dev, f64),
            name!(days, i32),
            name!(demand_days, i32),
        ),
    >,
    ErrorReport,
> {
    let recorded = Recorded::from_bytes(series).map_err(report)?;
    let values = daily(&recorded, finite_day(through)?, Missing::Zero).map_err(report)?;
    let window = usize::try_from(window_days.max(1)).unwrap_or(1);
    let statistics = statistics(&values, window);
    if let Some(seen) = statistics {
        assert_finite(&[seen.mean, seen.std_dev])?;
    }
    Ok(TableIterator::new(statistics.map(|statistics| {
        (
            statistics.mean,
            statistics.std_dev,
            statistics.days as i32,
            statistics.demand_days as i32,
        )
    })))
}

/// Days since 2000-01-01.
///
/// # Errors
/// Infinity is no day.
pub fn finite_day(date: Date) -> Result<i32, ErrorReport> {
    if date.is_finite() {
        Ok(date.to_pg_epoch_days())
    } else {
        Err(report(Error::InfiniteDate))
    }
}

/// Lets no infinity out: figures of finite quantities can be beyond a double.
///
/// # Errors
/// A figure that is not finite.
pub fn assert_finite(figures: &[f64]) -> Result<(), ErrorReport> {
    if figures.iter().all(|figure| figure.is_finite()) {
        Ok(())
    } else {
        Err(report(forecasting::Error::Overflow))
    }
}

/// The recorded series as rows: one a day from its first day through `through`.
#[pg_extern(immutable, strict, parallel_safe, cost = 100)]
fn daily_demand(
    series: &[u8],
    through: Date,
    missing_demand: default!(&str, "'ZERO'"),
    masked_demand: default!(&str, "'NONE'"),
) -> Result<TableIterator<'static, (name!(demand_date, Date), name!(quantity, f64))>, ErrorReport> {
    let recorded = Recorded::from_bytes(series).map_err(report)?;
    let missing = match missing_demand {
        "INTERPOLATE" => Missing::Interpolate,
        _ => Missing::Zero,
    };
    let first = recorded.first_day().unwrap_or_default();
    let masks: Masks = masked_demand.parse().map_err(report)?;
    let mut values = daily(&recorded, finite_day(through)?, missing).map_err(report)?;
    if masks.outliers() {
        mask_outliers(&mut values);
    }
    Ok(TableIterator::new(values.into_iter().enumerate().map(
        move |(place, quantity)| (Date::saturating_from_raw(first + place as i32), quantity),
    )))
}

/// Expected demand of `days` days from `first_day` on: the planner's number where there is one, the
/// forecast where it reaches, beyond it the forecast's own mean, without any the given average.
#[pg_extern(immutable, parallel_safe, cost = 50)]
#[allow(clippy::too_many_arguments)]
fn planned_demand(
    start_date: Option<Date>,
    mean: Option<Array<'_, f64>>,
    override_dates: Option<Array<'_, Date>>,
    override_quantities: Option<Array<'_, f64>>,
    first_day: Option<Date>,
    days: Option<i32>,
    average_daily_demand: Option<f64>,
) -> Result<Option<Vec<f64>>, ErrorReport> {
    let (Some(first_day), Some(days)) = (first_day, days) else {
        return Ok(None);
    };
    let first_day = first_day.to_pg_epoch_days();
    let days = days.clamp(0, MAX_HORIZON as i32) as usize;
    let forecast: Vec<f64> = mean.iter().flat_map(Array::iter).flatten().collect();
    let beyond = if forecast.is_empty() {
        let Some(average) = average_daily_demand else {
            return Ok(None);
        };
        average
    } else {
        forecast.iter().sum::<f64>() / forecast.len() as f64
    };
    let start = start_date.map_or(first_day, |date| date.to_pg_epoch_days());
    let offset = i64::from(first_day) - i64::from(start);
    let mut demand: Vec<f64> = (offset..)
        .take(days)
        .map(|place| {
            let within = usize::try_from(place)
                .ok()
                .and_then(|place| forecast.get(place));
            within.copied().unwrap_or(beyond)
        })
        .collect();
    let dates = override_dates.iter().flat_map(Array::iter).flatten();
    let quantities = override_quantities.iter().flat_map(Array::iter).flatten();
    for (date, quantity) in dates.zip(quantities) {
        let place = i64::from(date.to_pg_epoch_days()) - i64::from(first_day);
        if let Some(day) = usize::try_from(place)
            .ok()
            .and_then(|place| demand.get_mut(place))
        {
            *day = quantity;
        }
    }
    match demand.iter().find(|quantity| !quantity.is_finite()) {
        Some(&value) => Err(report(Error::NotFinite {
            name: "expected demand",
            value,
        })),
        None => Ok(Some(demand)),
    }
}

extension_sql_file!(
    "../sql/functions/demand_aggregates.sql",
    name = "demand_aggregates",
    requires = [
        demand_accum,
        demand_stockout_accum,
        demand_combine,
        demand_serialize,
        demand_deserialize,
        demand_pack
    ]
);
