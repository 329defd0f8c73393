//! Several changes that are published at once.

use super::Held;
use super::trie::Pair;
use super::version::Version;
use crate::hasher::hash_one;
use alloc::sync::Arc;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// A version that is being made: see [`SnapshotMap::batch`](super::SnapshotMap::batch).
pub struct Edit<'m, K, V, S> {
    pub(super) version: &'m mut Version<K, V>,
    pub(super) hasher: &'m S,
    pub(super) changed: bool,
}

impl<K: Hash + Eq, V, S: BuildHasher> Edit<'_, K, V, S> {
    /// The value of a key, as it is in this edit.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.version.find(hash_one(self.hasher, key), key).map(|pair| &pair.value)
    }

    /// Gives a key a value; returns the entry that was replaced.
    pub fn insert(&mut self, key: K, value: V) -> Option<Held<K, V>> {
        self.changed = true;
        let hash = hash_one(self.hasher, &key);
        self.version.insert(Arc::new(Pair { hash, key, value })).map(Held)
    }

    /// Takes the entry of a key out, and returns it.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<Held<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let removed = self.version.remove(hash_one(self.hasher, key), key);
        self.changed |= removed.is_some();
        removed.map(Held)
    }

    /// Takes every entry out.
    pub fn clear(&mut self) {
        self.changed = true;
        *self.version = Version::empty();
    }

    /// The number of entries, as it is in this edit.
    pub fn len(&self) -> usize {
        self.version.tally.entries
    }

    /// Whether there are no entries in this edit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
