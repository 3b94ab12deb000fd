//! `jsonb` arguments that can be refused.
//!
//! pgrx reads `jsonb` with serde_json and panics where that cannot: nesting deeper than 128 and
//! numbers beyond `f64` are fine jsonb, so a caller would see an internal error. Here reading waits
//! until the function can answer with an error of its own.

use crate::errors::{Error, report};
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::datum::FromDatum;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pgrx_sql_entity_graph::metadata::{
    ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable, TypeOrigin,
};
use pgrx::{direct_function_call, pg_sys};
use serde::de::DeserializeOwned;
use std::ffi::CStr;

/// The text of a `jsonb` argument.
pub struct Document(String);

impl Document {
    /// Reads what our own SQL built.
    ///
    /// # Errors
    /// A field that is missing or of another kind; nesting or numbers that cannot be read.
    pub fn parsed<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, ErrorReport> {
        serde_json::from_str(&self.0).map_err(|error| {
            report(Error::BadDocument {
                name,
                problem: error.to_string(),
            })
        })
    }
}

impl FromDatum for Document {
    unsafe fn from_polymorphic_datum(
        datum: pg_sys::Datum,
        is_null: bool,
        _: pg_sys::Oid,
    ) -> Option<Self> {
        if is_null {
            return None;
        }
        // SAFETY: PostgreSQL passes a valid jsonb; jsonb_out detoasts it and returns a C string.
        let text = unsafe { direct_function_call::<&CStr>(pg_sys::jsonb_out, &[Some(datum)]) }?;
        Some(Document(text.to_string_lossy().into_owned()))
    }
}

// SAFETY: the conversion above is for jsonb, and so does SQL declare it.
unsafe impl<'fcx> ArgAbi<'fcx> for Document {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: as the caller promises. Only strict functions take a document, so none is NULL.
        unsafe { arg.unbox_arg_using_from_datum() }.unwrap_or_else(|| Document(String::new()))
    }
}

// SAFETY: it stands for the type jsonb, which PostgreSQL itself defines.
unsafe impl SqlTranslatable for Document {
    const TYPE_IDENT: &'static str = pgrx::pgrx_resolved_type!(Document);
    const TYPE_ORIGIN: TypeOrigin = TypeOrigin::External;
    const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::literal("jsonb"));
    const RETURN_SQL: Result<ReturnsRef, ReturnsError> =
        Ok(ReturnsRef::One(SqlMappingRef::literal("jsonb")));
}
