//! The maps of Go 1.24 and later: a directory of tables, and tables of groups of eight places.
//!
//! Source: `src/internal/runtime/maps/map.go`, `table.go` and `group.go` of Go 1.24 to 1.27. A control byte of 0x80 is an
//! empty place and 0xfe one whose entry was removed; others are of entries. A table has `capacity*7/8` entries at most
//! before it is made anew, or one less than its capacity where that is 8.

mod group;
mod parts;
mod table;

use super::{Allocation, Entry, Heap, Look, Number};
use crate::budget::Budget;
use crate::memory::{Memory, Unmapped, bytes, number, pointer, pointer_at};
use finding::{Exactness, Inside};
use go_binary::{TypeId, Types};
use group::{Group, SLOTS, is_entry};
use table::Table;

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

/// A directory is never as deep as this.
const TOO_DEEP: u64 = 40;
/// A directory of more places is not walked to its end.
const MOST_TABLES: u64 = 1 << 17;
/// Tables whose groups are read to tell what a look-up costs.
const PROBED: usize = 4;

impl Swiss {
    pub(super) fn of(
        types: &Types<'_>,
        header: TypeId,
        allocation: Allocation<'_>,
    ) -> Option<Self> {
        let directory = types.field(header, "dirPtr")?;
        let table = types.pointee(types.pointee(directory.type_id)?)?;
        let groups = types.field(table, "groups")?;
        let group = types.pointee(types.field(groups.type_id, "data")?.type_id)?;
        Some(Self {
            header_size: types.size(header),
            used: Number::of(types, header, "used")?,
            directory: directory.offset,
            directory_length: Number::of(types, header, "dirLen")?,
            depth: Number::of(types, header, "globalDepth")?,
            writing: Number::of(types, header, "writing")?,
            table: Table::of(types, table)?,
            group: Group::of(types, group, allocation.pointers)?,
            heap: allocation.heap,
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
        // What was read in between is of one state only if the header is still the same.
        let agrees = agrees && bytes(memory, address, self.header_size)? == header;
        Ok(Look {
            entries: used,
            capacity: sum.capacity,
            bytes: sum.bytes,
            writing: get(self.writing)? != 0,
            exactness: if agrees { Exactness::Exact } else { Exactness::About },
            probes: self.probes(memory, &sum.sampled),
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
        let tables = self.addresses(memory, directory, length.min(budget.tables));
        let apart = tables.len().div_ceil(PROBED).max(1);
        for (place, table) in tables.into_iter().enumerate() {
            let read = self.table.read(memory, table);
            agrees &= read.is_some_and(|read| self.add(read, sum, place.is_multiple_of(apart)));
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

    /// Adds what a table has; returns false if its parts do not agree.
    fn add(&self, table: table::State, sum: &mut Sum, probe: bool) -> bool {
        let Some(tombstones) = table.tombstones() else { return false };
        sum.tables = sum.tables.saturating_add(1);
        sum.used = sum.used.saturating_add(table.used);
        sum.capacity = sum.capacity.saturating_add(table.capacity);
        sum.tombstones = sum.tombstones.saturating_add(tombstones);
        sum.full = sum.full.saturating_add(u64::from(table.left == 0));
        let header = self.heap.takes(self.table.size, true);
        sum.bytes = sum.bytes.saturating_add(self.groups(table.groups)).saturating_add(header);
        if probe {
            sum.sampled.push(table);
        }
        true
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
        for table in self.addresses(memory, directory, length.min(MOST_TABLES)) {
            let table = self.table.read(memory, table).ok_or(unmapped)?;
            for group in 0..table.groups {
                let at = table.first.saturating_add(group.saturating_mul(self.group.size));
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
    sampled: Vec<table::State>,
}
