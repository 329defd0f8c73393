//! A right map: shards of locked standard maps, generic, everything offered.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::{PoisonError, RwLock};
use tophash_verify::{Map, Unsupported};

fn unpoisoned<T>(locked: Result<T, PoisonError<T>>) -> T {
    locked.unwrap_or_else(PoisonError::into_inner)
}

/// The reference: shards of locked standard maps, generic, everything offered.
pub(crate) struct Sharded<K, V, S = std::hash::RandomState> {
    pub(crate) shards: Vec<RwLock<HashMap<K, V, S>>>,
    hasher: S,
}

impl<K, V, S: Default> Sharded<K, V, S> {
    pub(crate) fn new() -> Self {
        Self {
            shards: (0..8).map(|_| RwLock::new(HashMap::default())).collect(),
            hasher: S::default(),
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Sharded<K, V, S> {
    pub(crate) fn shard(&self, key: &K) -> &RwLock<HashMap<K, V, S>> {
        &self.shards[(self.hasher.hash_one(key) >> 61) as usize]
    }
}

/// What `fetch_add` needs of a value.
pub(crate) trait Plus {
    fn plus(&self, delta: u64) -> Self;
}
impl Plus for u64 {
    fn plus(&self, delta: u64) -> u64 {
        self.wrapping_add(delta)
    }
}
impl Plus for tophash_verify::Value {
    fn plus(&self, delta: u64) -> Self {
        tophash_verify::Value::plus(self, delta)
    }
}

impl<K, V, S> Map<K, V> for Sharded<K, V, S>
where
    K: Hash + Eq + Send + Sync,
    V: Clone + PartialEq + Plus + Send + Sync,
    S: BuildHasher + Send + Sync,
{
    fn get(&self, key: &K) -> Option<V> {
        unpoisoned(self.shard(key).read()).get(key).cloned()
    }
    fn insert(&self, key: K, value: V) -> Option<V> {
        unpoisoned(self.shard(&key).write()).insert(key, value)
    }
    fn remove(&self, key: &K) -> Option<V> {
        unpoisoned(self.shard(key).write()).remove(key)
    }
    fn try_insert(&self, key: K, value: V) -> Result<Option<V>, Unsupported> {
        let mut shard = unpoisoned(self.shard(&key).write());
        let found = shard.get(&key).cloned();
        if found.is_none() {
            shard.insert(key, value);
        }
        Ok(found)
    }
    fn compare_exchange(&self, key: &K, expected: &V, new: V) -> Result<Option<V>, Unsupported> {
        let mut shard = unpoisoned(self.shard(key).write());
        let Some(value) = shard.get_mut(key) else { return Ok(None) };
        let found = value.clone();
        if found == *expected {
            *value = new;
        }
        Ok(Some(found))
    }
    fn fetch_add(&self, key: &K, delta: u64) -> Result<Option<V>, Unsupported> {
        let mut shard = unpoisoned(self.shard(key).write());
        let Some(value) = shard.get_mut(key) else { return Ok(None) };
        let more = value.plus(delta);
        Ok(Some(std::mem::replace(value, more)))
    }
    fn iterate(&self, meet: &mut dyn FnMut(&K, &V)) -> Result<(), Unsupported> {
        for shard in &self.shards {
            unpoisoned(shard.read()).iter().for_each(|(key, value)| meet(key, value));
        }
        Ok(())
    }
    fn len(&self) -> Result<usize, Unsupported> {
        Ok(self.shards.iter().map(|shard| unpoisoned(shard.read()).len()).sum())
    }
    fn compact(&self) -> Result<(), Unsupported> {
        for shard in &self.shards {
            unpoisoned(shard.write()).shrink_to_fit();
        }
        Ok(())
    }
}
