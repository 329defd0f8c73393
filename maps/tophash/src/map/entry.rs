//! Entries in the manner of `std`, that hold nothing between their calls.

use super::{HashMap, OccupiedError, Ref};
use crate::class::{ByType, Storage};
use crate::hasher::RandomState;
use crate::raw::entries::{Fresh, Lookup};
use crate::sync::spin;
use core::fmt;
use core::hash::{BuildHasher, Hash};

/// What a key's entry was when [`HashMap::entry`] looked.
///
/// It holds no lock: others may change the map meanwhile, and so may the same thread. What is done with the entry
/// says what happens then.
pub enum Entry<'a, K, V, S = RandomState, C: Storage<K, V> = ByType> {
    /// The key had a value.
    Occupied(OccupiedEntry<'a, K, V, S, C>),
    /// The key had none.
    Vacant(VacantEntry<'a, K, V, S, C>),
}

/// An entry that was in the map.
pub struct OccupiedEntry<'a, K, V, S = RandomState, C: Storage<K, V> = ByType> {
    map: &'a HashMap<K, V, S, C>,
    hash: u64,
    key: K,
    seen: Ref<'a, K, V, C>,
}

/// A key that had no value.
pub struct VacantEntry<'a, K, V, S = RandomState, C: Storage<K, V> = ByType> {
    map: &'a HashMap<K, V, S, C>,
    key: K,
}

/// The entry has changed since it was looked at; what was to be done was not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Changed<T>(
    /// What was to be put in.
    pub T,
);

impl<T> fmt::Display for Changed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the entry has changed since it was looked at")
    }
}

impl<T: fmt::Debug> core::error::Error for Changed<T> {}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// Looks at a key's entry, to decide what to do with it. Holds no lock.
    pub fn entry(&self, key: K) -> Entry<'_, K, V, S, C> {
        let hash = self.hash(&key);
        match self.find(hash, &key) {
            Lookup::Hit(hit) => {
                let seen = Ref(hit.into_held());
                Entry::Occupied(OccupiedEntry { map: self, hash, key, seen })
            }
            Lookup::Gap(_) => Entry::Vacant(VacantEntry { map: self, key }),
        }
    }
}

impl<'a, K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> Entry<'a, K, V, S, C> {
    /// The key that was looked for.
    pub fn key(&self) -> &K {
        match self {
            Self::Occupied(entry) => &entry.key,
            Self::Vacant(entry) => &entry.key,
        }
    }

    /// The entry that was found, or, if none was, what [`HashMap::get_or_insert`] returns.
    pub fn or_insert(self, value: V) -> Ref<'a, K, V, C> {
        self.or_insert_with(|| value)
    }

    /// The entry that was found, or, if none was, what [`HashMap::get_or_insert_with`] returns.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> Ref<'a, K, V, C> {
        match self {
            Self::Occupied(entry) => entry.seen,
            Self::Vacant(entry) => entry.map.get_or_insert_with(entry.key, make),
        }
    }

    /// Like [`Entry::or_insert_with`], with the value's default.
    pub fn or_default(self) -> Ref<'a, K, V, C>
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<'a, K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> OccupiedEntry<'a, K, V, S, C> {
    /// The entry as it was when it was looked at.
    pub fn get(&self) -> &Ref<'a, K, V, C> {
        &self.seen
    }

    /// Puts a value in the place of the one that was looked at, if that is still there, and hands out the old entry.
    ///
    /// Linearizable. An inline entry that was changed and changed back counts as still there.
    ///
    /// # Errors
    /// If the entry was changed or taken out: the value is handed back.
    pub fn replace(self, value: V) -> Result<Ref<'a, K, V, C>, Changed<V>> {
        let Self { map, hash, key, seen } = self;
        let mut fresh = Fresh::new(key, value);
        let mut turn = 0;
        loop {
            match map.find(hash, fresh.key()) {
                Lookup::Hit(hit) if seen.0.is(hit.held()) => match map.replace(hash, hit, fresh) {
                    Ok(old) => return Ok(Ref(old)),
                    Err((refused, _)) => fresh = refused,
                },
                _ => return Err(Changed(fresh.into_parts().1)),
            }
            spin(&mut turn);
        }
    }

    /// Takes the entry that was looked at out, if it is still there.
    ///
    /// Linearizable. An inline entry that was changed and changed back counts as still there.
    ///
    /// # Errors
    /// If the entry was changed or taken out.
    pub fn remove(self) -> Result<Ref<'a, K, V, C>, Changed<()>> {
        let Self { map, hash, key, seen } = self;
        let mut turn = 0;
        loop {
            match map.find(hash, &key) {
                Lookup::Hit(hit) if seen.0.is(hit.held()) => {
                    if let Ok(old) = map.take(hash, hit) {
                        return Ok(Ref(old));
                    }
                }
                _ => return Err(Changed(())),
            }
            spin(&mut turn);
        }
    }
}

impl<'a, K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> VacantEntry<'a, K, V, S, C> {
    /// The key that was looked for.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Puts a value in, if the key still has none.
    ///
    /// # Errors
    /// If it has one by now: see [`HashMap::try_insert`].
    pub fn insert(self, value: V) -> Result<Ref<'a, K, V, C>, OccupiedError<'a, K, V, C>> {
        self.map.try_insert(self.key, value)
    }
}
