//! Storing forecasts: one statement a table for all series of a chunk.
//!
//! A version, its model and the head that names it come in the caller's transaction, so a series is
//! either old or new and never half. Former versions are not touched.

use super::series::Series;
use super::shape::json;
use crate::{settings, sql};
use forecasting::{Bands, Outcome};
use pgrx::datum::{Date, DatumWithOid};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;
use pgrx::{Uuid, direct_function_call};
use xxhash_rust::xxh3::xxh3_128;

/// A series with its new forecast.
pub struct Changed<'a> {
    pub series: &'a Series,
    /// First and last day of the history.
    pub first_day: i32,
    pub last_day: i32,
    /// Fingerprints of the history and of its last days.
    pub history: i64,
    pub recent: i64,
    /// The model after the last day.
    pub state: Vec<u8>,
    pub made: Made,
}

/// How a forecast was made.
pub enum Made {
    /// By a fit to the whole history.
    Fitted {
        outcome: Box<Outcome>,
        sample_size: i32,
    },
    /// By the state of an earlier fit.
    Updated {
        bands: Bands,
        fit_version: i32,
        fitted_through: i32,
    },
}

impl Made {
    pub fn is_fit(&self) -> bool {
        matches!(self, Self::Fitted { .. })
    }
}

impl Changed<'_> {
    fn version(&self) -> i32 {
        self.series.last_version + 1
    }

    fn fit_version(&self) -> i32 {
        match &self.made {
            Made::Fitted { .. } => self.version(),
            Made::Updated { fit_version, .. } => *fit_version,
        }
    }

    fn fitted_through(&self) -> i32 {
        match &self.made {
            Made::Fitted { .. } => self.last_day,
            Made::Updated { fitted_through, .. } => *fitted_through,
        }
    }

    fn bands(&self) -> &Bands {
        match &self.made {
            Made::Fitted { outcome, .. } => &outcome.bands,
            Made::Updated { bands, .. } => bands,
        }
    }
}

const INSERT_FITS: &str = include_str!("sql/insert_fits.sql");
const INSERT_VERSIONS: &str = include_str!("sql/insert_versions.sql");
const MOVE_HEADS: &str = include_str!("sql/move_heads.sql");

/// A version goes when its number is further behind the newest than the setting allows, a model with
/// its last version.
const FORGET_VERSIONS: &str = "
    DELETE FROM replenish.forecast_versions AS v
    USING unnest($3, $4) AS kept (material_id, oldest_version)
    WHERE v.tenant_id = $1 AND v.facility_id = $2 AND v.material_id = kept.material_id
        AND v.forecast_version < kept.oldest_version AND NOT v.is_rejected";
const FORGET_FITS: &str = "
    DELETE FROM replenish.forecast_fits AS f
    USING unnest($3, $4) AS kept (material_id, oldest_version)
    WHERE f.tenant_id = $1 AND f.facility_id = $2 AND f.material_id = kept.material_id
        AND f.first_version < kept.oldest_version
        AND NOT EXISTS (
            SELECT FROM replenish.forecast_versions AS v
            WHERE v.tenant_id = $1 AND v.facility_id = $2 AND v.material_id = f.material_id
                AND v.fit_version = f.first_version
        )";

/// Stores the forecasts and forgets the oldest.
///
/// # Errors
/// Those of the database.
pub fn store(
    client: &mut SpiClient<'_>,
    tenant_id: Uuid,
    facility_id: Uuid,
    changed: &[Changed],
) -> Result<(), ErrorReport> {
    let mut writer = Writer {
        client,
        tenant_id,
        facility_id,
    };
    let fits: Vec<&Changed> = changed
        .iter()
        .filter(|change| change.made.is_fit())
        .collect();
    writer.run(INSERT_FITS, &fits, fit_columns)?;
    let all: Vec<&Changed> = changed.iter().collect();
    writer.run(INSERT_VERSIONS, &all, version_columns)?;
    writer.run(MOVE_HEADS, &all, head_columns)?;
    let kept = settings::kept_versions();
    let ripe: Vec<&Changed> = changed
        .iter()
        .filter(|change| change.series.last_version > kept)
        .collect();
    let oldest = |changed: &[&Changed]| {
        vec![
            each(changed, |change| change.series.material_id).into(),
            each(changed, |change| change.version() - kept).into(),
        ]
    };
    writer.run(FORGET_VERSIONS, &ripe, oldest)?;
    writer.run(FORGET_FITS, &ripe, oldest)
}

struct Writer<'a, 'c> {
    client: &'a mut SpiClient<'c>,
    tenant_id: Uuid,
    facility_id: Uuid,
}

impl Writer<'_, '_> {
    /// Runs a statement over some series; nothing without any.
    fn run<'a>(
        &mut self,
        statement: &str,
        changed: &[&Changed],
        columns: impl Fn(&[&Changed]) -> Vec<DatumWithOid<'a>>,
    ) -> Result<(), ErrorReport> {
        if changed.is_empty() {
            return Ok(());
        }
        let mut arguments = vec![self.tenant_id.into(), self.facility_id.into()];
        arguments.extend(columns(changed));
        self.client
            .update(statement, None, &arguments)
            .map(drop)
            .map_err(sql::report)
    }
}

fn each<T>(changed: &[&Changed], column: impl Fn(&Changed) -> T) -> Vec<T> {
    changed.iter().map(|change| column(change)).collect()
}

fn day(day: i32) -> Date {
    Date::saturating_from_raw(day)
}

/// The columns of insert_versions.sql, in its order.
fn version_columns<'a>(changed: &[&Changed]) -> Vec<DatumWithOid<'a>> {
    let horizons = each(changed, |change| change.bands().mean.len() as i32);
    let places: Vec<i32> = horizons
        .iter()
        .scan(1, |next, days| {
            *next += days;
            Some(*next - days)
        })
        .collect();
    let days = |values: fn(&Bands) -> &[f64]| -> Vec<f64> {
        changed
            .iter()
            .flat_map(|change| values(change.bands()))
            .map(|value| rounded(*value))
            .collect()
    };
    vec![
        each(changed, |change| change.series.material_id).into(),
        each(changed, |change| change.version()).into(),
        each(changed, |change| change.fit_version()).into(),
        horizons.into(),
        places.into(),
        days(|bands| &bands.mean).into(),
        days(|bands| &bands.lower_80).into(),
        days(|bands| &bands.upper_80).into(),
        days(|bands| &bands.lower_95).into(),
        days(|bands| &bands.upper_95).into(),
        each(changed, |change| day(change.last_day + 1)).into(),
    ]
}

/// The columns of move_heads.sql, in its order.
fn head_columns<'a>(changed: &[&Changed]) -> Vec<DatumWithOid<'a>> {
    vec![
        each(changed, |change| change.series.material_id).into(),
        each(changed, |change| change.version()).into(),
        each(changed, |change| change.fit_version()).into(),
        each(changed, |change| change.series.settings).into(),
        each(changed, |change| change.history).into(),
        each(changed, |change| change.recent).into(),
        each(changed, |change| day(change.first_day)).into(),
        each(changed, |change| day(change.fitted_through())).into(),
        each(changed, |change| day(change.last_day)).into(),
        each(changed, |change| change.state.clone()).into(),
    ]
}

/// The columns of insert_fits.sql, in its order.
fn fit_columns<'a>(changed: &[&Changed]) -> Vec<DatumWithOid<'a>> {
    let fits: Vec<(&Changed, &Outcome, i32)> = changed
        .iter()
        .filter_map(|change| match &change.made {
            Made::Fitted {
                outcome,
                sample_size,
            } => Some((*change, outcome.as_ref(), *sample_size)),
            Made::Updated { .. } => None,
        })
        .collect();
    let model = |column: fn(&Outcome) -> String| -> Vec<String> {
        fits.iter().map(|(_, outcome, _)| column(outcome)).collect()
    };
    let test = |column: fn(&forecasting::Backtest) -> Option<f64>| -> Vec<Option<f64>> {
        let backtests = fits
            .iter()
            .map(|(_, outcome, _)| &outcome.explanation.backtest);
        backtests
            .map(|backtest| backtest.as_ref().and_then(column))
            .collect()
    };
    let explained = |column: fn(&forecasting::Explanation) -> Option<f64>| -> Vec<Option<f64>> {
        fits.iter()
            .map(|(_, outcome, _)| column(&outcome.explanation))
            .collect()
    };
    let seasons: Vec<Option<i32>> = fits
        .iter()
        .map(|(_, outcome, _)| {
            outcome
                .explanation
                .season_length
                .map(|length| length as i32)
        })
        .collect();
    vec![
        each(changed, |change| change.series.material_id).into(),
        each(changed, |change| change.version()).into(),
        model(|outcome| outcome.explanation.algorithm.to_string()).into(),
        each(changed, |change| {
            change.series.request.algorithm.to_string()
        })
        .into(),
        each(changed, |change| change.series.uom.clone()).into(),
        explained(|explanation| Some(explanation.confidence)).into(),
        each(changed, |change| day(change.first_day)).into(),
        each(changed, |change| day(change.last_day)).into(),
        fits.iter()
            .map(|(_, _, size)| *size)
            .collect::<Vec<_>>()
            .into(),
        model(|outcome| outcome.explanation.status.to_string()).into(),
        model(|outcome| outcome.explanation.reason.clone()).into(),
        model(|outcome| json(&outcome.explanation.parameters).to_string()).into(),
        model(|outcome| json(&outcome.explanation.candidates).to_string()).into(),
        seasons.into(),
        test(|backtest| backtest.mape).into(),
        test(|backtest| Some(backtest.rmse)).into(),
        test(|backtest| Some(backtest.mae)).into(),
        test(|backtest| Some(backtest.bias)).into(),
        test(|backtest| backtest.r_squared).into(),
        explained(|explanation| explanation.naive_mae).into(),
        explained(|explanation| Some(explanation.residual_std)).into(),
    ]
}

/// Decimals that are kept: a millionth of a unit is beyond what anybody orders.
const DECIMALS: i32 = 6;
const SCALE: f64 = 1e6;
/// Beyond this a double has no room for them.
const LARGEST: f64 = 1e9;

/// Through an integer: f64::round is a call into the C library, several times as slow.
fn millionths(value: f64) -> Option<i64> {
    let half = 0.5f64.copysign(value);
    (value.abs() < LARGEST).then_some((value * SCALE + half) as i64)
}

fn rounded(value: f64) -> f64 {
    millionths(value).map_or(value, |whole| whole as f64 / SCALE)
}

/// A stored quantity as numeric: what the cast of a double makes of it, in a fraction of the time, as no
/// text is printed and read again. None of what is no finite number: nothing such is stored.
#[pg_extern(immutable, strict, parallel_safe, cost = 1)]
fn stored_quantity(quantity: f64) -> Option<AnyNumeric> {
    if !quantity.is_finite() {
        return None;
    }
    let whole = millionths(quantity).filter(|whole| *whole as f64 / SCALE == quantity);
    let Some(mut whole) = whole else {
        // SAFETY: the function behind the cast, with its one argument.
        return unsafe { direct_function_call(pg_sys::float8_numeric, &[quantity.into_datum()]) };
    };
    let mut decimals = DECIMALS;
    while decimals > 0 && whole % 10 == 0 {
        whole /= 10;
        decimals -= 1;
    }
    // SAFETY: it takes any numbers, and its numeric lives in this memory context.
    unsafe {
        let numeric = pg_sys::int64_div_fast_to_numeric(whole, decimals);
        AnyNumeric::from_datum(numeric.into(), false)
    }
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
