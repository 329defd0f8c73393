//! The map written and read by `serde`.

use super::SkipMap;
use crate::class::Storage;
use crate::serialize::read_map;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

impl<K: Ord + Serialize, V: Serialize, C: Storage<K, V>> Serialize for SkipMap<K, V, C> {
    /// Writes the entries in ascending order. Their number is not written ahead, since it may change meanwhile.
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        let mut map = serializer.serialize_map(None)?;
        for entry in self {
            map.serialize_entry(entry.key(), entry.value())?;
        }
        map.end()
    }
}

impl<'de, K, V, C: Storage<K, V>> Deserialize<'de> for SkipMap<K, V, C>
where
    K: Ord + Deserialize<'de>,
    V: Deserialize<'de>,
{
    /// Reads a map. Of two entries with equal keys the later one stays.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_map(deserializer, |_| Self::default(), |map, key, value| drop(map.insert(key, value)))
    }
}
