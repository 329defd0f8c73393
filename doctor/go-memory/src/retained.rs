//! What the entries of a map lead to, estimated from some of them.

use crate::kinds::{Entry, Layout, is_map};
use crate::memory::{Memory, bytes, number, pointer};
use crate::walk::{Held, Reader};
use finding::Retained;
use go_binary::{Form, GoKind, TypeId, Types};
use rustc_hash::FxHashMap;

/// Pointers are followed so deep from an entry.
const DEEPEST: u32 = 6;
/// Elements of a slice that are looked into; they stand for all of them.
const ELEMENTS: u64 = 8;
/// Structs of structs are followed so deep in one value.
const NESTED: u32 = 32;

/// An object of the heap that was met.
#[derive(Clone, Copy)]
struct Object {
    /// Its bytes, and those of what it stands for.
    bytes: u64,
    /// The entry from which it was met first.
    first: usize,
    /// Whether another entry leads to it, too.
    shared: bool,
}

/// The objects that entries of one map lead to.
pub(crate) struct Weigh<'w, M: ?Sized> {
    reader: &'w Reader<'w>,
    memory: &'w M,
    objects: FxHashMap<u64, Object>,
    left: u64,
    entry: usize,
}

/// A value in bytes that were read.
#[derive(Clone, Copy)]
struct Part<'a> {
    bytes: &'a [u8],
    offset: u64,
    type_id: TypeId,
    depth: u32,
    nesting: u32,
    /// How many values this one stands for.
    times: u64,
}

impl<'w, M: Memory + ?Sized> Weigh<'w, M> {
    /// Looks at `most` objects and parts of them at most.
    pub(crate) fn new(reader: &'w Reader<'w>, memory: &'w M, most: u64) -> Self {
        Self { reader, memory, objects: FxHashMap::default(), left: most, entry: 0 }
    }

    /// How many may still be looked at.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// What all `entries` lead to, by some of them; none if there are none, or the budget is used up.
    pub(crate) fn entries(
        &mut self,
        layout: &Layout,
        sample: &[Entry],
        entries: u64,
    ) -> Option<Retained> {
        if sample.is_empty() || !layout.leads_on() {
            return None;
        }
        let (key, value) = layout.places();
        for (place, entry) in sample.iter().enumerate() {
            self.entry = place;
            for (address, type_id) in [(entry.key, key), (entry.value, value)] {
                self.value(address, type_id, DEEPEST, 1);
            }
            if self.left == 0 {
                return None;
            }
        }
        let sampled = sample.len() as u64;
        let sum = |shared: bool| {
            let these = self.objects.values().filter(|object| object.shared == shared);
            these.fold(0_u64, |sum, object| sum.saturating_add(object.bytes))
        };
        let own = u128::from(sum(false)).saturating_mul(entries.into());
        let own = own.checked_div(sampled.into()).unwrap_or_default();
        let bytes = u64::try_from(own).unwrap_or(u64::MAX).saturating_add(sum(true));
        Some(Retained { bytes, sampled })
    }

    fn types(&self) -> &'w Types<'w> {
        self.reader.program.types
    }

    /// Looks into a value that lies somewhere.
    fn value(&mut self, address: u64, type_id: TypeId, depth: u32, times: u64) {
        let types = self.types();
        if self.left == 0 || depth == 0 || !self.reader.pointers.has(type_id) {
            return;
        }
        if let Ok(bytes) = bytes(self.memory, address, types.size(type_id)) {
            let part = Part { bytes: &bytes, offset: 0, type_id, depth, nesting: NESTED, times };
            self.part(part);
        }
    }

    /// Notes an object; returns whether it is met for the first time.
    fn object(&mut self, address: u64, bytes: u64, times: u64) -> bool {
        if address == 0 || bytes == 0 || self.reader.program.is_static(address) {
            return false;
        }
        if let Some(known) = self.objects.get_mut(&address) {
            known.shared |= known.first != self.entry;
            return false;
        }
        self.left = self.left.saturating_sub(1);
        let object =
            Object { bytes: bytes.saturating_mul(times), first: self.entry, shared: false };
        self.objects.insert(address, object);
        true
    }

    fn part(&mut self, part: Part<'_>) {
        let types = self.types();
        let Some(nesting) = part.nesting.checked_sub(1) else { return };
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || !self.reader.pointers.has(part.type_id) {
            return;
        }
        match types.kind(part.type_id) {
            Some(GoKind::STRING) => return self.string(part),
            Some(GoKind::SLICE) => return self.slice(part),
            Some(GoKind::INTERFACE) => return self.interface(part),
            _ => {}
        }
        match types.form(part.type_id) {
            Some(Form::Pointer(Some(pointee))) => {
                let address = pointer(part.bytes, part.offset).unwrap_or_default();
                self.pointed(address, *pointee, part);
            }
            Some(Form::Struct(_)) => {
                let name = types.get(types.resolve(part.type_id)).map_or("", |kind| kind.name);
                if is_map(name) {
                    return;
                }
                for field in types.fields(part.type_id) {
                    let offset = part.offset.saturating_add(field.offset);
                    self.part(Part { offset, type_id: field.type_id, nesting, ..part });
                }
            }
            Some(Form::Array(of, count)) if self.reader.pointers.has(*of) => {
                let looked_at = (*count).min(ELEMENTS);
                let times = part.times.saturating_mul(count.checked_div(looked_at).unwrap_or(1));
                for place in 0..looked_at {
                    let skip = place.saturating_mul(types.size(*of));
                    let offset = part.offset.saturating_add(skip);
                    self.part(Part { offset, type_id: *of, nesting, times, ..part });
                }
            }
            _ => {}
        }
    }

    /// What a pointer points to.
    fn pointed(&mut self, address: u64, type_id: TypeId, part: Part<'_>) {
        let types = self.types();
        let size = types.size(type_id);
        let takes = self.reader.heap.takes(size, self.reader.pointers.has(type_id));
        if self.object(address, takes, part.times) {
            self.value(address, type_id, part.depth.saturating_sub(1), part.times);
        }
    }

    fn string(&mut self, part: Part<'_>) {
        let [text, length] = self.types().fields(part.type_id) else { return };
        let at = |offset: u64| part.offset.saturating_add(offset);
        let address = pointer(part.bytes, at(text.offset)).unwrap_or_default();
        let length = number(part.bytes, at(length.offset), 8).unwrap_or_default();
        self.object(address, self.reader.heap.takes(length, false), part.times);
    }

    fn slice(&mut self, part: Part<'_>) {
        let types = self.types();
        let word = |name| {
            let field = types.field(part.type_id, name)?;
            number(part.bytes, part.offset.saturating_add(field.offset), 8)
        };
        let of = types.field(part.type_id, "array").and_then(|array| types.pointee(array.type_id));
        let (Some(of), Some(array), Some(length), Some(capacity)) =
            (of, word("array"), word("len"), word("cap"))
        else {
            return;
        };
        let (size, pointers) = (types.size(of), self.reader.pointers.has(of));
        let takes = self.reader.heap.takes(capacity.saturating_mul(size), pointers);
        if !self.object(array, takes, part.times) || !pointers {
            return;
        }
        let looked_at = length.min(ELEMENTS);
        let times = part.times.saturating_mul(length.checked_div(looked_at).unwrap_or(1));
        for place in 0..looked_at {
            let address = array.saturating_add(place.saturating_mul(size));
            self.value(address, of, part.depth.saturating_sub(1), times);
        }
    }

    fn interface(&mut self, part: Part<'_>) {
        let (types, interfaces) = (self.types(), &self.reader.interfaces);
        match interfaces.held(types, self.memory, part.type_id, part.bytes, part.offset) {
            Held::Nothing | Held::Unknown => {}
            Held::At(address, type_id) => self.pointed(address, type_id, part),
            Held::Itself(word, type_id) => {
                let bytes = word.to_le_bytes();
                let nesting = part.nesting.saturating_sub(1);
                self.part(Part { bytes: &bytes, offset: 0, type_id, nesting, ..part });
            }
        }
    }
}
