//! The entries of a `SyncMap`, and the tables that lead to them: the read map and the dirty map share entries.

use crate::raw::slot::Slot;
use alloc::sync::Arc;
use core::hash::Hash;
use equivalent::Equivalent;
use hashbrown::HashTable;

/// An entry: its key, and the slot that its value comes and goes in.
pub(super) struct Node<K, V> {
    pub(super) hash: u64,
    pub(super) key: K,
    pub(super) slot: Slot<V>,
}

/// A table of entries.
pub(super) struct Table<K, V>(HashTable<Arc<Node<K, V>>>);

impl<K, V> Table<K, V> {
    pub(super) const fn new() -> Self {
        Self(HashTable::new())
    }

    pub(super) fn with_capacity(entries: usize) -> Self {
        Self(HashTable::with_capacity(entries))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(super) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&Arc<Node<K, V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.0.find(hash, |node| node.hash == hash && key.equivalent(&node.key))
    }

    /// Puts an entry in that is not there. Calls no code of the user's, since entries know their hashes.
    pub(super) fn insert(&mut self, node: Arc<Node<K, V>>) {
        self.0.insert_unique(node.hash, node, |node| node.hash);
    }

    pub(super) fn remove<Q>(&mut self, hash: u64, key: &Q) -> Option<Arc<Node<K, V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let is = |node: &Arc<Node<K, V>>| node.hash == hash && key.equivalent(&node.key);
        self.0.find_entry(hash, is).ok().map(|entry| entry.remove().0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Node<K, V>>> {
        self.0.iter()
    }

    /// Entries that have a value.
    pub(super) fn count(&self) -> usize {
        self.0.iter().filter(|node| node.slot.is_some()).count()
    }

    /// Bytes of the table itself, without its entries.
    pub(super) fn bytes(&self) -> usize {
        self.0.allocation_size()
    }
}
