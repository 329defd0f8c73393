//! What is measured on: types, size and hasher of a table, and the groups of columns measured on it.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The types of key and value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Integers to integers: what our map keeps inline.
    #[value(name = "u64-u64")]
    U64U64,
    /// Strings of 21 bytes to integers.
    StringU64,
    /// Integers to strings of 21 bytes.
    U64String,
    /// A set of integers.
    Set,
}

/// Whose hasher.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Hasher {
    /// `foldhash::fast::FixedState` for everybody.
    Same,
    /// What each map takes by default.
    Own,
}

/// A table of that many entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct Ground {
    pub(crate) kind: Kind,
    pub(crate) hasher: Hasher,
    pub(crate) entries: usize,
}

/// A group of columns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Group {
    /// Hits, misses, sixteen at once.
    Read,
    /// Updates among reads, removal and insertion.
    Mixed,
    /// More threads than cores.
    Threads,
    /// Every entry once.
    Iterate,
    /// Insertion into an empty map.
    Growth,
    /// Single calls while the map grows.
    Latency,
    /// Bytes for each entry, in a process of its own.
    Memory,
    /// Instructions of an operation, counted by valgrind.
    Instructions,
    /// Stores of an operation and which of them another thread's operations meet, traced by valgrind.
    Stores,
}

/// How long, how often and how big.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Effort {
    /// Milliseconds of slices for one column of one map in one round.
    pub(crate) millis: u64,
    /// Questions of each choice; a power of two.
    pub(crate) questions: usize,
    /// Entries that growth ends at.
    pub(crate) growth: usize,
    /// Entries that the latency columns grow to.
    pub(crate) latency: usize,
}

impl Kind {
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::U64U64 => "u64-u64",
            Self::StringU64 => "string-u64",
            Self::U64String => "u64-string",
            Self::Set => "set",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U64U64 => "u64→u64",
            Self::StringU64 => "String→u64",
            Self::U64String => "u64→String",
            Self::Set => "set of u64",
        })
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, hasher, entries } = self;
        write!(f, "{kind}")?;
        match entries {
            0 => {}
            n if n % (1 << 20) == 0 => write!(f, ", {} M entries", n >> 20)?,
            n => write!(f, ", {} K entries", n >> 10)?,
        }
        if *hasher == Hasher::Own { f.write_str(", everybody's own hasher") } else { Ok(()) }
    }
}
