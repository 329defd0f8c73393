//! A memory of bytes by address, and types by hand.

use finding::MapInstance;
use go_binary::{Field, Form, GoKind, Type, TypeId, Types, Variable};
use go_memory::{Budget, Found, Memory, Program, Reader, Unmapped};
use std::cell::Cell;
use std::collections::BTreeMap;

/// Bytes by the address of the first; what lies nowhere cannot be read.
#[derive(Default)]
pub(crate) struct Image {
    parts: BTreeMap<u64, Vec<u8>>,
    /// What is read at an address instead, for so many reads of it.
    torn: Option<(u64, Vec<u8>, Cell<u32>)>,
    /// How often anything was read.
    pub(crate) reads: Cell<u64>,
}

impl Image {
    pub(crate) fn put(&mut self, address: u64, words: &[u64]) {
        self.parts.insert(address, words.iter().flat_map(|word| word.to_le_bytes()).collect());
    }

    /// Lets the next `times` reads of an address see other words.
    pub(crate) fn tear(&mut self, address: u64, words: &[u64], times: u32) {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.torn = Some((address, bytes, Cell::new(times)));
    }
}

impl Memory for Image {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        self.reads.set(self.reads.get() + 1);
        if let Some((at, bytes, times)) = &self.torn
            && *at == address
            && times.get() > 0
            && buffer.len() == bytes.len()
        {
            times.set(times.get() - 1);
            buffer.copy_from_slice(bytes);
            return Ok(());
        }
        let unmapped = Unmapped { address };
        let (start, bytes) = self.parts.range(..=address).next_back().ok_or(unmapped)?;
        let skip = usize::try_from(address - start).unwrap();
        let part = bytes.get(skip..).and_then(|rest| rest.get(..buffer.len())).ok_or(unmapped)?;
        buffer.copy_from_slice(part);
        Ok(())
    }
}

/// Types by hand.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) types: Types<'static>,
}

impl Declared {
    fn add(&mut self, name: &'static str, size: u64, kind: Option<u8>, form: Form) -> TypeId {
        let kind = Type { name, size, kind: kind.map(GoKind), descriptor: None, form };
        self.types.add(kind, &[]).unwrap()
    }

    pub(crate) fn number(&mut self, name: &'static str, size: u64) -> TypeId {
        self.add(name, size, Some(11), Form::Plain)
    }

    pub(crate) fn pointer(&mut self, to: TypeId) -> TypeId {
        self.add("pointer", 8, Some(22), Form::Pointer(Some(to)))
    }

    pub(crate) fn array(&mut self, of: TypeId, count: u64) -> TypeId {
        let size = self.types.size(of) * count;
        self.add("array", size, Some(17), Form::Array(of, count))
    }

    pub(crate) fn structure(
        &mut self,
        name: &'static str,
        size: u64,
        fields: &[(&'static str, TypeId, u64)],
    ) -> TypeId {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, type_id, offset)| Field { name, type_id: *type_id, offset: *offset })
            .collect();
        let kind = Some(GoKind(25));
        let kind = Type { name, size, kind, descriptor: None, form: Form::Struct(0..0) };
        self.types.add(kind, &fields).unwrap()
    }

    pub(crate) fn map(
        &mut self,
        name: &'static str,
        key: TypeId,
        value: TypeId,
        header: TypeId,
    ) -> TypeId {
        let header = self.pointer(header);
        self.add(name, 8, Some(21), Form::Map { key, value, header })
    }
}

/// Where the package variable `main.m` lies.
pub(crate) const VARIABLE: u64 = 0x1000;
/// Where the map lies that it holds.
pub(crate) const MAP: u64 = 0x2000;

/// Looks at the variable `main.m` of a type.
pub(crate) fn look(declared: &Declared, map: TypeId, image: &Image) -> Found {
    let variables = [Variable { name: "main.m", address: VARIABLE, type_id: map }];
    let program = Program {
        types: &declared.types,
        variables: &variables,
        bias: 0,
        descriptors: None,
        extent: 0..0,
    };
    Reader::new(program).find(image, &Budget::default())
}

/// The only map that was found.
pub(crate) fn only(found: &Found) -> &MapInstance {
    assert_eq!(found.maps.len(), 1, "{found:?}");
    &found.maps[0].map
}
