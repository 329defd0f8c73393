//! Maps and sets written and read by `serde`.

use crate::class::Storage;
use crate::{HashMap, HashSet};
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// Entries that room is made for on the word of the input alone.
const TRUSTED: usize = 4096;

impl<K, V, S, C: Storage<K, V>> Serialize for HashMap<K, V, S, C>
where
    K: Hash + Serialize,
    V: Serialize,
    S: BuildHasher,
{
    /// Writes the entries as [`HashMap::iter`] meets them. Their number is not written ahead, since it may change
    /// meanwhile: formats that need it (`bincode`) take a clone that nobody changes, as a `BTreeMap`.
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        let mut map = serializer.serialize_map(None)?;
        for entry in self {
            map.serialize_entry(entry.key(), entry.value())?;
        }
        map.end()
    }
}

impl<T: Hash + Serialize, S: BuildHasher, C: Storage<T, ()>> Serialize for HashSet<T, S, C> {
    /// Writes the elements as [`HashSet::iter`] meets them, without their number.
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for element in self {
            sequence.serialize_element(&*element)?;
        }
        sequence.end()
    }
}

/// Reads a map of any kind: `make` is given the entries to make room for, and `put` puts one in.
pub(crate) fn read_map<'de, K, V, M, D>(
    deserializer: D,
    make: fn(usize) -> M,
    put: fn(&mut M, K, V),
) -> Result<M, D::Error>
where
    K: Deserialize<'de>,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(Entries { make, put })
}

struct Entries<K, V, M> {
    make: fn(usize) -> M,
    put: fn(&mut M, K, V),
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>, M> Visitor<'de> for Entries<K, V, M> {
    type Value = M;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<M, A::Error> {
        let mut map = (self.make)(access.size_hint().unwrap_or(0).min(TRUSTED));
        while let Some((key, value)) = access.next_entry()? {
            (self.put)(&mut map, key, value);
        }
        Ok(map)
    }
}

impl<'de, K, V, S, C: Storage<K, V>> Deserialize<'de> for HashMap<K, V, S, C>
where
    K: Hash + Eq + Deserialize<'de>,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    /// Reads a map. Of two entries with equal keys the later one stays.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_map(
            deserializer,
            |room| Self::with_capacity_and_hasher_in(room, S::default(), C::default()),
            |map, key, value| drop(map.insert(key, value)),
        )
    }
}

struct Elements<T, S, C>(PhantomData<(T, S, C)>);

impl<'de, T, S, C: Storage<T, ()>> Visitor<'de> for Elements<T, S, C>
where
    T: Hash + Eq + Deserialize<'de>,
    S: BuildHasher + Default,
{
    type Value = HashSet<T, S, C>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let room = access.size_hint().unwrap_or(0).min(TRUSTED);
        let set = HashSet::with_capacity_and_hasher_in(room, S::default(), C::default());
        while let Some(element) = access.next_element()? {
            set.insert(element);
        }
        Ok(set)
    }
}

impl<'de, T, S, C: Storage<T, ()>> Deserialize<'de> for HashSet<T, S, C>
where
    T: Hash + Eq + Deserialize<'de>,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}
