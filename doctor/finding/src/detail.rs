//! What is shown of a single map in memory: how its entries lie, and some of them.

use serde::Serialize;

/// What is shown of one map alone.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Detail {
    /// How its entries lie in its parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Some of its entries, as text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<EntrySample>,
}

/// How the entries of a map lie in its parts, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Picture {
    /// What the parts are.
    pub unit: PictureUnit,
    /// How many parts there are.
    pub parts: u64,
    /// Neighbouring parts together.
    pub cells: Vec<PictureCell>,
}

/// What a map is divided into.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureUnit {
    /// Buckets of eight places: Go up to 1.23.
    Bucket,
    /// Groups of eight places: a map of one table.
    Group,
    /// Tables of up to 1,024 places.
    Table,
}

/// One or more neighbouring parts of a map.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct PictureCell {
    /// How many parts were looked at for it.
    pub parts: u64,
    /// Their places.
    pub places: u64,
    /// Their entries.
    pub entries: u64,
    /// Places of removed entries that are not free yet.
    pub tombstones: u64,
    /// Their overflow buckets.
    pub overflow: u64,
    /// Parts whose entries still lie in the old buckets of a growth.
    pub unmoved: u64,
}

/// An entry, as text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EntrySample {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}
