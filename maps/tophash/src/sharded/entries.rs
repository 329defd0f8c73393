//! Operations on one key.

use super::{Sharded, room};
use crate::concurrent::{Altered, Mode};
use crate::lock::{Beside, Lock};
use crate::map::Operation;
use crate::sharded::place::Entries;
use core::hash::{BuildHasher, Hash};
use core::mem;
use core::panic::Location;
use equivalent::Equivalent;
use hashbrown::hash_table::Entry;

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
        self.reading(Self::window(hash), Self::has_code::<Q>(), |table| {
            table.find(hash, |(other, _)| key.equivalent(other)).map(|(_, value)| value.clone())
        })
    }

    /// What `read` makes of the value of a key. `read` runs under the shard's lock.
    #[inline]
    #[track_caller]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        self.reading(Self::window(hash), true, |table| {
            table.find(hash, |(other, _)| key.equivalent(other)).map(|(_, value)| read(value))
        })
    }

    /// Whether there is a value for a key.
    #[inline]
    #[track_caller]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        self.reading(Self::window(hash), Self::has_code::<Q>(), |table| {
            table.find(hash, |(other, _)| key.equivalent(other)).is_some()
        })
    }

    /// Gives a key a value; returns the value it had. The key that is in the map stays.
    #[inline]
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let hash = self.hasher.hash_one(&key);
        let site = Location::caller();
        let mut beside = Beside::nothing();
        let mut table = self.write(Self::window(hash), site, &mut beside);
        let _frame = Self::has_code::<K>().then(|| self.enter(site, Mode::Write));
        match self.entry(&mut table, hash, &key) {
            Entry::Occupied(mut entry) => return Some(mem::replace(&mut entry.get_mut().1, value)),
            Entry::Vacant(entry) => entry.insert((key, value)),
        };
        if table.lock().has_grown(table.allocation_size()) {
            self.grown(table.lock(), &table);
        }
        None
    }

    /// Gives a key a value if it has none.
    ///
    /// # Errors
    /// The value, if the key has one.
    #[track_caller]
    pub fn try_insert(&self, key: K, value: V) -> Result<(), V> {
        let hash = self.hasher.hash_one(&key);
        let (result, _key) =
            self.adding(hash, Self::has_code::<K>(), |table| match self.entry(table, hash, &key) {
                Entry::Occupied(_) => (Err(value), Some(key)),
                Entry::Vacant(entry) => {
                    entry.insert((key, value));
                    (Ok(()), None)
                }
            });
        result
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
        self.writing(Self::window(hash), Self::has_code::<Q>(), |table, _| {
            let entry = table.find_entry(hash, |(other, _)| key.equivalent(other)).ok()?;
            Some(entry.remove().0)
        })
    }

    /// Takes the entry of a key out if `wanted` says so. `wanted` runs under the shard's lock.
    #[track_caller]
    pub fn remove_if<Q>(&self, key: &Q, wanted: impl FnOnce(&V) -> bool) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        self.writing(Self::window(hash), true, |table, _| {
            let entry = table.find_entry(hash, |(other, _)| key.equivalent(other)).ok()?;
            if wanted(&entry.get().1) { Some(entry.remove().0) } else { None }
        })
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
        self.writing(Self::window(hash), true, |table, _| {
            table.find_mut(hash, |(other, _)| key.equivalent(other)).map(|(_, value)| change(value))
        })
    }

    /// Inserts, replaces or removes by what is there. `decide` runs once, under the shard's lock.
    #[track_caller]
    pub fn compute<T>(
        &self,
        key: K,
        decide: impl FnOnce(Option<&V>) -> Operation<V, T>,
    ) -> Altered<T> {
        let hash = self.hasher.hash_one(&key);
        // What is not in the map any more is dropped when the lock is free again.
        let (altered, _old) =
            self.adding(hash, true, |table| match self.entry(table, hash, &key) {
                Entry::Occupied(mut entry) => match decide(Some(&entry.get().1)) {
                    Operation::Insert(value) => {
                        let old = mem::replace(&mut entry.get_mut().1, value);
                        (Altered::Replaced, Some((key, old)))
                    }
                    Operation::Remove => (Altered::Removed, Some(entry.remove().0)),
                    Operation::Abort(result) => (Altered::Aborted(result), None),
                },
                Entry::Vacant(entry) => match decide(None) {
                    Operation::Insert(value) => {
                        entry.insert((key, value));
                        (Altered::Inserted, None)
                    }
                    Operation::Remove => (Altered::Absent, None),
                    Operation::Abort(result) => (Altered::Aborted(result), None),
                },
            });
        altered
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
        let hash = self.hasher.hash_one(&key);
        self.adding(hash, true, |table| match self.entry(table, hash, &key) {
            Entry::Occupied(entry) => entry.get().1.clone(),
            Entry::Vacant(entry) => entry.insert((key, make())).get().1.clone(),
        })
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
    fn entry<'t>(&self, table: &'t mut Entries<K, V>, hash: u64, key: &K) -> Entry<'t, (K, V)> {
        let rehash = |(key, _): &(K, V)| self.hasher.hash_one(key);
        table.entry(hash, |(other, _)| other == key, rehash)
    }

    /// What `add` makes of the shard of a hash, under its lock; it may put one entry in.
    #[inline]
    #[track_caller]
    fn adding<R>(&self, hash: u64, users: bool, add: impl FnOnce(&mut Entries<K, V>) -> R) -> R {
        self.writing(Self::window(hash), users, |table, lock| {
            let result = add(table);
            if lock.has_grown(table.allocation_size()) {
                self.grown(lock, table);
            }
            result
        })
    }

    #[cold]
    #[inline(never)]
    fn grown(&self, lock: &Lock<Entries<K, V>>, table: &Entries<K, V>) {
        self.growth.note(lock, room(table), table.len().saturating_sub(1));
    }
}
