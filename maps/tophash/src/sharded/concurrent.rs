//! [`Sharded`] as one of the maps.

use super::Sharded;
use crate::concurrent::{
    Altered, ConcurrentMap, Full, Lookup, NeverWaits, Summary, Watch, by_own_methods,
};
use crate::map::Operation;
use alloc::sync::Arc;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

by_own_methods!(Sharded {
    /// Never waits for a lock.
    fn summary(&self) -> Summary {
        let (growths, moved) = self.growth.counts();
        let tables: usize = self.shards.used().map(|shard| shard.room().bytes).sum();
        Summary {
            capacity: Some(self.capacity()),
            bytes: Some(tables + self.shards.bytes()),
            growths: Some(growths),
            moved: Some(moved),
            shards: self.shard_sizes(),
            ..Summary::new("Sharded", self.len())
        }
    }

    fn watch(&self, watch: Arc<dyn Watch>) -> Result<(), NeverWaits> {
        self.watched.set(watch);
        self.shards.note_watched();
        Ok(())
    }
});
