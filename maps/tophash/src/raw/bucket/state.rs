//! The state of a bucket: one word that says everything that a reader has to know before it reads on.
//!
//! ```text
//!  63              32 31      24 23 22       20 19    15 14       2 1 0
//! | version, 32 bits  | filter   | O | displaced | reach  | foreign  |o|l|
//! ```
//!
//! - `l` (locked) excludes other writers; readers do not look at it.
//! - `o` (odd) says that words are being stored; readers read again.
//! - *foreign*, a bit a slot: its entry is at home in another bucket of the page.
//! - *reach*: the largest `i` for which an entry at home here lies in bucket `index ^ i`; *displaced*
//!   counts those entries, and sticks at its maximum; and *filter* has one of its eight bits for each of
//!   them, by its tag, so that a search for anything else seldom goes there.
//! - `O` (overflowed): entries at home here may lie in the table's overflow list.
//! - *version* grows by one with every change of the bucket, or of an entry that is at home in it.
//!   Thirty-two bits wrap around after 4.3 thousand million changes of one bucket; only a thread that
//!   slept through an exact multiple of that could mistake the bucket for unchanged.

/// How far from its home an entry may lie at most.
pub(in crate::raw) const MOST_REACH: usize = 31;

/// What a bucket's first word says. See the head of this file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct State(pub(super) u64);

impl State {
    /// The state of a bucket that nobody ever touched.
    pub(in crate::raw) const EMPTY: Self = Self(0);
    pub(super) const LOCKED: u64 = 1;
    pub(super) const ODD: u64 = 2;
    const FOREIGN_SHIFT: u32 = 2;
    const FOREIGN: u64 = 0x1fff;
    const REACH_SHIFT: u32 = 15;
    const REACH: u64 = MOST_REACH as u64;
    const DISPLACED_SHIFT: u32 = 20;
    const DISPLACED: u64 = 0x7;
    const OVERFLOWED: u64 = 1 << 23;
    const FILTER_SHIFT: u32 = 24;
    const FILTER: u64 = 0xff << Self::FILTER_SHIFT;
    const VERSION: u64 = 1 << 32;

    #[inline]
    pub(in crate::raw) fn is_odd(self) -> bool {
        self.0 & Self::ODD != 0
    }

    #[inline]
    pub(in crate::raw) fn is_locked(self) -> bool {
        self.0 & Self::LOCKED != 0
    }

    /// The same state without the bit that excludes writers, which is no change.
    #[inline]
    pub(in crate::raw) fn unlocked(self) -> Self {
        Self(self.0 & !Self::LOCKED)
    }

    /// The same state without the bit that has readers wait.
    #[inline]
    pub(in crate::raw) fn even(self) -> Self {
        Self(self.0 & !Self::ODD)
    }

    #[inline]
    pub(in crate::raw) fn reach(self) -> usize {
        ((self.0 >> Self::REACH_SHIFT) & Self::REACH) as usize
    }

    /// How many entries that are at home here lie elsewhere; of very many, some of them.
    pub(in crate::raw) fn displaced(self) -> usize {
        ((self.0 >> Self::DISPLACED_SHIFT) & Self::DISPLACED) as usize
    }

    #[inline]
    pub(in crate::raw) fn overflowed(self) -> bool {
        self.0 & Self::OVERFLOWED != 0
    }

    /// Whether all entries of this tag that are at home here lie here.
    #[inline]
    pub(in crate::raw) fn has_all(self, tag: u64) -> bool {
        self.0 & (Self::filter(tag) | Self::OVERFLOWED) == 0
    }

    /// Whether entries of this tag that are at home here may lie in another bucket of the page.
    #[inline]
    pub(in crate::raw) fn has_displaced(self, tag: u64) -> bool {
        self.0 & Self::filter(tag) != 0
    }

    #[inline]
    fn filter(tag: u64) -> u64 {
        1 << (u64::from(Self::FILTER_SHIFT) + (tag & 7))
    }

    #[inline]
    pub(in crate::raw) fn is_foreign(self, slot: usize) -> bool {
        self.0 & (1 << (Self::FOREIGN_SHIFT as usize + slot)) != 0
    }

    /// The slots whose entries are at home elsewhere, a bit each.
    #[inline]
    pub(in crate::raw) fn foreign(self) -> u64 {
        (self.0 >> Self::FOREIGN_SHIFT) & Self::FOREIGN
    }

    pub(in crate::raw) fn with_foreign(self, slot: usize, foreign: bool) -> Self {
        let bit = 1 << (Self::FOREIGN_SHIFT as usize + slot);
        Self(if foreign { self.0 | bit } else { self.0 & !bit })
    }

    pub(in crate::raw) fn with_overflowed(self) -> Self {
        Self(self.0 | Self::OVERFLOWED)
    }

    /// One more entry that is at home here, of this tag, lies in bucket `index ^ distance`.
    pub(in crate::raw) fn with_displaced(self, distance: usize, tag: u64) -> Self {
        let reach = (self.reach() as u64).max(distance as u64) & Self::REACH;
        let displaced =
            (((self.0 >> Self::DISPLACED_SHIFT) & Self::DISPLACED) + 1).min(Self::DISPLACED);
        Self(self.0 | Self::filter(tag)).with_reach(reach, displaced)
    }

    /// One entry fewer that is at home here lies elsewhere.
    pub(in crate::raw) fn without_displaced(self) -> Self {
        let displaced = (self.0 >> Self::DISPLACED_SHIFT) & Self::DISPLACED;
        match displaced {
            // More were displaced than could be counted: the reach stays.
            Self::DISPLACED => self,
            0 | 1 => self.without_any_displaced(),
            _ => self.with_reach(self.reach() as u64, displaced - 1),
        }
    }

    fn without_any_displaced(self) -> Self {
        Self(self.0 & !Self::FILTER).with_reach(0, 0)
    }

    fn with_reach(self, reach: u64, displaced: u64) -> Self {
        let cleared = self.0
            & !((Self::REACH << Self::REACH_SHIFT) | (Self::DISPLACED << Self::DISPLACED_SHIFT));
        Self(cleared | (reach << Self::REACH_SHIFT) | (displaced << Self::DISPLACED_SHIFT))
    }

    /// Whether nobody stores words here or excludes writers.
    #[inline]
    pub(in crate::raw) fn is_unlocked(self) -> bool {
        self.0 & (Self::LOCKED | Self::ODD) == 0
    }

    /// The entries of the slots of a mask have left, and nothing that is at home here lies elsewhere.
    pub(in crate::raw) fn moved(self, slots: u32) -> Self {
        let foreign = (u64::from(slots) & Self::FOREIGN) << Self::FOREIGN_SHIFT;
        Self(self.0 & !foreign).without_any_displaced()
    }

    /// Nothing is at home here any more, wherever it lay.
    pub(in crate::raw) fn left(self) -> Self {
        Self(self.0 & !Self::OVERFLOWED).without_any_displaced()
    }

    /// Nothing lies here or is at home here any more; the version stays.
    pub(in crate::raw) fn emptied(self) -> Self {
        Self(self.0 & !(Self::VERSION - 1 - Self::LOCKED))
    }

    pub(in crate::raw) fn next_version(self) -> Self {
        let next = self.0.wrapping_add(Self::VERSION);
        let short = mutant!("version-one-bit", 2, mutant!("version-two-bits", 4, 0));
        Self(if short > 0 { next & (Self::VERSION * short - 1) } else { next })
    }
}
