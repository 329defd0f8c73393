//! Many look-ups at a time, whose cache misses overlap.

use super::HashMap;
use crate::class::Storage;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// Keys whose buckets are fetched ahead of the look-ups.
const AHEAD: usize = 16;

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// Clones of the values of some keys, in the order of the keys.
    ///
    /// All keys are hashed first and their buckets asked for, and then their entries if those are boxed, so that one cache
    /// miss does not wait for the other.
    /// Each look-up is linearizable; all of them together are not one moment.
    #[inline]
    pub fn get_many<Q, const N: usize>(&self, keys: [&Q; N]) -> [Option<V>; N]
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        let hashes = keys.map(|key| {
            let hash = self.hash(key);
            self.entries.prefetch(hash);
            hash
        });
        hashes.iter().for_each(|hash| self.entries.prefetch_entry(*hash));
        let mut pairs = keys.into_iter().zip(hashes);
        core::array::from_fn(|_| {
            let (key, hash) = pairs.next()?;
            let is = |candidate: &K| key.equivalent(candidate);
            self.entries.look(hash, is, |held| held.value().clone())
        })
    }

    /// Calls `read` with each key's place in `keys` and its value, if there is one, in the order of the keys.
    ///
    /// Like [`HashMap::get_many`], for any number of keys, sixteen at a time. `read` runs once for each key, under
    /// no lock.
    pub fn get_many_with<Q>(&self, keys: &[Q], mut read: impl FnMut(usize, Option<&V>))
    where
        Q: Hash + Equivalent<K>,
    {
        for (chunk, keys) in keys.chunks(AHEAD).enumerate() {
            let mut hashes = [0; AHEAD];
            for (hash, key) in hashes.iter_mut().zip(keys) {
                *hash = self.hash(key);
                self.entries.prefetch(*hash);
            }
            hashes.iter().take(keys.len()).for_each(|hash| self.entries.prefetch_entry(*hash));
            for (index, (hash, key)) in hashes.iter().zip(keys).enumerate() {
                let place = chunk * AHEAD + index;
                let is = |candidate: &K| key.equivalent(candidate);
                let found = self.entries.look(*hash, is, |held| read(place, Some(held.value())));
                if found.is_none() {
                    read(place, None);
                }
            }
        }
    }
}
