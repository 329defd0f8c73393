//! What takes a map that is borrowed exclusively, or owned.

use super::HashMap;
use crate::class::{ByType, Storage};
use crate::raw::entries::{Owned, WalkMut};
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::marker::PhantomData;
use equivalent::Equivalent;

/// Entries with values that may be changed: see [`HashMap::iter_mut`].
pub struct IterMut<'a, K, V>(WalkMut<'a, K, V>);

/// The entries of a map that was given up.
pub struct IntoIter<K, V, C: Storage<K, V> = ByType>(Owned<K, V, C>);

/// The entries taken out of a map: see [`HashMap::drain`].
pub struct Drain<'a, K, V, C: Storage<K, V> = ByType>(Owned<K, V, C>, PhantomData<&'a mut ()>);

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V, C: Storage<K, V>> Iterator for IntoIter<K, V, C> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V, C: Storage<K, V>> Iterator for Drain<'_, K, V, C> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K, V, C: Storage<K, V>> ExactSizeIterator for IntoIter<K, V, C> {}
impl<K, V, C: Storage<K, V>> ExactSizeIterator for Drain<'_, K, V, C> {}
impl<K, V> FusedIterator for IterMut<'_, K, V> {}
impl<K, V, C: Storage<K, V>> FusedIterator for IntoIter<K, V, C> {}
impl<K, V, C: Storage<K, V>> FusedIterator for Drain<'_, K, V, C> {}

impl<K, V, S, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// Every entry, with a value that may be changed. Lists where they are first, 16 bytes an entry; and frees what
    /// [`Stats::retained_bytes`](crate::Stats::retained_bytes) counts.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut(self.entries.walk_mut())
    }

    /// Takes all entries out at once; those that are not taken from the iterator are dropped with it.
    ///
    /// The buckets are freed. Lists the entries first, 16 bytes each.
    pub fn drain(&mut self) -> Drain<'_, K, V, C> {
        Drain(self.entries.take_all(), PhantomData)
    }
}

impl<K, V, S, C: Storage<K, V>> IntoIterator for HashMap<K, V, S, C> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, C>;

    /// The entries, given up one by one. Lists them first, 16 bytes each.
    fn into_iter(mut self) -> IntoIter<K, V, C> {
        IntoIter(self.entries.take_all())
    }
}

impl<'a, K, V, S, C: Storage<K, V>> IntoIterator for &'a mut HashMap<K, V, S, C> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// The value of a key, to be changed in its place. Expected constant time.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hash(key);
        self.entries.value_mut(hash, |candidate| key.equivalent(candidate))
    }
}
