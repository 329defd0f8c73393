//! The kinds of maps that Go has had, a file each: where their headers keep what, by the names of fields, and what can be
//! read from that.

mod classic;
mod heap;
mod parts;
mod split;
mod swiss;
mod trie;

use classic::Classic;
pub(crate) use heap::{Allocation, Heap, Pointers};
pub(crate) use parts::Parts;
use split::Split;
use swiss::Swiss;
use trie::Trie;

use crate::budget::Budget;
use crate::memory::{Memory, Unmapped, number};
use crate::program::Program;
use finding::{Exactness, Inside, Probes};
use go_binary::{Form, TypeId, Types};
use go_runtime::MAX_INLINE_BYTES;

/// A field that is a number: where it lies, and its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    offset: u64,
    size: u64,
}

impl Number {
    /// The field of that name.
    fn of(types: &Types<'_>, id: TypeId, name: &str) -> Option<Self> {
        let field = types.field(id, name)?;
        let size = types.size(field.type_id);
        (1..=8).contains(&size).then_some(Self { offset: field.offset, size })
    }

    /// Its value in the bytes of its struct.
    fn get(self, bytes: &[u8]) -> Option<u64> {
        number(bytes, self.offset, self.size)
    }
}

/// What a map says of itself, whichever kind it is.
pub(crate) struct Look {
    pub(crate) entries: u64,
    pub(crate) capacity: u64,
    pub(crate) bytes: u64,
    pub(crate) writing: bool,
    pub(crate) exactness: Exactness,
    pub(crate) probes: Option<Probes>,
    pub(crate) inside: Inside,
}

/// An entry: where its key and its value lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    pub(crate) key: u64,
    pub(crate) value: u64,
}

/// How maps of one type are laid out.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    kind: Kind,
    /// Bytes of the heap that the key and the value of an entry take which lie outside of the map.
    indirect: u64,
    /// Whether keys or values lead on to anything.
    leads_on: bool,
}

#[derive(Clone, Debug)]
enum Kind {
    Classic(Classic),
    Swiss(Swiss),
    Split(Box<Split>),
    Trie(Trie),
}

impl Layout {
    /// How maps of a type are laid out that are structs themselves, as `sync.Map` is; none for other structs.
    pub(crate) fn of_struct(
        program: &Program<'_>,
        id: TypeId,
        allocation: Allocation<'_>,
    ) -> Option<Self> {
        let kind = Trie::of(program.types, id, allocation.heap)
            .map(Kind::Trie)
            .or_else(|| Split::of(program, id, allocation).map(Box::new).map(Kind::Split))?;
        Some(Self { kind, indirect: 0, leads_on: true })
    }

    /// How maps of a type are laid out, by the fields of their header; none if this is no kind that is known.
    pub(crate) fn of(types: &Types<'_>, map: TypeId, allocation: Allocation<'_>) -> Option<Self> {
        let Form::Map { header, key, value } = *types.form(map)? else { return None };
        let header = types.pointee(header)?;
        let kind = Swiss::of(types, header, allocation)
            .map(Kind::Swiss)
            .or_else(|| Classic::of(types, header, allocation).map(Kind::Classic))?;
        let Allocation { heap, pointers } = allocation;
        let outside = |id| match types.size(id) {
            size if size > MAX_INLINE_BYTES => heap.takes(size, pointers.has(id)),
            _ => 0,
        };
        let indirect = outside(key).saturating_add(outside(value));
        let leads_on = pointers.has(key) || pointers.has(value);
        Some(Self { kind, indirect, leads_on })
    }

    /// How maps are laid out that have buckets, if that is what a type of maps is.
    fn classic(types: &Types<'_>, map: TypeId, allocation: Allocation<'_>) -> Option<Classic> {
        match Self::of(types, map, allocation)?.kind {
            Kind::Classic(layout) => Some(layout),
            _ => None,
        }
    }

    /// Bytes of the heap that the key and the value of an entry take which lie outside of the map.
    pub(crate) fn indirect(&self) -> u64 {
        self.indirect
    }

    /// Whether keys or values lead on to anything.
    pub(crate) fn leads_on(&self) -> bool {
        self.leads_on
    }

    /// Reads a map, again and again up to the budget where it does not agree with itself.
    pub(crate) fn look(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        budget: &Budget,
    ) -> Result<Look, Unmapped> {
        match &self.kind {
            Kind::Classic(layout) => layout.look(memory, address, budget),
            Kind::Swiss(layout) => layout.look(memory, address, budget),
            Kind::Split(layout) => layout.look(memory, address, budget),
            Kind::Trie(layout) => layout.look(memory, address, budget),
        }
    }

    /// How the entries of a map lie in its parts; none for kinds without such a picture.
    pub(crate) fn parts(&self, memory: &(impl Memory + ?Sized), address: u64) -> Option<Parts> {
        match &self.kind {
            Kind::Classic(layout) => layout.parts(memory, address).ok(),
            Kind::Swiss(layout) => layout.parts(memory, address).ok(),
            Kind::Split(_) | Kind::Trie(_) => None,
        }
    }

    /// The types of what lies in the places of keys and values: large ones are pointers.
    pub(crate) fn places(&self) -> (TypeId, TypeId) {
        match &self.kind {
            Kind::Classic(layout) => layout.places(),
            Kind::Swiss(layout) => layout.places(),
            Kind::Split(layout) => layout.places(),
            Kind::Trie(layout) => layout.places(),
        }
    }

    /// Where the first so many entries of a map lie; of a map that changes meanwhile, those that were met.
    pub(crate) fn entries(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        most: u64,
    ) -> Vec<Entry> {
        let mut met = Vec::new();
        if most == 0 {
            return met;
        }
        let mut meet = |entry| {
            met.push(entry);
            (met.len() as u64) < most
        };
        // What cannot be read ends the walk; what was met is kept.
        let _ = match &self.kind {
            Kind::Classic(layout) => layout.walk(memory, address, &mut meet),
            Kind::Swiss(layout) => layout.walk(memory, address, &mut meet),
            Kind::Split(layout) => layout.walk(memory, address, &mut meet),
            Kind::Trie(layout) => layout.walk(memory, address, &mut meet),
        };
        met
    }
}

/// Whether a struct of that name is a map.
pub(crate) fn is_map(name: &str) -> bool {
    name == split::NAME || name.starts_with(trie::NAME)
}

/// What a `sync/atomic.Pointer[T]` points to: the type itself says it in a field without size alone.
pub(crate) fn atomic_pointee(types: &Types<'_>, id: TypeId) -> Option<TypeId> {
    let [hint, .., value] = types.fields(id) else { return None };
    let is_pointer = types.form(value.type_id) == Some(&Form::Pointer(None));
    match types.form(hint.type_id)? {
        Form::Array(of, 0) if is_pointer => types.pointee(*of),
        _ => None,
    }
}
