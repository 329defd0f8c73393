//! A bucket that is locked: the odd window, and what the state becomes.

use super::{Bucket, State};
use crate::sync::{Ordering, fence};

/// A bucket that this thread alone may change. Dropping it unlocks it.
pub(crate) struct Locked<'t> {
    pub(super) bucket: Bucket<'t>,
    pub(super) before: State,
    pub(super) after: State,
    pub(super) changed: bool,
    pub(super) odd: bool,
}

impl<'t> Locked<'t> {
    pub(in crate::raw) fn bucket(&self) -> Bucket<'t> {
        self.bucket
    }

    /// The state as it will be when the bucket is unlocked, but for its version.
    #[inline]
    pub(in crate::raw) fn state(&self) -> State {
        self.after
    }

    /// What the state shall be when the bucket is unlocked; its version grows by one.
    #[inline]
    pub(in crate::raw) fn set_state(&mut self, state: State) {
        self.after = state;
        self.changed = true;
    }

    /// Stores words of the head. Readers that overlap read again.
    #[inline]
    pub(in crate::raw) fn store(&mut self, words: impl IntoIterator<Item = (usize, u64)>) {
        self.open();
        words.into_iter().for_each(|(index, word)| self.bucket.set_word(index, word));
    }

    /// Stores words of the slots. Readers that overlap read again.
    #[inline]
    pub(in crate::raw) fn store_slot(&mut self, words: impl IntoIterator<Item = (usize, u64)>) {
        self.open();
        words.into_iter().for_each(|(index, word)| self.bucket.set_slot_word(index, word));
    }

    /// Begins the odd window, if it has not begun.
    #[inline]
    fn open(&mut self) {
        if !self.odd {
            self.odd = true;
            self.changed = true;
            let odd = self.before.0 | State::LOCKED | State::ODD;
            self.bucket.state_word().store(odd, Ordering::Relaxed);
            // Whoever sees one of the stores that follow also sees the odd state above.
            fence(Ordering::Release);
        }
    }

    /// Ends the odd window but goes on excluding writers.
    pub(in crate::raw) fn settle(&mut self) {
        if self.changed {
            self.before = self.after.next_version();
            self.after = self.before;
            self.changed = false;
            self.odd = false;
            self.bucket.state_word().store(self.before.0 | State::LOCKED, Ordering::Release);
        }
    }
}

impl Drop for Locked<'_> {
    #[inline]
    fn drop(&mut self) {
        let state = if self.changed {
            mutant!("version-stands-still", self.after, self.after.next_version())
        } else {
            self.before
        };
        self.bucket.state_word().store(state.0, Ordering::Release);
    }
}
