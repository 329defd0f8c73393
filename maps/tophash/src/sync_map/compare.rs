//! Operations that depend on the value a key has.

use super::table::Node;
use super::{Found, SyncMap};
use crate::hasher::hash_one;
use alloc::sync::Arc;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// When a look under the lock counts as a miss.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Misses {
    Always,
    /// As in Go's `CompareAndSwap`, where a key that is nowhere promotes nothing.
    IfFound,
}

impl<K: Hash + Eq, V, S: BuildHasher> SyncMap<K, V, S> {
    /// Gives a key a new value if it has the old one; whether it had.
    ///
    /// `V`'s `Eq` runs under no lock, and again whenever the value has changed meanwhile.
    pub fn compare_and_swap<Q>(&self, key: &Q, old: &V, new: V) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: PartialEq,
    {
        let mut new = new;
        let Some(node) = self.node(key, Misses::IfFound) else { return false };
        loop {
            match node.slot.get(&self.values) {
                Found::Value(seen) if *seen == *old => {
                    match node.slot.replace(&seen, new, &self.values) {
                        Ok(_) => return true,
                        Err(refused) => new = refused,
                    }
                }
                _ => return false,
            }
        }
    }

    /// Takes the value of a key out if it is the old one; whether it was.
    ///
    /// `V`'s `Eq` runs under no lock, and again whenever the value has changed meanwhile.
    pub fn compare_and_delete<Q>(&self, key: &Q, old: &V) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: PartialEq,
    {
        let Some(node) = self.node(key, Misses::Always) else { return false };
        loop {
            match node.slot.get(&self.values) {
                Found::Value(seen) if *seen == *old => {
                    if node.slot.take_seen(&seen, &self.values).is_some() {
                        return true;
                    }
                }
                _ => return false,
            }
        }
    }

    /// The entry of a key, wherever it is. A key that is looked for under the lock counts as missed, as is asked.
    pub(super) fn node<Q>(&self, key: &Q, misses: Misses) -> Option<Arc<Node<K, V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&self.hasher, key);
        {
            let read = self.read.read();
            match read.entries.find(hash, key) {
                Some(node) => return Some(Arc::clone(node)),
                None if !read.amended => return None,
                None => {}
            }
        }
        self.slowly(|dirty, after| {
            if let Some(node) = dirty.read.find(hash, key) {
                return Some(Arc::clone(node));
            }
            if !dirty.amended {
                return None;
            }
            let node = dirty.entries.as_ref().and_then(|entries| entries.find(hash, key)).cloned();
            if node.is_some() || misses == Misses::Always {
                dirty.miss(self, after);
            }
            node
        })
    }
}
