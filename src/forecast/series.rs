//! One series of a chunk: its settings, and where its forecast stands.

use super::fingerprint;
use super::options::optional_count;
use crate::demand::daily;
use crate::errors::report;
use crate::sql::{self, Row};
use ::demand::{Masks, Missing, Recorded, mask_outliers};
use forecasting::{Algorithm, Request, State};
use pgrx::Uuid;
use pgrx::datum::{Date, DatumWithOid};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::spi::SpiClient;

const BEGIN: &str = "SELECT replenish.begin_series($1, $2, $3)";
const LOCK: &str = include_str!("sql/lock_series.sql");

/// What the caller asks for in place of each material's own settings.
pub struct Wanted {
    pub algorithm: Option<Algorithm>,
    pub horizon: Option<usize>,
}

impl Wanted {
    /// # Errors
    /// An unknown algorithm, or a negative horizon.
    pub fn new(algorithm: Option<&str>, horizon: Option<i32>) -> Result<Self, ErrorReport> {
        Ok(Self {
            algorithm: algorithm.map(str::parse).transpose().map_err(report)?,
            horizon: optional_count("forecast_horizon_days", horizon)?,
        })
    }
}

/// A series and all that its forecast depends on, but for the history.
pub struct Series {
    pub material_id: Uuid,
    pub uom: Option<String>,
    pub request: Request,
    pub missing: Missing,
    pub masks: Masks,
    pub minimum_history: usize,
    /// Days from one fit to the next.
    pub refit_days: i32,
    pub settings: i64,
    pub last_version: i32,
    /// `None` before the first forecast.
    pub head: Option<Head>,
}

/// Where the forecast of a series stands.
pub struct Head {
    pub fit_version: i32,
    pub settings: i64,
    pub history: i64,
    pub recent: i64,
    pub first_day: i32,
    pub fitted_through: i32,
    pub state_through: i32,
    pub state: Option<Vec<u8>>,
}

impl Series {
    /// The chunk's series in the order of their materials, locked. With `states` their models, too.
    ///
    /// # Errors
    /// Those of the database.
    pub fn lock(
        client: &mut SpiClient<'_>,
        key: [DatumWithOid; 3],
        wanted: &Wanted,
        states: bool,
    ) -> Result<Vec<Self>, ErrorReport> {
        client.update(BEGIN, None, &key).map_err(sql::report)?;
        let [tenant, facility, materials] = key;
        client
            .update(LOCK, None, &[tenant, facility, materials, states.into()])
            .map_err(sql::report)?
            .map(|row| Self::read(&Row(&row), wanted))
            .collect()
    }

    fn read(row: &Row, wanted: &Wanted) -> Result<Self, ErrorReport> {
        let missing: String = row.required("missing_demand")?;
        let masked: String = row.required("masked_demand")?;
        let own_algorithm: String = row.required("forecast_algorithm")?;
        let own_horizon: i32 = row.required("forecast_horizon_days")?;
        let season_length: Option<i32> = row.optional("season_length")?;
        let minimum_history: i32 = row.required("minimum_forecast_history_days")?;
        let frequency: String = row.required("forecast_update_frequency")?;
        let material_id: Uuid = row.required("material_id")?;
        let uom: Option<String> = row.optional("uom")?;
        let request = Request {
            algorithm: match wanted.algorithm {
                Some(algorithm) => algorithm,
                None => own_algorithm.parse().map_err(report)?,
            },
            horizon: wanted
                .horizon
                .unwrap_or(usize::try_from(own_horizon).unwrap_or(0)),
            season_length: season_length.and_then(|length| usize::try_from(length).ok()),
            non_negative: true,
        };
        Ok(Self {
            settings: fingerprint::settings(
                &request,
                &format!("{missing} {masked}"),
                minimum_history,
                uom.as_deref(),
            ),
            masks: masked.parse().map_err(report)?,
            missing: match missing.as_str() {
                "INTERPOLATE" => Missing::Interpolate,
                _ => Missing::Zero,
            },
            refit_days: refit_days(&frequency, &material_id),
            minimum_history: usize::try_from(minimum_history).unwrap_or(0),
            last_version: row.required("last_version")?,
            head: Head::read(row)?,
            material_id,
            uom,
            request,
        })
    }

    /// The daily values through `observed_until`, and the last day that they speak of.
    ///
    /// # Errors
    /// What makes the series unusable.
    pub fn values(
        &self,
        recorded: &Recorded,
        observed_until: i32,
    ) -> Result<(Vec<f64>, i32), ::demand::Error> {
        let last_day = match self.missing {
            // Nobody recorded anything after the last row, so nothing is known of those days.
            Missing::Interpolate => recorded.last_day().unwrap_or_default(),
            Missing::Zero => observed_until,
        };
        let mut values = daily(recorded, last_day, self.missing)?;
        if self.masks.outliers() {
            mask_outliers(&mut values);
        }
        Ok((values, last_day))
    }

    /// The head, where its state may take in the days up to `observed_until`. What is usual on a
    /// masked day depends on the days around it, also later ones, so such a series is fitted anew.
    pub fn updatable(&self, observed_until: i32) -> Option<&Head> {
        self.head.as_ref().filter(|head| {
            self.masks == Masks::None
                && head.settings == self.settings
                && head.state.is_some()
                && head.state_through <= observed_until
                && observed_until - head.fitted_through < self.refit_days
        })
    }
}

impl Head {
    fn read(row: &Row) -> Result<Option<Self>, ErrorReport> {
        let day = |name| -> Result<Option<i32>, ErrorReport> {
            Ok(row
                .optional::<Date>(name)?
                .map(|date| date.to_pg_epoch_days()))
        };
        let Some(fit_version) = row.optional("fit_version")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            fit_version,
            settings: row.optional("settings_fingerprint")?.unwrap_or_default(),
            history: row.optional("history_fingerprint")?.unwrap_or_default(),
            recent: row.optional("recent_fingerprint")?.unwrap_or_default(),
            first_day: day("first_date")?.unwrap_or_default(),
            fitted_through: day("fitted_through")?.unwrap_or(i32::MIN / 2),
            state_through: day("state_through")?.unwrap_or(i32::MIN / 2),
            state: row.optional("state")?,
        }))
    }

    /// The stored model; `None` where it cannot be read and has to be fitted anew.
    pub fn model(&self) -> Option<State> {
        State::from_bytes(self.state.as_deref()?).ok()
    }
}

/// Days from one fit to the next, spread by the material's own number around a week or four weeks, so
/// that series fitted in one night do not come due in one night.
fn refit_days(frequency: &str, material_id: &Uuid) -> i32 {
    let number = i32::from(material_id.as_bytes()[15]);
    match frequency {
        "DAILY" => 1,
        "MONTHLY" => 21 + number % 15,
        _ => 5 + number % 5,
    }
}
