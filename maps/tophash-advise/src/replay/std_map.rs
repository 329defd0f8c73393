//! What people have without any crate: `std`'s map under `std`'s lock. It has the hasher that the others have.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tophash::{Altered, ConcurrentMap, Full, Lookup, Operation, RandomState, Summary};

/// `RwLock<HashMap>`.
pub(super) struct Std<K, V>(RwLock<HashMap<K, V, RandomState>>);

impl<K, V> Default for Std<K, V> {
    fn default() -> Self {
        Self(RwLock::new(HashMap::default()))
    }
}

impl<K, V> Std<K, V> {
    fn read(&self) -> RwLockReadGuard<'_, HashMap<K, V, RandomState>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<K, V, RandomState>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq, V> Lookup<K> for Std<K, V> {
    type Value = V;

    fn get_with<R>(&self, key: &K, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.read().get(key).map(read)
    }

    fn remove_with<R>(&self, key: &K, read: impl FnOnce(&V) -> R) -> Option<R> {
        let old = self.write().remove(key)?;
        Some(read(&old))
    }
}

impl<K: Hash + Eq, V> ConcurrentMap for Std<K, V> {
    type Key = K;

    fn insert_with<R>(
        &self,
        key: K,
        value: V,
        replaced: impl FnOnce(Option<&V>) -> R,
    ) -> Result<R, Full> {
        let old = self.write().insert(key, value);
        Ok(replaced(old.as_ref()))
    }

    fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
        match self.write().entry(key) {
            std::collections::hash_map::Entry::Occupied(_) => Ok(false),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(value);
                Ok(true)
            }
        }
    }

    fn alter<T>(
        &self,
        key: K,
        mut decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Result<Altered<T>, Full> {
        let mut map = self.write();
        Ok(match decide(map.get(&key)) {
            Operation::Insert(value) => match map.insert(key, value) {
                Some(_) => Altered::Replaced,
                None => Altered::Inserted,
            },
            Operation::Remove => match map.remove(&key) {
                Some(_) => Altered::Removed,
                None => Altered::Absent,
            },
            Operation::Abort(value) => Altered::Aborted(value),
        })
    }

    fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
        self.read().iter().for_each(|(key, value)| meet(key, value));
    }

    fn clear(&self) {
        self.write().clear();
    }

    fn len(&self) -> usize {
        self.read().len()
    }

    fn summary(&self) -> Summary {
        Summary::new("RwLock<HashMap>", self.len())
    }
}
