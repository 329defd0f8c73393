//! Debugging information, read into [`Types`] and package variables.
//!
//! One pass over all entries: types, their fields and variables at the top of a unit are read, all else is skipped. Then
//! references between types, which are offsets into the section, become [`TypeId`]s.
//!
//! Go writes DWARF 4 up to 1.24, and DWARF 5 since.

mod attributes;

use crate::error::{Error, ErrorKind};
use crate::image::Image;
use crate::types::{Field, Form, GoKind, Type, TypeId, Types};
use attributes::Attributes;
use gimli::{EndianSlice, LittleEndian, SectionId, constants};
use std::borrow::Cow;
use std::collections::HashMap;

/// The sections of the debugging information, inflated, from which [`Debug::read`] borrows.
pub struct Debug<'d> {
    sections: gimli::DwarfSections<Cow<'d, [u8]>>,
}

/// A package variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variable<'d> {
    /// Its package and name: `example.com/shop.orders`.
    pub name: &'d str,
    /// The address that the file gives it.
    pub address: u64,
    /// Its type.
    pub type_id: TypeId,
}

type Slice<'s> = EndianSlice<'s, LittleEndian>;

impl<'d> Debug<'d> {
    /// Inflates the debugging information of a program.
    ///
    /// # Errors
    /// [`ErrorKind::NoDebug`] where there is none, [`ErrorKind::Damaged`] where it cannot be inflated.
    pub fn load(image: &Image<'d>) -> Result<Self, Error> {
        if image.section(".debug_info")?.is_none() {
            return Err(Error::new(ErrorKind::NoDebug, "it has no section .debug_info"));
        }
        let sections = gimli::DwarfSections::load(|id: SectionId| {
            Ok::<_, Error>(
                image.section(id.name())?.map(|section| section.data).unwrap_or_default(),
            )
        })?;
        Ok(Self { sections })
    }

    /// Reads all types and package variables.
    ///
    /// A unit that is damaged ends the reading: what came before it is returned with the error.
    #[must_use]
    pub fn read(&self) -> (Types<'_>, Vec<Variable<'_>>, Option<Error>) {
        let dwarf = self.sections.borrow(|section| EndianSlice::new(section, LittleEndian));
        let mut pass = Pass::default();
        let damage = pass.units(&dwarf).err();
        let (types, variables) = pass.finish();
        (types, variables, damage)
    }
}

/// A type before its references are resolved: they are offsets into the section.
enum Raw {
    Plain,
    Pointer(Option<u64>),
    Struct,
    Array(Option<u64>),
    Named(Option<u64>),
    Map { key: u64, value: u64, header: u64 },
}

struct RawType<'s> {
    name: &'s str,
    size: Option<u64>,
    kind: Option<GoKind>,
    descriptor: Option<u64>,
    raw: Raw,
    /// How many an array has.
    count: u64,
    fields: std::ops::Range<u32>,
}

#[derive(Default)]
struct Pass<'s> {
    places: HashMap<u64, u32>,
    types: Vec<RawType<'s>>,
    fields: Vec<(&'s str, u64, u64)>,
    variables: Vec<(&'s str, u64, u64)>,
}

impl<'s> Pass<'s> {
    fn units(&mut self, dwarf: &gimli::Dwarf<Slice<'s>>) -> Result<(), Error> {
        let mut units = dwarf.units();
        while let Some(header) = units.next()? {
            let unit = dwarf.unit(header)?;
            self.unit(dwarf, &unit)?;
        }
        Ok(())
    }

    fn unit(
        &mut self,
        dwarf: &gimli::Dwarf<Slice<'s>>,
        unit: &gimli::Unit<Slice<'s>>,
    ) -> Result<(), Error> {
        let mut entries = unit.entries_raw(None)?;
        while !entries.is_empty() {
            let depth = entries.next_depth();
            let offset = entries.next_offset();
            let Some(abbreviation) = entries.read_abbreviation()? else { continue };
            let tag = abbreviation.tag();
            let wanted = match depth {
                1 => is_type(tag) || tag == constants::DW_TAG_variable,
                2 => tag == constants::DW_TAG_member || tag == constants::DW_TAG_subrange_type,
                _ => false,
            };
            if !wanted {
                entries.skip_attributes(abbreviation.attributes())?;
                continue;
            }
            let mut found = Attributes::default();
            for specification in abbreviation.attributes() {
                let attribute = entries.read_attribute(*specification)?;
                found.note(dwarf, unit, attribute.name(), attribute.value());
            }
            match tag {
                constants::DW_TAG_variable => {
                    if let (Some(address), Some(refers)) = (found.address, found.refers) {
                        self.variables.push((found.name, address, refers));
                    }
                }
                constants::DW_TAG_member => self.member(&found),
                constants::DW_TAG_subrange_type => {
                    if let (Some(last), Some(count)) = (self.types.last_mut(), found.count) {
                        last.count = count;
                    }
                }
                _ => {
                    if let Some(offset) = offset.to_debug_info_offset(&unit.header) {
                        self.declare(offset.0 as u64, tag, &found);
                    }
                }
            }
        }
        Ok(())
    }

    fn declare(&mut self, offset: u64, tag: gimli::DwTag, found: &Attributes<'s>) {
        let raw = match tag {
            constants::DW_TAG_structure_type => Raw::Struct,
            constants::DW_TAG_pointer_type => Raw::Pointer(found.refers),
            constants::DW_TAG_array_type => Raw::Array(found.refers),
            constants::DW_TAG_typedef => match (found.key, found.elem, found.refers) {
                (Some(key), Some(value), Some(header)) => Raw::Map { key, value, header },
                _ => Raw::Named(found.refers),
            },
            _ => Raw::Plain,
        };
        let (Ok(place), Ok(first)) =
            (u32::try_from(self.types.len()), u32::try_from(self.fields.len()))
        else {
            return;
        };
        self.places.insert(offset, place);
        self.types.push(RawType {
            name: found.name,
            size: found.size,
            kind: found.kind,
            descriptor: found.descriptor,
            raw,
            count: 0,
            fields: first..first,
        });
    }

    /// A field of the type that was declared last.
    fn member(&mut self, found: &Attributes<'s>) {
        let Some(refers) = found.refers else { return };
        self.fields.push((found.name, refers, found.offset));
        if let (Some(last), Ok(end)) = (self.types.last_mut(), u32::try_from(self.fields.len())) {
            last.fields.end = end;
        }
    }

    fn finish(self) -> (Types<'s>, Vec<Variable<'s>>) {
        let place = |offset: u64| self.places.get(&offset).copied().map(TypeId);
        // What is referred to and was not declared at the top of a unit is something that leads nowhere.
        let nothing = TypeId(u32::try_from(self.types.len()).unwrap_or(u32::MAX));
        let known = |offset: u64| place(offset).unwrap_or(nothing);
        let mut types: Vec<Type<'s>> = self
            .types
            .into_iter()
            .map(|raw| Type {
                name: raw.name,
                size: raw.size.unwrap_or(0),
                kind: raw.kind,
                descriptor: raw.descriptor,
                form: match raw.raw {
                    Raw::Plain => Form::Plain,
                    Raw::Pointer(to) => Form::Pointer(to.and_then(place)),
                    Raw::Struct => Form::Struct(raw.fields),
                    Raw::Array(of) => {
                        of.map_or(Form::Plain, |of| Form::Array(known(of), raw.count))
                    }
                    Raw::Named(of) => of.map_or(Form::Plain, |of| Form::Named(known(of))),
                    Raw::Map { key, value, header } => {
                        Form::Map { key: known(key), value: known(value), header: known(header) }
                    }
                },
            })
            .collect();
        types.push(Type { name: "?", size: 0, kind: None, descriptor: None, form: Form::Plain });
        let field = |(name, refers, offset)| Field { name, type_id: known(refers), offset };
        let fields = self.fields.into_iter().map(field).collect();
        let variable = |(name, address, refers)| Variable { name, address, type_id: known(refers) };
        let variables = self.variables.into_iter().map(variable).collect();
        (Types { types, fields }, variables)
    }
}

fn is_type(tag: gimli::DwTag) -> bool {
    matches!(
        tag,
        constants::DW_TAG_structure_type
            | constants::DW_TAG_pointer_type
            | constants::DW_TAG_array_type
            | constants::DW_TAG_typedef
            | constants::DW_TAG_base_type
            | constants::DW_TAG_subroutine_type
            | constants::DW_TAG_unspecified_type
    )
}
