//! The traits that collections have.

use super::{Inner, Locked, room};
use crate::concurrent::Mode;
use crate::lock::under;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::panic::{RefUnwindSafe, UnwindSafe};

/// Panics in code of the user's leave the map whole.
impl<K: RefUnwindSafe, V: RefUnwindSafe, S: RefUnwindSafe> RefUnwindSafe for Locked<K, V, S> {}

impl<K: UnwindSafe, V: UnwindSafe, S: UnwindSafe> UnwindSafe for Locked<K, V, S> {}

impl<K, V, S: Default> Default for Locked<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: Clone, V: Clone, S: Clone> Clone for Locked<K, V, S> {
    /// A map of clones of all entries as they are at one moment. It is not watched.
    #[track_caller]
    fn clone(&self) -> Self {
        self.reading(true, |map| Self::around(map.clone(), self.lock.room()))
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Locked<K, V, S> {
    /// All entries; `<locked>` under the lock itself.
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if under(self.address()).is_some_and(|under| under.mode == Mode::Write) {
            return f.write_str("<locked>");
        }
        self.reading(true, |map| f.debug_map().entries(map.iter()).finish())
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Extend<(K, V)> for &Locked<K, V, S> {
    /// Takes the lock for each entry, so that others get their turn and `entries` may use the map.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Extend<(K, V)> for Locked<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for Locked<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::from(Inner::from_iter(entries))
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> From<Inner<K, V, S>> for Locked<K, V, S> {
    /// Puts a map under a lock.
    fn from(map: Inner<K, V, S>) -> Self {
        let room = room(&map);
        Self::around(map, room)
    }
}

impl<K: Hash + Eq, V, const N: usize> From<[(K, V); N]> for Locked<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V, S> IntoIterator for Locked<K, V, S> {
    type Item = (K, V);
    type IntoIter = hashbrown::hash_map::IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_inner().into_iter()
    }
}
