//! What our aggregates share: a Rust value as transition state.

use crate::errors::{Error, report};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{Internal, PgMemoryContexts};

/// The state of this group, made by `Default` before its first row, in the memory context that
/// lives as long as the group.
///
/// # Errors
/// 0A000 when the caller is not an aggregate.
pub fn state<T: Default>(
    internal: &mut Internal,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<&mut T, ErrorReport> {
    let mut context: pg_sys::MemoryContext = std::ptr::null_mut();
    // SAFETY: fcinfo is the one PostgreSQL called us with, and `internal` was made by this
    // function with the same T: each transition function has its own aggregate family.
    unsafe {
        if pg_sys::AggCheckCallContext(fcinfo, &mut context) == 0 {
            return Err(report(Error::NotInAggregate));
        }
        if !internal.initialized() {
            *internal = PgMemoryContexts::For(context).switch_to(|_| Internal::new(T::default()));
        }
        internal
            .get_mut::<T>()
            .ok_or_else(|| report(Error::NotInAggregate))
    }
}

/// The state of a group for reading; `None` when no row reached it.
///
/// # Safety
/// `internal` must come from [`state`] with the same `T`.
pub unsafe fn finished<T>(internal: &Internal) -> Option<&T> {
    // SAFETY: the caller's promise.
    unsafe { internal.get::<T>() }
}
