//! What a search asks about, and what it finds.

use super::Home;
use crate::raw::bucket::{Bucket, State};
use crate::raw::layout::{Layout, SlotWords};

/// A slot that a search looks at: its words are one entry's, whole and as they were at one moment.
pub(crate) struct Candidate<'t> {
    pub(crate) words: SlotWords,
    bucket: Bucket<'t>,
    first: usize,
}

impl<'t> Candidate<'t> {
    pub(in crate::raw) fn new<L: Layout>(
        bucket: Bucket<'t>,
        slot: usize,
        words: SlotWords,
    ) -> Self {
        Self { words, bucket, first: L::FIRST + slot * L::SLOT_WORDS }
    }

    /// Asks the processor to fetch what the slot's first word is the address of.
    #[inline(always)]
    pub(crate) fn prefetch_entry(&self) {
        self.bucket.prefetch_from(self.first);
    }

    /// Whether the slot's first word is still the same, in the one order of sequentially consistent
    /// operations. If so, what the word points to was not unlinked before this call.
    #[inline]
    pub(crate) fn still_there(&self) -> bool {
        self.bucket.slot_word_in_order(self.first) == self.words[0]
    }
}

/// What a search makes of a candidate.
pub(crate) enum Step<T> {
    /// Another key.
    No,
    /// The slot changed meanwhile: look again.
    Again,
    /// The key that is searched for.
    Yes(T),
}

/// Where a search ended.
pub(crate) enum Search<'t, T> {
    Hit(Spot<'t>, T),
    Miss(Vacancy<'t>),
}

/// Where an entry was found, and the state its bucket was in.
pub(crate) struct Spot<'t> {
    pub(super) bucket: Bucket<'t>,
    pub(super) state: State,
    pub(super) slot: usize,
    /// Its home by the shape its family had; none if the entry was found there, by the readers' way.
    pub(super) home: Option<Home<'t>>,
}

#[cfg(not(loom))]
impl Spot<'_> {
    /// Where the entry's second word lies, for whoever has the table to himself.
    pub(crate) fn second_word<L: Layout>(&self) -> *mut u64 {
        self.bucket.slot_pointer(L::FIRST + self.slot * L::SLOT_WORDS + 1)
    }
}

/// Where an absent entry would be at home, and the state that bucket was in; none in a table without buckets.
pub(crate) struct Vacancy<'t> {
    pub(super) place: Option<(Bucket<'t>, State)>,
    /// The home by the shape its family had; none if it was found by the readers' way, which growing families bar.
    pub(super) home: Option<Home<'t>>,
}

impl<'t> Vacancy<'t> {
    pub(super) fn at(home: Home<'t>, state: State) -> Self {
        Self { place: Some((home.bucket, state)), home: Some(home) }
    }
}

pub(super) enum Scan<T> {
    Nothing,
    Changed,
    Found(usize, T),
}

/// What became of a change that was tried on the readers' way, without a search that could be acted on later.
pub(crate) enum AtOnce<T> {
    /// Done; what the slot held before.
    Was(T),
    /// Done; there was no entry.
    WasNot,
    /// Nothing was done: search, and act on what is found.
    No,
}
