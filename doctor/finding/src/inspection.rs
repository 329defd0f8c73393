//! All maps in the memory of a process, by what declares them.

use crate::goroutine::InMapFunction;
use crate::instance::{Exactness, MapInstance};
use serde::Serialize;

/// What a look into the memory of a program found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Inspection {
    /// What was looked into: `process 4711`, `core dump core.4711`.
    pub target: String,
    /// The program's file.
    pub program: String,
    /// The release of Go that built it, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_version: Option<String>,
    /// The signal that it died of, of a core dump that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<u32>,
    /// The goroutine that ended the program inside a map function, then the others inside map functions; of core dumps only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_map_functions: Vec<InMapFunction>,
    /// Its maps, those of most bytes first.
    pub maps: Vec<InspectedMap>,
    /// What was left out, and why: whole sentences.
    pub gaps: Vec<String>,
}

/// All instances of one declared map. Sums are over all of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InspectedMap {
    /// What declares it.
    pub declared: String,
    /// Its type.
    pub map_type: String,
    /// Entries of all instances.
    pub entries: u64,
    /// Places of all instances.
    pub capacity: u64,
    /// Bytes of all instances: their headers, tables, and keys and values of more than 128 bytes.
    pub bytes: u64,
    /// What the entries of all instances lead to besides, about.
    pub retained: u64,
    /// Whether all these numbers are exact.
    pub exactness: Exactness,
    /// What a person should know of it, the most pressing first, each of at least one instance.
    pub states: Vec<MapState>,
    /// How it changed between the looks, if there were several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Its instances, the largest first.
    pub instances: Vec<MapInstance>,
}

impl InspectedMap {
    /// Whether somebody was writing one of its instances.
    pub fn is_being_written(&self) -> bool {
        self.instances.iter().any(|instance| instance.writing)
    }
}

/// How a map changed between the first look and the last one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// Milliseconds from the first look to the last.
    pub milliseconds: u64,
    /// Entries of all its instances at each look.
    pub entries: Vec<u64>,
    /// Bytes of all its instances at each look.
    pub bytes: Vec<u64>,
}

impl Change {
    /// How many more entries there were at the last look than at the first; less than zero if there were fewer.
    pub fn grown(&self) -> i128 {
        let at = |entries: Option<&u64>| entries.copied().map_or(0, i128::from);
        at(self.entries.last()).saturating_sub(at(self.entries.first()))
    }

    /// The same for a second, rounded towards zero.
    pub fn grown_a_second(&self) -> i128 {
        let milliseconds = i128::from(self.milliseconds.max(1));
        self.grown().saturating_mul(1_000).checked_div(milliseconds).unwrap_or_default()
    }

    /// Whether there were more entries at each look than at the one before.
    pub fn is_steady_growth(&self) -> bool {
        self.entries.len() > 1
            && self.entries.windows(2).all(|pair| matches!(pair, [one, next] if one < next))
    }
}

/// What a person should know of a map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MapState {
    /// It was being changed when it was looked at.
    BeingWritten,
    /// Its buckets are being moved to a larger array, or one as large.
    Growing,
    /// It had more entries at each of several looks than at the one before.
    Leaking,
    /// Look-ups pass by many full buckets or groups: hashes lie close together, or removed entries keep places.
    Clustered,
    /// Removed entries keep a quarter of its places or more, until its tables are made anew.
    Tombstones,
    /// It has places for at least four times its entries: it was larger, or was made with a size. No map gives them back.
    NeverShrinks,
    /// The next new entry makes it grow, or one of its tables.
    AboutToGrow,
    /// It looks like a map, and is too small for that to be sure.
    Likely,
}

impl MapState {
    /// All of them, the most pressing first.
    pub const ALL: [Self; 8] = [
        Self::BeingWritten,
        Self::Growing,
        Self::Leaking,
        Self::Clustered,
        Self::Tombstones,
        Self::NeverShrinks,
        Self::AboutToGrow,
        Self::Likely,
    ];

    /// The words used in reports.
    pub fn words(self) -> &'static str {
        match self {
            Self::BeingWritten => "being written",
            Self::Growing => "growing",
            Self::Leaking => "leaking",
            Self::Clustered => "clustered",
            Self::Tombstones => "many tombstones",
            Self::NeverShrinks => "never shrinks",
            Self::AboutToGrow => "about to grow",
            Self::Likely => "likely",
        }
    }

    /// What that means, whole sentences.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::BeingWritten => "its header says that a goroutine is changing it.",
            Self::Growing => "its entries are being moved to new buckets, some at each write.",
            Self::Leaking => "it had more entries at each look than at the one before.",
            Self::Clustered => {
                "a look-up passes by many full buckets or groups: entries lie close together, or removed ones keep places."
            }
            Self::Tombstones => {
                "removed entries keep a quarter of its places or more, until its tables are made anew."
            }
            Self::NeverShrinks => {
                "it has four places or more for each entry, since it was larger or was made with a size. No Go map gives \
                 places back: assign a new map, and copy what is to stay."
            }
            Self::AboutToGrow => "one of the next new entries makes it grow.",
            Self::Likely => {
                "what lies there looks like a map, but is so small that something else might look the same."
            }
        }
    }

    /// Whether it is worth a sentence; the others are what maps do every day.
    pub fn is_unexpected(self) -> bool {
        !matches!(self, Self::BeingWritten | Self::Growing | Self::AboutToGrow)
    }
}
