//! Every error on its way to the user: SQLSTATE, message, DETAIL, HINT.
//!
//! The crates below know what went wrong; here, once, that becomes what PostgreSQL reports.

use pgrx::PgSqlErrorCode;
use pgrx::datum::Date;
use pgrx::pg_sys::panic::ErrorReport;
use std::fmt::Display;

/// What the SQL face itself refuses.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Error {
    #[error("{0} must not be NULL")]
    NullArgument(&'static str),
    #[error("{name} must not contain NULL, but element {position} is NULL")]
    NullElement { name: &'static str, position: usize },
    #[error("{name} has {count} values, more than the {limit} that are accepted")]
    TooManyValues {
        name: &'static str,
        count: usize,
        limit: usize,
    },
    #[error("{name} must not be negative, not {value}")]
    NegativeArgument { name: &'static str, value: i64 },
    #[error("{name} must be between {low} and {high}, not {value}")]
    OutOfRange {
        name: &'static str,
        value: i64,
        low: i64,
        high: i64,
    },
    #[error("horizon must be between 1 and {limit}, not {horizon}")]
    HorizonOutOfRange { horizon: usize, limit: usize },
    #[error(
        "{name} and {other} must have the same number of elements, not {count} and {other_count}"
    )]
    UnequalLengths {
        name: &'static str,
        count: usize,
        other: &'static str,
        other_count: usize,
    },
    #[error("{name} must be a finite number, not {value}")]
    NotFinite { name: &'static str, value: f64 },
    #[error("mode \"{0}\" is unknown")]
    UnknownMode(String),
    #[error("{name} is not what this version reads: {problem}")]
    BadDocument { name: &'static str, problem: String },
    #[error("demand date must be a finite day, not infinity")]
    InfiniteDate,
    #[error("the forecast leaves PostgreSQL's calendar")]
    BeyondCalendar,
    #[error("no tenant is set")]
    NoTenant,
    #[error("a model failed in an unforeseen way on this series")]
    ModelPanicked,
    #[error("aggregate support functions cannot be called directly")]
    NotInAggregate,
}

/// An error that knows how PostgreSQL should report it.
pub trait Reportable: Display {
    fn sqlstate(&self) -> PgSqlErrorCode;
    fn message(&self) -> String {
        self.to_string()
    }
    fn detail(&self) -> Option<String>;
    fn hint(&self) -> &'static str;
}

impl Reportable for Error {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Error::NullArgument(_) | Error::NullElement { .. } => {
                PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED
            }
            Error::NegativeArgument { .. }
            | Error::HorizonOutOfRange { .. }
            | Error::OutOfRange { .. }
            | Error::TooManyValues { .. }
            | Error::UnequalLengths { .. }
            | Error::NotFinite { .. }
            | Error::BadDocument { .. }
            | Error::UnknownMode(_)
            | Error::BeyondCalendar
            | Error::InfiniteDate => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Error::NoTenant => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            Error::ModelPanicked => PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
            Error::NotInAggregate => PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
        }
    }

    fn detail(&self) -> Option<String> {
        None
    }

    fn hint(&self) -> &'static str {
        match self {
            Error::NullArgument(_) => "Pass a value.",
            Error::NullElement { .. } => "Count a day without demand as 0, or leave the day out.",
            Error::TooManyValues { .. } => "Pass the most recent part of the history.",
            Error::NegativeArgument { .. } => "Pass 0 or more.",
            Error::HorizonOutOfRange { .. } => "Ask for at least one day and at most ten years.",
            Error::BadDocument { .. } => {
                "Generate the suggestion anew: SELECT replenish.generate_replenishment_recommendations(...)."
            }
            Error::UnknownMode(_) => "Known are UPDATE, FIT and REFIT.",
            Error::OutOfRange { .. } => "Pass a number within these bounds.",
            Error::UnequalLengths { .. } => "Pass one element of each for every pair.",
            Error::NotFinite { .. } => "Remove NaN and infinity from the input.",
            Error::BeyondCalendar | Error::InfiniteDate => {
                "Correct the date of the row, or leave the row out."
            }
            Error::NoTenant => "A role that may choose a tenant sets app.current_tenant_id first.",
            Error::ModelPanicked => "Please report it together with explain_forecast's output.",
            Error::NotInAggregate => "Call the aggregate instead.",
        }
    }
}

impl Reportable for demand::Error {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            demand::Error::NotFinite(_) | demand::Error::UnknownMasks(_) => {
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE
            }
            _ => PgSqlErrorCode::ERRCODE_DATA_EXCEPTION,
        }
    }

    fn message(&self) -> String {
        match self {
            demand::Error::NoDemand(day) => {
                let date = Date::saturating_from_raw(*day);
                let (year, month, day) = (date.year(), date.month(), date.day());
                format!("there is no demand on or before {year:04}-{month:02}-{day:02}")
            }
            other => other.to_string(),
        }
    }

    fn detail(&self) -> Option<String> {
        None
    }

    fn hint(&self) -> &'static str {
        match self {
            demand::Error::NotFinite(_) => "Remove NaN and infinity from the input.",
            demand::Error::SpanTooLong { .. } => "Look for a stray early date and correct it.",
            demand::Error::UnknownMasks(_) => "Known are NONE, STOCKOUTS, OUTLIERS and BOTH.",
            demand::Error::Damaged(_) => "Pass what pack_demand(demand_date, quantity) returned.",
            _ => "Record demand first, or choose a later as_of.",
        }
    }
}

impl Reportable for forecasting::Error {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self.kind() {
            forecasting::ErrorKind::InvalidArgument => {
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE
            }
            forecasting::ErrorKind::UnusableData => PgSqlErrorCode::ERRCODE_DATA_EXCEPTION,
        }
    }

    fn detail(&self) -> Option<String> {
        forecasting::Error::detail(self)
    }

    fn hint(&self) -> &'static str {
        forecasting::Error::hint(self)
    }
}

impl Reportable for inventory::Error {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self.kind() {
            inventory::ErrorKind::InvalidArgument => {
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE
            }
            inventory::ErrorKind::UnusableData => PgSqlErrorCode::ERRCODE_DATA_EXCEPTION,
        }
    }

    fn detail(&self) -> Option<String> {
        inventory::Error::detail(self)
    }

    fn hint(&self) -> &'static str {
        inventory::Error::hint(self)
    }
}

/// Turns any of our errors into the report that PostgreSQL raises.
#[track_caller]
pub fn report(error: impl Reportable) -> ErrorReport {
    let report =
        ErrorReport::new(error.sqlstate(), error.message(), "pg_replenish").set_hint(error.hint());
    match error.detail() {
        Some(detail) => report.set_detail(detail),
        None => report,
    }
}

/// The five characters of a SQLSTATE, for tables that keep errors.
pub fn sqlstate_text(error: &dyn Reportable) -> String {
    let code = error.sqlstate() as i32;
    (0..5)
        .map(|place| char::from(((code >> (6 * place)) & 0x3f) as u8 + b'0'))
        .collect()
}
