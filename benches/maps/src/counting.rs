//! The allocator: mimalloc, with a count of live bytes in those processes that measure memory.

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// mimalloc, counted on demand.
pub(crate) struct Counting;

static ON: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Begins to count; what was allocated before is not known.
pub(crate) fn begin() {
    LIVE.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    ON.store(true, Relaxed);
}

/// Bytes asked for and not given back, and the most that there were.
pub(crate) fn live_and_peak() -> (usize, usize) {
    (LIVE.load(Relaxed), PEAK.load(Relaxed))
}

fn grown(bytes: usize) {
    if ON.load(Relaxed) {
        let live = LIVE.fetch_add(bytes, Relaxed).wrapping_add(bytes);
        // What was freed without having been counted wraps below zero and is no peak.
        if live < usize::MAX / 2 {
            PEAK.fetch_max(live, Relaxed);
        }
    }
}

fn shrunk(bytes: usize) {
    if ON.load(Relaxed) {
        LIVE.fetch_sub(bytes, Relaxed);
    }
}

// SAFETY: every call goes to mimalloc with the arguments it came with; the counts touch no memory of the heap.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: as the caller promises of this call.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: as the caller promises of this call.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The new block is live before the old one ends, if it moves.
        grown(size);
        shrunk(layout.size());
        // SAFETY: as the caller promises of this call.
        unsafe { MiMalloc.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        shrunk(layout.size());
        // SAFETY: as the caller promises of this call.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }
}
