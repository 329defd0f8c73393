//! All entries as they were at one moment.

use super::trie::{Branch, Child};
use super::version::Version;
use crate::hasher::{RandomState, hash_one};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::slice;
use equivalent::Equivalent;

/// All entries of a [`SnapshotMap`](super::SnapshotMap) as they were at one moment.
///
/// It never changes, holds no lock, and may outlive the map. Cloning it takes constant time. Dropping the last one of its
/// version drops what nobody else has, which may be all of it.
pub struct Snapshot<K, V, S = RandomState> {
    pub(super) version: Version<K, V>,
    pub(super) hasher: Arc<S>,
}

impl<K, V, S> Snapshot<K, V, S> {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.version.tally.entries
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, in no order that means anything; the same order each time.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { levels: vec![self.version.root.children.iter()], left: self.len() }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Snapshot<K, V, S> {
    /// The value of a key.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The key that is there, and its value.
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let pair = self.version.find(hash_one(&*self.hasher, key), key);
        pair.map(|pair| (&pair.key, &pair.value))
    }

    /// Whether there is a value for a key.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get(key).is_some()
    }
}

impl<K, V, S> Clone for Snapshot<K, V, S> {
    fn clone(&self) -> Self {
        Self { version: self.version.clone(), hasher: Arc::clone(&self.hasher) }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Snapshot<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Hash + Eq, V: PartialEq, S: BuildHasher> PartialEq for Snapshot<K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        let is_there = |(key, value): (&K, &V)| other.get(key) == Some(value);
        self.len() == other.len() && self.iter().all(is_there)
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher> Eq for Snapshot<K, V, S> {}

impl<'s, K, V, S> IntoIterator for &'s Snapshot<K, V, S> {
    type Item = (&'s K, &'s V);
    type IntoIter = Iter<'s, K, V>;

    fn into_iter(self) -> Iter<'s, K, V> {
        self.iter()
    }
}

/// The entries of a [`Snapshot`]: see [`Snapshot::iter`].
pub struct Iter<'s, K, V> {
    /// What is left of the children of each branch on the way down.
    levels: Vec<slice::Iter<'s, Child<K, V>>>,
    left: usize,
}

impl<'s, K, V> Iterator for Iter<'s, K, V> {
    type Item = (&'s K, &'s V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.levels.last_mut()?.next() {
                Some(Child::Entry(pair)) => {
                    self.left -= 1;
                    return Some((&pair.key, &pair.value));
                }
                Some(Child::Branch(Branch { children, .. })) => self.levels.push(children.iter()),
                None => {
                    self.levels.pop();
                }
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<K, V> FusedIterator for Iter<'_, K, V> {}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { levels: self.levels.clone(), left: self.left }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}
