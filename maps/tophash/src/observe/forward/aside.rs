//! The long way of an operation: it is sampled, recorded, or both.

use crate::observe::calls::Counter;
use crate::observe::key::ToKey;
use crate::observe::lanes::Turn;
use crate::observe::policy::Parts;
use crate::observe::trace::Noted;
use core::hash::Hash;
use core::time::Duration;
use std::time::Instant;

/// An operation that takes the long way: it is sampled or recorded, or its thread's lane is not near.
pub(super) struct Aside<'p, K, V> {
    parts: &'p Parts<K, V>,
    turn: Turn<'p>,
    /// What is going to be recorded of it, if it is to be.
    noted: Option<Noted>,
    /// When it began, if it is sampled.
    begun: Option<Instant>,
}

impl<'p, K, V> Aside<'p, K, V> {
    pub(super) fn begin<Q: Hash + ?Sized>(parts: &'p Parts<K, V>, key: &Q) -> Self {
        let recorder = parts.recorder.as_ref().filter(|recorder| recorder.is_on());
        let noted = recorder.map(|recorder| recorder.note(key));
        let turn = parts.lanes.turn(noted.is_some());
        Self { parts, noted, begun: turn.is_sampled.then(Instant::now), turn }
    }

    /// The key, if it is wanted after the operation, which begins after this.
    pub(super) fn keep(&mut self, key: &K) -> Option<K>
    where
        K: Clone,
    {
        let kept = self.begun.map(|_| key.clone());
        self.begun = self.begun.map(|_| Instant::now());
        kept
    }

    /// The value that it is to put in.
    #[inline]
    pub(super) fn put(&mut self, value: &V) {
        if let Some(noted) = &mut self.noted {
            noted.value_bytes = (self.parts.measure)(value) as u64;
        }
    }

    pub(super) fn end<Q: Hash + ToKey<K> + ?Sized>(self, counter: Counter, key: Option<&Q>) {
        let took = self.begun.map(|begun| begun.elapsed());
        self.turn.count(counter);
        if let (Some(recorder), Some(noted)) = (&self.parts.recorder, &self.noted) {
            recorder.record(counter, noted);
        }
        if let (Some(took), Some(key)) = (took, key) {
            self.parts.watcher.note(counter, took);
            self.parts.watcher.meet(counter, key);
        }
    }
}

impl<K, V> Parts<K, V> {
    /// Counts an operation on so many entries, all that there are.
    pub(super) fn whole(&self, counter: Counter, took: Duration, entries: u64) {
        self.watcher.count_whole(counter, took);
        if let Some(recorder) = &self.recorder {
            recorder.record_whole(counter, entries);
        }
    }
}
