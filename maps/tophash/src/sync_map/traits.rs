//! [`SyncMap`] as one of the maps, and what the language's own traits make of it.

use super::compare::Misses;
use super::{Found, Loaded, Node, SyncMap, Table};
use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, Summary};
use crate::hasher::hash_one;
use crate::map::Operation;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K, V, S: Default> Default for SyncMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for SyncMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        self.range(|key, value| {
            map.entry(key, value);
            true
        });
        map.finish()
    }
}

impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for SyncMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        entries.into_iter().for_each(|(key, value)| map.store(key, value));
        map
    }
}

impl<K, V, S, Q> Lookup<Q> for SyncMap<K, V, S>
where
    K: Hash + Eq,
    S: BuildHasher,
    Q: Hash + Equivalent<K> + ?Sized,
{
    type Value = V;

    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.load(key).map(|value| read(&value))
    }

    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.load_and_delete(key).map(|value| read(&value))
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> ConcurrentMap for SyncMap<K, V, S> {
    type Key = K;

    fn insert_with<R>(
        &self,
        key: K,
        value: V,
        replaced: impl FnOnce(Option<&V>) -> R,
    ) -> Result<R, Full> {
        let old = self.swap(key, value);
        Ok(replaced(old.as_deref()))
    }

    fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
        Ok(self.load_or_store(key, value).is_none())
    }

    /// `decide` runs under no lock, and again whenever the value has changed meanwhile.
    fn alter<T>(
        &self,
        key: K,
        mut decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Result<Altered<T>, Full> {
        let mut key = key;
        let values = &self.values;
        loop {
            let node = self.node(&key, Misses::Always);
            let seen = node.as_ref().and_then(|node| node.slot.get(values).value());
            match (node, seen) {
                (Some(node), Some(seen)) => match decide(Some(&seen)) {
                    Operation::Insert(value) => {
                        if node.slot.replace(&seen, value, values).is_ok() {
                            return Ok(Altered::Replaced);
                        }
                    }
                    Operation::Remove => {
                        if node.slot.take_seen(&seen, values).is_some() {
                            return Ok(Altered::Removed);
                        }
                    }
                    Operation::Abort(result) => return Ok(Altered::Aborted(result)),
                },
                _ => match decide(None) {
                    Operation::Insert(value) => {
                        match self.put(hash_one(&self.hasher, &key), key, value) {
                            Ok(()) => return Ok(Altered::Inserted),
                            Err(refused) => {
                                key = refused.key;
                                drop(refused.value);
                            }
                        }
                    }
                    Operation::Remove => return Ok(Altered::Absent),
                    Operation::Abort(result) => return Ok(Altered::Aborted(result)),
                },
            }
        }
    }

    fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
        self.range(|key, value| {
            meet(key, value);
            true
        });
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    /// Linear, as [`SyncMap::len`] is.
    fn summary(&self) -> Summary {
        let entries = self.len();
        let dirty = self.lock();
        let state = dirty.state();
        let tables = dirty.read.bytes() + dirty.entries.as_ref().map_or(0, Table::bytes);
        drop(dirty);
        // Those of the read map that the dirty map has too are counted once.
        let nodes = state.dirty.map_or(state.read, |dirty| dirty + state.expunged);
        Summary {
            bytes: Some(tables + nodes * size_of::<Node<K, V>>() + entries * size_of::<V>()),
            moved: Some(state.copied),
            retired_bytes: Some(self.values.retired_bytes()),
            ..Summary::new("SyncMap", entries)
        }
    }
}

impl<'m, V> Found<'m, V> {
    pub(super) fn value(self) -> Option<Loaded<'m, V>> {
        match self {
            Found::Value(value) => Some(value),
            Found::Nothing | Found::Expunged => None,
        }
    }
}
