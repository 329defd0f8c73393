//! A map in the memory of one process.

use crate::case::Confidence;
use crate::detail::Detail;
use serde::Serialize;

/// One map in one process, as it was found in memory.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MapInstance {
    /// Where its header lies.
    pub address: u64,
    /// How it was reached first: `main.reg.shards[2]`.
    pub path: String,
    /// What declares it: a package variable, or a field of a named type, as `main.registry.shards`.
    pub declared: String,
    /// Its type, as the program's debugging information has it: `map[string]int`.
    pub map_type: String,
    /// Entries in it.
    pub entries: u64,
    /// Entries that it has places for.
    pub capacity: u64,
    /// Bytes of the heap that its header and tables take.
    pub bytes: u64,
    /// Bytes of the heap that its keys and values of more than 128 bytes take, which lie outside of the tables.
    pub indirect: u64,
    /// What its entries lead to besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retained: Option<Retained>,
    /// What a look-up of a key that it does not have costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<Probes>,
    /// Whether somebody is changing it just now, as its header says.
    pub writing: bool,
    /// Whether the numbers agree with each other.
    pub exactness: Exactness,
    /// How it is built inside.
    pub inside: Inside,
    /// Where no variable leads to it by its type: what is known of it from its shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_shape: Option<ByShape>,
    /// What was asked for besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<Detail>>,
}

/// What is known of a map that was found in the heap by its shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct ByShape {
    /// How sure it is that it is a map.
    pub confidence: Confidence,
    /// The address of a package variable that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<u64>,
    /// What tells its type.
    pub type_by: TypeBy,
}

/// What tells the type of a map that was found by its shape.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeBy {
    /// The program's allocator, which notes the type of larger objects.
    Allocator,
    /// No other type of the program has parts of that size that hold such values.
    Size,
    /// Several types have.
    OneOfSeveral,
    /// No type has: it was made at run time.
    Nothing,
}

/// What the entries of a map lead to, estimated from some of them: texts, slices and what pointers point to, without maps,
/// which are listed themselves, and without what belongs to the program's file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Retained {
    /// Bytes of the heap, about. What several of these entries lead to is counted once.
    pub bytes: u64,
    /// Entries that were looked into.
    pub sampled: u64,
}

/// What a look-up costs of a key that a map does not have: how many groups or buckets of eight places it looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Probes {
    /// The mean, in hundredths.
    pub mean_hundredths: u64,
    /// The most.
    pub longest: u64,
    /// Groups or buckets that were looked at to tell.
    pub sampled: u64,
}

/// Whether what was read of a map agreed with itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exactness {
    /// It did.
    Exact,
    /// It did not, since the program was changing it at each look.
    About,
}

/// How a map is built inside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inside {
    /// Buckets of eight places: Go up to 1.23.
    Classic {
        /// There are two to the power of that many buckets.
        log2_buckets: u8,
        /// Overflow buckets; from 2¹⁶ buckets on the runtime itself estimates them.
        overflow: u64,
        /// The growth that is under way.
        #[serde(skip_serializing_if = "Option::is_none")]
        growth: Option<Growth>,
        /// The most entries that these buckets have: one more makes the map grow.
        grows_beyond: u64,
    },
    /// Groups of eight places in tables: Go from 1.24 on.
    Swiss {
        /// Tables; none for a map of at most eight entries, which is a single group.
        tables: u64,
        /// The places of the directory that leads to them.
        directory: u64,
        /// The bits of a hash that the directory looks at.
        depth: u8,
        /// Places of removed entries that no new entry can have before its table is made anew.
        tombstones: u64,
        /// Tables that the next new entry makes anew or splits.
        full_tables: u64,
    },
    /// The two maps of `sync.Map`: Go up to 1.23.
    Split {
        /// Entries of the map that is read without a lock, also those that were removed.
        read: u64,
        /// Entries of the map that is changed under the lock; zero while there is none.
        dirty: u64,
        /// Whether that one has entries which the first one lacks.
        amended: bool,
        /// Look-ups that had to ask it since it was made.
        misses: u64,
    },
    /// The trie of `sync.Map`: Go from 1.24 on.
    Trie {
        /// Inner nodes, of sixteen children each.
        nodes: u64,
    },
}

/// A growth of a map that is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Growth {
    /// Buckets that it grows from.
    pub from: u64,
    /// Those of them that are moved, from the first on.
    pub moved: u64,
}
