//! The batch engine: a chunk of series of one facility, in one transaction.
//!
//! 1. Lock the series' heads, in the order of the key.
//! 2. Decide: nothing to do, let the stored state take in the new days, or fit.
//! 3. Read what that needs: the last days for updates, packed histories for fits.
//! 4. Compute over threads, on plain data.
//! 5. Store what changed.

use super::fingerprint::{self, History, RECENT_DAYS};
use super::pool;
use super::series::{Series, Wanted};
use super::store::{self, Changed, Made};
use crate::errors::{Error, Reportable, report, sqlstate_text};
use crate::sql::{self, Row};
use crate::{memory, settings, tenancy};
use ::demand::{Missing, Recorded};
use forecasting::{Outcome, State, forecast_with_state};
use pgrx::datum::{Date, DatumWithOid};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;
use pgrx::{Array, Uuid};
use std::collections::{BTreeMap, BTreeSet};

/// What became of one series: its material, the outcome, and an error's SQLSTATE and words.
type Report = (Uuid, &'static str, Option<String>, Option<String>);

const STORED: &str = "STORED";
const UPDATED: &str = "UPDATED";
const UNCHANGED: &str = "UNCHANGED";
const FAILED: &str = "FAILED";

const TAKE_CHANGES: &str = include_str!("sql/take_changes.sql");
/// Demand writers that are at work get a moment to end; those who come later note what they do.
const IS_UNSURE: &str = "SELECT replenish.is_unsure('forecasts', 'demand', $1, '200 milliseconds')";
/// So that the next night reads again what this one may have missed.
const DOUBT: &str = "
    INSERT INTO replenish.demand_changes (tenant_id, facility_id, material_id, first_date)
    SELECT $1, $2, m.id, $4 FROM unnest($3) AS m (id)";
const RECENT: &str = include_str!("sql/recent_days.sql");
const HISTORY: &str = "SELECT material_id, packed FROM replenish.packed_history($1, $2, $3, $4)";

/// Smoothed error over smoothed absolute error beyond which a model is fitted anew: without cause
/// that happens in 0.2 to 0.7% of nights (crates/forecasting/README.md).
const DRIFT: f64 = 0.7;

/// Series whose histories are read at once: few enough that threads have work soon and that what is
/// waiting takes little memory, many enough that a query costs nothing beside them.
const PORTION: usize = 32;

/// How much is computed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// States take in new days; fitted is what is due, drifts or has another past.
    Update,
    /// Fitted is what has new or other data, found by reading all of it.
    Fit,
    /// Everything is fitted.
    Refit,
}

impl Mode {
    fn parse(name: &str) -> Result<Self, ErrorReport> {
        match name {
            "UPDATE" => Ok(Self::Update),
            "FIT" => Ok(Self::Fit),
            "REFIT" => Ok(Self::Refit),
            _ => Err(report(Error::UnknownMode(name.to_owned()))),
        }
    }
}

/// Forecasts the given materials of one facility from what was recorded through
/// `observed_until`, and stores what changed. One row a material tells what became of it; a
/// series with unusable data does not stop the others.
#[pg_extern(volatile, parallel_unsafe, cost = 100000)]
#[search_path(pg_catalog, pg_temp)]
#[allow(clippy::type_complexity)]
fn forecast_chunk(
    facility_id: Option<Uuid>,
    material_ids: Option<Array<'_, Uuid>>,
    observed_until: Option<Date>,
    forecast_horizon_days: Option<i32>,
    forecast_algorithm: Option<&str>,
    mode: default!(Option<&str>, "'FIT'"),
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
    sql::assert_writable(c"forecast_chunk()");
    let missing = |name| report(Error::NullArgument(name));
    let material_ids = material_ids.ok_or_else(|| missing("material_ids"))?;
    let observed_until = observed_until.ok_or_else(|| missing("observed_until"))?;
    if !observed_until.is_finite() {
        return Err(report(Error::InfiniteDate));
    }
    let mut chunk = Chunk {
        tenant_id: tenancy::required_tenant()?,
        facility_id: facility_id.ok_or_else(|| missing("facility_id"))?,
        observed_until,
        reports: Vec::new(),
    };
    let material_ids: Vec<Uuid> = material_ids.iter().flatten().collect();
    let wanted = Wanted::new(forecast_algorithm, forecast_horizon_days)?;
    let mode = Mode::parse(mode.unwrap_or("FIT"))?;
    Spi::connect_mut(|client| chunk.run(client, &material_ids, &wanted, mode))?;
    memory::check()?;
    Ok(TableIterator::new(chunk.reports))
}

/// A chunk at work.
struct Chunk {
    tenant_id: Uuid,
    facility_id: Uuid,
    observed_until: Date,
    reports: Vec<Report>,
}

/// What the days since the last night bring.
enum Update<'a> {
    /// Nothing.
    Unchanged,
    /// The state has taken them in.
    Moved(Box<Changed<'a>>),
    /// The model no longer fits, or the past is another.
    Refit,
}

impl Chunk {
    fn run(
        &mut self,
        client: &mut SpiClient<'_>,
        material_ids: &[Uuid],
        wanted: &Wanted,
        mode: Mode,
    ) -> Result<(), ErrorReport> {
        let key = self.key(material_ids);
        let unsure = client
            .update(IS_UNSURE, None, &[self.tenant_id.into()])
            .and_then(|rows| rows.first().get_one::<bool>())
            .map_err(sql::report)?;
        let all = Series::lock(client, key, wanted, mode == Mode::Update)?;
        let changed = self.take_changes(client, material_ids)?;
        let until = self.observed_until.to_pg_epoch_days();
        let (updatable, mut due): (Vec<&Series>, Vec<&Series>) = all.iter().partition(|series| {
            mode == Mode::Update
                && series.updatable(until).is_some()
                && !changed.contains(series.material_id.as_bytes())
        });
        let mut made = self.update(client, &updatable, &mut due)?;
        made.extend(self.fit(client, &due, mode)?);
        store::store(client, self.tenant_id, self.facility_id, &made)?;
        if unsure == Some(true) {
            self.doubt(client, &made)?;
        }
        for change in &made {
            let outcome = if change.made.is_fit() {
                STORED
            } else {
                UPDATED
            };
            self.reports
                .push((change.series.material_id, outcome, None, None));
        }
        Ok(())
    }

    fn key<'a>(&self, material_ids: &[Uuid]) -> [DatumWithOid<'a>; 3] {
        [
            self.tenant_id.into(),
            self.facility_id.into(),
            material_ids.to_vec().into(),
        ]
    }

    fn doubt(&self, client: &mut SpiClient<'_>, made: &[Changed]) -> Result<(), ErrorReport> {
        let ids: Vec<Uuid> = made
            .iter()
            .map(|change| change.series.material_id)
            .collect();
        let [tenant, facility, materials] = self.key(&ids);
        let arguments = [tenant, facility, materials, self.observed_until.into()];
        client
            .update(DOUBT, None, &arguments)
            .map_err(sql::report)
            .map(drop)
    }

    fn take_changes(
        &self,
        client: &mut SpiClient<'_>,
        material_ids: &[Uuid],
    ) -> Result<BTreeSet<[u8; 16]>, ErrorReport> {
        client
            .update(TAKE_CHANGES, None, &self.key(material_ids))
            .map_err(sql::report)?
            .map(|row| Ok(*Row(&row).required::<Uuid>("material_id")?.as_bytes()))
            .collect()
    }

    /// Lets states take in new days; what has to be fitted instead joins `due`.
    fn update<'a>(
        &mut self,
        client: &SpiClient<'_>,
        updatable: &[&'a Series],
        due: &mut Vec<&'a Series>,
    ) -> Result<Vec<Changed<'a>>, ErrorReport> {
        let until = self.observed_until.to_pg_epoch_days();
        let recent = self.read_recent(client, updatable)?;
        let mut jobs: Option<Vec<_>> = Some(
            updatable
                .iter()
                .map(|series| (*series, recent.get(series.material_id.as_bytes())))
                .collect(),
        );
        let answers = pool::map(
            settings::threads(),
            updatable.len(),
            || Ok::<_, ErrorReport>(jobs.take()),
            |(series, recorded): &(&'a Series, Option<&Recorded>)| moved(series, *recorded, until),
        )?;
        let mut made = Vec::with_capacity(answers.len());
        for ((series, _), answer) in answers {
            match answer {
                Some(Update::Moved(change)) => made.push(*change),
                Some(Update::Unchanged) => {
                    self.reports
                        .push((series.material_id, UNCHANGED, None, None));
                }
                Some(Update::Refit) | None => due.push(series),
            }
        }
        Ok(made)
    }

    /// The last days of each series, from a week before its state on.
    fn read_recent(
        &self,
        client: &SpiClient<'_>,
        updatable: &[&Series],
    ) -> Result<BTreeMap<[u8; 16], Recorded>, ErrorReport> {
        if updatable.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<Uuid> = updatable.iter().map(|series| series.material_id).collect();
        let first: Vec<Date> = updatable
            .iter()
            .map(|series| {
                let day = series.head.as_ref().map_or(0, recent_from);
                Date::saturating_from_raw(day)
            })
            .collect();
        let [tenant, facility, materials] = self.key(&ids);
        let arguments = [
            tenant,
            facility,
            materials,
            first.into(),
            self.observed_until.into(),
        ];
        let mut recent = BTreeMap::new();
        for row in client
            .select(RECENT, None, &arguments)
            .map_err(sql::report)?
        {
            let row = Row(&row);
            let id: Uuid = row.required("material_id")?;
            if let Some(packed) = row.optional::<Vec<u8>>("packed")? {
                recent.insert(
                    *id.as_bytes(),
                    Recorded::from_bytes(&packed).map_err(report)?,
                );
            }
        }
        Ok(recent)
    }

    /// Fits what is due to its whole history: the next portion is read while threads are at work on the
    /// former ones.
    fn fit<'a>(
        &mut self,
        client: &SpiClient<'_>,
        due: &[&'a Series],
        mode: Mode,
    ) -> Result<Vec<Changed<'a>>, ErrorReport> {
        let mut portions = due.chunks(PORTION);
        let mut fits = pool::map(
            settings::threads(),
            due.len(),
            || {
                portions
                    .next()
                    .map(|portion| self.read_histories(client, portion, mode))
                    .transpose()
            },
            |known: &Known| forecast_with_state(&known.values, &known.series.request),
        )?;
        fits.sort_by_key(|(known, _)| *known.series.material_id.as_bytes());
        let mut made = Vec::with_capacity(fits.len());
        for (known, outcome) in fits {
            match outcome {
                Some(Ok((outcome, state))) => made.push(known.fitted(outcome, &state)),
                Some(Err(error)) => self.reports.push(failed(known.series.material_id, &error)),
                None => {
                    let id = known.series.material_id;
                    self.reports.push(failed(id, &Error::ModelPanicked));
                }
            }
        }
        Ok(made)
    }

    /// The histories of those series that have to be fitted.
    fn read_histories<'a>(
        &mut self,
        client: &SpiClient<'_>,
        due: &[&'a Series],
        mode: Mode,
    ) -> Result<Vec<Known<'a>>, ErrorReport> {
        let by_id: BTreeMap<[u8; 16], &'a Series> = due
            .iter()
            .map(|series| (*series.material_id.as_bytes(), *series))
            .collect();
        let ids: Vec<Uuid> = due.iter().map(|series| series.material_id).collect();
        let [tenant, facility, materials] = self.key(&ids);
        let arguments = [tenant, facility, materials, self.observed_until.into()];
        let mut histories = Vec::with_capacity(due.len());
        for row in client
            .select(HISTORY, None, &arguments)
            .map_err(sql::report)?
        {
            let row = Row(&row);
            let id: Uuid = row.required("material_id")?;
            let packed: Vec<u8> = row.required("packed")?;
            let Some(series) = by_id.get(id.as_bytes()) else {
                continue;
            };
            match Known::of(series, &packed, self.observed_until) {
                Ok(known) if mode != Mode::Refit && known.is_what_is_stored() => {
                    self.reports.push((id, UNCHANGED, None, None));
                }
                Ok(known) => histories.push(known),
                Err(error) => self.reports.push(failed(id, &error)),
            }
        }
        Ok(histories)
    }
}

/// First of the days by which late rows are noticed.
fn recent_from(head: &super::series::Head) -> i32 {
    (head.state_through - (RECENT_DAYS as i32 - 1)).max(head.first_day)
}

/// The state of a series after the days up to `until`.
fn moved<'a>(series: &'a Series, recorded: Option<&Recorded>, until: i32) -> Update<'a> {
    let Some(head) = series.head.as_ref() else {
        return Update::Refit;
    };
    let from = recent_from(head);
    let Some(values) = recent_values(series, recorded, from, until) else {
        return Update::Refit;
    };
    let known = (head.state_through - from + 1) as usize;
    let Some((seen, new)) = values.split_at_checked(known) else {
        return Update::Refit;
    };
    if fingerprint::recent(seen, head.state_through) != head.recent {
        return Update::Refit;
    }
    if new.is_empty() {
        return Update::Unchanged;
    }
    let Some(mut state) = head.model() else {
        return Update::Refit;
    };
    if state.update(new).is_err() || state.needs_refit() || state.tracking_signal().abs() > DRIFT {
        return Update::Refit;
    }
    let Ok(bands) = state.bands(series.request.horizon) else {
        return Update::Refit;
    };
    let last_day = head.state_through + new.len() as i32;
    Update::Moved(Box::new(Changed {
        series,
        first_day: head.first_day,
        last_day,
        history: History::stored(head.history).and(new).finish(),
        recent: fingerprint::recent(&values, last_day),
        state: state.to_bytes(),
        made: Made::Updated {
            bands,
            fit_version: head.fit_version,
            fitted_through: head.fitted_through,
        },
    }))
}

/// Daily values from `from` through `until`, or through the last recorded day where missing days are
/// interpolated; `None` where that cannot be told from these rows alone.
fn recent_values(
    series: &Series,
    recorded: Option<&Recorded>,
    from: i32,
    until: i32,
) -> Option<Vec<f64>> {
    let Some(recorded) = recorded else {
        let days = usize::try_from(until - from + 1).ok()?;
        return (series.missing == Missing::Zero).then(|| vec![0.0; days]);
    };
    let (values, _) = series.values(recorded, until).ok()?;
    let lead = usize::try_from(recorded.first_day()? - from).ok()?;
    if lead > 0 && series.missing == Missing::Interpolate {
        return None;
    }
    let mut days = vec![0.0; lead];
    days.extend(values);
    Some(days)
}

/// A series with its whole history.
struct Known<'a> {
    series: &'a Series,
    values: Vec<f64>,
    first_day: i32,
    last_day: i32,
    history: i64,
}

impl<'a> Known<'a> {
    fn of(
        series: &'a Series,
        packed: &[u8],
        observed_until: Date,
    ) -> Result<Self, ::demand::Error> {
        let recorded = Recorded::from_bytes(packed)?;
        let (values, last_day) = series.values(&recorded, observed_until.to_pg_epoch_days())?;
        let first_day = recorded.first_day().unwrap_or(last_day);
        Ok(Self {
            series,
            history: History::from_day(first_day).and(&values).finish(),
            values,
            first_day,
            last_day,
        })
    }

    fn is_what_is_stored(&self) -> bool {
        self.series.head.as_ref().is_some_and(|head| {
            head.settings == self.series.settings
                && head.history == self.history
                && head.state_through == self.last_day
        })
    }

    fn fitted(self, outcome: Outcome, state: &State) -> Changed<'a> {
        Changed {
            series: self.series,
            first_day: self.first_day,
            last_day: self.last_day,
            history: self.history,
            recent: fingerprint::recent(&self.values, self.last_day),
            state: state.to_bytes(),
            made: Made::Fitted {
                outcome: Box::new(mark_short(self.series, self.values.len(), outcome)),
                sample_size: self.values.len() as i32,
            },
        }
    }
}

/// A history shorter than the material asks for is forecast all the same, and says so.
fn mark_short(series: &Series, days: usize, mut outcome: Outcome) -> Outcome {
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
