//! The places that uses put their words into, and the look at all others.
//!
//! The word is put into its place by a sequentially consistent exchange, and the others are read sequentially consistently
//! after that. So of two uses, the one whose exchange comes second in the order of all such operations reads the word of
//! the other, unless that has ended: this is Dekker's rule.

use super::conflict::{Conflict, Using};
use super::names::Word;
use core::panic::Location;
use core::sync::atomic::{AtomicU64, Ordering};

/// How many uses of one map are looked at while they last at once.
const PLACES: usize = 64;

/// Who uses a map now.
pub(super) struct Places {
    words: [AtomicU64; PLACES],
    conflicts: AtomicU64,
    unchecked: AtomicU64,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            words: [const { AtomicU64::new(0) }; PLACES],
            conflicts: AtomicU64::new(0),
            unchecked: AtomicU64::new(0),
        }
    }
}

/// A use that lasts, until this is dropped.
pub(super) struct InUse<'a>(Option<&'a AtomicU64>);

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.0 {
            place.store(0, Ordering::Release);
        }
    }
}

impl Places {
    /// Begins a use, and looks whether it meets another one that it may not meet.
    pub(super) fn begin(
        &self,
        using: Using,
        site: &'static Location<'static>,
    ) -> (InUse<'_>, Option<Conflict>) {
        let word = Word::new(using, site);
        let Some(mine) = self.place(word) else {
            self.unchecked.fetch_add(1, Ordering::Relaxed);
            return (InUse(None), None);
        };
        let other = self.words.iter().find_map(|place| {
            let other = Word::from_bits(place.load(Ordering::SeqCst))?;
            word.conflicts_with(other).then_some(other)
        });
        let conflict = other.map(|other| {
            self.conflicts.fetch_add(1, Ordering::Relaxed);
            Conflict::new(word.who(), other.who())
        });
        (InUse(Some(mine)), conflict)
    }

    /// Puts a word into a free place, if there is one; each thread begins to look at another one.
    fn place(&self, word: Word) -> Option<&AtomicU64> {
        let first = word.thread() as usize % PLACES;
        let (before, after) = self.words.split_at(first);
        after.iter().chain(before).find(|place| {
            place.compare_exchange(0, word.bits(), Ordering::SeqCst, Ordering::Relaxed).is_ok()
        })
    }

    pub(super) fn conflicts(&self) -> u64 {
        self.conflicts.load(Ordering::Relaxed)
    }

    pub(super) fn unchecked(&self) -> u64 {
        self.unchecked.load(Ordering::Relaxed)
    }
}
