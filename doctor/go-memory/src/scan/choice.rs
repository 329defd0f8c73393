//! Which type a map has that was found by its shape: the allocator knows it of larger objects with pointers, and of others
//! the size of their parts, and what lies in them, leaves a few.

use super::fits::World;
use super::spans::Spans;
use super::{Evidence, Groups};
use crate::memory::{Memory, bytes, pointer_at};
use crate::walk::Reader;
use finding::TypeBy;
use go_binary::{MapDescriptor, TypeId};
use go_runtime::{allocated, has_header};
use rustc_hash::FxHashMap;

/// Entries that types are tried on.
const ENTRIES: u64 = 16;
/// The first release whose allocator notes types: 1.22.
const NOTES_TYPES: u8 = 22;

/// The types that a map may have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Choice {
    pub(super) by: TypeBy,
    /// The most likely first.
    pub(super) types: Vec<TypeId>,
}

/// All types of maps of a program.
pub(super) struct Kinds<'s> {
    reader: &'s Reader<'s>,
    maps: &'s [MapDescriptor],
    by_part: FxHashMap<u64, TypeId>,
    notes_types: bool,
    world: World,
}

/// What is asked of a part of a map, for a size of its groups or buckets.
pub(super) struct Question<'q> {
    /// The bytes of the array for that size.
    pub(super) length: &'q dyn Fn(u64) -> u64,
    /// Whether parts of that size hold what they should.
    pub(super) agrees: &'q dyn Fn(u64) -> bool,
}

impl<'s> Kinds<'s> {
    pub(super) fn new(
        reader: &'s Reader<'s>,
        maps: &'s [MapDescriptor],
        minor: u8,
        world: World,
    ) -> Self {
        let mut by_part: FxHashMap<u64, TypeId> = FxHashMap::default();
        let name = |id| reader.program.types.get(id).map_or("", |map| map.name);
        for map in maps {
            let place = by_part.entry(map.part).or_insert(map.type_id);
            // Of maps with the same keys and values, the one without a name of its own stands for all.
            if !name(*place).starts_with("map[") {
                *place = map.type_id;
            }
        }
        Self { reader, maps, by_part, notes_types: minor >= NOTES_TYPES, world }
    }

    /// The type of the map with the header at `address`.
    pub(super) fn choose(
        &self,
        memory: &(impl Memory + ?Sized),
        spans: Option<&Spans>,
        address: u64,
        evidence: &Evidence,
        question: &Question<'_>,
    ) -> Choice {
        let known = evidence.groups.iter().find_map(|groups| self.noted(memory, spans, groups));
        if let Some(known) = known {
            return Choice { by: TypeBy::Allocator, types: vec![known] };
        }
        let mut tried: FxHashMap<(u64, bool), bool> = FxHashMap::default();
        let mut fitting = Vec::new();
        for map in self.maps {
            let possible = *tried.entry((map.part_size, map.pointers)).or_insert_with(|| {
                self.is_size(spans, evidence, map, question) && (question.agrees)(map.part_size)
            });
            if possible && self.by_part.get(&map.part) == Some(&map.type_id) {
                fitting.push(map.type_id);
            }
        }
        let inside: Vec<_> =
            fitting.iter().copied().filter(|id| self.holds(memory, address, *id)).collect();
        let mut types = if inside.is_empty() { fitting } else { inside };
        types.sort_by_key(|id| {
            let name = self.reader.program.types.get(*id).map_or("", |map| map.name);
            (name.len(), name)
        });
        let by = match types.len() {
            0 => TypeBy::Nothing,
            1 => TypeBy::Size,
            _ => TypeBy::OneOfSeveral,
        };
        Choice { by, types }
    }

    /// The type that the allocator noted for an array of groups or buckets.
    fn noted(
        &self,
        memory: &(impl Memory + ?Sized),
        spans: Option<&Spans>,
        groups: &Groups,
    ) -> Option<TypeId> {
        if !self.notes_types {
            return None;
        }
        let before = || pointer_at(memory, groups.address.checked_sub(8)?).ok();
        let Some(spans) = spans else { return self.by_part.get(&before()?).copied() };
        // Of objects without pointers nothing is noted; what a span had before may still be there.
        let object = spans.object(groups.address).filter(|object| object.span.pointers)?;
        let part = if object.start == groups.address {
            object.span.large_type
        } else if object.start.checked_add(8) == Some(groups.address) {
            before()?
        } else {
            return None;
        };
        self.by_part.get(&part).copied()
    }

    /// Whether an array of such groups or buckets takes as much of the heap as the one that is there.
    fn is_size(
        &self,
        spans: Option<&Spans>,
        evidence: &Evidence,
        map: &MapDescriptor,
        question: &Question<'_>,
    ) -> bool {
        let (Some(spans), Some(groups)) = (spans, evidence.groups.first()) else { return true };
        let Some(object) = spans.object(groups.address) else { return true };
        let length = (question.length)(map.part_size);
        let header = self.notes_types && has_header(length, map.pointers);
        object.span.pointers == map.pointers && allocated(length, header) == object.span.object
    }

    /// Whether entries of the map may be keys and values of a type.
    fn holds(&self, memory: &(impl Memory + ?Sized), address: u64, id: TypeId) -> bool {
        let Some(layout) = self.reader.layout(id) else { return false };
        let (key, value) = layout.places();
        let fits = |at: u64, id: TypeId| {
            let types = self.reader.program.types;
            let held = bytes(memory, at, types.size(id));
            held.is_ok_and(|held| self.world.fits(memory, types, id, &held))
        };
        layout
            .entries(memory, address, ENTRIES)
            .iter()
            .all(|entry| fits(entry.key, key) && fits(entry.value, value))
    }
}
