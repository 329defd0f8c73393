//! Operations that take the long way: they are timed, their keys are noted, they are recorded, and spans are made of them, each if
//! it is wanted.

use crate::observe::calls::{Call, Counter};
use crate::observe::key::ToKey;
use crate::observe::lanes::Turn;
use crate::observe::policy::Parts;
use crate::observe::spans::Open;
use crate::observe::trace::Noted;
use core::hash::Hash;
use core::panic::Location;
use std::time::Instant;

/// An operation on one key: it is sampled or recorded, may make a span, or its thread's lane is not near.
pub(super) struct Aside<'p, K, V> {
    parts: &'p Parts<K, V>,
    turn: Turn<'p>,
    /// What is going to be recorded of it, if it is to be.
    noted: Option<Noted>,
    open: Option<Open<'p>>,
    /// When it began, if it is timed.
    begun: Option<Instant>,
}

impl<'p, K, V> Aside<'p, K, V> {
    #[track_caller]
    pub(super) fn begin<Q: Hash + ?Sized>(parts: &'p Parts<K, V>, call: Call, key: &Q) -> Self {
        let watcher = &parts.watcher;
        let recorder = parts.recorder.as_ref().filter(|recorder| recorder.is_on());
        let noted = recorder.map(|recorder| recorder.note(key));
        let turn = parts.lanes.turn(noted.is_some() || watcher.makes_spans());
        let mut open = watcher.open(call, Location::caller());
        if let Some(open) = open.as_mut().filter(|open| open.is_sure()) {
            open.know_key(watcher.mark(key));
            watcher.begin(open);
        }
        let begun = (turn.is_sampled || open.is_some()).then(Instant::now);
        Self { parts, turn, noted, open, begun }
    }

    /// The key, if it is wanted after the operation, which begins after this.
    pub(super) fn keep(&mut self, key: &K) -> Option<K>
    where
        K: Hash + Clone,
    {
        let kept = self.turn.is_sampled.then(|| key.clone());
        if let Some(open) = self.open.as_mut().filter(|open| !open.knows_key()) {
            open.know_key(self.parts.watcher.mark(key));
        }
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
        let Some(took) = took else { return };
        let watcher = &self.parts.watcher;
        if let (true, Some(key)) = (self.turn.is_sampled, key) {
            watcher.note(counter, took);
            watcher.meet(counter, key);
        }
        if let Some(mut open) = self.open.filter(|open| open.is_told(took)) {
            if let (false, Some(key)) = (open.knows_key(), key) {
                open.know_key(watcher.mark(key));
            }
            watcher.end(open, counter, took);
        }
    }
}

/// An operation on all entries.
pub(super) struct Whole<'p, K, V> {
    parts: &'p Parts<K, V>,
    open: Option<Open<'p>>,
    begun: Instant,
}

impl<'p, K, V> Whole<'p, K, V> {
    #[track_caller]
    pub(super) fn begin(parts: &'p Parts<K, V>, call: Call) -> Self {
        let mut open = parts.watcher.open(call, Location::caller());
        if let Some(open) = open.as_mut().filter(|open| open.is_sure()) {
            parts.watcher.begin(open);
        }
        Self { parts, open, begun: Instant::now() }
    }

    /// Of an operation on so many entries.
    pub(super) fn end(self, counter: Counter, entries: u64) {
        let (took, watcher) = (self.begun.elapsed(), &self.parts.watcher);
        watcher.count_whole(counter, took);
        if let Some(recorder) = &self.parts.recorder {
            recorder.record_whole(counter, entries);
        }
        if let Some(open) = self.open.filter(|open| open.is_told(took)) {
            watcher.end(open, counter, took);
        }
    }
}
