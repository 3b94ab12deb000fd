//! Seen to fail: with a give_back() that does not forget the block it freed, under Miri and the address
//! sanitizer; with an allocation that is not tried a second time, in every build.

use super::*;
use std::alloc::System;
use std::sync::atomic::AtomicIsize;

/// The system's allocator, which fails while there is no room, and counts what is out.
struct Small {
    room: AtomicIsize,
    out: AtomicIsize,
}

impl Small {
    const fn new(room: isize) -> Self {
        Self {
            room: AtomicIsize::new(room),
            out: AtomicIsize::new(0),
        }
    }

    fn take(&self, size: usize) -> bool {
        let size = size as isize;
        let fits = self.out.load(Ordering::Relaxed) + size <= self.room.load(Ordering::Relaxed);
        if fits {
            self.out.fetch_add(size, Ordering::Relaxed);
        }
        fits
    }
}

// SAFETY: the system's allocator, or null as a failed allocation gives.
unsafe impl GlobalAlloc for Small {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        if self.take(layout.size()) {
            unsafe { System.alloc(layout) }
        } else {
            null_mut()
        }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        self.out
            .fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(place, layout) }
    }
}

const ROOM: isize = (16 << 20) + 1000;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

/// Fills a block and reads it back, so that a wrong one shows.
unsafe fn use_up(place: *mut u8, size: usize) {
    assert!(!place.is_null());
    for at in 0..size {
        // SAFETY: the caller says that so much is there.
        unsafe { place.add(at).write(at as u8) };
    }
    for at in 0..size {
        // SAFETY: written above.
        assert_eq!(unsafe { place.add(at).read() }, at as u8);
    }
}

#[test]
fn a_failed_allocation_is_served_by_the_reserve() {
    let allocator = WithReserve::new(Small::new(ROOM));
    allocator.lay_in();
    allocator.lay_in();
    assert_eq!(
        allocator.inner.out.load(Ordering::Relaxed),
        16 << 20,
        "one reserve"
    );
    // SAFETY: blocks are used within their layouts, and freed once.
    unsafe {
        let first = allocator.alloc(layout(800));
        use_up(first, 800);
        assert!(!allocator.ran_out());
        let second = allocator.alloc(layout(4000));
        use_up(second, 4000);
        assert!(allocator.ran_out());
        let zeroed = allocator.alloc_zeroed(layout(300));
        assert!((0..300).all(|at| zeroed.add(at).read() == 0));
        let grown = allocator.realloc(second, layout(4000), 9000);
        use_up(grown, 9000);
        allocator.dealloc(first, layout(800));
        allocator.dealloc(zeroed, layout(300));
        allocator.dealloc(grown, layout(9000));
    }
    allocator.forget();
    assert!(!allocator.ran_out());
    assert_eq!(
        allocator.inner.out.load(Ordering::Relaxed),
        16 << 20,
        "a new reserve"
    );
    allocator.give_back();
    assert_eq!(
        allocator.inner.out.load(Ordering::Relaxed),
        0,
        "nothing is lost"
    );
}

#[test]
fn what_the_reserve_cannot_serve_fails() {
    let allocator = WithReserve::new(Small::new(ROOM));
    allocator.lay_in();
    // SAFETY: a null block is not used.
    let none = unsafe { allocator.alloc(layout(32 << 20)) };
    assert!(none.is_null() && allocator.ran_out());
    allocator.give_back();
    assert_eq!(allocator.inner.out.load(Ordering::Relaxed), 0);
}

#[test]
fn a_realloc_that_fails_keeps_its_block() {
    let allocator = WithReserve::new(Small::new(2000));
    allocator.lay_in();
    // SAFETY: the block stays what it was where realloc gives null.
    unsafe {
        let block = allocator.alloc(layout(1000));
        use_up(block, 1000);
        assert!(allocator.realloc(block, layout(1000), 5000).is_null());
        assert_eq!(block.add(999).read(), 999_usize as u8);
        allocator.dealloc(block, layout(1000));
    }
    assert!(allocator.ran_out());
    assert_eq!(allocator.inner.out.load(Ordering::Relaxed), 0);
}

#[test]
fn threads_share_one_reserve() {
    let allocator = WithReserve::new(Small::new(isize::MAX));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..20 {
                    allocator.lay_in();
                    allocator.give_back();
                    allocator.forget();
                }
            });
        }
    });
    allocator.give_back();
    assert_eq!(allocator.inner.out.load(Ordering::Relaxed), 0);
}
