//! What a map of any kind says about its size, growth and memory.

use alloc::vec::Vec;

/// What a map says about itself, whichever it is: see [`ConcurrentMap::summary`](super::ConcurrentMap::summary).
///
/// What a kind does not have, or cannot know cheaply, is `None`. All numbers are exact when nobody is changing the map.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// The kind of map, as its type is called.
    pub kind: &'static str,
    /// Entries in the map.
    pub entries: usize,
    /// Entries that it holds before it grows; for a map of fixed room, at all.
    pub capacity: Option<usize>,
    /// Bytes that the map has from the allocator, without what keys and values own elsewhere.
    pub bytes: Option<usize>,
    /// How often the map, or a part of it, grew.
    pub growths: Option<u64>,
    /// Entries that growth has moved in all.
    pub moved: Option<u64>,
    /// Bytes that were replaced or removed and are not freed yet.
    pub retired_bytes: Option<usize>,
    /// Entries that share their whole hash with too many others.
    pub collisions: Option<u64>,
    /// The entries of each shard; empty for a map that has none.
    pub shards: Vec<usize>,
}

impl Summary {
    /// A summary of which nothing but this is known.
    #[must_use]
    pub fn new(kind: &'static str, entries: usize) -> Self {
        Self { kind, entries, ..Self::default() }
    }

    /// How many times as many entries as in the mean the fullest shard has; `None` for a map without shards or entries.
    #[must_use]
    pub fn imbalance(&self) -> Option<f64> {
        let fullest = self.shards.iter().max().copied()?;
        let all: usize = self.shards.iter().sum();
        (all > 0).then(|| fullest as f64 * self.shards.len() as f64 / all as f64)
    }
}
