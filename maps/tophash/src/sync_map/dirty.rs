//! What a `SyncMap` does under its lock: the dirty map, the misses, and how one becomes the read map after enough of the
//! other.

use super::state::{Change, Event, Promotion, State};
use super::table::{Node, Table};
use super::{Read, SyncMap};
use crate::raw::published::HandedBack;
use alloc::sync::Arc;

/// What the lock guards.
pub(super) struct Dirty<K, V> {
    /// What the read map leads to, which is replaced under the lock alone.
    pub(super) read: Arc<Table<K, V>>,
    /// Whether `entries` has keys that `read` lacks.
    pub(super) amended: bool,
    /// The dirty map: all entries of `read` that are not expunged, and those that it lacks.
    pub(super) entries: Option<Table<K, V>>,
    misses: usize,
    expunged: usize,
    promotions: u64,
    copies: u64,
    copied: u64,
    missed: u64,
    events: u64,
}

/// What is left to do when the lock is given back, since it calls code of the user's.
pub(super) struct After<K, V> {
    /// Superseded read maps, to be dropped.
    superseded: HandedBack<Read<K, V>>,
    superseded_entries: Option<Arc<Table<K, V>>>,
    /// A call makes at most three changes: a miss or an entry that comes back, a copy, a promotion.
    events: [Option<Event>; 3],
}

impl<K, V> Default for After<K, V> {
    fn default() -> Self {
        Self { superseded: HandedBack::new(), superseded_entries: None, events: [None; 3] }
    }
}

impl<K, V> After<K, V> {
    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().flatten()
    }
}

impl<K, V> Dirty<K, V> {
    pub(super) fn new(read: Arc<Table<K, V>>) -> Self {
        Self {
            read,
            amended: false,
            entries: None,
            misses: 0,
            expunged: 0,
            promotions: 0,
            copies: 0,
            copied: 0,
            missed: 0,
            events: 0,
        }
    }

    pub(super) fn state(&self) -> State {
        State {
            read: self.read.len(),
            dirty: self.entries.as_ref().map(Table::len),
            amended: self.amended,
            misses: self.misses,
            expunged: self.expunged,
            promotions: self.promotions,
            copies: self.copies,
            copied: self.copied,
            missed: self.missed,
        }
    }

    fn note(&mut self, after: &mut After<K, V>, what: Change) {
        self.events += 1;
        if let Some(room) = after.events.iter_mut().find(|event| event.is_none()) {
            *room = Some(Event { number: self.events, what });
        }
    }

    fn publish<S>(&mut self, map: &SyncMap<K, V, S>, after: &mut After<K, V>) {
        let read = Read { entries: Arc::clone(&self.read), amended: self.amended };
        after.superseded.extend(map.read.publish(read));
    }

    /// Counts a miss; promotes the dirty map if there were as many as it has entries.
    pub(super) fn miss<S>(&mut self, map: &SyncMap<K, V, S>, after: &mut After<K, V>) {
        self.misses += 1;
        self.missed += 1;
        let dirty = self.entries.as_ref().map_or(0, Table::len);
        self.note(after, Change::Missed { misses: self.misses, dirty });
        if self.misses >= dirty {
            self.promote(map, after, Promotion::Misses);
        }
    }

    /// The dirty map becomes the read map.
    pub(super) fn promote<S>(
        &mut self,
        map: &SyncMap<K, V, S>,
        after: &mut After<K, V>,
        by: Promotion,
    ) {
        let entries = self.entries.take().unwrap_or_else(Table::new);
        self.note(after, Change::Promoted { entries: entries.len(), by });
        self.replace_read(map, after, entries);
        self.promotions += 1;
    }

    fn replace_read<S>(
        &mut self,
        map: &SyncMap<K, V, S>,
        after: &mut After<K, V>,
        entries: Table<K, V>,
    ) {
        after.superseded_entries = Some(core::mem::replace(&mut self.read, Arc::new(entries)));
        self.amended = false;
        self.misses = 0;
        self.expunged = 0;
        self.publish(map, after);
    }

    /// Puts an entry into the dirty map that neither map has; the first such one makes that map.
    pub(super) fn add<S>(
        &mut self,
        map: &SyncMap<K, V, S>,
        after: &mut After<K, V>,
        node: Node<K, V>,
    ) {
        if self.entries.is_none() {
            self.entries = Some(self.copy(after));
        }
        if let Some(entries) = &mut self.entries {
            entries.insert(Arc::new(node));
        }
        if !self.amended {
            self.amended = true;
            self.publish(map, after);
        }
    }

    /// A table with the entries of the read map that have values; the others are expunged.
    fn copy(&mut self, after: &mut After<K, V>) -> Table<K, V> {
        let read = Arc::clone(&self.read);
        let mut copy = Table::with_capacity(read.len());
        for node in read.iter() {
            if !node.slot.expunge() {
                copy.insert(Arc::clone(node));
            }
        }
        self.expunged = read.len() - copy.len();
        self.copies += 1;
        self.copied += copy.len() as u64;
        self.note(after, Change::Copied { entries: copy.len(), expunged: self.expunged });
        copy
    }

    /// Sees to it that an entry of the read map, which is about to be given a value, is in the dirty map if there is one.
    pub(super) fn recall(&mut self, after: &mut After<K, V>, node: &Arc<Node<K, V>>) {
        if node.slot.unexpunge() {
            self.expunged -= 1;
            if let Some(entries) = &mut self.entries {
                entries.insert(Arc::clone(node));
            }
            self.note(after, Change::Unexpunged);
        }
    }

    /// Takes everything out of both maps. A dirty map stays, empty, so that the next new key does not copy.
    pub(super) fn clear<S>(
        &mut self,
        map: &SyncMap<K, V, S>,
        after: &mut After<K, V>,
    ) -> Table<K, V> {
        let dirty = self.entries.as_mut().map(|entries| core::mem::replace(entries, Table::new()));
        if self.read.len() > 0 || self.amended {
            self.replace_read(map, after, Table::new());
        }
        self.misses = 0;
        self.note(after, Change::Cleared);
        dirty.unwrap_or_else(Table::new)
    }
}
