//! An allocator that keeps a reserve of address space and gives it back to the system when an allocation
//! fails: the allocation is tried again, and whoever asks afterwards hears that memory ran out.
//!
//! It stands apart from what uses it, because it is unsafe code: here it can be tested with an allocator
//! that fails when told to, under Miri and the address sanitizer, without a server.

use std::alloc::{GlobalAlloc, Layout};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// Several times what a portion of the largest histories takes. Never touched, so it is address space
/// and no memory.
const RESERVE: Layout = Layout::new::<[u8; 16 << 20]>();

/// `inner` with a reserve, which is first laid in by [`WithReserve::lay_in`].
#[derive(Debug)]
pub struct WithReserve<A> {
    inner: A,
    held: AtomicPtr<u8>,
    ran_out: AtomicBool,
}

impl<A> WithReserve<A> {
    /// Without a reserve so far: a static must be made without allocating.
    pub const fn new(inner: A) -> Self {
        Self {
            inner,
            held: AtomicPtr::new(null_mut()),
            ran_out: AtomicBool::new(false),
        }
    }

    /// Whether an allocation failed since [`WithReserve::forget`].
    pub fn ran_out(&self) -> bool {
        self.ran_out.load(Ordering::Acquire)
    }
}

impl<A: GlobalAlloc> WithReserve<A> {
    /// A reserve, where there is none. Where there is no memory for one either, the next failure is final.
    pub fn lay_in(&self) {
        if !self.held.load(Ordering::Acquire).is_null() {
            return;
        }
        // SAFETY: the layout has a size.
        let fresh = unsafe { self.inner.alloc(RESERVE) };
        let laid =
            self.held
                .compare_exchange(null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire);
        if laid.is_err() && !fresh.is_null() {
            // SAFETY: it is the block of above, and another thread's is held.
            unsafe { self.inner.dealloc(fresh, RESERVE) };
        }
    }

    /// Ends what [`WithReserve::ran_out`] says, with a new reserve.
    pub fn forget(&self) {
        if self.ran_out.swap(false, Ordering::AcqRel) {
            self.lay_in();
        }
    }

    #[inline]
    fn twice(&self, allocate: impl Fn() -> *mut u8) -> *mut u8 {
        let place = allocate();
        if place.is_null() {
            self.give_back();
            return allocate();
        }
        place
    }

    #[cold]
    fn give_back(&self) {
        self.ran_out.store(true, Ordering::Release);
        let held = self.held.swap(null_mut(), Ordering::AcqRel);
        if !held.is_null() {
            // SAFETY: it came from the inner allocator with this layout, and nobody else has it now.
            unsafe { self.inner.dealloc(held, RESERVE) };
        }
    }
}

// SAFETY: every call goes to the inner allocator with the arguments as they came; what is done
// between two tries allocates nothing and does not unwind.
unsafe impl<A: GlobalAlloc> GlobalAlloc for WithReserve<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        self.twice(|| unsafe { self.inner.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        self.twice(|| unsafe { self.inner.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise is passed on; a realloc that fails leaves its block as it was.
        self.twice(|| unsafe { self.inner.realloc(place, layout, size) })
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.inner.dealloc(place, layout) }
    }
}

#[cfg(test)]
mod tests;
