//! Locks around a plain map: one of `std`, one of parking_lot around hashbrown, or 256 shards of these.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use hashbrown::hash_table::{Entry, OccupiedEntry};
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError, RwLock};

/// `RwLock<HashMap>` of `std`.
pub(crate) struct StdRwLock<K, V, S>(RwLock<HashMap<K, V, S>>);

/// `Mutex<HashMap>` of `std`.
pub(crate) struct StdMutex<K, V, S>(Mutex<HashMap<K, V, S>>);

macro_rules! implement {
    ($name:ident, $lock:ident, $read:ident, $write:ident) => {
        impl<K: Key, V: Value, S> Map<K, V> for $name<K, V, S>
        where
            S: BuildHasher + Default + Send + Sync,
        {
            type Session<'m>
                = &'m Self
            where
                Self: 'm;

            fn new() -> Self {
                Self($lock::new(HashMap::default()))
            }

            fn session(&self) -> &Self {
                self
            }

            fn iterate(&self) -> Tally {
                let mut tally = Tally::default();
                for value in self.0.$read().unwrap_or_else(PoisonError::into_inner).values() {
                    tally.add(Some(value.digest()));
                }
                tally
            }
        }

        impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &$name<K, V, S> {
            #[inline]
            fn get(&mut self, key: &K) -> Option<u64> {
                let map = self.0.$read().unwrap_or_else(PoisonError::into_inner);
                map.get(key).map(Value::digest)
            }

            #[inline]
            fn insert(&mut self, key: K, value: V) {
                self.0.$write().unwrap_or_else(PoisonError::into_inner).insert(key, value);
            }

            #[inline]
            fn remove(&mut self, key: &K) -> bool {
                self.0.$write().unwrap_or_else(PoisonError::into_inner).remove(key).is_some()
            }
        }
    };
}

implement!(StdRwLock, RwLock, read, write);
implement!(StdMutex, Mutex, lock, lock);

/// `parking_lot::RwLock<hashbrown::HashMap>`.
pub(crate) struct OneRwLock<K, V, S>(parking_lot::RwLock<hashbrown::HashMap<K, V, S>>);

impl<K: Key, V: Value, S> Map<K, V> for OneRwLock<K, V, S>
where
    S: BuildHasher + Default + Send + Sync,
{
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(parking_lot::RwLock::default())
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        self.0.read().values().for_each(|value| tally.add(Some(value.digest())));
        tally
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &OneRwLock<K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.read().get(key).map(Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.0.write().insert(key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.write().remove(key).is_some()
    }
}

/// Shards.
const SHARDS: usize = 256;

/// One shard, on cache lines of its own.
#[repr(align(128))]
struct Shard<K, V>(parking_lot::RwLock<hashbrown::HashTable<(K, V)>>);

/// 256 × `parking_lot::RwLock<hashbrown>`, hashed once a call.
pub(crate) struct Sharded<K, V, S> {
    shards: Box<[Shard<K, V>]>,
    hasher: S,
}

impl<K, V, S> Sharded<K, V, S> {
    #[inline]
    fn shard(&self, hash: u64) -> &parking_lot::RwLock<hashbrown::HashTable<(K, V)>> {
        // hashbrown takes the upper seven bits and the lower ones; these are between.
        &self.shards[(hash >> 48) as usize % SHARDS].0
    }
}

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for Sharded<K, V, S> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        let shard = || Shard(parking_lot::RwLock::new(hashbrown::HashTable::new()));
        Self { shards: std::iter::repeat_with(shard).take(SHARDS).collect(), hasher: S::default() }
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        for shard in &self.shards {
            for (_, value) in &*shard.0.read() {
                tally.add(Some(value.digest()));
            }
        }
        tally
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &Sharded<K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        let hash = self.hasher.hash_one(key);
        let shard = self.shard(hash).read();
        shard.find(hash, |(other, _)| other == key).map(|(_, value)| value.digest())
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        let hash = self.hasher.hash_one(&key);
        let mut shard = self.shard(hash).write();
        let rehash = |(key, _): &(K, V)| self.hasher.hash_one(key);
        match shard.entry(hash, |(other, _)| *other == key, rehash) {
            Entry::Occupied(mut entry) => entry.get_mut().1 = value,
            Entry::Vacant(entry) => drop(entry.insert((key, value))),
        }
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        let hash = self.hasher.hash_one(key);
        let mut shard = self.shard(hash).write();
        shard.find_entry(hash, |(other, _)| other == key).map(OccupiedEntry::remove).is_ok()
    }
}
