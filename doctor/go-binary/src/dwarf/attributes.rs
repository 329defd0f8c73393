//! The attributes of an entry.
//!
//! Those of Go's own are from `src/cmd/internal/dwarf/dwarf.go`, `DW_AT_go_kind` and following, of Go 1.27.

use super::Slice;
use crate::types::GoKind;
use gimli::{AttributeValue, DwAt, constants};

const GO_KIND: DwAt = DwAt(0x2900);
const GO_KEY: DwAt = DwAt(0x2901);
const GO_ELEM: DwAt = DwAt(0x2902);
const GO_RUNTIME_TYPE: DwAt = DwAt(0x2904);

/// The attributes of an entry that are looked at.
#[derive(Default)]
pub(super) struct Attributes<'s> {
    pub(super) name: &'s str,
    pub(super) size: Option<u64>,
    pub(super) kind: Option<GoKind>,
    pub(super) key: Option<u64>,
    pub(super) elem: Option<u64>,
    pub(super) descriptor: Option<u64>,
    pub(super) refers: Option<u64>,
    pub(super) offset: u64,
    pub(super) address: Option<u64>,
    pub(super) count: Option<u64>,
}

impl<'s> Attributes<'s> {
    /// Takes over what is looked at.
    pub(super) fn note(
        &mut self,
        dwarf: &gimli::Dwarf<Slice<'s>>,
        unit: &gimli::Unit<Slice<'s>>,
        name: DwAt,
        value: AttributeValue<Slice<'s>>,
    ) {
        let refers = |value: &AttributeValue<Slice<'s>>| match value {
            AttributeValue::UnitRef(offset) => {
                offset.to_debug_info_offset(&unit.header).map(|offset| offset.0 as u64)
            }
            AttributeValue::DebugInfoRef(offset) => Some(offset.0 as u64),
            _ => None,
        };
        match name {
            constants::DW_AT_name => {
                let text = dwarf.attr_string(unit, value).ok().map(|text| text.slice());
                self.name = text.and_then(|text| str::from_utf8(text).ok()).unwrap_or_default();
            }
            constants::DW_AT_byte_size => self.size = value.udata_value(),
            constants::DW_AT_type => self.refers = refers(&value),
            constants::DW_AT_data_member_location => {
                self.offset = value.udata_value().unwrap_or_default();
            }
            constants::DW_AT_count => self.count = value.udata_value(),
            constants::DW_AT_upper_bound => {
                self.count = value.udata_value().and_then(|last| last.checked_add(1));
            }
            constants::DW_AT_location => self.address = address(dwarf, unit, value),
            GO_KIND => {
                self.kind = value.udata_value().and_then(|kind| kind.try_into().ok()).map(GoKind);
            }
            GO_KEY => self.key = refers(&value),
            GO_ELEM => self.elem = refers(&value),
            GO_RUNTIME_TYPE => {
                self.descriptor = match value {
                    AttributeValue::Addr(address) => Some(address),
                    AttributeValue::DebugAddrIndex(index) => dwarf.address(unit, index).ok(),
                    other => other.udata_value(),
                }
                .filter(|offset| *offset != 0);
            }
            _ => {}
        }
    }
}

/// The address of a variable that lies at one place all the time.
fn address<'s>(
    dwarf: &gimli::Dwarf<Slice<'s>>,
    unit: &gimli::Unit<Slice<'s>>,
    value: AttributeValue<Slice<'s>>,
) -> Option<u64> {
    let AttributeValue::Exprloc(expression) = value else { return None };
    let mut operations = expression.operations(unit.encoding());
    let first = operations.next().ok()??;
    if operations.next().ok()?.is_some() {
        return None;
    }
    match first {
        gimli::Operation::Address { address } => Some(address),
        gimli::Operation::AddressIndex { index } => dwarf.address(unit, index).ok(),
        _ => None,
    }
}
