//! One of the two copies of a `DoubleBuffered` map, and the changes that the other one lacks.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::hash::Hash;
use equivalent::Equivalent;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// An entry. `stamp` is another one for each value that a key ever has.
#[derive(Clone)]
pub(super) struct Row<K, V> {
    pub(super) hash: u64,
    pub(super) stamp: u64,
    pub(super) key: K,
    pub(super) value: V,
}

/// One copy.
pub(super) struct Table<K, V>(HashTable<Row<K, V>>);

/// A change that one of the copies has had, and the other one not yet.
pub(super) enum Change<K, V> {
    Put(Row<K, V>),
    Cut { hash: u64, key: K },
    Clear,
}

/// What writers keep: the changes that the hidden copy lacks, and the last stamp.
pub(super) struct Log<K, V> {
    pub(super) changes: VecDeque<Change<K, V>>,
    stamp: u64,
}

impl<K, V> Log<K, V> {
    pub(super) const fn new() -> Self {
        Self { changes: VecDeque::new(), stamp: 0 }
    }

    pub(super) fn stamp(&mut self) -> u64 {
        self.stamp += 1;
        self.stamp
    }
}

impl<K, V> Table<K, V> {
    pub(super) const fn new() -> Self {
        Self(HashTable::new())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.allocation_size()
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Row<K, V>> {
        self.0.iter()
    }

    #[inline]
    pub(super) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&Row<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.0.find(hash, |row| row.hash == hash && key.equivalent(&row.key))
    }

    /// Puts a row in; returns the one of the same key. A panic of `Eq` leaves the table as it was.
    pub(super) fn put(&mut self, row: Row<K, V>) -> Option<Row<K, V>>
    where
        K: Eq,
    {
        let is_it = |other: &Row<K, V>| other.hash == row.hash && other.key == row.key;
        match self.0.entry(row.hash, is_it, |row| row.hash) {
            Entry::Occupied(mut there) => Some(core::mem::replace(there.get_mut(), row)),
            Entry::Vacant(room) => {
                room.insert(row);
                None
            }
        }
    }

    /// Takes a row out. A panic of `Eq` leaves the table as it was.
    pub(super) fn cut<Q>(&mut self, hash: u64, key: &Q) -> Option<Row<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let is_it = |row: &Row<K, V>| row.hash == hash && key.equivalent(&row.key);
        self.0.find_entry(hash, is_it).ok().map(|there| there.remove().0)
    }

    /// Takes all rows out, into `gone`.
    pub(super) fn clear(&mut self, gone: &mut Vec<Row<K, V>>) {
        gone.extend(self.0.drain());
    }

    /// Makes the changes that this copy lacks, and puts what comes out into `gone`. One during which `Eq` panics is left for
    /// the next time, and so are those after it.
    pub(super) fn catch_up(&mut self, log: &mut Log<K, V>, gone: &mut Vec<Row<K, V>>)
    where
        K: Hash + Eq,
    {
        while let Some(change) = log.changes.front() {
            // All comparing is done while the change is still in the list.
            let old = match change {
                Change::Put(Row { hash, key, .. }) | Change::Cut { hash, key } => {
                    self.cut(*hash, key)
                }
                Change::Clear => {
                    self.clear(gone);
                    None
                }
            };
            gone.extend(old);
            if let Some(Change::Put(row)) = log.changes.pop_front() {
                self.0.insert_unique(row.hash, row, |row| row.hash);
            }
        }
    }
}
