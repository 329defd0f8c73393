//! Maps and sets filled from, and walked by, `rayon`'s parallel iterators.

use crate::class::Storage;
use crate::map::KeyRef;
use crate::{HashMap, HashSet, Iter, Keys, Ref};
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};
use rayon::iter::{
    FromParallelIterator, IntoParallelIterator, IterBridge, ParallelBridge, ParallelExtend,
    ParallelIterator,
};

impl<K, V, S, C: Storage<K, V>> ParallelExtend<(K, V)> for HashMap<K, V, S, C>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Sync,
{
    /// Puts the entries in by all threads at once. Which one of those with equal keys stays is not said.
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        let map = &*self;
        entries.into_par_iter().for_each(|(key, value)| drop(map.insert(key, value)));
    }
}

impl<K, V, S, C: Storage<K, V>> FromParallelIterator<(K, V)> for HashMap<K, V, S, C>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Default + Sync,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.par_extend(entries);
        map
    }
}

impl<K: Send, V: Send, S, C: Storage<K, V>> IntoParallelIterator for HashMap<K, V, S, C> {
    type Item = (K, V);
    type Iter = rayon::vec::IntoIter<(K, V)>;

    /// The entries, collected first.
    fn into_par_iter(self) -> Self::Iter {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}

impl<'a, K, V, S, C: Storage<K, V>> IntoParallelIterator for &'a HashMap<K, V, S, C>
where
    K: Hash + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Sync,
{
    type Item = Ref<'a, K, V, C>;
    type Iter = IterBridge<Iter<'a, K, V, S, C>>;

    /// The entries as [`HashMap::iter`] meets them, by one thread at a time; what is done with them is parallel.
    fn into_par_iter(self) -> Self::Iter {
        self.iter().par_bridge()
    }
}

impl<T, S, C: Storage<T, ()>> ParallelExtend<T> for HashSet<T, S, C>
where
    T: Hash + Eq + Send + Sync,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, elements: I) {
        let set = &*self;
        elements.into_par_iter().for_each(|element| {
            set.insert(element);
        });
    }
}

impl<T, S, C: Storage<T, ()>> FromParallelIterator<T> for HashSet<T, S, C>
where
    T: Hash + Eq + Send + Sync,
    S: BuildHasher + Default + Sync,
{
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(elements: I) -> Self {
        let mut set = Self::default();
        set.par_extend(elements);
        set
    }
}

impl<T: Send, S, C: Storage<T, ()>> IntoParallelIterator for HashSet<T, S, C> {
    type Item = T;
    type Iter = rayon::vec::IntoIter<T>;

    fn into_par_iter(self) -> Self::Iter {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}

impl<'a, T, S, C: Storage<T, ()>> IntoParallelIterator for &'a HashSet<T, S, C>
where
    T: Hash + Send + Sync,
    S: BuildHasher + Sync,
{
    type Item = KeyRef<'a, T, (), C>;
    type Iter = IterBridge<Keys<'a, T, (), S, C>>;

    fn into_par_iter(self) -> Self::Iter {
        self.iter().par_bridge()
    }
}
