//! The batch engine: read a chunk of series, fit over threads, store what changed.

use super::options::optional_count;
use super::pool;
use super::store::{self, Fitted};
use crate::demand::daily;
use crate::errors::{Error, Reportable, report, sqlstate_text};
use crate::sql::Row;
use crate::{settings, sql, tenancy};
use demand::{Missing, Recorded};
use forecasting::{Algorithm, Outcome, Request};
use pgrx::datum::{Date, DatumWithOid};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;
use pgrx::{Array, Uuid};
use std::hash::Hasher;
use xxhash_rust::xxh3::Xxh3;

/// One series of the chunk with all that its forecast depends on.
pub struct Series {
    pub material_id: Uuid,
    pub uom: Option<String>,
    pub requested: Algorithm,
    pub first_day: i32,
    pub last_day: i32,
    pub minimum_history: usize,
    pub fingerprint: i64,
    pub former_fingerprint: Option<i64>,
    pub former_version: i32,
    values: Vec<f64>,
    request: Request,
}

/// What became of one series: its material, the outcome, and an error's SQLSTATE and words.
type Report = (Uuid, &'static str, Option<String>, Option<String>);

const STORED: &str = "STORED";
const UNCHANGED: &str = "UNCHANGED";
const FAILED: &str = "FAILED";

/// The chunk's series: settings, packed history and what is stored already.
const READ_CHUNK: &str = include_str!("read_chunk.sql");

/// Forecasts the given materials of one facility from what was recorded through
/// `observed_until`, and stores what changed. One row a material tells what became of it; a
/// series with unusable data does not stop the others.
#[pg_extern(volatile, parallel_unsafe, cost = 100000)]
#[allow(clippy::type_complexity)]
fn forecast_chunk(
    facility_id: Option<Uuid>,
    material_ids: Option<Array<'_, Uuid>>,
    observed_until: Option<Date>,
    forecast_horizon_days: Option<i32>,
    forecast_algorithm: Option<&str>,
    refit: default!(Option<bool>, "false"),
) -> Result<
    TableIterator<
        'static,
        (
            name!(material_id, Uuid),
            name!(outcome, &'static str),
            name!(sqlstate, Option<String>),
            name!(message, Option<String>),
        ),
    >,
    ErrorReport,
> {
    let tenant_id = tenancy::required_tenant()?;
    let missing = |name| report(Error::NullArgument(name));
    let facility_id = facility_id.ok_or_else(|| missing("facility_id"))?;
    let material_ids = material_ids.ok_or_else(|| missing("material_ids"))?;
    let material_ids: Vec<Uuid> = material_ids.iter().flatten().collect();
    let observed_until = observed_until.ok_or_else(|| missing("observed_until"))?;
    if !observed_until.is_finite() {
        return Err(report(Error::InfiniteDate));
    }
    let horizon = optional_count("forecast_horizon_days", forecast_horizon_days)?;
    let algorithm = forecast_algorithm
        .map(str::parse::<Algorithm>)
        .transpose()
        .map_err(report)?;
    let rows = Spi::connect_mut(|client| -> Result<Vec<Report>, ErrorReport> {
        let arguments: [DatumWithOid; 4] = [
            tenant_id.into(),
            facility_id.into(),
            material_ids.into(),
            observed_until.into(),
        ];
        let chunk = read(client, &arguments, observed_until, algorithm, horizon)?;
        let mut reports = chunk.unusable;
        let (unchanged, due): (Vec<Series>, Vec<Series>) =
            chunk.series.into_iter().partition(|series| {
                refit != Some(true) && series.former_fingerprint == Some(series.fingerprint)
            });
        reports.extend(
            unchanged
                .iter()
                .map(|series| (series.material_id, UNCHANGED, None, None)),
        );
        let fitted = fit(&due, &mut reports);
        store::store(client, tenant_id, facility_id, &fitted)?;
        reports.extend(
            fitted
                .iter()
                .map(|(series, _)| (series.material_id, STORED, None, None)),
        );
        Ok(reports)
    })?;
    Ok(TableIterator::new(rows))
}

struct Chunk {
    series: Vec<Series>,
    unusable: Vec<Report>,
}

fn read(
    client: &SpiClient<'_>,
    arguments: &[DatumWithOid],
    observed_until: Date,
    algorithm: Option<Algorithm>,
    horizon: Option<usize>,
) -> Result<Chunk, ErrorReport> {
    let mut chunk = Chunk {
        series: Vec::new(),
        unusable: Vec::new(),
    };
    for row in client
        .select(READ_CHUNK, None, arguments)
        .map_err(sql::report)?
    {
        let row = Row(&row);
        let material_id: Uuid = row.required("material_id")?;
        match read_series(&row, material_id, observed_until, algorithm, horizon)? {
            Ok(series) => chunk.series.push(series),
            Err(error) => chunk.unusable.push(failed(material_id, &*error)),
        }
    }
    Ok(chunk)
}

/// The outer error is the database's and ends the call; the inner one is the series' own.
#[allow(clippy::type_complexity)]
fn read_series(
    row: &Row,
    material_id: Uuid,
    observed_until: Date,
    algorithm: Option<Algorithm>,
    horizon: Option<usize>,
) -> Result<Result<Series, Box<dyn Reportable>>, ErrorReport> {
    let packed: Vec<u8> = row.required("packed")?;
    let missing = match row.required::<String>("missing_demand")?.as_str() {
        "INTERPOLATE" => Missing::Interpolate,
        _ => Missing::Zero,
    };
    let own_algorithm: String = row.required("forecast_algorithm")?;
    let own_horizon: i32 = row.required("forecast_horizon_days")?;
    let season_length: Option<i32> = row.optional("season_length")?;
    let minimum_history: i32 = row.required("minimum_forecast_history_days")?;
    let uom: Option<String> = row.optional("uom")?;
    let former_fingerprint = row.optional("active_fingerprint")?;
    let former_version = row.optional("last_version")?.unwrap_or(0);
    let build = || -> Result<Series, Box<dyn Reportable>> {
        let recorded = Recorded::from_bytes(&packed).map_err(boxed)?;
        let last_day = match missing {
            // Nobody recorded anything after the last row, so nothing is known of those days.
            Missing::Interpolate => recorded.last_day(),
            Missing::Zero => Some(observed_until.to_pg_epoch_days()),
        };
        let last_day = last_day.unwrap_or_default();
        let requested = match algorithm {
            Some(algorithm) => algorithm,
            None => own_algorithm.parse().map_err(boxed)?,
        };
        let values = daily(&recorded, last_day, missing).map_err(boxed)?;
        let request = Request {
            algorithm: requested,
            horizon: horizon.unwrap_or(usize::try_from(own_horizon).unwrap_or(0)),
            season_length: season_length.and_then(|length| usize::try_from(length).ok()),
            non_negative: true,
        };
        let minimum_history = usize::try_from(minimum_history).unwrap_or(0);
        Ok(Series {
            material_id,
            fingerprint: fingerprint(&values, last_day, &request, minimum_history, uom.as_deref()),
            uom: uom.clone(),
            requested,
            first_day: recorded.first_day().unwrap_or(last_day),
            last_day,
            minimum_history,
            former_fingerprint,
            former_version,
            values,
            request,
        })
    };
    Ok(build())
}

fn boxed<E: Reportable + 'static>(error: E) -> Box<dyn Reportable> {
    Box::new(error)
}

/// Everything a forecast depends on, in 64 bits: equal input needs no new version.
fn fingerprint(
    values: &[f64],
    last_day: i32,
    request: &Request,
    minimum_history: usize,
    uom: Option<&str>,
) -> i64 {
    let mut hash = Xxh3::new();
    hash.write(env!("CARGO_PKG_VERSION").as_bytes());
    hash.write_i32(last_day);
    hash.write(request.algorithm.to_string().as_bytes());
    hash.write_usize(request.horizon);
    hash.write_usize(request.season_length.unwrap_or(0));
    hash.write_usize(minimum_history);
    hash.write(uom.unwrap_or_default().as_bytes());
    for value in values {
        hash.write_u64(value.to_bits());
    }
    hash.finish().cast_signed()
}

fn fit<'a>(due: &'a [Series], reports: &mut Vec<Report>) -> Vec<Fitted<'a>> {
    let outcomes = pool::map(due, settings::threads(), |series| {
        forecasting::forecast(&series.values, &series.request)
    });
    let mut fitted = Vec::with_capacity(due.len());
    for (series, outcome) in due.iter().zip(outcomes) {
        match outcome {
            Some(Ok(outcome)) => fitted.push((series, mark_short(series, outcome))),
            Some(Err(error)) => reports.push(failed(series.material_id, &error)),
            None => reports.push(failed(series.material_id, &Error::ModelPanicked)),
        }
    }
    fitted
}

/// A history shorter than the material asks for is forecast all the same, and says so.
fn mark_short(series: &Series, mut outcome: Outcome) -> Outcome {
    let days = series.values.len();
    if days < series.minimum_history && outcome.explanation.status == forecasting::Status::Fitted {
        outcome.explanation.status = forecasting::Status::ShortHistory;
        outcome.explanation.reason = format!(
            "{} The history of {days} days is shorter than the {} that the material asks for.",
            outcome.explanation.reason, series.minimum_history
        );
    }
    outcome
}

fn failed(material_id: Uuid, error: &dyn Reportable) -> Report {
    let message = error.message();
    let sqlstate = sqlstate_text(error);
    (material_id, FAILED, Some(sqlstate), Some(message))
}

impl Series {
    /// Days that the model saw.
    pub fn sample_size(&self) -> i32 {
        self.values.len() as i32
    }
}
