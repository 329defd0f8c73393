//! How much room a map has: what `make(map[K]V, hint)` makes of a hint, and how far a map without one has grown.
//!
//! Until Go 1.23 a map is a power of two of buckets with eight slots each, and doubles when its buckets hold more than a
//! load factor on average: 6 in Go 1.21, whose constant was rounded, 6.5 in the others. From Go 1.24 on it is a power of two
//! of tables, each a power of two of groups with eight slots each; a table is full at seven of eight slots, and is split
//! where it would have more than 1,024. All of them keep up to eight entries in one bucket or group.
//!
//! Read from `runtime/map.go` of Go 1.21, 1.22 and 1.23 (`makemap`, `overLoadFactor`), and from
//! `internal/runtime/maps/map.go` and `table.go` of Go 1.24 and 1.27 (`NewMap`, `newTable`); tested on the maps of running
//! programs of Go 1.21 to 1.24 and 1.27.

use std::fmt;

/// The slots of a bucket or group: `abi.MapBucketCount`, `abi.MapGroupSlots`.
pub const SLOTS: u64 = 8;

/// The greatest key or value, in bytes, that lies in the map itself; of a greater one the map holds a pointer to an
/// allocation of its own: `abi.MapMaxKeyBytes`, `abi.MapMaxElemBytes` (`maxKeySize` until Go 1.22).
pub const MAX_INLINE_BYTES: u64 = 128;

/// The first minor release whose maps have groups and tables.
const FIRST_WITH_TABLES: u32 = 24;
/// The release whose load factor is 6 rather than 6.5.
const ROUNDED_LOAD_FACTOR: u32 = 21;
/// Full groups: `maxAvgGroupLoad`.
const MAX_GROUP_LOAD: u64 = 7;
/// The slots of the greatest table: `maxTableCapacity`.
const MAX_TABLE: u64 = 1024;

/// The room of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Room {
    /// Until Go 1.23.
    Buckets(u64),
    /// From Go 1.24 on. A map of at most eight entries has no table, but one group.
    Tables {
        /// How many.
        tables: u64,
        /// The groups of each.
        groups: u64,
    },
}

/// The room that a map of Go 1.`minor` has for a hint; that it has grown to with so many entries, if it was made without
/// one and its entries are spread evenly over its tables.
///
/// Logarithmic in the hint.
pub fn room(hint: u64, minor: u32) -> Room {
    if minor < FIRST_WITH_TABLES {
        // Twice the load factor.
        let load = if minor == ROUNDED_LOAD_FACTOR { 12 } else { 13 };
        let over = |buckets: u64| hint > SLOTS && hint > (buckets / 2).saturating_mul(load);
        let mut buckets = 1u64;
        while over(buckets) && buckets < u64::MAX / 4 {
            buckets = buckets.saturating_mul(2);
        }
        return Room::Buckets(buckets);
    }
    if hint <= SLOTS {
        return Room::Tables { tables: 1, groups: 1 };
    }
    let slots = hint.saturating_mul(SLOTS) / MAX_GROUP_LOAD;
    let up = |number: u64| number.checked_next_power_of_two().unwrap_or(1 << 63);
    let tables = up(slots.div_ceil(MAX_TABLE));
    let table = up(slots.checked_div(tables).unwrap_or(slots).max(SLOTS));
    Room::Tables { tables, groups: table / SLOTS }
}

impl Room {
    /// The slots for entries, the most that they hold without overflow.
    pub fn slots(self) -> u64 {
        match self {
            Self::Buckets(buckets) => buckets.saturating_mul(SLOTS),
            Self::Tables { tables, groups } => tables.saturating_mul(groups).saturating_mul(SLOTS),
        }
    }

    /// How often a map without a hint has grown when it has this room: each time the entries are moved.
    pub fn growths(self) -> u32 {
        (self.slots() / SLOTS).checked_ilog2().unwrap_or(0)
    }
}

impl fmt::Display for Room {
    /// `16 buckets`, `2 tables of 128 groups`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |number: u64| if number == 1 { "" } else { "s" };
        match *self {
            Self::Buckets(buckets) => write!(f, "{buckets} bucket{}", s(buckets)),
            Self::Tables { tables: 1, groups } => write!(f, "{groups} group{}", s(groups)),
            Self::Tables { tables, groups } => {
                write!(f, "{tables} tables of {groups} group{}", s(groups))
            }
        }
    }
}
