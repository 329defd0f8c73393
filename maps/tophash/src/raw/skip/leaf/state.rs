//! The word that says what a leaf has.

use super::super::order::SLOTS;

/// What the state of a leaf says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::raw::skip) struct State(pub(super) u64);

impl State {
    pub(super) const LIVE: u64 = (1 << SLOTS) - 1;
    pub(super) const LOCK: u64 = 1 << 32;
    pub(super) const DEAD: u64 = 1 << 33;
    pub(super) const MOVING: u64 = 1 << 34;
    pub(super) const SIDE: u64 = 1 << 35;
    pub(super) const VERSION: u64 = 1 << 36;

    /// How many versions there are before an era has to be closed, so that no state comes back within one.
    pub(super) const VERSIONS: u64 = 1 << 26;

    #[inline(always)]
    pub(in crate::raw::skip) fn live(self) -> u64 {
        self.0 & Self::LIVE
    }

    #[inline(always)]
    pub(in crate::raw::skip) fn count(self) -> usize {
        self.live().count_ones() as usize
    }

    #[inline(always)]
    pub(in crate::raw::skip) fn is_dead(self) -> bool {
        self.0 & Self::DEAD != 0
    }

    #[inline(always)]
    pub(in crate::raw::skip) fn is_moving(self) -> bool {
        self.0 & Self::MOVING != 0
    }

    #[inline(always)]
    pub(super) fn side(self) -> usize {
        usize::from(self.0 & Self::SIDE != 0)
    }

    /// Whether nothing has changed between two looks.
    #[inline(always)]
    pub(in crate::raw::skip) fn is(self, other: Self) -> bool {
        (self.0 ^ other.0) & !Self::LOCK == 0
    }

    /// The next version, unlocked.
    pub(super) fn next(self) -> Self {
        Self((self.0 & !Self::LOCK).wrapping_add(Self::VERSION))
    }
}
