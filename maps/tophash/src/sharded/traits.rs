//! The traits that collections have.

use super::{Sharded, Span};
use crate::concurrent::Mode;
use crate::lock::under;
use crate::sharded::place::Entries;
use alloc::vec;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::panic::{Location, RefUnwindSafe, UnwindSafe};
use hashbrown::{HashTable, hash_table};

/// Panics in code of the user's leave the map whole.
impl<K: RefUnwindSafe, V: RefUnwindSafe, S: RefUnwindSafe> RefUnwindSafe for Sharded<K, V, S> {}

impl<K: UnwindSafe, V: UnwindSafe, S: UnwindSafe> UnwindSafe for Sharded<K, V, S> {}

impl<K, V, S: Default> Default for Sharded<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, V, S> Clone for Sharded<K, V, S>
where
    K: Hash + Eq + Clone,
    V: Clone,
    S: BuildHasher + Clone,
{
    /// A map of clones of the entries, as [`Sharded::for_each`] meets them, in as many shards. It is not watched.
    #[track_caller]
    fn clone(&self) -> Self {
        let map = Self::with_shards_and_hasher(self.shards(), self.hasher.clone());
        self.walk(Location::caller(), |table, span| {
            for (key, value) in table.iter().filter(|entry| self.is_ahead(&span, entry)) {
                map.insert(key.clone(), value.clone());
            }
        });
        map
    }
}

impl<K: Hash + fmt::Debug, V: fmt::Debug, S: BuildHasher> fmt::Debug for Sharded<K, V, S> {
    /// The entries, as [`Sharded::for_each`] meets them; `<locked>` under a lock of the map that is held for writing.
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if under(self.address()).is_some_and(|under| under.mode == Mode::Write) {
            return f.write_str("<locked>");
        }
        let mut map = f.debug_map();
        self.walk(Location::caller(), |table: &Entries<K, V>, span: Span| {
            for (key, value) in table.iter().filter(|entry| self.is_ahead(&span, entry)) {
                map.entry(key, value);
            }
        });
        map.finish()
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Extend<(K, V)> for &Sharded<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Extend<(K, V)> for Sharded<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for Sharded<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        (&map).extend(entries);
        map
    }
}

impl<K: Hash + Eq, V, const N: usize> From<[(K, V); N]> for Sharded<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// The entries of a [`Sharded`] that is no more.
pub struct IntoIter<K, V> {
    tables: vec::IntoIter<Entries<K, V>>,
    table: hash_table::IntoIter<(K, V)>,
    left: usize,
}

impl<K, V> fmt::Debug for IntoIter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        loop {
            if let Some(entry) = self.table.next() {
                self.left -= 1;
                return Some(entry);
            }
            self.table = self.tables.next()?.into_iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V> ExactSizeIterator for IntoIter<K, V> {}

impl<K, V> FusedIterator for IntoIter<K, V> {}

impl<K, V, S> IntoIterator for Sharded<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        let tables: vec::Vec<_> = self.shards.into_tables().filter(|t| !t.is_empty()).collect();
        let left = tables.iter().map(HashTable::len).sum();
        IntoIter { tables: tables.into_iter(), table: HashTable::new().into_iter(), left }
    }
}
