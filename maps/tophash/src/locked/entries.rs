//! Operations on one key.

use super::{Inner, Locked, room};
use crate::concurrent::Altered;
use crate::map::Operation;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;
use hashbrown::hash_map::Entry;

impl<K: Hash + Eq, V, S: BuildHasher> Locked<K, V, S> {
    /// A clone of the value of a key.
    #[inline]
    #[track_caller]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        self.reading(Self::has_code::<Q>(), |map| map.get(key).cloned())
    }

    /// What `read` makes of the value of a key. `read` runs under the lock.
    #[inline]
    #[track_caller]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.reading(true, |map| map.get(key).map(read))
    }

    /// Whether there is a value for a key.
    #[inline]
    #[track_caller]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.reading(Self::has_code::<Q>(), |map| map.contains_key(key))
    }

    /// Gives a key a value; returns the value it had. The key that is in the map stays.
    #[inline]
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self.adding(Self::has_code::<K>(), |map| map.insert(key, value))
    }

    /// Gives a key a value if it has none.
    ///
    /// # Errors
    /// The value, if the key has one.
    #[track_caller]
    pub fn try_insert(&self, key: K, value: V) -> Result<(), V> {
        self.adding(Self::has_code::<K>(), |map| match map.entry(key) {
            Entry::Occupied(_) => Err(value),
            Entry::Vacant(entry) => {
                entry.insert(value);
                Ok(())
            }
        })
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
        self.writing(Self::has_code::<Q>(), |map| map.remove_entry(key))
    }

    /// Takes the entry of a key out if `wanted` says so. `wanted` runs under the lock.
    #[track_caller]
    pub fn remove_if<Q>(&self, key: &Q, wanted: impl FnOnce(&V) -> bool) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.writing(true, |map| if wanted(map.get(key)?) { map.remove_entry(key) } else { None })
    }

    /// Changes the value of a key in place; returns what `change` returns, or `None` if there is no value.
    /// `change` runs under the lock.
    #[inline]
    #[track_caller]
    pub fn update<Q, R>(&self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.writing(true, |map| map.get_mut(key).map(change))
    }

    /// Inserts, replaces or removes by what is there. `decide` runs once, under the lock.
    #[track_caller]
    pub fn compute<T>(
        &self,
        key: K,
        decide: impl FnOnce(Option<&V>) -> Operation<V, T>,
    ) -> Altered<T> {
        // What is not in the map any more is dropped when the lock is free again.
        let (altered, _old) = self.adding(true, |map| match map.entry(key) {
            Entry::Occupied(mut entry) => match decide(Some(entry.get())) {
                Operation::Insert(value) => (Altered::Replaced, Some((None, entry.insert(value)))),
                Operation::Remove => {
                    let (key, value) = entry.remove_entry();
                    (Altered::Removed, Some((Some(key), value)))
                }
                Operation::Abort(result) => (Altered::Aborted(result), None),
            },
            Entry::Vacant(entry) => match decide(None) {
                Operation::Insert(value) => {
                    entry.insert(value);
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
    /// `make` runs under the lock, and only if its value is put in.
    #[track_caller]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(value) = self.get(&key) {
            return value;
        }
        self.adding(true, |map| map.entry(key).or_insert_with(make).clone())
    }

    /// A clone of the value of a key, which is given `value` if it has none; otherwise `value` is dropped.
    #[track_caller]
    pub fn get_or_insert(&self, key: K, value: V) -> V
    where
        V: Clone,
    {
        self.get_or_insert_with(key, || value)
    }

    /// What `add` makes of the table, under the lock; it may put one entry in.
    #[inline]
    #[track_caller]
    fn adding<R>(&self, users: bool, add: impl FnOnce(&mut Inner<K, V, S>) -> R) -> R {
        self.writing(users, |map| {
            let result = add(map);
            if self.lock.has_grown(map.allocation_size()) {
                self.grown(map);
            }
            result
        })
    }

    #[cold]
    #[inline(never)]
    fn grown(&self, map: &Inner<K, V, S>) {
        self.growth.note(&self.lock, room(map), map.len().saturating_sub(1));
    }
}
