//! [`DoubleBuffered`] as one of the maps, and what the language's own traits make of it.

use super::DoubleBuffered;
use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, Summary};
use crate::map::Operation;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K, V, S: Default> Default for DoubleBuffered<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for DoubleBuffered<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view(|view| f.debug_map().entries(view.iter()).finish())
    }
}

impl<K, V, S> FromIterator<(K, V)> for DoubleBuffered<K, V, S>
where
    K: Hash + Eq + Clone,
    V: Clone,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        entries.into_iter().for_each(|(key, value)| drop(map.insert(key, value)));
        map
    }
}

impl<K, V, S, Q> Lookup<Q> for DoubleBuffered<K, V, S>
where
    K: Hash + Eq + Clone,
    V: Clone,
    S: BuildHasher,
    Q: Hash + Equivalent<K> + ?Sized,
{
    type Value = V;

    /// Writers wait until `read` returns.
    #[inline]
    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.get_with(key, read)
    }

    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.remove(key).map(|old| read(&old))
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> ConcurrentMap for DoubleBuffered<K, V, S> {
    type Key = K;

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
        let decide = |old: Option<&V>| match old {
            None => Operation::Insert(value.clone()),
            Some(_) => Operation::Abort(()),
        };
        Ok(self.alter(key, decide) == Altered::Inserted)
    }

    fn alter<T>(
        &self,
        key: K,
        decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Result<Altered<T>, Full> {
        Ok(self.alter(key, decide))
    }

    /// Of one moment. Writers wait until `meet` has met all; it must not write to the map.
    fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
        self.view(|view| view.iter().for_each(|(key, value)| meet(key, value)));
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn summary(&self) -> Summary {
        let table = self.twins.read();
        Summary {
            capacity: Some(table.capacity()),
            bytes: Some(2 * table.bytes()),
            ..Summary::new("DoubleBuffered", table.len())
        }
    }
}
