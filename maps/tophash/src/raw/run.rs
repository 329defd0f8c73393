//! Buckets in a row that growth changes together, locked each on its own and given new versions all at once.

use super::bucket::{Bucket, State};
use super::layout::Layout;
use super::page::Page;
use crate::sync::{Ordering, fence, spin};
use core::marker::PhantomData;

/// Buckets of a page that follow each other, as many as `N`.
pub(super) struct Row<'t, L, const N: usize> {
    first: Bucket<'t>,
    layout: PhantomData<L>,
}

impl<L, const N: usize> Clone for Row<'_, L, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L, const N: usize> Copy for Row<'_, L, N> {}

impl<'t, L: Layout, const N: usize> Row<'t, L, N> {
    /// The buckets around `index`, of which the first has a number that is a multiple of theirs. None if the page has not
    /// as many.
    #[inline]
    pub(super) fn of(page: Page<'t>, index: usize) -> Option<Self> {
        const { assert!(N.is_power_of_two()) };
        let first = page.bucket::<L>(index & !(N - 1));
        (N <= page.len()).then_some(Self { first, layout: PhantomData })
    }

    #[inline(always)]
    pub(super) fn at(self, place: usize) -> Bucket<'t> {
        // SAFETY: so many buckets follow the first one in its page, whose length is a multiple of theirs.
        unsafe { self.first.behind::<L>(place & (N - 1)) }
    }

    #[inline(always)]
    pub(super) fn iter(self) -> impl Iterator<Item = Bucket<'t>> {
        (0..N).map(move |place| self.at(place))
    }
}

/// Buckets that this thread alone may change. Dropping it gives each a new version and unlocks it.
///
/// This is [`Locked`](super::bucket::Locked) for many, without a note for each of whether it was changed: all are.
pub(super) struct Run<'t, L: Layout, const N: usize> {
    buckets: Row<'t, L, N>,
    /// What the states shall be, but for their versions.
    states: [State; N],
}

impl<'t, L: Layout, const N: usize> Run<'t, L, N> {
    /// Locks all buckets if they are exactly as they were when `seen` was read, which nobody held.
    #[inline(always)]
    pub(super) fn lock_from(buckets: Row<'t, L, N>, seen: &[State; N]) -> Option<Self> {
        delicate!();
        for place in 0..N {
            if !buckets.at(place).seize(seen[place]) {
                let taken = buckets.iter().zip(seen).take(place);
                taken.for_each(|(bucket, seen)| bucket.release(*seen));
                return None;
            }
        }
        Some(Self { buckets, states: *seen })
    }

    /// Locks all buckets, waiting for the few stores of whoever holds one.
    #[inline(always)]
    pub(super) fn lock(buckets: Row<'t, L, N>) -> Self {
        let states = core::array::from_fn(|place| {
            let bucket = buckets.at(place);
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
    pub(super) fn open(buckets: Row<'t, L, N>) -> Self {
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
        self.buckets.at(place).set_word(index, word);
    }

    /// Stores a word of slots, after [`Run::odd`].
    #[inline(always)]
    pub(super) fn store_slot(&mut self, place: usize, index: usize, word: u64) {
        self.buckets.at(place).set_slot_word(index, word);
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
            self.states[place] = self.buckets.at(place).state().unlocked().even();
        }
    }
}

impl<L: Layout, const N: usize> Drop for Run<'_, L, N> {
    #[inline(always)]
    fn drop(&mut self) {
        for (bucket, state) in self.buckets.iter().zip(&self.states) {
            bucket.release(mutant!("version-stands-still", *state, state.next_version()));
        }
    }
}
