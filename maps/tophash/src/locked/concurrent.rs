//! [`Locked`] as one of the maps.

use super::Locked;
use crate::concurrent::{
    Altered, ConcurrentMap, Full, Lookup, NeverWaits, Summary, Watch, by_own_methods,
};
use crate::map::Operation;
use alloc::sync::Arc;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

by_own_methods!(Locked {
    /// Never waits for the lock.
    fn summary(&self) -> Summary {
        let (growths, moved) = self.growth.counts();
        Summary {
            capacity: Some(self.capacity()),
            bytes: Some(self.lock.room().bytes),
            growths: Some(growths),
            moved: Some(moved),
            ..Summary::new("Locked", self.len())
        }
    }

    fn watch(&self, watch: Arc<dyn Watch>) -> Result<(), NeverWaits> {
        self.watched.set(watch);
        Ok(())
    }
});
