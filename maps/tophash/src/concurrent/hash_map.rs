//! [`HashMap`] as one of the maps.

use super::{Altered, ConcurrentMap, Full, Lookup, Summary};
use crate::class::Storage;
use crate::map::{Compute, HashMap, Operation};
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K, V, S, C, Q> Lookup<Q> for HashMap<K, V, S, C>
where
    K: Hash + Eq,
    S: BuildHasher,
    C: Storage<K, V>,
    Q: Hash + Equivalent<K> + ?Sized,
{
    type Value = V;

    #[inline(always)]
    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.get_with(key, read)
    }

    #[inline]
    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.remove(key).map(|old| read(&old))
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> ConcurrentMap for HashMap<K, V, S, C> {
    type Key = K;

    #[inline]
    fn insert_with<R>(
        &self,
        key: K,
        value: V,
        replaced: impl FnOnce(Option<&V>) -> R,
    ) -> Result<R, Full> {
        Ok(match self.insert(key, value) {
            Some(old) => replaced(Some(&old)),
            None => replaced(None),
        })
    }

    fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
        Ok(self.try_insert(key, value).is_ok())
    }

    fn alter<T>(
        &self,
        key: K,
        decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Result<Altered<T>, Full> {
        Ok(match self.compute(key, decide) {
            Compute::Inserted(_) => Altered::Inserted,
            Compute::Updated { .. } => Altered::Replaced,
            Compute::Removed(Some(_)) => Altered::Removed,
            Compute::Removed(None) => Altered::Absent,
            Compute::Aborted(value) => Altered::Aborted(value),
        })
    }

    fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
        for entry in self {
            meet(entry.key(), entry.value());
        }
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn summary(&self) -> Summary {
        let stats = self.stats();
        Summary {
            capacity: Some(stats.capacity),
            bytes: Some(stats.bytes),
            growths: Some(stats.growth_steps),
            moved: Some(stats.moved),
            retired_bytes: Some(stats.retired_bytes),
            collisions: Some(stats.overflowed),
            ..Summary::new("HashMap", stats.entries)
        }
    }
}
