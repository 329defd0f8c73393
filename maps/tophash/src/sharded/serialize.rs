//! The map written and read by `serde`.

use super::Sharded;
use crate::serialize::read_map;
use core::hash::{BuildHasher, Hash};
use core::panic::Location;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

impl<K: Hash + Serialize, V: Serialize, S: BuildHasher> Serialize for Sharded<K, V, S> {
    /// Writes the entries as [`Sharded::for_each`] meets them, each shard under its lock. Their number is not written ahead,
    /// since it may change meanwhile: formats that need it (`bincode`) take what `clone` returns, as a `BTreeMap`.
    #[track_caller]
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut result = Ok(());
        self.walk(Location::caller(), |table, span| {
            for (key, value) in table.iter().filter(|entry| self.is_ahead(&span, entry)) {
                if result.is_ok() {
                    result = map.serialize_entry(key, value);
                }
            }
        });
        result.and_then(|()| map.end())
    }
}

impl<'de, K, V, S> Deserialize<'de> for Sharded<K, V, S>
where
    K: Hash + Eq + Deserialize<'de>,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    /// Reads a map. Of two entries with equal keys the later value stays.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_map(deserializer, |_| Self::default(), |map, key, value| drop(map.insert(key, value)))
    }
}
