//! Storing forecasts: one row per series and version, arrays inside.
//!
//! Version, supersede and insert happen in the caller's transaction, so a series is either old or
//! new and never half.

use super::batch::Series;
use super::shape::json;
use crate::{settings, sql};
use forecasting::Outcome;
use pgrx::datum::{Date, DatumWithOid};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;
use pgrx::{JsonB, Uuid};
use xxhash_rust::xxh3::xxh3_128;

/// A series and what the model says about it.
pub type Fitted<'a> = (&'a Series, Outcome);

const SUPERSEDE: &str = "
    UPDATE replenish.forecast_series
    SET forecast_status = 'SUPERSEDED'
    WHERE tenant_id = $1 AND facility_id = $2 AND material_id = ANY ($3)
        AND forecast_status = 'ACTIVE'";

/// A version goes when its number is further behind the newest than the setting allows.
const FORGET: &str = "
    DELETE FROM replenish.forecast_series AS s
    USING unnest($3, $4) AS kept (material_id, oldest_version)
    WHERE s.tenant_id = $1 AND s.facility_id = $2 AND s.material_id = kept.material_id
        AND s.forecast_version < kept.oldest_version AND s.forecast_status = 'SUPERSEDED'";

const INSERT: &str = include_str!("insert_series.sql");

/// Stores the forecasts, supersedes the former ones and forgets the oldest.
pub fn store(
    client: &mut SpiClient<'_>,
    tenant_id: Uuid,
    facility_id: Uuid,
    fitted: &[Fitted],
) -> Result<(), ErrorReport> {
    if fitted.is_empty() {
        return Ok(());
    }
    let materials: Vec<Uuid> = fitted
        .iter()
        .map(|(series, _)| series.material_id)
        .collect();
    let oldest: Vec<i32> = fitted
        .iter()
        .map(|(series, _)| {
            series
                .former_version
                .saturating_sub(settings::kept_versions())
                + 1
        })
        .collect();
    let key = || {
        [
            tenant_id.into(),
            facility_id.into(),
            materials.clone().into(),
        ]
    };
    let run = |client: &mut SpiClient<'_>, statement: &str, arguments: &[DatumWithOid]| {
        client
            .update(statement, None, arguments)
            .map(drop)
            .map_err(sql::report)
    };
    run(client, SUPERSEDE, &key())?;
    let [tenant, facility, material_ids] = key();
    run(
        client,
        FORGET,
        &[tenant, facility, material_ids, oldest.into()],
    )?;
    insert(client, tenant_id, facility_id, fitted)
}

fn insert(
    client: &mut SpiClient<'_>,
    tenant_id: Uuid,
    facility_id: Uuid,
    fitted: &[Fitted],
) -> Result<(), ErrorReport> {
    let mut statement = None;
    for (series, outcome) in fitted {
        let arguments = arguments(tenant_id, facility_id, series, outcome);
        if statement.is_none() {
            let types: Vec<PgOid> = arguments
                .iter()
                .map(|argument| argument.oid().into())
                .collect();
            statement = Some(client.prepare_mut(INSERT, &types).map_err(sql::report)?);
        }
        if let Some(statement) = &statement {
            client
                .update(statement, None, &arguments)
                .map_err(sql::report)?;
        }
    }
    Ok(())
}

/// The columns of insert_series.sql, in its order.
fn arguments<'a>(
    tenant_id: Uuid,
    facility_id: Uuid,
    series: &Series,
    outcome: &Outcome,
) -> Vec<DatumWithOid<'a>> {
    let Outcome { bands, explanation } = outcome;
    let backtest = explanation.backtest.as_ref();
    let day = Date::saturating_from_raw;
    vec![
        tenant_id.into(),
        facility_id.into(),
        series.material_id.into(),
        (series.former_version + 1).into(),
        explanation.algorithm.to_string().into(),
        series.requested.to_string().into(),
        series.uom.clone().into(),
        day(series.last_day + 1).into(),
        (bands.mean.len() as i32).into(),
        rounded(&bands.mean).into(),
        rounded(&bands.lower_80).into(),
        rounded(&bands.upper_80).into(),
        rounded(&bands.lower_95).into(),
        rounded(&bands.upper_95).into(),
        explanation.confidence.into(),
        day(series.first_day).into(),
        day(series.last_day).into(),
        series.sample_size().into(),
        explanation.status.to_string().into(),
        explanation.reason.clone().into(),
        JsonB(json(&explanation.parameters)).into(),
        JsonB(json(&explanation.candidates)).into(),
        explanation.season_length.map(|length| length as i32).into(),
        backtest.and_then(|backtest| backtest.mape).into(),
        backtest.map(|backtest| backtest.rmse).into(),
        backtest.map(|backtest| backtest.mae).into(),
        backtest.map(|backtest| backtest.bias).into(),
        backtest.and_then(|backtest| backtest.r_squared).into(),
        explanation.naive_mae.into(),
        explanation.residual_std.into(),
        series.fingerprint.into(),
    ]
}

/// Decimals that are kept: a millionth of a unit is beyond what anybody orders.
const SCALE: f64 = 1e6;

fn rounded(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|value| {
            let rounded = (value * SCALE).round() / SCALE;
            if rounded.is_finite() { rounded } else { *value }
        })
        .collect()
}

/// The identity of one day of a stored series: the same whenever it is read.
#[pg_extern(immutable, strict, parallel_safe, cost = 1)]
fn forecast_day_id(forecast_series_id: Uuid, forecast_date: Date) -> Uuid {
    let mut key = [0_u8; 20];
    key[..16].copy_from_slice(forecast_series_id.as_bytes());
    key[16..].copy_from_slice(&forecast_date.to_pg_epoch_days().to_be_bytes());
    let identity = uuid::Builder::from_custom_bytes(xxh3_128(&key).to_be_bytes()).into_uuid();
    Uuid::from_bytes(*identity.as_bytes())
}
