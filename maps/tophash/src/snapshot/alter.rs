//! Operations that ask a closure what becomes of an entry.
//!
//! The closure sees an entry under no lock; its result is put in if the entry is still the same one.

use super::trie::Pair;
use super::{Held, SnapshotMap};
use crate::concurrent::Altered;
use crate::hasher::hash_one;
use crate::map::Operation;
use alloc::sync::Arc;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K: Hash + Eq, V, S: BuildHasher> SnapshotMap<K, V, S> {
    /// Puts what `update` makes of the value of a key in its place, and returns the entry that was replaced. None, and
    /// `update` does not run, if there is no value.
    ///
    /// `update` runs under no lock, and again whenever the entry has changed meanwhile.
    pub fn update<Q>(&self, key: &Q, mut update: impl FnMut(&V) -> V) -> Option<Held<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: Clone,
    {
        let mut seen = self.get_held(key)?;
        loop {
            let Pair { hash, key: owned, value } = &*seen.0;
            let pair = Arc::new(Pair { hash: *hash, key: owned.clone(), value: update(value) });
            let late = self.try_write(|version| match version.find(*hash, key).cloned() {
                Some(now) if Arc::ptr_eq(&now, &seen.0) => {
                    version.insert(pair);
                    (true, None)
                }
                now => (false, Some((now, pair))),
            });
            match late {
                None => return Some(seen),
                Some((now, _)) => seen = Held(now?),
            }
        }
    }

    /// Inserts, replaces or removes in one atomic step, as `decide` says.
    ///
    /// `decide` runs under no lock, and again whenever the entry has changed meanwhile.
    pub fn alter<T>(
        &self,
        key: K,
        mut decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Altered<T> {
        let hash = hash_one(&*self.hasher, &key);
        let mut key = key;
        loop {
            let seen = self.newest.read().find(hash, &key).cloned();
            let next = match decide(seen.as_ref().map(|pair| &pair.value)) {
                Operation::Abort(result) => return Altered::Aborted(result),
                Operation::Remove if seen.is_none() => return Altered::Absent,
                Operation::Remove => None,
                Operation::Insert(value) => Some(value),
            };
            let done = self.try_write(|version| {
                let is_the_same = match (version.find(hash, &key), &seen) {
                    (None, None) => true,
                    (Some(now), Some(seen)) => Arc::ptr_eq(now, seen),
                    _ => false,
                };
                if !is_the_same {
                    return (false, Err((key, next)));
                }
                let altered = match next {
                    Some(value) => {
                        version.insert(Arc::new(Pair { hash, key, value }));
                        if seen.is_some() { Altered::Replaced } else { Altered::Inserted }
                    }
                    None => {
                        version.remove(hash, &key);
                        return (true, Ok((Altered::Removed, Some(key))));
                    }
                };
                (true, Ok((altered, None)))
            });
            match done {
                Ok((altered, _)) => return altered,
                Err((given_back, _)) => key = given_back,
            }
        }
    }
}
