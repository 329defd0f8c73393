//! What an interface holds, by the type that it says itself.

use crate::memory::{Memory, pointer, pointer_at};
use crate::program::Program;
use go_binary::{Form, GoKind, TypeId, Types};
use rustc_hash::FxHashMap;

/// Where an `itab` has the type, where its struct is not declared: `abi.ITab`.
const TYPE_IN_ITAB: u64 = 8;
/// Structs of one field are followed so deep.
const DEEPEST: u32 = 32;

/// The types of a program, by their descriptors.
pub(crate) struct Interfaces {
    by_descriptor: FxHashMap<u64, TypeId>,
    /// Where descriptors begin, in memory.
    first: Option<u64>,
}

/// What an interface holds.
pub(crate) enum Held {
    /// Nothing.
    Nothing,
    /// A value of a type that the debugging information does not name.
    Unknown,
    /// A value at an address.
    At(u64, TypeId),
    /// A value of one pointer, itself.
    Itself(u64, TypeId),
}

impl Interfaces {
    pub(crate) fn of(program: &Program<'_>) -> Self {
        let types = program.types.iter();
        Self {
            by_descriptor: types.filter_map(|(id, kind)| Some((kind.descriptor?, id))).collect(),
            first: program.descriptors.map(|at| at.wrapping_add(program.bias)),
        }
    }

    /// What the interface at a place of `bytes` holds.
    pub(crate) fn held(
        &self,
        types: &Types<'_>,
        memory: &(impl Memory + ?Sized),
        interface: TypeId,
        bytes: &[u8],
        offset: u64,
    ) -> Held {
        let [first, data] = types.fields(interface) else { return Held::Nothing };
        let word = |at: u64| pointer(bytes, offset.saturating_add(at));
        let (Some(tag), Some(held)) = (word(first.offset), word(data.offset)) else {
            return Held::Nothing;
        };
        if tag == 0 {
            return Held::Nothing;
        }
        let descriptor = if first.name == "_type" {
            Some(tag)
        } else {
            let table = types.pointee(first.type_id);
            let place = table.and_then(|table| {
                types.field(table, "Type").or_else(|| types.field(table, "_type"))
            });
            let at = place.map_or(TYPE_IN_ITAB, |field| field.offset);
            pointer_at(memory, tag.saturating_add(at)).ok()
        };
        let known = descriptor
            .zip(self.first)
            .and_then(|(descriptor, first)| descriptor.checked_sub(first))
            .and_then(|offset| self.by_descriptor.get(&offset).copied());
        match known {
            None => Held::Unknown,
            Some(type_id) if is_held_itself(types, type_id) => Held::Itself(held, type_id),
            Some(type_id) => Held::At(held, type_id),
        }
    }
}

/// Whether an interface holds a value of a type itself rather than a pointer to it: one that is a single pointer.
fn is_held_itself(types: &Types<'_>, mut type_id: TypeId) -> bool {
    for _ in 0..DEEPEST {
        if types.kind(type_id).is_some_and(GoKind::is_reference) {
            return true;
        }
        match types.form(type_id) {
            Some(Form::Pointer(_) | Form::Map { .. }) => return true,
            Some(Form::Array(of, 1)) => type_id = *of,
            Some(Form::Struct(_)) => match types.fields(type_id) {
                [only] => type_id = only.type_id,
                _ => return false,
            },
            _ => return false,
        }
    }
    false
}
