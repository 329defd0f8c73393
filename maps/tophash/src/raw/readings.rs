//! Who is reading: counts that readers raise and lower on lines of their own, and that a writer looks at.
//!
//! # Terms
//! - A **reading** lasts from a reader's [`Readings::begin`] to the drop of what it returns.
//! - Each is counted in the **stripe** of its thread: the sixteen threads with the smallest numbers have one each,
//!   which nobody else writes to, so that a store is enough to count; other threads share some, and add.
//! - A stripe has a count for each of two **sides**. Readings begin on the side that is told, so that the counts of the other
//!   one only fall, and reach nought although there are always readers. A reader that was told a side long ago
//!   delays that, and nothing worse.
//!
//! # What it is good for
//! A reader (R1) raises a count, then (R2) loads what it is after, and (R3) lowers the count when it is done. A
//! writer (W1) changes what readers are after, then (W2) loads counts. R1, R2, W1 and W2 are sequentially consistent. If
//! R2 saw what was there before W1, then R2 comes before W1 in the order of these operations, so R1 does, so W2 sees the
//! count raised, unless R3 was before. So when *every* count was seen at nought after W1, whether at one moment or not,
//! nobody reads what was there before W1; and what they did to it happens before, since R3 releases what W2 acquires:
//! what is between them in the order of a count's changes was stored by the same thread or added.
//! (loom models `SeqCst` accesses as acquire-release ones, so that under loom fences stand between them.)
//!
//! This is how readers are counted in sleepable read-copy-update (McKenney, "Sleepable RCU", 2006) and in Left-Right
//! (Ramalhete and Correia, "Left-Right: A Concurrency Control Technique with Wait-Free Population Oblivious Reads", 2014).

use super::hazard::thread;
use crate::sync::{AtomicUsize, Ordering, fence};
use core::marker::PhantomData;

/// Threads that have a stripe of their own.
const OWNED: usize = if cfg!(loom) { 1 } else { 16 };

/// Stripes of all other threads.
const SHARED: usize = if cfg!(loom) { 1 } else { 8 };

/// The counts of a stripe, one a side. Two lines, because processors fetch lines in pairs.
#[repr(align(128))]
struct Stripe([AtomicUsize; 2]);

impl Stripe {
    fn new() -> Self {
        Self([AtomicUsize::new(0), AtomicUsize::new(0)])
    }
}

/// The counts. See the module.
pub(super) struct Readings {
    owned: [Stripe; OWNED],
    shared: [Stripe; SHARED],
}

/// One reading. It stays in its thread, for that may be the one that stores to the count.
pub(super) struct Reading<'r> {
    count: &'r AtomicUsize,
    is_owned: bool,
    marker: PhantomData<*const ()>,
}

/// Orders what loom does not take for sequentially consistent.
pub(super) fn fence_of_the_model() {
    if cfg!(loom) {
        fence(Ordering::SeqCst);
    }
}

impl Readings {
    pub(super) fn new() -> Self {
        Self {
            owned: core::array::from_fn(|_| Stripe::new()),
            shared: core::array::from_fn(|_| Stripe::new()),
        }
    }

    /// Begins a reading on a side, by a thread that has the number `own` to itself. One locked instruction, or two with
    /// the end for threads without; wait-free.
    #[inline]
    pub(super) fn begin(&self, side: usize, own: Option<usize>) -> Reading<'_> {
        let own = own.and_then(|own| self.owned.get(own));
        let is_owned = own.is_some();
        let stripe = own.unwrap_or_else(|| &self.shared[thread::assigned_hint() % SHARED]);
        let count = &stripe.0[side & 1];
        mutant!("reading-uncounted", (), {
            if is_owned {
                // A sequentially consistent store is what orders R1 before R2.
                count.store(count.load(Ordering::Relaxed) + 1, Ordering::SeqCst);
            } else {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        delicate!();
        fence_of_the_model();
        Reading { count, is_owned, marker: PhantomData }
    }

    /// Whether a thread that has this number to itself has a stripe to itself.
    #[cfg(any(feature = "locked", loom))]
    #[inline]
    pub(super) fn is_own(&self, own: Option<usize>) -> bool {
        own.is_some_and(|own| own < OWNED)
    }

    /// Whether the thread that has this number to itself is reading, as far as its own stripe tells.
    #[cfg(any(feature = "locked", loom))]
    pub(super) fn is_reading(&self, own: Option<usize>) -> bool {
        let counts = own.and_then(|own| self.owned.get(own)).map(|stripe| &stripe.0);
        counts.is_some_and(|counts| counts.iter().any(|count| count.load(Ordering::Relaxed) > 0))
    }

    /// Whether every count of a side is seen at nought.
    pub(super) fn have_ended(&self, side: usize) -> bool {
        fence_of_the_model();
        let ended = |stripe: &Stripe| stripe.0[side & 1].load(Ordering::SeqCst) == 0;
        self.owned.iter().chain(&self.shared).all(ended)
    }
}

impl Drop for Reading<'_> {
    #[inline]
    fn drop(&mut self) {
        mutant!("reading-uncounted", (), {
            if self.is_owned {
                self.count.store(self.count.load(Ordering::Relaxed) - 1, Ordering::Release);
            } else {
                self.count.fetch_sub(1, Ordering::Release);
            }
        });
    }
}
