//! The map written and read by `serde`.

use super::Sharded;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
use core::panic::Location;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
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

struct Entries<K, V, S>(PhantomData<(K, V, S)>);

impl<'de, K, V, S> Visitor<'de> for Entries<K, V, S>
where
    K: Hash + Eq + Deserialize<'de>,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    type Value = Sharded<K, V, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let map = Sharded::default();
        while let Some((key, value)) = access.next_entry()? {
            map.insert(key, value);
        }
        Ok(map)
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
        deserializer.deserialize_map(Entries(PhantomData))
    }
}
