//! A table: what its header says, and whether that agrees with itself.

use super::super::Number;
use super::group::SLOTS;
use crate::memory::{Memory, bytes, pointer};
use go_binary::{TypeId, Types};

/// Where the fields of a table lie.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) size: u64,
    used: Number,
    capacity: Number,
    growth_left: Number,
    groups: u64,
    length_mask: Number,
}

/// What a table's header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) used: u64,
    pub(super) capacity: u64,
    /// How many more entries it takes before it is made anew.
    pub(super) left: u64,
    /// How many groups it has, and where the first lies.
    pub(super) groups: u64,
    pub(super) first: u64,
}

/// A table has no more places than these: `maxTableCapacity`.
const MOST_PLACES: u64 = 1024;

impl Table {
    pub(super) fn of(types: &Types<'_>, table: TypeId) -> Option<Self> {
        let groups = types.field(table, "groups")?;
        let data = types.field(groups.type_id, "data")?;
        let mask = Number::of(types, groups.type_id, "lengthMask")?;
        Some(Self {
            size: types.size(table),
            used: Number::of(types, table, "used")?,
            capacity: Number::of(types, table, "capacity")?,
            growth_left: Number::of(types, table, "growthLeft")?,
            groups: groups.offset.checked_add(data.offset)?,
            length_mask: Number {
                offset: groups.offset.checked_add(mask.offset)?,
                size: mask.size,
            },
        })
    }

    /// Reads a header; none if it cannot be read, or is of no table.
    pub(super) fn read(&self, memory: &(impl Memory + ?Sized), address: u64) -> Option<State> {
        let table = bytes(memory, address, self.size).ok()?;
        let capacity = self.capacity.get(&table)?;
        let groups = self.length_mask.get(&table)?.checked_add(1)?;
        let fits = capacity <= MOST_PLACES && groups.checked_mul(SLOTS) == Some(capacity);
        Some(State {
            used: self.used.get(&table)?,
            capacity,
            left: self.growth_left.get(&table)?,
            groups,
            first: pointer(&table, self.groups)?,
        })
        .filter(|_| fits)
    }
}

impl State {
    /// Places of removed entries that are not free; none if the numbers do not agree.
    pub(super) fn tombstones(&self) -> Option<u64> {
        let most = if self.capacity <= SLOTS {
            self.capacity.checked_sub(1)?
        } else {
            self.capacity.checked_mul(7)?.checked_div(8)?
        };
        most.checked_sub(self.used)?.checked_sub(self.left)
    }
}
