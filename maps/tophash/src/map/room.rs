//! Room ahead.

use super::HashMap;
use crate::error::AllocError;
use core::hash::{BuildHasher, Hash};

impl<K: Hash + Eq, V, S: BuildHasher> HashMap<K, V, S> {
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
}
