//! The map written and read by `serde`.

use super::{Inner, Locked};
use crate::serialize::read_map;
use core::hash::{BuildHasher, Hash};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

impl<K: Serialize, V: Serialize, S> Serialize for Locked<K, V, S> {
    /// Writes all entries as they are at one moment, under the lock.
    #[track_caller]
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        self.reading(true, |map| serializer.collect_map(map.iter()))
    }
}

impl<'de, K, V, S> Deserialize<'de> for Locked<K, V, S>
where
    K: Hash + Eq + Deserialize<'de>,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    /// Reads a map. Of two entries with equal keys the later value stays.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_map(
            deserializer,
            |room| Inner::with_capacity_and_hasher(room, S::default()),
            |map, key, value| drop(map.insert(key, value)),
        )
        .map(Self::from)
    }
}
