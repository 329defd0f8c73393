//! A count that many threads change without sharing a cache line: one stripe for a few threads each.

use super::hazard::thread;
use crate::sync::{AtomicU64, Ordering};

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
    thread::assigned_hint() % STRIPES
}
