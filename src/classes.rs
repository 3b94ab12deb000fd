//! Classes of materials in SQL: by value, by variability, by the way demand arrives.

use crate::demand::{assert_finite, daily, finite_day};
use crate::errors::report;
use demand::{Missing, Recorded};
use forecasting::classify_demand;
use inventory::classes::{AbcThresholds, XyzThresholds};
use pgrx::Array;
use pgrx::datum::Date;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Variability is judged by weeks: days vary for everybody.
const WEEK: usize = 7;
/// Days of history that classes look at.
const WINDOW: usize = 364;

/// Class A, B or C of each value, in the order given: A up to a_share of the total, B up to b_share.
#[pg_extern(immutable, strict, parallel_safe, cost = 50)]
fn abc_classes(
    values: Array<'_, f64>,
    a_share: default!(f64, 0.8),
    b_share: default!(f64, 0.95),
) -> Result<Vec<String>, ErrorReport> {
    let values = crate::forecast::history(Some(values))?;
    let thresholds = AbcThresholds {
        a: a_share,
        b: b_share,
    };
    let classes = inventory::classes::abc_classes(&values, &thresholds).map_err(report)?;
    Ok(classes.iter().map(ToString::to_string).collect())
}

/// Class X, Y or Z of a history by its coefficient of variation: X up to x_limit, Y up to y_limit.
#[pg_extern(immutable, strict, parallel_safe, cost = 50)]
fn xyz_class(
    history: Array<'_, f64>,
    x_limit: default!(f64, 0.5),
    y_limit: default!(f64, 1.0),
) -> Result<String, ErrorReport> {
    let history = crate::forecast::history(Some(history))?;
    let thresholds = XyzThresholds {
        x: x_limit,
        y: y_limit,
    };
    let class = inventory::classes::xyz_class(&history, &thresholds).map_err(report)?;
    Ok(class.to_string())
}

/// How a recorded series sells, over its last 52 weeks: demand of a year, variation of its weeks with
/// their class, and how demand arrives.
#[pg_extern(immutable, strict, parallel_safe, cost = 100)]
#[allow(clippy::type_complexity)]
fn demand_profile(
    series: &[u8],
    through: Date,
) -> Result<
    TableIterator<
        'static,
        (
            name!(annual_demand, f64),
            name!(weekly_cv, Option<f64>),
            name!(xyz_class, String),
            name!(average_demand_interval, Option<f64>),
            name!(cv_squared, Option<f64>),
            name!(demand_class, String),
        ),
    >,
    ErrorReport,
> {
    let recorded = Recorded::from_bytes(series).map_err(report)?;
    let through = finite_day(through)?;
    if recorded.first_day().is_none_or(|first| first > through) {
        return Ok(TableIterator::new(None));
    }
    let history = daily(&recorded, through, Missing::Zero).map_err(report)?;
    let recent = &history[history.len().saturating_sub(WINDOW)..];
    // Whole weeks, the last day of the last one being the last day there is.
    let weeks: Vec<f64> = recent
        .rchunks_exact(WEEK)
        .map(|week| week.iter().sum())
        .collect();
    let variation = inventory::classes::coefficient_of_variation(&weeks).map_err(report)?;
    let xyz = inventory::classes::xyz_class(&weeks, &XyzThresholds::default()).map_err(report)?;
    let arrival = classify_demand(recent).map_err(report)?;
    let annual_demand = recent.iter().sum::<f64>() / recent.len() as f64 * 365.0;
    assert_finite(&[annual_demand])?;
    Ok(TableIterator::new(Some((
        annual_demand,
        variation,
        xyz.to_string(),
        arrival.adi,
        arrival.cv_squared,
        arrival.pattern.to_string(),
    ))))
}
