//! Iterators over a shared map.

use super::{HashMap, KeyRef, Ref};
use crate::class::{ByType, Storage};
use crate::hasher::RandomState;
use crate::raw::entries::{Held, Walk};
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

/// The entries of a map, one after the other: see [`HashMap::iter`].
pub struct Iter<'a, K, V, S = RandomState, C: Storage<K, V> = ByType> {
    map: &'a HashMap<K, V, S, C>,
    walk: Walk<'a, K, V, C>,
}

impl<'a, K: Hash, V, S: BuildHasher, C: Storage<K, V>> Iter<'a, K, V, S, C> {
    #[inline]
    fn held(&mut self) -> Option<Held<'a, K, V, C>> {
        let map = self.map;
        self.walk.next(&|key| map.hash(key))
    }
}

impl<'a, K: Hash, V, S: BuildHasher, C: Storage<K, V>> Iterator for Iter<'a, K, V, S, C> {
    type Item = Ref<'a, K, V, C>;

    #[inline]
    fn next(&mut self) -> Option<Ref<'a, K, V, C>> {
        self.held().map(Ref)
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let map = self.map;
        self.walk.fold(&|key| map.hash(key), init, |made, held| f(made, Ref(held)))
    }
}

impl<K: Hash, V, S: BuildHasher, C: Storage<K, V>> FusedIterator for Iter<'_, K, V, S, C> {}

/// The keys of a map: see [`HashMap::keys`].
pub struct Keys<'a, K, V, S = RandomState, C: Storage<K, V> = ByType>(Iter<'a, K, V, S, C>);

impl<'a, K: Hash, V, S: BuildHasher, C: Storage<K, V>> Iterator for Keys<'a, K, V, S, C> {
    type Item = KeyRef<'a, K, V, C>;

    #[inline]
    fn next(&mut self) -> Option<KeyRef<'a, K, V, C>> {
        self.0.held().map(KeyRef)
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let map = self.0.map;
        self.0.walk.fold(&|key| map.hash(key), init, |made, held| f(made, KeyRef(held)))
    }
}

impl<K: Hash, V, S: BuildHasher, C: Storage<K, V>> FusedIterator for Keys<'_, K, V, S, C> {}

/// The values of a map: see [`HashMap::values`].
pub struct Values<'a, K, V, S = RandomState, C: Storage<K, V> = ByType>(Iter<'a, K, V, S, C>);

impl<'a, K: Hash, V, S: BuildHasher, C: Storage<K, V>> Iterator for Values<'a, K, V, S, C> {
    type Item = Ref<'a, K, V, C>;

    #[inline]
    fn next(&mut self) -> Option<Ref<'a, K, V, C>> {
        self.0.next()
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, f: F) -> B {
        self.0.fold(init, f)
    }
}

impl<K: Hash, V, S: BuildHasher, C: Storage<K, V>> FusedIterator for Values<'_, K, V, S, C> {}

impl<K, V, S, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// The entries, one after the other, in no order that means anything.
    ///
    /// An entry whose key is in the map from the beginning to the end of the iteration is met exactly once, whatever
    /// grows meanwhile, with one of the values it had meanwhile. One that comes or goes meanwhile is met or not.
    /// The iterator holds no lock. It pins the few boxed entries that share a bucket, and copies inline ones a page of
    /// buckets at a time. `for_each` and what else is made of `fold` are quicker than a loop.
    pub fn iter(&self) -> Iter<'_, K, V, S, C> {
        Iter { map: self, walk: self.entries.walk() }
    }

    /// The keys, as [`HashMap::iter`] meets them.
    pub fn keys(&self) -> Keys<'_, K, V, S, C> {
        Keys(self.iter())
    }

    /// The values, as [`HashMap::iter`] meets them. Each comes with its key.
    pub fn values(&self) -> Values<'_, K, V, S, C> {
        Values(self.iter())
    }
}

impl<'a, K: Hash, V, S: BuildHasher, C: Storage<K, V>> IntoIterator for &'a HashMap<K, V, S, C> {
    type Item = Ref<'a, K, V, C>;
    type IntoIter = Iter<'a, K, V, S, C>;

    fn into_iter(self) -> Iter<'a, K, V, S, C> {
        self.iter()
    }
}
