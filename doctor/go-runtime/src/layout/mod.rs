//! Where Go's runtime keeps what: the structs by which a program without debugging information is read.
//!
//! Each release writes them at places of its own, which its debugging information would name. `tests/layout.rs` compares
//! this table with what a compiler of each release at hand says; pointers and `int` have eight bytes.

mod table;

use crate::Versions;
use table::TABLE;

/// A struct of the runtime, or of `internal/abi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Struct {
    /// What the linker tells the runtime of a program: `runtime.moduledata`.
    Module,
    /// What all descriptors of types begin with: `internal/abi.Type`.
    Type,
    /// What follows in those of types with a name or methods.
    Uncommon,
    /// A method in them.
    Method,
    /// The descriptor of an array.
    ArrayType,
    /// The descriptor of a channel.
    ChanType,
    /// The descriptor of a function.
    FuncType,
    /// The descriptor of an interface.
    InterfaceType,
    /// A method in it.
    InterfaceMethod,
    /// The descriptor of a map of buckets.
    ClassicMapType,
    /// The descriptor of a map of tables.
    SwissMapType,
    /// The descriptor of a pointer.
    PointerType,
    /// The descriptor of a slice.
    SliceType,
    /// The descriptor of a struct.
    StructType,
    /// A field in it.
    StructField,
    /// The header of a map of buckets: `runtime.hmap`.
    ClassicMap,
    /// What it keeps aside.
    ClassicExtra,
    /// The header of a map of tables: `internal/runtime/maps.Map`.
    SwissMap,
    /// A table.
    SwissTable,
    /// A part of the heap: objects of one size, or a stack.
    Span,
}

/// A field: where it lies, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldPlace {
    /// Its name in the source; of a field in a field, both names with a dot.
    pub name: &'static str,
    /// Bytes before it.
    pub offset: u16,
    /// Its bytes.
    pub size: u8,
}

/// A struct, as a range of releases has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Which one.
    pub of: Struct,
    /// Its name in debugging information.
    pub name: &'static str,
    /// Bytes of it; of `runtime.moduledata`, those up to the last field that is listed.
    pub size: u16,
    /// Those of its fields that are needed.
    pub fields: &'static [FieldPlace],
    /// The releases that have it so.
    pub versions: Versions,
    /// Where it was read, relative to GOROOT/src; of several releases the newest one's file.
    pub file: &'static str,
}

impl Layout {
    /// The field of that name.
    ///
    /// Linear in the fields.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldPlace> {
        self.fields.iter().copied().find(|field| field.name == name)
    }
}

/// A struct as Go 1.`minor` has it; what the newest known release has counts for later ones too.
///
/// Linear in the table.
#[must_use]
pub fn layout(of: Struct, minor: u8) -> Option<&'static Layout> {
    TABLE.iter().find(|layout| layout.of == of && layout.versions.contains(minor))
}

/// Every layout known.
#[must_use]
pub fn layouts() -> &'static [Layout] {
    TABLE
}
