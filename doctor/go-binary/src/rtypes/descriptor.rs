//! One descriptor of a type.

use go_runtime::{FieldPlace, Layout, Struct, layout};
use std::ops::Range;

/// The kinds that lead on: `abi.Kind`.
pub(super) const ARRAY: u8 = 17;
pub(super) const CHAN: u8 = 18;
pub(super) const FUNC: u8 = 19;
pub(super) const INTERFACE: u8 = 20;
pub(super) const MAP: u8 = 21;
pub(super) const POINTER: u8 = 22;
pub(super) const SLICE: u8 = 23;
pub(super) const STRING: u8 = 24;
pub(super) const STRUCT: u8 = 25;
pub(super) const UNSAFE_POINTER: u8 = 26;
/// Flags stand above the kind up to Go 1.25: `abi.KindMask`.
const KIND_MASK: u8 = 31;

/// `abi.TFlagUncommon`, `abi.TFlagExtraStar`, `abi.TFlagNamed`.
const HAS_MORE: u8 = 1;
const EXTRA_STAR: u8 = 2;
const NAMED: u8 = 4;

/// A name is longer than this in no program.
const LONGEST_NAME: usize = 1 << 16;

/// The bytes of all descriptors, and how they are laid out.
pub(super) struct Descriptors<'r> {
    pub(super) region: &'r [u8],
    pub(super) start: u64,
    minor: u8,
    head: &'static Layout,
    map: &'static Layout,
}

/// What every descriptor says.
#[derive(Clone, Debug)]
pub(super) struct Descriptor {
    pub(super) address: u64,
    pub(super) size: u64,
    pub(super) pointers: bool,
    pub(super) kind: u8,
    pub(super) name: Range<usize>,
    /// Its name is declared: the import path of its package, if it has one, and where its own name begins in `name`.
    pub(super) package: Option<Range<usize>>,
    pub(super) has_more: bool,
}

impl<'r> Descriptors<'r> {
    pub(super) fn new(region: &'r [u8], start: u64, minor: u8, swiss: bool) -> Option<Self> {
        let map = if swiss { Struct::SwissMapType } else { Struct::ClassicMapType };
        Some(Self {
            region,
            start,
            minor,
            head: layout(Struct::Type, minor)?,
            map: layout(map, minor)?,
        })
    }

    pub(super) fn layout(&self, of: Struct) -> Option<&'static Layout> {
        layout(of, self.minor)
    }

    /// The bytes from an address on.
    fn from(&self, address: u64) -> Option<&'r [u8]> {
        self.region.get(usize::try_from(address.checked_sub(self.start)?).ok()?..)
    }

    /// The number in a field of a struct at an address.
    pub(super) fn number(&self, address: u64, field: FieldPlace) -> Option<u64> {
        let mut word = [0; 8];
        let bytes = self.from(address)?.get(usize::from(field.offset)..)?;
        let size = usize::from(field.size).min(8);
        word.get_mut(..size)?.copy_from_slice(bytes.get(..size)?);
        Some(u64::from_le_bytes(word))
    }

    pub(super) fn word(&self, address: u64) -> Option<u64> {
        self.number(address, FieldPlace { name: "", offset: 0, size: 8 })
    }

    /// The number in the field of that name of a struct at an address.
    pub(super) fn field(&self, address: u64, of: Struct, name: &str) -> Option<u64> {
        self.number(address, self.layout(of)?.field(name)?)
    }

    /// The same of the descriptor of a map.
    pub(super) fn map_field(&self, address: u64, name: &str) -> Option<u64> {
        self.number(address, self.map.field(name)?)
    }

    /// A slice in a field: where it begins, and how many it has, if these are all in the region.
    pub(super) fn slice(
        &self,
        address: u64,
        of: Struct,
        name: &str,
        each: u64,
    ) -> Option<(u64, u64)> {
        let place = self.layout(of)?.field(name)?;
        let at = address.checked_add(place.offset.into())?;
        let (first, count) = (self.word(at)?, self.word(at.checked_add(8)?)?);
        if count == 0 {
            return Some((0, 0));
        }
        let length = usize::try_from(count.checked_mul(each)?).ok()?;
        (self.from(first)?.len() >= length).then_some((first, count))
    }

    /// The name at an address: flags, its length, its bytes.
    pub(super) fn name_at(&self, address: u64) -> Option<Range<usize>> {
        let bytes = self.from(address)?.get(1..)?;
        let mut length = 0_usize;
        let mut rest = bytes;
        for shift in [0_u32, 7, 14, 21, 28] {
            let (byte, after) = rest.split_first()?;
            rest = after;
            length |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let first = self.region.len().checked_sub(rest.len())?;
        let range = first..first.checked_add(length)?;
        let text = self.region.get(range.clone()).filter(|_| length <= LONGEST_NAME)?;
        str::from_utf8(text).is_ok().then_some(range)
    }

    /// The name at an offset of four bytes from the beginning.
    fn name_off(&self, offset: u64) -> Option<Range<usize>> {
        self.name_at(self.start.checked_add(offset)?)
    }

    pub(super) fn text(&self, name: &Range<usize>) -> &'r str {
        self.region.get(name.clone()).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// Reads the descriptor at an address, if there is one.
    pub(super) fn read(&self, address: u64) -> Option<Descriptor> {
        let get = |name| self.number(address, self.head.field(name)?);
        let kind = get("Kind_")? as u8 & KIND_MASK;
        if address.checked_rem(8) != Some(0) || !(1..=UNSAFE_POINTER).contains(&kind) {
            return None;
        }
        let (size, pointer_bytes, flags) = (get("Size_")?, get("PtrBytes")?, get("TFlag")? as u8);
        if pointer_bytes > size {
            return None;
        }
        let mut name = self.name_off(get("Str")?)?;
        if flags & EXTRA_STAR != 0 {
            name.start = name.start.checked_add(1).filter(|start| *start <= name.end)?;
        }
        let has_more = flags & HAS_MORE != 0;
        let package =
            (has_more && flags & NAMED != 0).then(|| self.package(address, kind)).flatten();
        Some(Descriptor {
            address,
            size,
            pointers: pointer_bytes > 0,
            kind,
            name,
            package,
            has_more,
        })
    }

    /// Bytes of a descriptor before what is only in those of types with a name or methods.
    fn base(&self, kind: u8) -> Option<u64> {
        let of = match kind {
            MAP => return Some(self.map.size.into()),
            ARRAY => Struct::ArrayType,
            CHAN => Struct::ChanType,
            FUNC => Struct::FuncType,
            INTERFACE => Struct::InterfaceType,
            POINTER => Struct::PointerType,
            SLICE => Struct::SliceType,
            STRUCT => Struct::StructType,
            _ => Struct::Type,
        };
        Some(self.layout(of)?.size.into())
    }

    fn package(&self, address: u64, kind: u8) -> Option<Range<usize>> {
        let more = address.checked_add(self.base(kind)?)?;
        let offset = self.field(more, Struct::Uncommon, "PkgPath")?;
        self.name_off(offset).filter(|name| offset != 0 && !name.is_empty())
    }

    /// Bytes of a whole descriptor, as they lie one after the other since Go 1.27.
    pub(super) fn length(&self, descriptor: &Descriptor) -> Option<u64> {
        let Descriptor { address, kind, .. } = *descriptor;
        let size = |of| Some(u64::from(self.layout(of)?.size));
        let base = self.base(kind)?;
        let mut length = base;
        if descriptor.has_more {
            let methods = self.field(address.checked_add(base)?, Struct::Uncommon, "Mcount")?;
            length = length.checked_add(size(Struct::Uncommon)?)?;
            length = length.checked_add(methods.checked_mul(size(Struct::Method)?)?)?;
        }
        let parts = match kind {
            FUNC => {
                /// The sign of `...` in the number of results.
                const VARIADIC: u64 = 1 << 15;
                let (takes, gives) = (
                    self.field(address, Struct::FuncType, "InCount")?,
                    self.field(address, Struct::FuncType, "OutCount")? & !VARIADIC,
                );
                takes.checked_add(gives)?.checked_mul(8)?
            }
            INTERFACE => {
                let each = size(Struct::InterfaceMethod)?;
                self.slice(address, Struct::InterfaceType, "Methods", each)?.1.checked_mul(each)?
            }
            STRUCT => {
                let each = size(Struct::StructField)?;
                self.slice(address, Struct::StructType, "Fields", each)?.1.checked_mul(each)?
            }
            _ => 0,
        };
        length.checked_add(parts)
    }
}
