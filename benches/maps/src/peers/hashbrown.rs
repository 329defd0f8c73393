//! hashbrown in one thread: what no concurrent map is expected to beat.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use hashbrown::HashMap;
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The map is locked once for a run of calls, which costs next to nothing; two threads would not be concurrent.
pub(crate) struct Hashbrown<K, V, S>(Mutex<HashMap<K, V, S>>);

impl<K: Key, V: Value, S: BuildHasher + Default + Send> Map<K, V> for Hashbrown<K, V, S> {
    const CONCURRENT: bool = false;

    type Session<'m>
        = MutexGuard<'m, HashMap<K, V, S>>
    where
        Self: 'm;

    fn new() -> Self {
        Self(Mutex::new(HashMap::default()))
    }

    fn session(&self) -> Self::Session<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        for value in self.session().values() {
            tally.add(Some(value.digest()));
        }
        tally
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for MutexGuard<'_, HashMap<K, V, S>> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        HashMap::get(self, key).map(Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        HashMap::insert(self, key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        HashMap::remove(self, key).is_some()
    }
}
