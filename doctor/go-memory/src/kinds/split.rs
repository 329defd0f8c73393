//! `sync.Map` of Go up to 1.23: a map that is read without a lock, and another one that is changed under it.
//!
//! Source: `src/sync/map.go` of Go 1.21 to 1.23. Both maps hold pointers to the same boxes. A box without a value is of an
//! entry that was removed; one with the value `expunged`, of one that is not in the second map any more. If the second
//! map has entries that the first one lacks, the first one is *amended*.

use super::{Allocation, Classic, Entry, Layout, Look, atomic_pointee};
use crate::budget::Budget;
use crate::memory::{Memory, Unmapped, number, pointer_at};
use crate::program::Program;
use finding::{Exactness, Inside};
use go_binary::{Form, TypeId};

/// Where the fields lie.
#[derive(Clone, Debug)]
pub(crate) struct Split {
    header_size: u64,
    read: u64,
    read_map: u64,
    amended: u64,
    dirty: u64,
    misses: u64,
    maps: Classic,
    key: TypeId,
    /// Bytes of the heap that a box takes, and the interface that it points to.
    boxed: u64,
    interface: u64,
    /// The type of what a box points to.
    value: TypeId,
    /// The variable that points to the value of boxes that are not in the second map any more.
    expunged: Option<u64>,
}

/// The name of the type.
pub(super) const NAME: &str = "sync.Map";

impl Split {
    pub(super) fn of(
        program: &Program<'_>,
        id: TypeId,
        allocation: Allocation<'_>,
    ) -> Option<Self> {
        let types = program.types;
        if types.get(types.resolve(id))?.name != NAME {
            return None;
        }
        let read = types.field(id, "read")?;
        let dirty = types.field(id, "dirty")?;
        let both = atomic_pointee(types, read.type_id)?;
        let maps = Layout::classic(types, dirty.type_id, allocation)?;
        let (key, boxed) = maps.places();
        let boxed = types.pointee(boxed)?;
        let held = types.field(boxed, "p")?;
        let takes = |id| allocation.heap.takes(types.size(id), allocation.pointers.has(id));
        Some(Self {
            boxed: takes(boxed),
            interface: takes(key),
            header_size: types.size(id),
            read: read.offset,
            read_map: types.field(both, "m")?.offset,
            amended: types.field(both, "amended")?.offset,
            dirty: dirty.offset,
            misses: types.field(id, "misses")?.offset,
            maps,
            key,
            value: atomic_pointee(types, held.type_id)
                .or_else(|| matches!(types.form(held.type_id)?, Form::Plain).then_some(key))?,
            expunged: program.variable("sync.expunged"),
        })
    }

    pub(super) fn places(&self) -> (TypeId, TypeId) {
        (self.key, self.value)
    }

    pub(super) fn look(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        budget: &Budget,
    ) -> Result<Look, Unmapped> {
        let (read, dirty, amended) = self.parts(memory, address)?;
        let misses = pointer_at(memory, address.saturating_add(self.misses))?;
        let mut bytes = self.header_size;
        let mut capacity = 0;
        let mut exactness = Exactness::Exact;
        let mut sizes = [0, 0];
        for (map, size) in [read, dirty].into_iter().zip(&mut sizes) {
            if map == 0 {
                continue;
            }
            let look = self.maps.look(memory, map, budget)?;
            *size = look.entries;
            bytes = bytes.saturating_add(look.bytes);
            capacity = capacity.max(look.capacity);
            exactness = exactness.max(look.exactness);
        }
        let (mut entries, mut left) = (0_u64, budget.tables);
        self.walk(memory, address, &mut |_| {
            entries = entries.saturating_add(1);
            left = left.saturating_sub(1);
            left > 0
        })?;
        // Both maps lead to the same boxes, and the boxes to the interfaces that hold values.
        let boxes = sizes[0].max(sizes[1]).saturating_mul(self.boxed);
        bytes = bytes.saturating_add(boxes).saturating_add(entries.saturating_mul(self.interface));
        if left == 0 || self.parts(memory, address)? != (read, dirty, amended) {
            exactness = Exactness::About;
        }
        let [read, dirty] = sizes;
        Ok(Look {
            entries,
            capacity,
            bytes,
            writing: false,
            exactness,
            probes: None,
            inside: Inside::Split { read, dirty, amended, misses },
        })
    }

    /// The map that is read, the one that is changed, and whether that has more.
    fn parts(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
    ) -> Result<(u64, u64, bool), Unmapped> {
        let both = pointer_at(memory, address.saturating_add(self.read))?;
        let dirty = pointer_at(memory, address.saturating_add(self.dirty))?;
        if both == 0 {
            return Ok((0, dirty, dirty != 0));
        }
        let mut amended = [0];
        memory.read(both.saturating_add(self.amended), &mut amended)?;
        let read = pointer_at(memory, both.saturating_add(self.read_map))?;
        Ok((read, dirty, number(&amended, 0, 1) == Some(1)))
    }

    /// Meets entries until `meet` has enough: those that a look-up would find.
    pub(super) fn walk(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> Result<(), Unmapped> {
        let (read, dirty, amended) = self.parts(memory, address)?;
        // The second map has all that is not removed, so where it counts the first one is not asked.
        let map = if amended { dirty } else { read };
        if map == 0 {
            return Ok(());
        }
        let expunged = self.expunged.and_then(|at| pointer_at(memory, at).ok());
        let mut unmapped = None;
        self.maps.walk(memory, map, &mut |entry| {
            let boxed = pointer_at(memory, entry.value);
            match boxed.and_then(|at| Ok((at, pointer_at(memory, at)?))) {
                // Removed.
                Ok((_, 0)) => true,
                Ok((_, value)) if Some(value) == expunged => true,
                Ok((_, value)) => meet(Entry { key: entry.key, value }),
                Err(error) => {
                    unmapped = Some(error);
                    true
                }
            }
        })?;
        unmapped.map_or(Ok(()), Err)
    }
}
