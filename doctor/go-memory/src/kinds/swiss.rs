//! The maps of Go 1.24 and later: a directory of tables, and tables of groups of eight places.
//!
//! Source: `src/internal/runtime/maps/map.go`, `table.go` and `group.go` of Go 1.24 to 1.27. A control byte of 0x80 is an
//! empty place and 0xfe one whose entry was removed; others are of entries. A table has `capacity*7/8` entries at most
//! before it is made anew, or one less than its capacity where that is 8.

use super::heap::{Heap, has_pointers};
use super::{Entry, Look, Number};
use crate::budget::Budget;
use crate::memory::{Memory, Unmapped, bytes, number, pointer, pointer_at};
use finding::{Exactness, Inside};
use go_binary::{Form, TypeId, Types};

/// Where the fields lie.
#[derive(Clone, Debug)]
pub(crate) struct Swiss {
    header_size: u64,
    used: Number,
    directory: u64,
    directory_length: Number,
    depth: Number,
    writing: Number,
    table: Table,
    group: Group,
    heap: Heap,
}

#[derive(Clone, Debug)]
struct Table {
    size: u64,
    used: Number,
    capacity: Number,
    growth_left: Number,
    groups: u64,
    length_mask: Number,
}

#[derive(Clone, Debug)]
struct Group {
    size: u64,
    control: u64,
    /// Where the first key lies, and how far the next one is; then the same of values.
    keys: (u64, u64),
    values: (u64, u64),
    /// What lies there: large keys and values are pointers.
    types: (TypeId, TypeId),
    pointers: bool,
}

const SLOTS: u64 = 8;
const EMPTY: u8 = 0x80;
const DELETED: u8 = 0xfe;
/// A table has no more places than these: `maxTableCapacity`.
const MOST_PLACES: u64 = 1024;
/// A directory is never as deep as this.
const TOO_DEEP: u64 = 40;

impl Swiss {
    pub(super) fn of(types: &Types<'_>, header: TypeId, heap: Heap) -> Option<Self> {
        let directory = types.field(header, "dirPtr")?;
        let table = types.pointee(types.pointee(directory.type_id)?)?;
        let groups = types.field(table, "groups")?;
        let data = types.field(groups.type_id, "data")?;
        let mask = Number::of(types, groups.type_id, "lengthMask")?;
        let group = types.pointee(data.type_id)?;
        Some(Self {
            header_size: types.size(header),
            used: Number::of(types, header, "used")?,
            directory: directory.offset,
            directory_length: Number::of(types, header, "dirLen")?,
            depth: Number::of(types, header, "globalDepth")?,
            writing: Number::of(types, header, "writing")?,
            table: Table {
                size: types.size(table),
                used: Number::of(types, table, "used")?,
                capacity: Number::of(types, table, "capacity")?,
                growth_left: Number::of(types, table, "growthLeft")?,
                groups: groups.offset.checked_add(data.offset)?,
                length_mask: Number {
                    offset: groups.offset.checked_add(mask.offset)?,
                    size: mask.size,
                },
            },
            group: Group::of(types, group)?,
            heap,
        })
    }

    pub(super) fn look(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        budget: &Budget,
    ) -> Result<Look, Unmapped> {
        let mut look = self.once(memory, address, budget)?;
        for _ in 0..budget.retries {
            if look.exactness == Exactness::Exact {
                break;
            }
            look = self.once(memory, address, budget)?;
        }
        Ok(look)
    }

    /// Reads a map once, and sees whether its parts agree.
    fn once(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        budget: &Budget,
    ) -> Result<Look, Unmapped> {
        let unmapped = Unmapped { address };
        let header = bytes(memory, address, self.header_size)?;
        let get = |field: Number| field.get(&header).ok_or(unmapped);
        let (used, directory) =
            (get(self.used)?, pointer(&header, self.directory).ok_or(unmapped)?);
        let (length, depth) = (get(self.directory_length)?, get(self.depth)?);
        let mut sum = Sum { bytes: self.heap.takes(self.header_size, true), ..Sum::default() };
        let agrees = if length == 0 {
            self.small(memory, directory, used, &mut sum)
        } else {
            depth < TOO_DEEP
                && 1_u64.checked_shl(depth as u32) == Some(length)
                && self.tables(memory, directory, length, budget, &mut sum)
                && sum.used == used
        };
        Ok(Look {
            entries: used,
            capacity: sum.capacity,
            bytes: sum.bytes,
            writing: get(self.writing)? != 0,
            exactness: if agrees { Exactness::Exact } else { Exactness::About },
            inside: Inside::Swiss {
                tables: sum.tables,
                directory: length,
                depth: u8::try_from(depth).unwrap_or(u8::MAX),
                tombstones: sum.tombstones,
                full_tables: sum.full,
            },
        })
    }

    /// A map that is a single group, or has not even that.
    fn small(&self, memory: &(impl Memory + ?Sized), group: u64, used: u64, sum: &mut Sum) -> bool {
        if group == 0 {
            return used == 0;
        }
        sum.capacity = SLOTS;
        sum.bytes = sum.bytes.saturating_add(self.groups(1));
        let control = group.checked_add(self.group.control);
        let Some(Ok(control)) = control.map(|address| pointer_at(memory, address)) else {
            return false;
        };
        control.to_le_bytes().iter().filter(|byte| is_entry(**byte)).count() as u64 == used
    }

    /// All tables of a directory, each once: those that are next to each other there may be the same.
    fn tables(
        &self,
        memory: &(impl Memory + ?Sized),
        directory: u64,
        length: u64,
        budget: &Budget,
        sum: &mut Sum,
    ) -> bool {
        sum.bytes = sum.bytes.saturating_add(self.heap.takes(length.saturating_mul(8), true));
        let mut agrees = length <= budget.tables;
        for table in self.addresses(memory, directory, length.min(budget.tables)) {
            agrees &= self.table(memory, table, sum).is_some();
        }
        agrees
    }

    /// The different tables that the places of a directory lead to.
    fn addresses(&self, memory: &(impl Memory + ?Sized), directory: u64, length: u64) -> Vec<u64> {
        /// Places that are read at once.
        const CHUNK: u64 = 1 << 12;
        let mut tables = Vec::new();
        let mut place = 0;
        while place < length {
            let chunk = CHUNK.min(length.saturating_sub(place));
            let at = directory.saturating_add(place.saturating_mul(8));
            let Ok(words) = bytes(memory, at, chunk.saturating_mul(8)) else { break };
            for word in words.chunks_exact(8) {
                let table = number(word, 0, 8).unwrap_or_default();
                if tables.last() != Some(&table) {
                    tables.push(table);
                }
            }
            place = place.saturating_add(chunk);
        }
        tables
    }

    /// Adds what a table has; none if its parts do not agree.
    fn table(&self, memory: &(impl Memory + ?Sized), address: u64, sum: &mut Sum) -> Option<()> {
        let table = bytes(memory, address, self.table.size).ok()?;
        let used = self.table.used.get(&table)?;
        let capacity = self.table.capacity.get(&table)?;
        let left = self.table.growth_left.get(&table)?;
        let groups = self.table.length_mask.get(&table)?.checked_add(1)?;
        let most = if capacity <= SLOTS {
            capacity.checked_sub(1)?
        } else {
            capacity.checked_mul(7)?.checked_div(8)?
        };
        let tombstones = most.checked_sub(used)?.checked_sub(left);
        let agrees = capacity <= MOST_PLACES
            && groups.checked_mul(SLOTS) == Some(capacity)
            && tombstones.is_some();
        if !agrees {
            return None;
        }
        sum.tables = sum.tables.saturating_add(1);
        sum.used = sum.used.saturating_add(used);
        sum.capacity = sum.capacity.saturating_add(capacity);
        sum.tombstones = sum.tombstones.saturating_add(tombstones.unwrap_or_default());
        sum.full = sum.full.saturating_add(u64::from(left == 0));
        let table = self.heap.takes(self.table.size, true);
        sum.bytes = sum.bytes.saturating_add(self.groups(groups)).saturating_add(table);
        Some(())
    }

    /// The bytes of so many groups.
    fn groups(&self, groups: u64) -> u64 {
        self.heap.takes(groups.saturating_mul(self.group.size), self.group.pointers)
    }

    /// The types of what lies in the places.
    pub(super) fn places(&self) -> (TypeId, TypeId) {
        self.group.types
    }

    /// Meets entries until `meet` has enough.
    pub(super) fn walk(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> Result<(), Unmapped> {
        let unmapped = Unmapped { address };
        let header = bytes(memory, address, self.header_size)?;
        let directory = pointer(&header, self.directory).ok_or(unmapped)?;
        let length = self.directory_length.get(&header).ok_or(unmapped)?;
        if length == 0 {
            if directory != 0 {
                self.group.walk(memory, directory, meet)?;
            }
            return Ok(());
        }
        for table in self.addresses(memory, directory, length.min(1 << 20)) {
            let table = bytes(memory, table, self.table.size)?;
            let groups = pointer(&table, self.table.groups).ok_or(unmapped)?;
            let last = self.table.length_mask.get(&table).ok_or(unmapped)?;
            for group in 0..=last.min(MOST_PLACES) {
                let at = groups.saturating_add(group.saturating_mul(self.group.size));
                if !self.group.walk(memory, at, meet)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Sum {
    used: u64,
    capacity: u64,
    bytes: u64,
    tables: u64,
    tombstones: u64,
    full: u64,
}

fn is_entry(control: u8) -> bool {
    control & EMPTY == 0 && control != DELETED
}

impl Group {
    /// Slots of keys and values, or, with `GOEXPERIMENT=mapsplitgroup`, all keys before all values.
    fn of(types: &Types<'_>, group: TypeId) -> Option<Self> {
        let array = |name| {
            let field = types.field(group, name)?;
            match types.form(field.type_id)? {
                Form::Array(of, _) => Some((field.offset, *of)),
                _ => None,
            }
        };
        let (size, control) = (types.size(group), types.field(group, "ctrl")?.offset);
        if let Some((slots, slot)) = array("slots") {
            let (key, value) = (types.field(slot, "key")?, types.field(slot, "elem")?);
            let at = |offset: u64| Some((slots.checked_add(offset)?, types.size(slot)));
            return Some(Self {
                size,
                control,
                keys: at(key.offset)?,
                values: at(value.offset)?,
                types: (key.type_id, value.type_id),
                pointers: has_pointers(types, key.type_id) || has_pointers(types, value.type_id),
            });
        }
        let ((keys, key), (values, value)) = (array("keys")?, array("elems")?);
        Some(Self {
            size,
            control,
            keys: (keys, types.size(key)),
            values: (values, types.size(value)),
            types: (key, value),
            pointers: has_pointers(types, key) || has_pointers(types, value),
        })
    }

    /// Meets the entries of a group; returns whether more are wanted.
    fn walk(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> Result<bool, Unmapped> {
        let control = pointer_at(memory, address.saturating_add(self.control))?;
        for (place, byte) in (0_u64..).zip(control.to_le_bytes()) {
            let at = |(first, stride): (u64, u64)| {
                address.saturating_add(first).saturating_add(place.saturating_mul(stride))
            };
            if is_entry(byte) && !meet(Entry { key: at(self.keys), value: at(self.values) }) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
