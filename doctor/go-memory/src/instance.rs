//! One map of a program, as it was found in memory.

use go_binary::TypeId;

/// One map.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Instance {
    /// Where its header lies.
    pub address: u64,
    /// Its type.
    pub type_id: TypeId,
    /// How it was reached first: `main.reg.shards[2]`.
    pub path: String,
    /// What declares it: a package variable, or a field of a named type, as `main.registry.shards`.
    pub declared: String,
    /// Entries in it.
    pub entries: u64,
    /// Entries that it has room for.
    pub capacity: u64,
    /// Bytes of its header and tables, without what keys and values point to.
    pub bytes: u64,
    /// Whether somebody is changing it just now, as its header says.
    pub writing: bool,
    /// Whether the numbers agree with each other.
    pub exactness: Exactness,
    /// How it is built inside.
    pub inside: Inside,
}

/// Whether what was read of a map agreed with itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exactness {
    /// It did.
    Exact,
    /// It did not, since the program was changing it at each look.
    About,
}

/// How a map is built inside.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Inside {
    /// Buckets: Go up to 1.23.
    Classic {
        /// There are two to the power of that many buckets.
        log2_buckets: u8,
        /// Overflow buckets; from 2¹⁶ buckets on the runtime itself estimates them.
        overflow: u64,
        /// The growth that is under way.
        growth: Option<Growth>,
    },
    /// Groups of eight in tables: Go from 1.24 on.
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Growth {
    /// Buckets that it grows from.
    pub from: u64,
    /// Those of them that are moved, from the first on.
    pub moved: u64,
}
