//! [`Sharded`] as one of the maps.

use super::Sharded;
use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, NeverWaits, Summary, Watch};
use crate::map::Operation;
use alloc::sync::Arc;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K, V, S, Q> Lookup<Q> for Sharded<K, V, S>
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

    #[inline]
    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        let old = self.remove(key)?;
        Some(read(&old))
    }

    #[inline]
    fn get(&self, key: &Q) -> Option<V>
    where
        V: Clone,
    {
        self.get(key)
    }

    #[inline]
    fn remove(&self, key: &Q) -> Option<V>
    where
        V: Clone,
    {
        self.remove(key)
    }

    #[inline]
    fn contains_key(&self, key: &Q) -> bool {
        self.contains_key(key)
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> ConcurrentMap for Sharded<K, V, S> {
    type Key = K;

    #[inline]
    fn insert_with<R>(
        &self,
        key: K,
        value: V,
        replaced: impl FnOnce(Option<&V>) -> R,
    ) -> Result<R, Full> {
        let old = self.insert(key, value);
        Ok(replaced(old.as_ref()))
    }

    fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
        Ok(self.try_insert(key, value).is_ok())
    }

    fn alter<T>(
        &self,
        key: K,
        decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Result<Altered<T>, Full> {
        Ok(self.compute(key, decide))
    }

    fn for_each(&self, meet: impl FnMut(&K, &V)) {
        self.for_each(meet);
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    /// Never waits for a lock.
    fn summary(&self) -> Summary {
        let (growths, moved) = self.growth.counts();
        let tables: usize = self.shards.used().map(|shard| shard.room().bytes).sum();
        Summary {
            capacity: Some(self.capacity()),
            bytes: Some(tables + self.shards.bytes()),
            growths: Some(growths),
            moved: Some(moved),
            shards: self.shard_sizes(),
            ..Summary::new("Sharded", self.len())
        }
    }

    fn watch(&self, watch: Arc<dyn Watch>) -> Result<(), NeverWaits> {
        self.watched.set(watch);
        self.shards.note_watched();
        Ok(())
    }
}
