//! Go's classic map as data: the marks, flags, fields and functions of `runtime/map.go` until Go 1.23.
//!
//! Read from `runtime/map.go` of Go 1.21.13, 1.22.10 and 1.23.4, which differ in the load factor alone, as far as this goes;
//! tested on the maps of running programs of Go 1.21 and 1.23 (`go-lab`, `tests/structure.rs`).

mod function;
mod size_class;

pub use function::{Function, functions};
pub use size_class::round_up_size;

/// This cell is empty, and so are all that follow it, in this bucket and in its overflow buckets.
pub const EMPTY_REST: u64 = 0;
/// This cell is empty.
pub const EMPTY_ONE: u64 = 1;
/// The entry was moved to the first half of the greater table.
pub const EVACUATED_X: u64 = 2;
/// The entry was moved to the second half of the greater table.
pub const EVACUATED_Y: u64 = 3;
/// The cell was empty when its bucket was evacuated.
pub const EVACUATED_EMPTY: u64 = 4;
/// The least tophash of an entry that is there.
pub const MIN_TOP_HASH: u64 = 5;

/// There may be an iterator using `buckets`.
pub const ITERATOR: u64 = 1;
/// There may be an iterator using `oldbuckets`.
pub const OLD_ITERATOR: u64 = 2;
/// A goroutine is writing to the map.
pub const HASH_WRITING: u64 = 4;
/// The growth that is under way is to a table of the same size.
pub const SAME_SIZE_GROW: u64 = 8;

/// The tophash of a hash of 64 bits: its upper byte, above the marks.
pub fn tophash(hash: u64) -> u64 {
    let top = hash >> 56;
    if top < MIN_TOP_HASH { top.saturating_add(MIN_TOP_HASH) } else { top }
}

/// The name of a mark, where a tophash is one.
pub fn mark(tophash: u64) -> Option<&'static str> {
    Some(match tophash {
        EMPTY_REST => "emptyRest",
        EMPTY_ONE => "emptyOne",
        EVACUATED_X => "evacuatedX",
        EVACUATED_Y => "evacuatedY",
        EVACUATED_EMPTY => "evacuatedEmpty",
        _ => return None,
    })
}

/// The names of the flags that are set, in the order of their bits.
pub fn flag_names(flags: u64) -> impl Iterator<Item = &'static str> {
    [
        (ITERATOR, "iterator"),
        (OLD_ITERATOR, "oldIterator"),
        (HASH_WRITING, "hashWriting"),
        (SAME_SIZE_GROW, "sameSizeGrow"),
    ]
    .into_iter()
    .filter(move |(flag, _)| flags & flag != 0)
    .map(|(_, name)| name)
}

/// A release whose maps are classic ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Release {
    /// Go 1.21, whose load factor was rounded down.
    Go1_21,
    /// Go 1.22.
    Go1_22,
    /// Go 1.23, the last whose maps are classic ones by default.
    Go1_23,
}

impl Release {
    /// All, the oldest first.
    pub const ALL: [Self; 3] = [Self::Go1_21, Self::Go1_22, Self::Go1_23];

    /// Its name: `1.23`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Go1_21 => "1.21",
            Self::Go1_22 => "1.22",
            Self::Go1_23 => "1.23",
        }
    }

    /// The release of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|release| release.name() == name)
    }

    /// `loadFactorNum` for buckets of so many cells; `loadFactorDen` is 2.
    pub fn load_factor_num(self, cells: u64) -> u64 {
        match self {
            Self::Go1_21 => (cells.saturating_mul(13) / 16).saturating_mul(2),
            Self::Go1_22 | Self::Go1_23 => cells.saturating_mul(26) / 16,
        }
    }

    /// Whether large allocations with pointers have a header of their own, which takes room from size classes.
    pub(crate) fn has_malloc_header(self) -> bool {
        self >= Self::Go1_22
    }
}

/// The fields of `hmap`, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// How many entries there are.
    Count,
    /// [`ITERATOR`] and the others.
    Flags,
    /// The logarithm of the number of buckets.
    B,
    /// About how many overflow buckets there are.
    Noverflow,
    /// The seed of the hash.
    Hash0,
    /// The array of buckets.
    Buckets,
    /// The array that is being evacuated, while the map grows.
    Oldbuckets,
    /// All buckets below it are evacuated.
    Nevacuate,
    /// The `mapextra`.
    Extra,
}

impl Field {
    /// All, in their order in memory.
    pub const ALL: [Self; 9] = [
        Self::Count,
        Self::Flags,
        Self::B,
        Self::Noverflow,
        Self::Hash0,
        Self::Buckets,
        Self::Oldbuckets,
        Self::Nevacuate,
        Self::Extra,
    ];

    /// Its name in `hmap`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Flags => "flags",
            Self::B => "B",
            Self::Noverflow => "noverflow",
            Self::Hash0 => "hash0",
            Self::Buckets => "buckets",
            Self::Oldbuckets => "oldbuckets",
            Self::Nevacuate => "nevacuate",
            Self::Extra => "extra",
        }
    }
}
