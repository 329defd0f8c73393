//! flurry: Java's ConcurrentHashMap in Rust.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use flurry::HashMap;
use std::hash::BuildHasher;

/// With a guard for each call.
pub(crate) struct Flurry<K, V, S>(HashMap<K, V, S>);

impl<K: Key + Ord, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for Flurry<K, V, S> {
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
        for (_, value) in &self.0.pin() {
            tally.add(Some(value.digest()));
        }
        tally
    }
}

impl<K: Key + Ord, V: Value, S: BuildHasher> Session<K, V> for &Flurry<K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.pin().get(key).map(Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.0.pin().insert(key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.pin().remove(key).is_some()
    }
}
