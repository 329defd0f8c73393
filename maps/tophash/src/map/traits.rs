//! The traits that collections have.

use super::HashMap;
use crate::class::Storage;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::panic::{RefUnwindSafe, UnwindSafe};

/// Panics in code of the user's leave the map whole.
impl<K: RefUnwindSafe, V: RefUnwindSafe, S: RefUnwindSafe, C: Storage<K, V>> RefUnwindSafe
    for HashMap<K, V, S, C>
{
}

impl<K: UnwindSafe, V: UnwindSafe, S: UnwindSafe, C: Storage<K, V>> UnwindSafe
    for HashMap<K, V, S, C>
{
}

impl<K, V, S: Default, C: Storage<K, V>> Default for HashMap<K, V, S, C> {
    fn default() -> Self {
        Self::with_hasher_in(S::default(), C::default())
    }
}

impl<K, V, S, C: Storage<K, V>> Clone for HashMap<K, V, S, C>
where
    K: Hash + Eq + Clone,
    V: Clone,
    S: BuildHasher + Clone,
{
    /// A map of clones of the entries, as [`HashMap::iter`] meets them.
    fn clone(&self) -> Self {
        let map = Self::with_hint(self.len(), self.hasher.clone());
        for entry in self {
            let _ = map.insert(entry.key().clone(), entry.value().clone());
        }
        map
    }
}

impl<K, V, S, C: Storage<K, V>> fmt::Debug for HashMap<K, V, S, C>
where
    K: Hash + fmt::Debug,
    V: fmt::Debug,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for entry in self {
            map.entry(entry.key(), entry.value());
        }
        map.finish()
    }
}

impl<K, V, S, T, C, D> PartialEq<HashMap<K, V, T, D>> for HashMap<K, V, S, C>
where
    K: Hash + Eq,
    V: PartialEq,
    S: BuildHasher,
    T: BuildHasher,
    C: Storage<K, V>,
    D: Storage<K, V>,
{
    /// Whether both have the same keys with equal values. Means little while somebody changes one of them.
    fn eq(&self, other: &HashMap<K, V, T, D>) -> bool {
        self.len() == other.len()
            && self.iter().all(|entry| {
                other.get_with(entry.key(), |value| value == entry.value()).unwrap_or(false)
            })
    }
}

impl<K, V, S, C: Storage<K, V>> Eq for HashMap<K, V, S, C>
where
    K: Hash + Eq,
    V: Eq,
    S: BuildHasher,
{
}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> Extend<(K, V)> for &HashMap<K, V, S, C> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            let _ = self.insert(key, value);
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> Extend<(K, V)> for HashMap<K, V, S, C> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<'a, K, V, S, C: Storage<K, V>> Extend<(&'a K, &'a V)> for HashMap<K, V, S, C>
where
    K: Hash + Eq + Copy + 'a,
    V: Copy + 'a,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        (&*self).extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K, V, S, C: Storage<K, V>> FromIterator<(K, V)> for HashMap<K, V, S, C>
where
    K: Hash + Eq,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let map = Self::with_hint(entries.size_hint().0.min(1 << 16), S::default());
        (&map).extend(entries);
        map
    }
}

impl<K: Hash + Eq, V, const N: usize> From<[(K, V); N]> for HashMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}
