//! scc: `HashMap`, which locks a bucket to read, and `HashIndex`, which does not.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use scc::hash_index::Entry;
use scc::{Guard, HashIndex, HashMap};
use std::hash::BuildHasher;

/// `HashMap`.
pub(crate) struct Locking<K, V, S: BuildHasher>(HashMap<K, V, S>);

/// `HashIndex` with a guard for each read.
pub(crate) struct Index<K: 'static, V: 'static, S: BuildHasher>(HashIndex<K, V, S>);

/// `HashIndex` with a guard for a run of reads.
pub(crate) struct IndexReused<K: 'static, V: 'static, S: BuildHasher>(HashIndex<K, V, S>);

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for Locking<K, V, S> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(HashMap::with_hasher(S::default()))
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        self.0.iter_sync(|_, value| {
            tally.add(Some(value.digest()));
            true
        });
        tally
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &Locking<K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.read_sync(key, |_, value| value.digest())
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.0.upsert_sync(key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove_sync(key).is_some()
    }
}

#[inline]
fn insert<K: Key, V: Value, S: BuildHasher>(index: &HashIndex<K, V, S>, key: K, value: V) {
    match index.entry_sync(key) {
        Entry::Occupied(mut entry) => entry.update(value),
        Entry::Vacant(entry) => drop(entry.insert_entry(value)),
    }
}

fn iterate<K: Key, V: Value, S: BuildHasher>(index: &HashIndex<K, V, S>) -> Tally {
    let (guard, mut tally) = (Guard::new(), Tally::default());
    for (_, value) in index.iter(&guard) {
        tally.add(Some(value.digest()));
    }
    tally
}

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for Index<K, V, S> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(HashIndex::with_hasher(S::default()))
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        iterate(&self.0)
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &Index<K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.peek_with(key, |_, value| value.digest())
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        insert(&self.0, key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove_sync(key)
    }
}

/// The index and the guard of a run of reads.
pub(crate) struct Pinned<'m, K: 'static, V: 'static, S: BuildHasher>(&'m HashIndex<K, V, S>, Guard);

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for IndexReused<K, V, S> {
    type Session<'m>
        = Pinned<'m, K, V, S>
    where
        Self: 'm;

    fn new() -> Self {
        Self(HashIndex::with_hasher(S::default()))
    }

    fn session(&self) -> Self::Session<'_> {
        Pinned(&self.0, Guard::new())
    }

    fn iterate(&self) -> Tally {
        iterate(&self.0)
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for Pinned<'_, K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.peek(key, &self.1).map(Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        insert(self.0, key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove_sync(key)
    }
}
