//! Whether bytes may be a value of a type: pointers lead somewhere, lengths are lengths, truth is 0 or 1.
//!
//! It tells types apart whose values have the same size. What fits is no proof.

use crate::memory::{Memory, number, pointer};
use go_binary::{Form, GoKind, TypeId, Types};
use std::ops::Range;

/// Structs of structs are looked into so deep, and arrays so far.
const DEEPEST: u32 = 8;
const ELEMENTS: u64 = 4;
/// No string or slice is longer.
const LONGEST: u64 = 1 << 40;

/// Where pointers are known to lead; others are tried.
pub(super) struct World {
    /// Sorted, and none within another.
    ranges: Vec<Range<u64>>,
}

impl World {
    pub(super) fn new(ranges: impl IntoIterator<Item = Range<u64>>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().collect();
        ranges.sort_unstable_by_key(|range| range.start);
        let mut joined: Vec<Range<u64>> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self { ranges: joined }
    }

    fn is_known(&self, address: u64) -> bool {
        let after = self.ranges.partition_point(|range| range.start <= address);
        after
            .checked_sub(1)
            .and_then(|place| self.ranges.get(place))
            // A pointer may lead just behind what it was made for.
            .is_some_and(|range| address <= range.end)
    }

    /// Whether `bytes` may be a value of a type.
    pub(super) fn fits(
        &self,
        memory: &(impl Memory + ?Sized),
        types: &Types<'_>,
        id: TypeId,
        bytes: &[u8],
    ) -> bool {
        Try { world: self, memory, types, bytes }.fits(id, 0, DEEPEST)
    }
}

/// A value that is tried.
struct Try<'t, M: ?Sized> {
    world: &'t World,
    memory: &'t M,
    types: &'t Types<'t>,
    bytes: &'t [u8],
}

impl<M: Memory + ?Sized> Try<'_, M> {
    /// The arguments of a program lie on its first stack, and texts may be in files that are mapped.
    fn has(&self, address: u64) -> bool {
        self.world.is_known(address) || self.memory.read(address, &mut [0]).is_ok()
    }

    fn leads(&self, address: u64) -> bool {
        address == 0 || self.has(address)
    }

    /// Whether the bytes from `at` on may be a value of a type.
    fn fits(&self, id: TypeId, at: u64, depth: u32) -> bool {
        let Some(deeper) = depth.checked_sub(1) else { return true };
        let (types, bytes) = (self.types, self.bytes);
        let word = |more: u64| pointer(bytes, at.saturating_add(more)).unwrap_or_default();
        match types.kind(id) {
            Some(GoKind::BOOL) => return number(bytes, at, 1).is_some_and(|byte| byte <= 1),
            Some(GoKind::STRING) => {
                return word(8) == 0 || word(0) != 0 && word(8) <= LONGEST && self.has(word(0));
            }
            Some(GoKind::SLICE) => {
                let (first, length, room) = (word(0), word(8), word(16));
                return length <= room && room <= LONGEST && self.leads(first);
            }
            Some(GoKind::INTERFACE) => {
                let (tag, held) = (word(0), word(8));
                return if tag == 0 { held == 0 } else { self.has(tag) && self.leads(held) };
            }
            Some(kind) if kind.is_reference() => return self.leads(word(0)),
            _ => {}
        }
        match types.form(id) {
            Some(Form::Pointer(_) | Form::Map { .. }) => self.leads(word(0)),
            Some(Form::Array(of, count)) => (0..(*count).min(ELEMENTS)).all(|place| {
                let at = at.saturating_add(place.saturating_mul(types.size(*of)));
                self.fits(*of, at, deeper)
            }),
            Some(Form::Struct(_)) => types.fields(id).iter().all(|field| {
                let at = at.saturating_add(field.offset);
                self.fits(field.type_id, at, deeper)
            }),
            _ => true,
        }
    }
}
