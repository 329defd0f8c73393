//! Allocators for tests: one counts, one fails at a chosen call, one poisons what is freed.
//!
//! They wrap another allocator and nest: `Counting<Failing<Poisoning<System>>>` does all three. This is the one module
//! with `unsafe`: `GlobalAlloc` cannot be implemented without.
#![expect(unsafe_code, reason = "GlobalAlloc is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts calls and bytes.
#[derive(Debug)]
pub struct Counting<A = System> {
    inner: A,
    calls: AtomicUsize,
    live: AtomicUsize,
    peak: AtomicUsize,
}

impl<A> Counting<A> {
    /// Counts what goes to `inner`.
    pub const fn new(inner: A) -> Self {
        Self {
            inner,
            calls: AtomicUsize::new(0),
            live: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
        }
    }
    /// Successful allocations so far.
    pub fn calls(&self) -> usize {
        self.calls.load(Relaxed)
    }
    /// Bytes allocated and not freed.
    pub fn live(&self) -> usize {
        self.live.load(Relaxed)
    }
    /// The most bytes that were live at once since the start or [`reset_peak`](Self::reset_peak).
    pub fn peak(&self) -> usize {
        self.peak.load(Relaxed)
    }
    /// Sets the peak to what is live now.
    pub fn reset_peak(&self) {
        self.peak.store(self.live(), Relaxed);
    }
}

// SAFETY: every call is passed on unchanged to `inner`, which keeps the contract; counting touches no memory of it.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps alloc's contract, which is inner's.
        let block = unsafe { self.inner.alloc(layout) };
        if !block.is_null() {
            self.calls.fetch_add(1, Relaxed);
            let live = self.live.fetch_add(layout.size(), Relaxed) + layout.size();
            self.peak.fetch_max(live, Relaxed);
        }
        block
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.live.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps dealloc's contract, and the block came from inner.
        unsafe { self.inner.dealloc(block, layout) };
    }
}

thread_local! {
    /// Allocations of this thread until one fails; 0 is never.
    static UNTIL_FAILURE: Cell<u64> = const { Cell::new(0) };
    static FAILED: Cell<bool> = const { Cell::new(false) };
}

/// Fails the `k`-th next allocation of this thread, counted from 1, and no other; 0 disarms.
pub fn fail_at(k: u64) {
    UNTIL_FAILURE.set(k);
    FAILED.set(false);
}

/// Disarms; returns whether an allocation of this thread has failed since [`fail_at`].
pub fn disarm() -> bool {
    UNTIL_FAILURE.set(0);
    FAILED.replace(false)
}

/// Returns null where [`fail_at`] says so. An infallible allocation then aborts the process: use it on `try_` methods,
/// or in a child process.
#[derive(Debug)]
pub struct Failing<A = System> {
    inner: A,
}

impl<A> Failing<A> {
    /// Passes on to `inner` what does not fail.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: a call is passed on unchanged to `inner` or answered by null, which the contract allows at any time.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Failing<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread whose locals are gone is not one that armed a failure.
        let left = UNTIL_FAILURE.try_with(Cell::get).unwrap_or(0);
        if left > 0 {
            UNTIL_FAILURE.set(left - 1);
            if left == 1 {
                FAILED.set(true);
                return std::ptr::null_mut();
            }
        }
        // SAFETY: the caller keeps alloc's contract, which is inner's.
        unsafe { self.inner.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps dealloc's contract, and the block came from inner.
        unsafe { self.inner.dealloc(block, layout) };
    }
}

/// The byte freed memory is filled with.
pub const POISON: u8 = 0xF5;

/// Fills memory with [`POISON`] before it is freed, so that whoever still reads it sees no value that was.
#[derive(Debug)]
pub struct Poisoning<A = System> {
    inner: A,
}

impl<A> Poisoning<A> {
    /// Poisons what goes back to `inner`.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: every call is passed on unchanged to `inner`; the block is written within its size while it is still ours.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Poisoning<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps alloc's contract, which is inner's.
        unsafe { self.inner.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block has layout.size() bytes, and its owner has just given it up.
        unsafe { block.write_bytes(POISON, layout.size()) };
        // The write is not to be taken for a dead store.
        std::hint::black_box(block);
        // SAFETY: the caller keeps dealloc's contract, and the block came from inner.
        unsafe { self.inner.dealloc(block, layout) };
    }
}
