//! Small help for talking to PostgreSQL through SPI.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::{SpiError, SpiErrorCodes, SpiHeapTupleData};

/// Reports an error of SPI itself; errors of the statement are raised by PostgreSQL as they are.
#[track_caller]
pub fn report(error: SpiError) -> ErrorReport {
    ErrorReport::new(
        PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
        format!("the statement could not be run: {error}"),
        "spi",
    )
    .set_hint("Run SELECT * FROM replenish.verify_deployment().")
}

/// A row of a result, read by column name.
pub struct Row<'a>(pub &'a SpiHeapTupleData<'a>);

impl Row<'_> {
    /// A column that may be NULL.
    ///
    /// # Errors
    /// When the column is missing or of another type.
    pub fn optional<T: IntoDatum + FromDatum>(
        &self,
        column: &str,
    ) -> Result<Option<T>, ErrorReport> {
        self.0.get_by_name::<T, _>(column).map_err(report)
    }

    /// A column that is never NULL.
    ///
    /// # Errors
    /// When it is NULL, missing or of another type.
    pub fn required<T: IntoDatum + FromDatum>(&self, column: &str) -> Result<T, ErrorReport> {
        self.optional(column)?
            .ok_or_else(|| report(SpiError::SpiError(SpiErrorCodes::NoAttribute)))
    }
}
