//! The error measures of forecasts as aggregates over pairs (actual, forecast).
//!
//! All nine share one transition state, so a query that asks for several reads its rows once.
//! Pairs with a NULL on either side are left out. The measures themselves are
//! [`forecasting::metrics`].

use crate::aggregate::{finished, state};
use crate::errors::{Error, report};
use forecasting::metrics::Accumulator;
use pgrx::Internal;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

fn finite(name: &'static str, value: f64) -> Result<f64, ErrorReport> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(report(Error::NotFinite { name, value }))
    }
}

/// Adds one pair to the state.
#[pg_extern(immutable, parallel_safe)]
fn accuracy_accum(
    mut internal: Internal,
    actual: Option<f64>,
    forecast: Option<f64>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let pairs = state::<Accumulator>(&mut internal, fcinfo)?;
    if let (Some(actual), Some(forecast)) = (actual, forecast) {
        pairs.push(finite("actual", actual)?, finite("forecast", forecast)?);
    }
    Ok(internal)
}

/// Adds one pair, measured in units of the naive forecast's mean absolute error.
#[pg_extern(immutable, parallel_safe)]
fn mase_scaled_accum(
    mut internal: Internal,
    actual: Option<f64>,
    forecast: Option<f64>,
    naive_mae: Option<f64>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let pairs = state::<Accumulator>(&mut internal, fcinfo)?;
    if let (Some(actual), Some(forecast), Some(scale)) = (actual, forecast, naive_mae)
        && scale > 0.0
        && scale.is_finite()
    {
        let (actual, forecast) = (finite("actual", actual)?, finite("forecast", forecast)?);
        pairs.push(actual / scale, forecast / scale);
    }
    Ok(internal)
}

/// Pairs in the order given, with the naive forecast "as yesterday" measured alongside.
#[derive(Default)]
struct Ordered {
    pairs: Accumulator,
    naive: Accumulator,
    former: Option<f64>,
}

/// Adds one pair and the step of the actual demand since the former pair.
#[pg_extern(immutable, parallel_safe)]
fn mase_ordered_accum(
    mut internal: Internal,
    actual: Option<f64>,
    forecast: Option<f64>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let ordered = state::<Ordered>(&mut internal, fcinfo)?;
    if let (Some(actual), Some(forecast)) = (actual, forecast) {
        let (actual, forecast) = (finite("actual", actual)?, finite("forecast", forecast)?);
        if let Some(former) = ordered.former.replace(actual) {
            ordered.naive.push(actual, former);
        }
        ordered.pairs.push(actual, forecast);
    }
    Ok(internal)
}

/// MASE of ordered pairs, scaled by the one-step naive error of the same rows.
#[pg_extern(immutable, parallel_safe)]
fn mase_ordered_final(internal: Internal) -> Option<f64> {
    // SAFETY: the aggregate's transition function is mase_ordered_accum.
    let ordered = unsafe { finished::<Ordered>(&internal) }?;
    ordered.pairs.mase(ordered.naive.mae()?)
}

/// Joins the states of two parallel workers.
#[pg_extern(immutable, parallel_safe)]
fn accuracy_combine(
    mut left: Internal,
    right: Internal,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Internal, ErrorReport> {
    let pairs = state::<Accumulator>(&mut left, fcinfo)?;
    // SAFETY: both states come from the same aggregate family.
    if let Some(other) = unsafe { finished::<Accumulator>(&right) } {
        pairs.merge(other);
    }
    Ok(left)
}

/// The state as bytes, for a parallel worker's answer.
#[pg_extern(immutable, strict, parallel_safe)]
fn accuracy_serialize(internal: Internal) -> Result<Vec<u8>, serde_json::Error> {
    // SAFETY: only the accuracy family serialises through this function.
    let pairs = unsafe { finished::<Accumulator>(&internal) }
        .cloned()
        .unwrap_or_default();
    serde_json::to_vec(&pairs)
}

/// The state from bytes.
#[pg_extern(immutable, strict, parallel_safe)]
fn accuracy_deserialize(bytes: &[u8], _unused: Internal) -> Result<Internal, serde_json::Error> {
    Ok(Internal::new(serde_json::from_slice::<Accumulator>(bytes)?))
}

/// One final function per measure over the shared state.
macro_rules! measure {
    ($name:ident, $method:ident, $doc:literal) => {
        #[doc = $doc]
        #[pg_extern(immutable, parallel_safe)]
        fn $name(internal: Internal) -> Option<f64> {
            // SAFETY: the aggregate's transition function is accuracy_accum or mase_scaled_accum,
            // which both keep an Accumulator.
            unsafe { finished::<Accumulator>(&internal) }?.$method()
        }
    };
}

measure!(
    mape_final,
    mape,
    "Mean absolute percentage error over pairs with actual demand."
);
measure!(
    smape_final,
    smape,
    "Symmetric mean absolute percentage error."
);
measure!(
    wape_final,
    wape,
    "Sum of absolute errors over the sum of actual demand."
);
measure!(rmse_final, rmse, "Root mean squared error.");
measure!(mae_final, mae, "Mean absolute error.");
measure!(bias_final, bias, "Mean of forecast minus actual.");
measure!(
    bias_pct_final,
    bias_pct,
    "Sum of errors over the sum of actual demand."
);
measure!(
    tracking_signal_final,
    tracking_signal,
    "Sum of errors over the mean absolute error."
);

extension_sql_file!(
    "../sql/functions/accuracy_aggregates.sql",
    name = "accuracy_aggregates",
    requires = [
        accuracy_accum,
        accuracy_combine,
        accuracy_serialize,
        accuracy_deserialize,
        mase_scaled_accum,
        mase_ordered_accum,
        mase_ordered_final,
        mape_final,
        smape_final,
        wape_final,
        rmse_final,
        mae_final,
        bias_final,
        bias_pct_final,
        tracking_signal_final
    ]
);
