//! papaya, with a guard for each call and with one for a run of calls.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use papaya::{HashMap, HashMapRef, LocalGuard};
use std::hash::BuildHasher;

/// A guard for each call.
pub(crate) struct PerCall<K, V, S>(HashMap<K, V, S>);

/// A guard for a run of calls.
pub(crate) struct Reused<K, V, S>(HashMap<K, V, S>);

fn iterate<K: Key, V: Value, S: BuildHasher>(map: &HashMap<K, V, S>) -> Tally {
    let mut tally = Tally::default();
    for (_, value) in &map.pin() {
        tally.add(Some(value.digest()));
    }
    tally
}

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for PerCall<K, V, S> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(HashMap::builder().hasher(S::default()).build())
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        iterate(&self.0)
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &PerCall<K, V, S> {
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

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for Reused<K, V, S> {
    type Session<'m>
        = HashMapRef<'m, K, V, S, LocalGuard<'m>>
    where
        Self: 'm;

    fn new() -> Self {
        Self(HashMap::builder().hasher(S::default()).build())
    }

    fn session(&self) -> Self::Session<'_> {
        self.0.pin()
    }

    fn iterate(&self) -> Tally {
        iterate(&self.0)
    }
}

impl<'m, K: Key, V: Value, S: BuildHasher> Session<K, V>
    for HashMapRef<'m, K, V, S, LocalGuard<'m>>
{
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        HashMapRef::get(self, key).map(Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        HashMapRef::insert(self, key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        HashMapRef::remove(self, key).is_some()
    }
}
