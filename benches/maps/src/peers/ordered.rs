//! Ordered maps: crossbeam's skip list and scc's tree, beside our own.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use crossbeam_skiplist::SkipMap;
use scc::{Guard, TreeIndex};

/// crossbeam's skip list.
pub(crate) struct Crossbeam<K, V>(SkipMap<K, V>);

/// scc's tree, with a guard for each read.
pub(crate) struct Tree<K: 'static, V: 'static>(TreeIndex<K, V>);

impl<K: Key + Ord, V: Value> Map<K, V> for Crossbeam<K, V> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(SkipMap::new())
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        for entry in &self.0 {
            tally.add(Some(entry.value().digest()));
        }
        tally
    }
}

impl<K: Key + Ord, V: Value> Session<K, V> for &Crossbeam<K, V> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.get(key).map(|entry| entry.value().digest())
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }
}

impl<K: Key + Ord, V: Value> Map<K, V> for Tree<K, V> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(TreeIndex::new())
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let (guard, mut tally) = (Guard::new(), Tally::default());
        for (_, value) in self.0.iter(&guard) {
            tally.add(Some(value.digest()));
        }
        tally
    }
}

impl<K: Key + Ord, V: Value> Session<K, V> for &Tree<K, V> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.peek_with(key, |_, value| value.digest())
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.0.upsert_sync(key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove_sync(key)
    }
}
