//! Small help for talking to PostgreSQL through SPI.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::{SpiError, SpiErrorCodes, SpiHeapTupleData};
use std::ffi::CStr;

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

/// Refuses to write where nothing can be written, as on a standby: 25006. Otherwise pgrx asks for a
/// transaction id there, which PostgreSQL takes for a fault of ours (XX000).
pub fn assert_writable(command: &CStr) {
    // SAFETY: the text is NUL-terminated; a refusal is an ERROR, which pgrx carries through.
    unsafe { pg_sys::PreventCommandIfReadOnly(command.as_ptr()) }
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
