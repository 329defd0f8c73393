//! Operations on one key.

use super::{Sharded, full, room};
use crate::concurrent::Altered;
use crate::lock::Writing;
use crate::map::Operation;
use crate::sharded::place::Entries;
use core::hash::{BuildHasher, Hash};
use core::mem;
use equivalent::Equivalent;
use hashbrown::hash_table::Entry;

/// What is being changed: a shard's table.
struct Change<'a, K, V> {
    table: Writing<'a, Entries<K, V>>,
    hash: u64,
    /// How many entries the table held, if it may grow.
    full: Option<usize>,
}

impl<K: Hash + Eq, V, S: BuildHasher> Sharded<K, V, S> {
    /// A clone of the value of a key.
    #[inline]
    #[track_caller]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        let hash = self.hasher.hash_one(key);
        let table = self.read(Self::window(hash), Self::has_code::<Q>());
        table.find(hash, |(other, _)| key.equivalent(other)).map(|(_, value)| value.clone())
    }

    /// What `read` makes of the value of a key. `read` runs under the shard's lock.
    #[inline]
    #[track_caller]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let table = self.read(Self::window(hash), true);
        table.find(hash, |(other, _)| key.equivalent(other)).map(|(_, value)| read(value))
    }

    /// Whether there is a value for a key.
    #[inline]
    #[track_caller]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let table = self.read(Self::window(hash), Self::has_code::<Q>());
        table.find(hash, |(other, _)| key.equivalent(other)).is_some()
    }

    /// Gives a key a value; returns the value it had. The key that is in the map stays.
    #[inline]
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let mut change = self.change(&key, Self::has_code::<K>());
        match self.entry(&mut change, &key) {
            Entry::Occupied(mut entry) => Some(mem::replace(&mut entry.get_mut().1, value)),
            Entry::Vacant(entry) => {
                entry.insert((key, value));
                self.grown(&change);
                None
            }
        }
    }

    /// Gives a key a value if it has none.
    ///
    /// # Errors
    /// The value, if the key has one.
    #[track_caller]
    pub fn try_insert(&self, key: K, value: V) -> Result<(), V> {
        let mut change = self.change(&key, Self::has_code::<K>());
        match self.entry(&mut change, &key) {
            Entry::Occupied(_) => Err(value),
            Entry::Vacant(entry) => {
                entry.insert((key, value));
                self.grown(&change);
                Ok(())
            }
        }
    }

    /// Takes the entry of a key out; returns its value.
    #[inline]
    #[track_caller]
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes the entry of a key out.
    #[inline]
    #[track_caller]
    pub fn remove_entry<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let mut table = self.write(Self::window(hash), Self::has_code::<Q>());
        let entry = table.find_entry(hash, |(other, _)| key.equivalent(other)).ok()?;
        Some(entry.remove().0)
    }

    /// Takes the entry of a key out if `wanted` says so. `wanted` runs under the shard's lock.
    #[track_caller]
    pub fn remove_if<Q>(&self, key: &Q, wanted: impl FnOnce(&V) -> bool) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let mut table = self.write(Self::window(hash), true);
        let entry = table.find_entry(hash, |(other, _)| key.equivalent(other)).ok()?;
        if wanted(&entry.get().1) { Some(entry.remove().0) } else { None }
    }

    /// Changes the value of a key in place; returns what `change` returns, or `None` if there is no value.
    /// `change` runs under the shard's lock.
    #[inline]
    #[track_caller]
    pub fn update<Q, R>(&self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let mut table = self.write(Self::window(hash), true);
        table.find_mut(hash, |(other, _)| key.equivalent(other)).map(|(_, value)| change(value))
    }

    /// Inserts, replaces or removes by what is there. `decide` runs once, under the shard's lock.
    #[track_caller]
    pub fn compute<T>(
        &self,
        key: K,
        decide: impl FnOnce(Option<&V>) -> Operation<V, T>,
    ) -> Altered<T> {
        // Dropped when the lock is free.
        let (_old, _removed);
        let mut change = self.change(&key, true);
        match self.entry(&mut change, &key) {
            Entry::Occupied(mut entry) => match decide(Some(&entry.get().1)) {
                Operation::Insert(value) => {
                    _old = mem::replace(&mut entry.get_mut().1, value);
                    Altered::Replaced
                }
                Operation::Remove => {
                    _removed = entry.remove().0;
                    Altered::Removed
                }
                Operation::Abort(result) => Altered::Aborted(result),
            },
            Entry::Vacant(entry) => match decide(None) {
                Operation::Insert(value) => {
                    entry.insert((key, value));
                    self.grown(&change);
                    Altered::Inserted
                }
                Operation::Remove => Altered::Absent,
                Operation::Abort(result) => Altered::Aborted(result),
            },
        }
    }

    /// A clone of the value of a key, which is given the value that `make` returns if it has none.
    ///
    /// `make` runs under the shard's lock, and only if its value is put in.
    #[track_caller]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(value) = self.get(&key) {
            return value;
        }
        let mut change = self.change(&key, true);
        match self.entry(&mut change, &key) {
            Entry::Occupied(entry) => entry.get().1.clone(),
            Entry::Vacant(entry) => {
                let value = entry.insert((key, make())).get().1.clone();
                self.grown(&change);
                value
            }
        }
    }

    /// A clone of the value of a key, which is given `value` if it has none; otherwise `value` is dropped.
    #[track_caller]
    pub fn get_or_insert(&self, key: K, value: V) -> V
    where
        V: Clone,
    {
        self.get_or_insert_with(key, || value)
    }

    #[inline]
    #[track_caller]
    fn change(&self, key: &K, users: bool) -> Change<'_, K, V> {
        let hash = self.hasher.hash_one(key);
        let table = self.write(Self::window(hash), users);
        Change { full: full(&table), table, hash }
    }

    #[inline]
    fn entry<'t>(&self, change: &'t mut Change<'_, K, V>, key: &K) -> Entry<'t, (K, V)> {
        let rehash = |(key, _): &(K, V)| self.hasher.hash_one(key);
        change.table.entry(change.hash, |(other, _)| other == key, rehash)
    }

    /// Notes the room of a shard that an entry was put into.
    #[inline]
    fn grown(&self, change: &Change<'_, K, V>) {
        if let Some(before) = change.full {
            let lock = self.shards.at(self.shards.state().place(Self::window(change.hash)));
            self.growth.note(lock, room(&change.table), before);
        }
    }
}
