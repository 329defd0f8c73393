//! [`SkipMap`] as one of the maps, and what the language's own traits make of it.

use super::SkipMap;
use crate::class::Storage;
use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, Summary};
use crate::map::Operation;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use equivalent::Comparable;

/// Panics in code of the user's leave the map whole.
impl<K: RefUnwindSafe, V: RefUnwindSafe, C: Storage<K, V>> RefUnwindSafe for SkipMap<K, V, C> {}

impl<K: UnwindSafe, V: UnwindSafe, C: Storage<K, V>> UnwindSafe for SkipMap<K, V, C> {}

impl<K, V, C: Storage<K, V>> Default for SkipMap<K, V, C> {
    fn default() -> Self {
        Self::new_in(C::default())
    }
}

impl<K: Ord + Clone, V: Clone, C: Storage<K, V>> Clone for SkipMap<K, V, C> {
    /// A map of clones of the entries, as [`SkipMap::for_each`] meets them.
    fn clone(&self) -> Self {
        let map = Self::default();
        self.for_each(|key, value| drop(map.insert(key.clone(), value.clone())));
        map
    }
}

impl<K: Ord + fmt::Debug, V: fmt::Debug, C: Storage<K, V>> fmt::Debug for SkipMap<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for entry in self {
            map.entry(entry.key(), entry.value());
        }
        map.finish()
    }
}

impl<K: Ord, V: PartialEq, C: Storage<K, V>, D: Storage<K, V>> PartialEq<SkipMap<K, V, D>>
    for SkipMap<K, V, C>
{
    /// Whether both have the same keys with equal values. Means little while somebody changes one of them.
    fn eq(&self, other: &SkipMap<K, V, D>) -> bool {
        let (mut one, mut two) = (self.iter(), other.iter());
        loop {
            match (one.next(), two.next()) {
                (None, None) => return true,
                (Some(one), Some(two)) if one.pair() == two.pair() => {}
                _ => return false,
            }
        }
    }
}

impl<K: Ord, V: Eq, C: Storage<K, V>> Eq for SkipMap<K, V, C> {}

impl<K: Ord, V, C: Storage<K, V>> Extend<(K, V)> for &SkipMap<K, V, C> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            let _ = self.insert(key, value);
        }
    }
}

impl<K: Ord, V, C: Storage<K, V>> Extend<(K, V)> for SkipMap<K, V, C> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<'a, K, V, C: Storage<K, V>> Extend<(&'a K, &'a V)> for SkipMap<K, V, C>
where
    K: Ord + Copy + 'a,
    V: Copy + 'a,
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        (&*self).extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K: Ord, V, C: Storage<K, V>> FromIterator<(K, V)> for SkipMap<K, V, C> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        (&map).extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SkipMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Ord, V, C: Storage<K, V>, Q: Comparable<K> + ?Sized> Lookup<Q> for SkipMap<K, V, C> {
    type Value = V;

    #[inline(always)]
    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.get_with(key, read)
    }

    #[inline]
    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R> {
        self.remove(key).map(|old| read(&old))
    }
}

impl<K: Ord, V, C: Storage<K, V>> ConcurrentMap for SkipMap<K, V, C> {
    type Key = K;

    #[inline]
    fn insert_with<R>(
        &self,
        key: K,
        value: V,
        replaced: impl FnOnce(Option<&V>) -> R,
    ) -> Result<R, Full> {
        let old = self.insert(key, value);
        Ok(replaced(old.as_deref()))
    }

    fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
        Ok(self.try_insert(key, value).is_ok())
    }

    fn alter<T>(
        &self,
        key: K,
        decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Result<Altered<T>, Full> {
        Ok(self.compute(key, decide))
    }

    /// In ascending order.
    fn for_each(&self, meet: impl FnMut(&K, &V)) {
        self.for_each(meet);
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    /// `capacity` is what the leaves have slots for, `growths` how often one was split, and `moved` what that has moved.
    fn summary(&self) -> Summary {
        let figures = self.list.figures();
        Summary {
            capacity: Some(figures.capacity),
            bytes: Some(figures.bytes),
            growths: Some(figures.splits),
            moved: Some(figures.moved),
            retired_bytes: Some(figures.retired_bytes),
            ..Summary::new("SkipMap", figures.entries)
        }
    }
}
