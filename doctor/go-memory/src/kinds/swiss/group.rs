//! Groups of eight places, and the control bytes that say what each place holds.

use super::super::Entry;
use super::super::heap::Pointers;
use crate::memory::{Memory, Unmapped, pointer_at};
use go_binary::{Form, TypeId, Types};

/// Where the fields of a group lie.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) size: u64,
    pub(super) control: u64,
    /// Where the first key lies, and how far the next one is; then the same of values.
    keys: (u64, u64),
    values: (u64, u64),
    /// What lies there: large keys and values are pointers.
    pub(super) types: (TypeId, TypeId),
    pub(super) pointers: bool,
}

/// The places of a group.
pub(super) const SLOTS: u64 = 8;
/// The control byte of an empty place.
pub(super) const EMPTY: u8 = 0x80;
/// The control byte of a place whose entry was removed.
pub(super) const DELETED: u8 = 0xfe;

/// Whether a control byte is of an entry.
pub(super) fn is_entry(control: u8) -> bool {
    control & EMPTY == 0 && control != DELETED
}

impl Group {
    /// Slots of keys and values, or, with `GOEXPERIMENT=mapsplitgroup`, all keys before all values.
    pub(super) fn of(types: &Types<'_>, group: TypeId, pointers: &Pointers) -> Option<Self> {
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
                pointers: pointers.has(key.type_id) || pointers.has(value.type_id),
            });
        }
        let ((keys, key), (values, value)) = (array("keys")?, array("elems")?);
        Some(Self {
            size,
            control,
            keys: (keys, types.size(key)),
            values: (values, types.size(value)),
            types: (key, value),
            pointers: pointers.has(key) || pointers.has(value),
        })
    }

    /// Meets the entries of a group; returns whether more are wanted.
    pub(super) fn walk(
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
