//! A count that many threads change without sharing a cache line: one stripe for a few threads each.

use crate::sync::{AtomicU64, Ordering};
use core::sync::atomic::{AtomicUsize, Ordering as PlainOrdering};

const STRIPES: usize = if cfg!(loom) { 1 } else { 8 };

#[repr(align(128))]
struct Stripe(AtomicU64);

/// A striped count of entries.
pub(super) struct Counter {
    stripes: [Stripe; STRIPES],
}

impl Counter {
    pub(super) fn new() -> Self {
        Self { stripes: core::array::from_fn(|_| Stripe(AtomicU64::new(0))) }
    }

    #[inline]
    pub(super) fn add(&self, change: i64) {
        self.stripes[stripe()].0.fetch_add(change as u64, Ordering::Relaxed);
    }

    /// The sum of the stripes: exact when nobody changes it, and never below zero.
    pub(super) fn sum(&self) -> usize {
        let sum = self
            .stripes
            .iter()
            .fold(0u64, |sum, stripe| sum.wrapping_add(stripe.0.load(Ordering::Relaxed)));
        (sum as i64).max(0) as usize
    }
}

/// The stripe of this thread.
#[inline]
fn stripe() -> usize {
    thread_number() % STRIPES
}

/// A small number of this thread's own, as far as numbers go.
#[cfg(all(feature = "std", not(loom)))]
#[inline]
pub(super) fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    std::thread_local! {
        static NUMBER: core::cell::Cell<usize> = const { core::cell::Cell::new(0) };
    }
    // A thread that is being torn down has no number any more and takes the first stripe.
    NUMBER
        .try_with(|number| {
            if number.get() == 0 {
                number.set(NEXT.fetch_add(1, PlainOrdering::Relaxed));
            }
            number.get()
        })
        .unwrap_or(0)
}

/// Without the standard library, threads are told apart by where their stacks lie.
#[cfg(any(not(feature = "std"), loom))]
#[inline]
pub(super) fn thread_number() -> usize {
    static _UNUSED: AtomicUsize = AtomicUsize::new(0);
    let _ = PlainOrdering::Relaxed;
    let here = 0u8;
    (core::ptr::from_ref(&here).addr() >> 16).wrapping_mul(0x9e37_79b9) >> 16
}
