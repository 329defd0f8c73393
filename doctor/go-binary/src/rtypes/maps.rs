//! The types of maps: what their descriptors leave out, as debugging information would have it.

use super::build::Build;
use super::descriptor::Descriptor;
use super::{MapDescriptor, Name};
use crate::types::{Form, TypeId};
use go_runtime::{Layout, Struct};

impl Build<'_> {
    /// A map: its header points to groups or buckets, as debugging information would have it.
    pub(super) fn map(&mut self, at: u64, id: TypeId) -> Option<Form> {
        let key = self.id(self.from.map_field(at, "Key")?)?;
        let value = self.id(self.from.map_field(at, "Elem")?)?;
        let address = self.part(at)?;
        let part = self.from.read(address).filter(|part| self.is_part(part))?;
        let header = if self.release.swiss {
            let group = self.id(address)?;
            self.swiss_header(group)?
        } else {
            let bucket = self.bucket(&part)?;
            self.classic_header(bucket)?
        };
        self.maps.push(MapDescriptor {
            type_id: id,
            part: address,
            part_size: part.size,
            pointers: part.pointers,
        });
        let header = self.make("", 8, Form::Pointer(Some(header)));
        Some(Form::Map { key, value, header })
    }

    /// A map with tables of which nothing else is known.
    pub(super) fn unknown_map(&mut self) -> Option<TypeId> {
        if !self.release.swiss {
            return None;
        }
        let word = self.number(8);
        let nothing = self.make("?", 0, Form::Plain);
        let slot = self.shape(&[("key", nothing, 0), ("elem", nothing, 0)]);
        let slot = self.make("", 0, Form::Struct(slot));
        let slots = self.make("", 0, Form::Array(slot, 8));
        let group = self.shape(&[("ctrl", word, 0), ("slots", slots, 8)]);
        let group = self.make("", 8, Form::Struct(group));
        let header = self.swiss_header(group)?;
        let header = self.make("", 8, Form::Pointer(Some(header)));
        Some(self.make("?", 8, Form::Map { key: nothing, value: nothing, header }))
    }

    /// A bucket, whose fields debugging information calls by other names than its descriptor.
    fn bucket(&mut self, part: &Descriptor) -> Option<TypeId> {
        let fields = self.struct_fields(part.address)?;
        for (name, ..) in self.fields.get_mut(fields.start as usize..fields.end as usize)? {
            let known = match name {
                Name::In(range) => self.from.text(range),
                _ => continue,
            };
            *name = match known {
                "topbits" => Name::Fixed("tophash"),
                "elems" => Name::Fixed("values"),
                _ => continue,
            };
        }
        Some(self.make("", part.size, Form::Struct(fields)))
    }

    fn classic_header(&mut self, bucket: TypeId) -> Option<TypeId> {
        let layout = self.from.layout(Struct::ClassicMap)?;
        let extra = self.from.layout(Struct::ClassicExtra)?;
        let fields = self.numbered(extra);
        let extra = self.make(extra.name, extra.size.into(), Form::Struct(fields));
        let extra = self.make("", 8, Form::Pointer(Some(extra)));
        let buckets = self.make("", 8, Form::Pointer(Some(bucket)));
        self.header(layout, &[("buckets", buckets), ("oldbuckets", buckets), ("extra", extra)])
    }

    fn swiss_header(&mut self, group: TypeId) -> Option<TypeId> {
        let table = self.from.layout(Struct::SwissTable)?;
        let data = self.make("", 8, Form::Pointer(Some(group)));
        let first = table.field("groups.data")?.offset;
        let mask = table.field("groups.lengthMask")?;
        let after = mask.offset.checked_sub(first)?.into();
        let groups =
            self.shape(&[("data", data, 0), ("lengthMask", self.number(mask.size), after)]);
        let groups = self.make("", 16, Form::Struct(groups));
        let fields = self.numbered(table);
        let (name, id) = (Name::Fixed("groups"), groups);
        self.fields.push((name, id, first.into()));
        let table =
            self.make(table.name, table.size.into(), Form::Struct(fields.start..self.next_field()));
        let table = self.make("", 8, Form::Pointer(Some(table)));
        let tables = self.make("", 8, Form::Pointer(Some(table)));
        let layout = self.from.layout(Struct::SwissMap)?;
        self.header(layout, &[("dirPtr", tables)])
    }

    /// A header whose fields are numbers, but for these.
    fn header(&mut self, layout: &'static Layout, others: &[(&str, TypeId)]) -> Option<TypeId> {
        let fields = self.numbered(layout);
        for (name, id, _) in self.fields.get_mut(fields.start as usize..)? {
            let Name::Fixed(name) = name else { continue };
            if let Some((_, other)) = others.iter().find(|(other, _)| other == name) {
                *id = *other;
            }
        }
        Some(self.make(layout.name, layout.size.into(), Form::Struct(fields)))
    }
}
