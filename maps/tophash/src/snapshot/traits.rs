//! [`SnapshotMap`] as one of the maps, and what the language's own traits make of it.

use super::SnapshotMap;
use super::trie::Pair;
use super::version::bytes;
use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, Summary};
use crate::hasher::hash_one;
use crate::map::Operation;
use alloc::sync::Arc;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K, V, S: Default> Default for SnapshotMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for SnapshotMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for SnapshotMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        map.batch(|edit| {
            for (key, value) in entries {
                edit.insert(key, value);
            }
        });
        map
    }
}

impl<K, V, S, Q> Lookup<Q> for SnapshotMap<K, V, S>
where
    K: Hash + Eq,
    S: BuildHasher,
    Q: Hash + Equivalent<K> + ?Sized,
{
    type Value = V;

    #[inline]
    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.get_with(key, read)
    }

    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.remove(key).map(|old| read(&old))
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> ConcurrentMap for SnapshotMap<K, V, S> {
    type Key = K;

    fn insert_with<R>(
        &self,
        key: K,
        value: V,
        replaced: impl FnOnce(Option<&V>) -> R,
    ) -> Result<R, Full> {
        let old = self.insert(key, value);
        Ok(replaced(old.as_deref()))
    }

    fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
        let hash = hash_one(&*self.hasher, &key);
        if self.newest.read().find(hash, &key).is_some() {
            return Ok(false);
        }
        let pair = Arc::new(Pair { hash, key, value });
        let late = self.try_write(|version| {
            if version.find(hash, &pair.key).is_some() {
                return (false, Some(pair));
            }
            version.insert(pair);
            (true, None)
        });
        Ok(late.is_none())
    }

    fn alter<T>(
        &self,
        key: K,
        decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Result<Altered<T>, Full> {
        Ok(self.alter(key, decide))
    }

    /// Of one moment.
    fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
        for (key, value) in &self.snapshot() {
            meet(key, value);
        }
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    /// Without what snapshots keep alive, which [`SnapshotMap::memory`] tells.
    fn summary(&self) -> Summary {
        let tally = self.newest.read().tally;
        Summary { bytes: Some(bytes::<K, V>(&tally)), ..Summary::new("SnapshotMap", tally.entries) }
    }
}
