//! How often the tables of a map have grown, and what that moved.

use super::{Lock, Room, Table};
use core::sync::atomic::{AtomicU64, Ordering};

/// Counts of one map.
pub(crate) struct Growth {
    growths: AtomicU64,
    moved: AtomicU64,
}

impl Growth {
    pub(crate) const fn new() -> Self {
        Self { growths: AtomicU64::new(0), moved: AtomicU64::new(0) }
    }

    /// Notes the room of the table under `lock`, which held `before` entries when it may have become another.
    pub(crate) fn note<T: Table>(&self, lock: &Lock<T>, room: Room, before: usize) {
        if lock.note_room(room) {
            self.growths.fetch_add(1, Ordering::Relaxed);
            self.moved(before);
        }
    }

    /// Counts entries that were moved.
    pub(crate) fn moved(&self, entries: usize) {
        self.moved.fetch_add(entries as u64, Ordering::Relaxed);
    }

    /// How often tables grew, and how many entries were moved.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.growths.load(Ordering::Relaxed), self.moved.load(Ordering::Relaxed))
    }
}
