//! What an observed map knows beside its counters: everything that no operation touches unless it is sampled.

use super::calls::{COUNTED, Call, Counter, STRIPED};
use super::clock;
use super::histogram::Histogram;
use super::lanes::Lanes;
use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::string::String;
use core::marker::PhantomData;
use core::time::Duration;

/// The cold part of an observed map.
pub(super) struct Watcher<K> {
    pub(super) name: String,
    pub(super) every: u32,
    /// Of the operations that were sampled, by [`Call`].
    timings: [Histogram; Call::ALL.len()],
    /// The counters that are not striped.
    whole: [AtomicU64; COUNTED.len() - STRIPED],
    /// When the map was last changed, as far as anybody has looked.
    wrote: AtomicU64,
    /// Changes that were counted when somebody last looked.
    seen: AtomicU64,
    keys: PhantomData<fn(K)>,
}

impl<K> Watcher<K> {
    pub(super) fn new(name: String, every: u32) -> Self {
        Self {
            name,
            every,
            timings: [const { Histogram::new() }; Call::ALL.len()],
            whole: [const { AtomicU64::new(0) }; COUNTED.len() - STRIPED],
            wrote: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            keys: PhantomData,
        }
    }

    /// Notes an operation that was sampled.
    pub(super) fn note(&self, counter: Counter, took: Duration) {
        self.timings[counter.call() as usize].add(took);
        if counter.changed() {
            self.wrote.fetch_max(clock::now(), Relaxed);
        }
    }

    /// Counts an operation on all entries, and notes it: these are few and long enough to be sampled every time.
    pub(super) fn count_whole(&self, counter: Counter, took: Duration) {
        if let Some(count) = counter.place().checked_sub(STRIPED).and_then(|at| self.whole.get(at))
        {
            count.fetch_add(1, Relaxed);
        }
        if self.every > 0 {
            self.note(counter, took);
        }
    }

    /// Everything that is counted, in the order of [`COUNTED`].
    pub(super) fn counts(&self, lanes: &Lanes) -> [u64; COUNTED.len()] {
        let mut counts = [0; COUNTED.len()];
        let whole = self.whole.iter().map(|count| count.load(Relaxed));
        for (count, counted) in counts.iter_mut().zip(lanes.sum().into_iter().chain(whole)) {
            *count = counted;
        }
        counts
    }

    /// The moment of the last change. Changes that were counted and not sampled are dated when they are first seen here.
    pub(super) fn last_write(&self, counts: &[u64]) -> Option<u64> {
        let changes = Counter::all().zip(counts).filter(|(counter, _)| counter.changed());
        let changes = changes.map(|(_, count)| count).sum();
        if self.seen.fetch_max(changes, Relaxed) < changes {
            self.wrote.fetch_max(clock::now(), Relaxed);
        }
        Some(self.wrote.load(Relaxed)).filter(|moment| *moment > 0)
    }

    pub(super) fn timing(&self, call: Call) -> &Histogram {
        &self.timings[call as usize]
    }
}
