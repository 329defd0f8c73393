//! Room ahead, and room given back.

use super::HashMap;
use crate::class::Storage;
use crate::error::AllocError;
use crate::hasher::hash_one;
use core::hash::{BuildHasher, Hash};

impl<K, V, S, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// A map with room for entries that are about to come, which nobody has asked to be kept once they have left.
    pub(crate) fn with_hint(capacity: usize, hasher: S) -> Self {
        let map = Self::with_capacity_and_hasher_in(capacity, hasher, C::default());
        map.entries.ask_for_nothing();
        map
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// Makes room for `additional` entries more than there are, while others use the map.
    ///
    /// Buckets are made to grow ahead of the insertions that will need them, by the same small steps: nobody waits for
    /// more than one of them. Costs linear in what the map holds, and in the room. [`HashMap::capacity`] tells the room
    /// that there is; keys whose hashes spread badly may have less of it, and so may families of buckets that
    /// another thread is held up in.
    ///
    /// # Panics
    /// If no address space holds so many. If the allocator refuses, the program ends as for other collections.
    pub fn reserve(&self, additional: usize) {
        if let Err(error) = self.try_reserve(additional) {
            error.handle();
        }
    }

    /// Like [`HashMap::reserve`], without a panic.
    ///
    /// # Errors
    /// If no address space holds so many, or the allocator refuses. The map holds what it held, and goes on working;
    /// it may have got a part of the room.
    pub fn try_reserve(&self, additional: usize) -> Result<(), AllocError> {
        let wanted = self.len().checked_add(additional).ok_or(AllocError::overflow())?;
        self.entries.reserve(wanted, &|key| self.hash(key))
    }

    /// Moves all entries to as few buckets as hold them well, and frees what entries left behind, while others use the
    /// map. By the same small steps as removals do it: nobody waits for more than one of them. Costs linear in the buckets.
    ///
    /// Buckets are kept for later growth, as [`Stats::retained_bytes`](crate::Stats::retained_bytes) tells, since others
    /// may still be looking into them, and no family of buckets gets smaller than 64 of them:
    /// [`HashMap::compact`] has neither limit. What was asked for by [`HashMap::reserve`] or
    /// [`HashMap::with_capacity`] is asked for no longer.
    pub fn shrink_to_fit(&self) {
        self.entries.flush();
        self.entries.shrink(&|key| self.hash(key));
    }

    /// Moves all entries to as few buckets as hold them well, all at once, and frees all others.
    ///
    /// Linear in what the map holds. If the allocator refuses, the map stays as it is.
    pub fn compact(&mut self) {
        self.entries.flush();
        let Self { entries, hasher } = self;
        let length = entries.len();
        // A map that could not be moved is as good as before.
        let _ = entries.rebuild(length, &|key| hash_one(hasher, key));
    }
}
