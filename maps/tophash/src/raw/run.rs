//! Buckets in a row that growth changes together, locked each on its own and given new versions all at once.

use super::bucket::{Bucket, State};
use crate::sync::{Ordering, fence, spin};

/// Buckets that this thread alone may change. Dropping it gives each a new version and unlocks it.
///
/// This is [`Locked`](super::bucket::Locked) for many, without a note for each of whether it was changed: all are.
pub(super) struct Run<'t, const N: usize> {
    buckets: [Bucket<'t>; N],
    /// What the states shall be, but for their versions.
    states: [State; N],
}

impl<'t, const N: usize> Run<'t, N> {
    /// Locks all buckets if they are exactly as they were when `seen` was read, which nobody held.
    #[inline(always)]
    pub(super) fn lock_from(buckets: [Bucket<'t>; N], seen: &[State; N]) -> Option<Self> {
        delicate!();
        for place in 0..N {
            if !buckets[place].seize(seen[place]) {
                let taken = buckets.iter().zip(seen).take(place);
                taken.for_each(|(bucket, seen)| bucket.release(*seen));
                return None;
            }
        }
        Some(Self { buckets, states: *seen })
    }

    /// Locks all buckets, waiting for the few stores of whoever holds one.
    #[inline(always)]
    pub(super) fn lock(buckets: [Bucket<'t>; N]) -> Self {
        let states = core::array::from_fn(|place| {
            let bucket = buckets[place];
            let mut turn = 0;
            loop {
                let seen = bucket.state();
                if seen.is_unlocked() && bucket.seize(seen) {
                    return seen;
                }
                spin(&mut turn);
            }
        });
        Self { buckets, states }
    }

    /// Locks all buckets like [`Run::lock`], for whoever stores words at once.
    #[inline(always)]
    pub(super) fn open(buckets: [Bucket<'t>; N]) -> Self {
        let run = Self::lock(buckets);
        run.odd();
        run
    }

    /// Has readers wait, for stores that follow.
    #[inline(always)]
    pub(super) fn odd(&self) {
        self.buckets.iter().zip(&self.states).for_each(|(bucket, state)| bucket.hold_odd(*state));
        // Whoever sees one of the stores that follow also sees the odd state.
        fence(Ordering::Release);
    }

    /// Stores a word of a head, after [`Run::odd`].
    #[inline(always)]
    pub(super) fn store(&mut self, place: usize, index: usize, word: u64) {
        self.buckets[place].set_word(index, word);
    }

    /// Stores a word of slots, after [`Run::odd`].
    #[inline(always)]
    pub(super) fn store_slot(&mut self, place: usize, index: usize, word: u64) {
        self.buckets[place].set_slot_word(index, word);
    }

    /// Changes what the state of a bucket shall be.
    #[inline(always)]
    pub(super) fn change(&mut self, place: usize, change: impl FnOnce(State) -> State) {
        self.states[place] = change(self.states[place]);
    }

    /// Lets readers read, and goes on excluding writers.
    #[inline(always)]
    pub(super) fn settle(&mut self) {
        for (bucket, state) in self.buckets.iter().zip(&mut self.states) {
            *state = state.next_version();
            bucket.hold(*state);
        }
    }

    /// Unlocks the buckets with the states they have had, and new versions.
    #[cold]
    pub(super) fn restore(mut self) {
        for place in 0..N {
            self.states[place] = self.buckets[place].state().unlocked().even();
        }
    }
}

impl<const N: usize> Drop for Run<'_, N> {
    #[inline(always)]
    fn drop(&mut self) {
        for (bucket, state) in self.buckets.iter().zip(&self.states) {
            bucket.release(mutant!("version-stands-still", *state, state.next_version()));
        }
    }
}
