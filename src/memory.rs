//! What happens when memory runs out.
//!
//! Where an allocation fails Rust ends the process, and PostgreSQL then restarts all of its backends.
//! So this library keeps a reserve: the first allocation that fails gives it back to the system and is
//! tried again, work goes on for the moment, and the transaction ends with 53200 instead of a commit.
//! Afterwards there is a new reserve. Only an allocation that the reserve cannot serve either still
//! ends the process; what this library allocates at once is far smaller (see the limits in
//! ARCHITECTURE.md).

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// Several times what a portion of the largest histories takes. Never touched, so it is address space
/// and no memory.
const RESERVE: Layout = Layout::new::<[u8; 16 << 20]>();

static HELD: AtomicPtr<u8> = AtomicPtr::new(null_mut());
static RAN_OUT: AtomicBool = AtomicBool::new(false);

#[global_allocator]
static ALLOCATOR: WithReserve = WithReserve;

struct WithReserve;

// SAFETY: every call goes to the system's allocator with the arguments as they came; what is done
// between two tries allocates nothing and does not unwind.
unsafe impl GlobalAlloc for WithReserve {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        twice(|| unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        twice(|| unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise is passed on; a realloc that fails leaves its block as it was.
        twice(|| unsafe { System.realloc(place, layout, size) })
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(place, layout) }
    }
}

#[inline]
fn twice(allocate: impl Fn() -> *mut u8) -> *mut u8 {
    let place = allocate();
    if place.is_null() {
        give_back();
        return allocate();
    }
    place
}

#[cold]
fn give_back() {
    RAN_OUT.store(true, Ordering::Release);
    let held = HELD.swap(null_mut(), Ordering::AcqRel);
    if !held.is_null() {
        // SAFETY: it came from the system's allocator with this layout, and nobody else has it now.
        unsafe { System.dealloc(held, RESERVE) };
    }
}

fn lay_in() {
    if HELD.load(Ordering::Acquire).is_null() {
        // SAFETY: the layout has a size.
        HELD.store(unsafe { System.alloc(RESERVE) }, Ordering::Release);
    }
}

/// Lays in the reserve, and sees to it that no transaction commits that ran out of memory.
pub fn register() {
    lay_in();
    // SAFETY: the callback is guarded and stays for the life of the process.
    unsafe { pg_sys::RegisterXactCallback(Some(at_end), null_mut()) };
}

/// # Errors
/// 53200 when an allocation failed in this transaction.
pub fn check() -> Result<(), ErrorReport> {
    if !RAN_OUT.load(Ordering::Acquire) {
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
        _ => {
            if RAN_OUT.swap(false, Ordering::AcqRel) {
                lay_in();
            }
        }
    }
}
