//! From descriptors to types: each is read once, and what it refers to after it.

use super::descriptor::{self, Descriptor, Descriptors};
use super::{MapDescriptor, Name, RawType, Release};
use crate::types::{Form, GoKind, TypeId};
use go_runtime::{Layout, Struct};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// The names of types of groups and buckets begin so.
const PARTS: [&str; 2] = ["map.group[", "map.bucket["];

pub(super) struct Build<'r> {
    pub(super) from: Descriptors<'r>,
    pub(super) release: Release,
    pub(super) types: Vec<RawType>,
    pub(super) fields: Vec<(Name, TypeId, u64)>,
    pub(super) by_address: FxHashMap<u64, TypeId>,
    pub(super) maps: Vec<MapDescriptor>,
    pub(super) packages: FxHashMap<TypeId, Name>,
    queue: Vec<(Descriptor, TypeId)>,
    numbers: [TypeId; 4],
    anything: TypeId,
    parts: Parts,
}

/// The parts that all strings and interfaces share, and of which headers of maps are made.
#[derive(Clone, Default)]
struct Parts {
    string: Range<u32>,
    empty_interface: Range<u32>,
    interface: Range<u32>,
}

impl<'r> Build<'r> {
    pub(super) fn new(region: &'r [u8], start: u64, release: Release) -> Option<Self> {
        let mut build = Self {
            from: Descriptors::new(region, start, release.minor, release.swiss)?,
            release,
            types: Vec::new(),
            fields: Vec::new(),
            by_address: FxHashMap::default(),
            maps: Vec::new(),
            packages: FxHashMap::default(),
            queue: Vec::new(),
            numbers: [TypeId(0); 4],
            anything: TypeId(0),
            parts: Parts::default(),
        };
        build.numbers = [("uint8", 1), ("uint16", 2), ("uint32", 4), ("uint64", 8)]
            .map(|(name, size)| build.make(name, size, Form::Plain));
        build.anything = build.make("unsafe.Pointer", 8, Form::Pointer(None));
        let [byte, .., word] = build.numbers;
        let bytes = build.make("*uint8", 8, Form::Pointer(Some(byte)));
        let anything = build.anything;
        build.parts = Parts {
            string: build.shape(&[("str", bytes, 0), ("len", word, 8)]),
            empty_interface: build.shape(&[("_type", anything, 0), ("data", anything, 8)]),
            interface: build.shape(&[("tab", anything, 0), ("data", anything, 8)]),
        };
        if let Some(layout) = build.from.layout(Struct::Span) {
            // What the allocator rounds up to is told by the fields that it has.
            let fields = build.numbered(layout);
            build.make("runtime.mspan", layout.size.into(), Form::Struct(fields));
        }
        Some(build)
    }

    /// Adds a type that has no descriptor.
    pub(super) fn make(&mut self, name: &'static str, size: u64, form: Form) -> TypeId {
        self.add(RawType { name: Name::Fixed(name), size, kind: None, descriptor: None, form })
    }

    fn add(&mut self, raw: RawType) -> TypeId {
        let id = TypeId(u32::try_from(self.types.len()).unwrap_or(u32::MAX));
        self.types.push(raw);
        id
    }

    /// Adds fields.
    pub(super) fn shape(&mut self, fields: &[(&'static str, TypeId, u64)]) -> Range<u32> {
        let first = self.next_field();
        self.fields.extend(fields.iter().map(|(name, id, at)| (Name::Fixed(name), *id, *at)));
        first..self.next_field()
    }

    pub(super) fn next_field(&self) -> u32 {
        u32::try_from(self.fields.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn number(&self, size: u8) -> TypeId {
        let [one, two, four, eight] = self.numbers;
        match size {
            1 => one,
            2 => two,
            4 => four,
            _ => eight,
        }
    }

    /// The fields of a struct of the runtime, as numbers.
    pub(super) fn numbered(&mut self, layout: &'static Layout) -> Range<u32> {
        let fields: Vec<_> = layout
            .fields
            .iter()
            .map(|field| (field.name, self.number(field.size), field.offset.into()))
            .collect();
        self.shape(&fields)
    }

    /// The types that are listed, as offsets of four bytes.
    pub(super) fn links(&mut self, links: &[u8]) {
        for offset in links.chunks_exact(4) {
            let offset = offset.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
            self.id(self.from.start.saturating_add(offset.unwrap_or_default().into()));
        }
    }

    /// The descriptors of a part of the region, in which they lie one after the other.
    pub(super) fn one_after_the_other(&mut self, part: Range<u64>) {
        // The first word is left out: `moduleTypelinks`.
        let mut at = part.start.saturating_add(8);
        while at < part.end {
            let Some(descriptor) = self.from.read(at) else { break };
            let Some(length) = self.from.length(&descriptor) else { break };
            self.id(at);
            let next = at.checked_add(length).and_then(|next| next.checked_next_multiple_of(8));
            let Some(next) = next.filter(|next| *next > at) else { break };
            at = next;
        }
    }

    /// What looks like the descriptor of a map: its kind, and what its groups or buckets are called.
    pub(super) fn maps_by_shape(&mut self) {
        let length = self.from.region.len() as u64;
        for offset in (0..length).step_by(8) {
            let address = self.from.start.saturating_add(offset);
            let Some(part) = self.part(address) else { continue };
            if self.from.read(address).is_some_and(|map| map.kind == descriptor::MAP)
                && self.from.read(part).is_some_and(|part| self.is_part(&part))
            {
                self.id(address);
            }
        }
    }

    /// The groups or buckets of the map whose descriptor lies there.
    pub(super) fn part(&self, address: u64) -> Option<u64> {
        self.from.map_field(address, if self.release.swiss { "Group" } else { "Bucket" })
    }

    pub(super) fn is_part(&self, part: &Descriptor) -> bool {
        let name = self.from.text(&part.name);
        part.kind == descriptor::STRUCT && PARTS.iter().any(|start| name.starts_with(start))
    }

    /// The type whose descriptor lies at an address, which is planned to be read if it was not.
    pub(super) fn id(&mut self, address: u64) -> Option<TypeId> {
        if let Some(id) = self.by_address.get(&address) {
            return Some(*id);
        }
        let descriptor = self.from.read(address)?;
        let id = self.add(RawType {
            name: Name::In(descriptor.name.clone()),
            size: descriptor.size,
            kind: Some(GoKind(descriptor.kind)),
            descriptor: address.checked_sub(self.from.start),
            form: Form::Plain,
        });
        self.by_address.insert(address, id);
        if let Some(package) = &descriptor.package {
            self.packages.insert(id, Name::In(package.clone()));
        }
        self.queue.push((descriptor, id));
        Some(id)
    }

    /// Reads all that is planned, and what it leads to.
    pub(super) fn follow(&mut self) {
        while let Some((descriptor, id)) = self.queue.pop() {
            let form = self.form(&descriptor, id).unwrap_or(Form::Plain);
            if let Some(raw) = self.types.get_mut(id.index()) {
                raw.form = form;
            }
        }
    }

    fn form(&mut self, of: &Descriptor, id: TypeId) -> Option<Form> {
        let at = of.address;
        Some(match of.kind {
            descriptor::ARRAY => {
                let count = self.from.field(at, Struct::ArrayType, "Len")?;
                Form::Array(self.id(self.from.field(at, Struct::ArrayType, "Elem")?)?, count)
            }
            descriptor::POINTER => {
                Form::Pointer(self.id(self.from.field(at, Struct::PointerType, "Elem")?))
            }
            descriptor::UNSAFE_POINTER => Form::Pointer(None),
            descriptor::STRING => Form::Struct(self.parts.string.clone()),
            descriptor::INTERFACE => {
                let each = self.from.layout(Struct::InterfaceMethod)?.size.into();
                let (_, methods) = self.from.slice(at, Struct::InterfaceType, "Methods", each)?;
                let Parts { empty_interface, interface, .. } = self.parts.clone();
                Form::Struct(if methods == 0 { empty_interface } else { interface })
            }
            descriptor::SLICE => {
                let of = self.id(self.from.field(at, Struct::SliceType, "Elem")?)?;
                let (array, word) = (self.make("", 8, Form::Pointer(Some(of))), self.number(8));
                Form::Struct(self.shape(&[
                    ("array", array, 0),
                    ("len", word, 8),
                    ("cap", word, 16),
                ]))
            }
            descriptor::STRUCT => Form::Struct(self.struct_fields(at)?),
            descriptor::MAP => return self.map(at, id),
            _ => Form::Plain,
        })
    }

    pub(super) fn struct_fields(&mut self, at: u64) -> Option<Range<u32>> {
        let layout = self.from.layout(Struct::StructField)?;
        let (name, of, offset) =
            (layout.field("Name")?, layout.field("Typ")?, layout.field("Offset")?);
        let each = layout.size.into();
        let (first, count) = self.from.slice(at, Struct::StructType, "Fields", each)?;
        // Structs that share their fields are of no compiler's making; all of them together fit into the region.
        if self.fields.len() as u64 > self.from.region.len() as u64 {
            return None;
        }
        let mut fields = Vec::new();
        for place in 0..count {
            let field = first.checked_add(place.checked_mul(each)?)?;
            let id = self.id(self.from.number(field, of)?)?;
            let name = self.from.number(field, name).and_then(|name| self.from.name_at(name));
            let name = name.map_or(Name::Fixed("?"), Name::In);
            fields.push((name, id, self.from.number(field, offset)?));
        }
        let start = self.next_field();
        self.fields.extend(fields);
        Some(start..self.next_field())
    }
}
