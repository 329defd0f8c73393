//! Operations that take the long way: they are timed, their keys are noted, and spans are made of them, each if it is wanted.

use crate::observe::calls::{Call, Counter};
use crate::observe::key::ToKey;
use crate::observe::lanes::Turn;
use crate::observe::policy::Parts;
use crate::observe::spans::Open;
use core::hash::Hash;
use core::panic::Location;
use std::time::Instant;

/// An operation on one key: it is sampled, makes a span, or its thread's lane is not near.
pub(super) struct Aside<'p, K> {
    parts: &'p Parts<K>,
    turn: Turn<'p>,
    open: Option<Open<'p>>,
    /// When it began, if it is timed.
    begun: Option<Instant>,
}

impl<'p, K> Aside<'p, K> {
    #[track_caller]
    pub(super) fn begin<Q: Hash + ?Sized>(parts: &'p Parts<K>, call: Call, key: &Q) -> Self {
        let watcher = &parts.watcher;
        let turn = parts.lanes.turn(watcher.makes_spans());
        let mut open = watcher.open(call, Location::caller());
        if let Some(open) = open.as_mut().filter(|open| open.is_sure()) {
            open.know_key(watcher.mark(key));
            watcher.begin(open);
        }
        let begun = (turn.is_sampled || open.is_some()).then(Instant::now);
        Self { parts, turn, open, begun }
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

    pub(super) fn end<Q: Hash + ToKey<K> + ?Sized>(self, counter: Counter, key: Option<&Q>) {
        let took = self.begun.map(|begun| begun.elapsed());
        self.turn.count(counter);
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
pub(super) struct Whole<'p, K> {
    parts: &'p Parts<K>,
    open: Option<Open<'p>>,
    begun: Instant,
}

impl<'p, K> Whole<'p, K> {
    #[track_caller]
    pub(super) fn begin(parts: &'p Parts<K>, call: Call) -> Self {
        let mut open = parts.watcher.open(call, Location::caller());
        if let Some(open) = open.as_mut().filter(|open| open.is_sure()) {
            parts.watcher.begin(open);
        }
        Self { parts, open, begun: Instant::now() }
    }

    pub(super) fn end(self, counter: Counter) {
        let (took, watcher) = (self.begun.elapsed(), &self.parts.watcher);
        watcher.count_whole(counter, took);
        if let Some(open) = self.open.filter(|open| open.is_told(took)) {
            watcher.end(open, counter, took);
        }
    }
}
