//! What happens when memory runs out.
//!
//! Where an allocation fails Rust ends the process, and PostgreSQL then restarts all of its backends.
//! So this library keeps a reserve (`crates/reserve`): the first allocation that fails gives it back to the
//! system and is tried again, work goes on for the moment, and the transaction ends with 53200 instead of a
//! commit.
//! Afterwards there is a new reserve. Only an allocation that the reserve cannot serve either still
//! ends the process; what this library allocates at once is far smaller (see the limits in
//! ARCHITECTURE.md).

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use reserve::WithReserve;
use std::alloc::System;
use std::ffi::c_void;
use std::ptr::null_mut;

#[global_allocator]
static ALLOCATOR: WithReserve<System> = WithReserve::new(System);

/// Lays in the reserve, and sees to it that no transaction commits that ran out of memory.
pub fn register() {
    ALLOCATOR.lay_in();
    // SAFETY: the callback is guarded and stays for the life of the process.
    unsafe { pg_sys::RegisterXactCallback(Some(at_end), null_mut()) };
}

/// # Errors
/// 53200 when an allocation failed in this transaction.
pub fn check() -> Result<(), ErrorReport> {
    if !ALLOCATOR.ran_out() {
        return Ok(());
    }
    Err(ErrorReport::new(
        PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY,
        "out of memory",
        "memory",
    )
    .set_detail("An allocation of pg_replenish failed; nothing of this transaction is kept.")
    .set_hint("Work on fewer materials at a time, or lower replenish.max_threads."))
}

#[pg_guard]
unsafe extern "C-unwind" fn at_end(event: pg_sys::XactEvent::Type, _argument: *mut c_void) {
    use pg_sys::XactEvent as At;
    match event {
        At::XACT_EVENT_PRE_COMMIT
        | At::XACT_EVENT_PARALLEL_PRE_COMMIT
        | At::XACT_EVENT_PRE_PREPARE => {
            if let Err(error) = check() {
                error.report(PgLogLevel::ERROR);
            }
        }
        _ => ALLOCATOR.forget(),
    }
}
