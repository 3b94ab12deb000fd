//! Whose rows these are: the function that every row-level security policy calls.

use crate::errors::{Error, report};
use crate::settings;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// The tenant of this session, or NULL when none is set: then every policy hides every row.
#[pg_extern(stable, parallel_safe, cost = 1)]
fn current_tenant_id() -> Option<pgrx::Uuid> {
    settings::current_tenant_id().map(|tenant| pgrx::Uuid::from_bytes(*tenant.as_bytes()))
}

/// The tenant of this session, for code that cannot do without one.
///
/// # Errors
/// 42501 when none is set.
pub fn required_tenant() -> Result<pgrx::Uuid, ErrorReport> {
    current_tenant_id().ok_or_else(|| report(Error::NoTenant))
}
