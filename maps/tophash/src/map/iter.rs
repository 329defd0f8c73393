//! Iterators over a shared map.

use super::{HashMap, KeyRef, Ref};
use crate::hasher::RandomState;
use crate::raw::entries::{Held, Walk};
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

/// The entries of a map, one after the other: see [`HashMap::iter`].
pub struct Iter<'a, K, V, S = RandomState> {
    map: &'a HashMap<K, V, S>,
    walk: Walk<'a, K, V>,
}

impl<'a, K: Hash, V, S: BuildHasher> Iter<'a, K, V, S> {
    #[inline]
    fn held(&mut self) -> Option<Held<'a, K, V>> {
        let map = self.map;
        self.walk.next(&|key| map.hash(key))
    }
}

impl<'a, K: Hash, V, S: BuildHasher> Iterator for Iter<'a, K, V, S> {
    type Item = Ref<'a, K, V>;

    #[inline]
    fn next(&mut self) -> Option<Ref<'a, K, V>> {
        self.held().map(Ref)
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let map = self.map;
        self.walk.fold(&|key| map.hash(key), init, |made, held| f(made, Ref(held)))
    }
}

impl<K: Hash, V, S: BuildHasher> FusedIterator for Iter<'_, K, V, S> {}

/// The keys of a map: see [`HashMap::keys`].
pub struct Keys<'a, K, V, S = RandomState>(Iter<'a, K, V, S>);

impl<'a, K: Hash, V, S: BuildHasher> Iterator for Keys<'a, K, V, S> {
    type Item = KeyRef<'a, K, V>;

    #[inline]
    fn next(&mut self) -> Option<KeyRef<'a, K, V>> {
        self.0.held().map(KeyRef)
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let map = self.0.map;
        self.0.walk.fold(&|key| map.hash(key), init, |made, held| f(made, KeyRef(held)))
    }
}

impl<K: Hash, V, S: BuildHasher> FusedIterator for Keys<'_, K, V, S> {}

/// The values of a map: see [`HashMap::values`].
pub struct Values<'a, K, V, S = RandomState>(Iter<'a, K, V, S>);

impl<'a, K: Hash, V, S: BuildHasher> Iterator for Values<'a, K, V, S> {
    type Item = Ref<'a, K, V>;

    #[inline]
    fn next(&mut self) -> Option<Ref<'a, K, V>> {
        self.0.next()
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, f: F) -> B {
        self.0.fold(init, f)
    }
}

impl<K: Hash, V, S: BuildHasher> FusedIterator for Values<'_, K, V, S> {}

impl<K, V, S> HashMap<K, V, S> {
    /// The entries, one after the other, in no order that means anything.
    ///
    /// An entry whose key is in the map from the beginning to the end of the iteration is met exactly once, whatever
    /// grows meanwhile, with one of the values it had meanwhile. One that comes or goes meanwhile is met or not.
    /// The iterator holds no lock. It pins the few boxed entries that share a bucket, and copies inline ones a page of
    /// buckets at a time. `for_each` and what else is made of `fold` are quicker than a loop.
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        Iter { map: self, walk: self.entries.walk() }
    }

    /// The keys, as [`HashMap::iter`] meets them.
    pub fn keys(&self) -> Keys<'_, K, V, S> {
        Keys(self.iter())
    }

    /// The values, as [`HashMap::iter`] meets them. Each comes with its key.
    pub fn values(&self) -> Values<'_, K, V, S> {
        Values(self.iter())
    }
}

impl<'a, K: Hash, V, S: BuildHasher> IntoIterator for &'a HashMap<K, V, S> {
    type Item = Ref<'a, K, V>;
    type IntoIter = Iter<'a, K, V, S>;

    fn into_iter(self) -> Iter<'a, K, V, S> {
        self.iter()
    }
}
