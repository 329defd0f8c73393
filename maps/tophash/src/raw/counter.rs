//! A count that many threads change without sharing a cache line, the first few of them without a locked
//! instruction: the eight threads with the smallest numbers have a stripe each, which nobody else writes to.

use super::hazard::thread;
use crate::sync::{AtomicU64, Ordering};

const STRIPES: usize = if cfg!(loom) { 1 } else { 8 };

#[repr(align(64))]
struct Stripe(AtomicU64);

/// A striped count of entries.
pub(super) struct Counter {
    /// Each written to by the one thread that has its number.
    owned: [Stripe; STRIPES],
    /// Written to by everybody else.
    shared: [Stripe; STRIPES],
}

impl Counter {
    pub(super) fn new() -> Self {
        let stripes = || core::array::from_fn(|_| Stripe(AtomicU64::new(0)));
        Self { owned: stripes(), shared: stripes() }
    }

    #[inline]
    pub(super) fn add(&self, change: i64) {
        match thread::own_hint().and_then(|hint| self.owned.get(hint)) {
            Some(Stripe(count)) => {
                let now = count.load(Ordering::Relaxed).wrapping_add(change as u64);
                count.store(now, Ordering::Relaxed);
            }
            None => self.add_shared(change),
        }
    }

    #[cold]
    fn add_shared(&self, change: i64) {
        let Stripe(count) = &self.shared[thread::assigned_hint() % STRIPES];
        count.fetch_add(change as u64, Ordering::Relaxed);
    }

    /// The sum of the stripes: exact when nobody changes it, and never below zero.
    pub(super) fn sum(&self) -> usize {
        let stripes = self.owned.iter().chain(&self.shared);
        let sum =
            stripes.fold(0u64, |sum, stripe| sum.wrapping_add(stripe.0.load(Ordering::Relaxed)));
        (sum as i64).max(0) as usize
    }
}

#[cfg(all(test, feature = "std", not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn threads_that_come_and_go_lose_no_count() {
        let counter = Counter::new();
        for _ in 0..20 {
            std::thread::scope(|scope| {
                for _ in 0..24 {
                    scope.spawn(|| (0..500).for_each(|_| counter.add(3)));
                }
            });
        }
        assert_eq!(counter.sum(), 20 * 24 * 500 * 3);
        counter.add(-1_000_000);
        assert_eq!(counter.sum(), 0);
    }
}
