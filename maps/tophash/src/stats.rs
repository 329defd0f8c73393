//! What a map says about itself.

use crate::raw::entries::Waiting;
use crate::raw::{Counts, Probes};

/// What a map says about itself: see [`HashMap::stats`](crate::HashMap::stats).
///
/// All numbers are exact when nobody is changing the map.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Entries in the map.
    pub entries: usize,
    /// Entries that the buckets hold before most families grow.
    pub capacity: usize,
    /// Buckets, of 144 bytes each where they hold keys and values themselves, and of 128 elsewhere.
    pub buckets: usize,
    /// Bytes of buckets and all that leads to them, without boxed entries.
    pub bytes: usize,
    /// Those of these bytes that hold nothing: buckets that were left by shrinking, which wait for the next growth, and
    /// what others might still be reading. They are freed by what takes the map exclusively and goes over all of it.
    pub retained_bytes: usize,
    /// Families of buckets, each of which grows and shrinks by itself.
    pub families: u64,
    /// Families that are growing or shrinking now.
    pub growing: usize,
    /// Steps of growth that were done.
    pub growth_steps: u64,
    /// Steps of shrinking that were done.
    pub shrink_steps: u64,
    /// Entries that growth and shrinking have moved in all.
    pub moved: u64,
    /// The most entries that a single insertion or removal has moved.
    pub most_moved: u64,
    /// Families that were split in two, which moves nothing.
    pub splits: u64,
    /// Entries that were put into the overflow list, because too many keys have the same hash.
    pub overflowed: u64,
    /// How many buckets a search for an entry looks at in the mean, at most; from a sample of no more than 256 buckets, and
    /// without the overflow list. Zero for an empty map, and one where every entry is where it is looked for first.
    pub mean_probe: f64,
    /// How many buckets a search looks at in the same sample where it is longest.
    pub longest_probe: usize,
    /// Boxed entries that were replaced or removed and are not freed yet.
    pub retired: usize,
    /// Bytes of these entries, without what keys and values own elsewhere.
    pub retired_bytes: usize,
    /// Boxed entries that were leaked, because there was no memory for noting that they are to be freed.
    pub leaked: usize,
}

impl Stats {
    pub(crate) fn new(counts: Counts, capacity: usize, probes: Probes, retired: Waiting) -> Self {
        Self {
            entries: counts.entries,
            capacity,
            buckets: counts.buckets,
            bytes: counts.bytes,
            families: counts.families,
            growing: counts.growing,
            growth_steps: counts.steps,
            shrink_steps: counts.steps_back,
            retained_bytes: counts.retained_bytes,
            moved: counts.moved,
            most_moved: counts.most_moved,
            splits: counts.splits,
            overflowed: counts.overflowed,
            mean_probe: probes.mean,
            longest_probe: probes.longest,
            retired: retired.entries,
            retired_bytes: retired.bytes,
            leaked: retired.forgotten,
        }
    }

    /// Entries in proportion to [`Stats::capacity`]; zero for a map that has none.
    #[must_use]
    pub fn load(&self) -> f64 {
        if self.capacity == 0 { 0.0 } else { self.entries as f64 / self.capacity as f64 }
    }
}
