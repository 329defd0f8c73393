//! How many entries there are, how many at most, how many more all the time; and removals that come in batches.

use std::collections::HashMap;

/// How long after the one before a removal is of the same batch.
const GAP: u64 = 10_000_000;

/// Entries over time.
pub(super) struct Census {
    entries: u64,
    pub(super) most: u64,
    /// When the second half of the trace begins, and entries then.
    half: u64,
    at_half: Option<u64>,
}

impl Census {
    pub(super) fn begin(entries: u64, end: u64) -> Self {
        Self { entries, most: entries, half: end / 2, at_half: None }
    }

    /// Notes how many there are when something is about to happen.
    pub(super) fn pass(&mut self, at: u64) {
        if at >= self.half && self.at_half.is_none() {
            self.at_half = Some(self.entries);
        }
    }

    pub(super) fn more(&mut self) {
        self.entries = self.entries.saturating_add(1);
        self.most = self.most.max(self.entries);
    }

    /// Threads are not in the order of the map, so that one may leave before it came.
    pub(super) fn less(&mut self) {
        self.entries = self.entries.saturating_sub(1);
    }

    pub(super) fn none(&mut self) {
        self.entries = 0;
    }

    /// By how much of its most entries the map has grown in the second half; zero if it has shrunk.
    pub(super) fn grown(&self) -> f64 {
        let grown = self.entries.saturating_sub(self.at_half.unwrap_or(self.entries));
        grown as f64 / self.most.max(1) as f64
    }
}

/// Removals of one thread, one after the other.
#[derive(Default)]
pub(super) struct Batches {
    running: HashMap<u32, (u64, u64)>,
    pub(super) largest: u64,
}

impl Batches {
    pub(super) fn removed(&mut self, thread: u32, at: u64) {
        let (batch, last) = self.running.entry(thread).or_default();
        *batch = if at.saturating_sub(*last) <= GAP { batch.saturating_add(1) } else { 1 };
        *last = at;
        self.largest = self.largest.max(*batch);
    }

    /// Another operation of the thread comes between.
    pub(super) fn interrupted(&mut self, thread: u32) {
        if let Some((batch, _)) = self.running.get_mut(&thread) {
            *batch = 0;
        }
    }

    pub(super) fn cleared(&mut self, entries: u64) {
        self.largest = self.largest.max(entries);
    }
}
