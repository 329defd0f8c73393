//! What there is to look at inside a `SyncMap`: its state at a moment, and what happens to it as it happens.

/// The inner state of a [`SyncMap`](super::SyncMap): see [`SyncMap::state`](super::SyncMap::state).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct State {
    /// Entries of the read map, those without a value included.
    pub read: usize,
    /// Entries of the dirty map, those without a value included; `None` if there is no dirty map.
    pub dirty: Option<usize>,
    /// Whether the dirty map has keys that the read map lacks, so that who misses there must look here, under the lock.
    pub amended: bool,
    /// Misses since the read map was last replaced.
    pub misses: usize,
    /// Entries of the read map that have no value and are not in the dirty map.
    pub expunged: usize,
    /// How often a dirty map became the read map.
    pub promotions: u64,
    /// How often a dirty map was made, by copying the entries of the read map.
    pub copies: u64,
    /// Entries copied in all.
    pub copied: u64,
    /// Misses in all.
    pub missed: u64,
}

/// Something that happened inside a [`SyncMap`](super::SyncMap): see [`SyncMap::on_event`](super::SyncMap::on_event).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Event {
    /// The events of a map are numbered from 1 in the order in which they happened.
    pub number: u64,
    /// What happened.
    pub what: Change,
}

/// What can happen inside a [`SyncMap`](super::SyncMap).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Change {
    /// A key was looked for under the lock, since the read map lacks it.
    Missed {
        /// Misses since the read map was last replaced, with this one.
        misses: usize,
        /// Entries of the dirty map: that many misses promote it.
        dirty: usize,
    },
    /// The dirty map became the read map.
    Promoted {
        /// Its entries.
        entries: usize,
        /// Why.
        by: Promotion,
    },
    /// A dirty map was made, with the entries of the read map that have values.
    Copied {
        /// Entries that are in both now.
        entries: usize,
        /// Entries of the read map that have no value and were left out.
        expunged: usize,
    },
    /// A key that had been expunged was given a value, and its entry is in the dirty map again.
    Unexpunged,
    /// The map was cleared.
    Cleared,
}

/// Why a dirty map became the read map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promotion {
    /// There were as many misses as it has entries.
    Misses,
    /// The map was walked, which costs as much as misses would have.
    Range,
}
