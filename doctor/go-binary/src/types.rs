//! The types of a Go program, as its debugging information declares them.

use std::ops::Range;

/// A type, by its place among the [`Types`] of its program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TypeId(pub(crate) u32);

impl TypeId {
    /// Its place among the types of its program, from zero on.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How many names a type may have, one for the other.
const DEEPEST: u32 = 64;

/// What Go says a type is: `reflect.Kind`, from `src/internal/abi/type.go`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GoKind(pub u8);

impl GoKind {
    /// `bool`.
    pub const BOOL: Self = Self(1);
    /// `float32`.
    pub const FLOAT32: Self = Self(13);
    /// `float64`.
    pub const FLOAT64: Self = Self(14);
    /// An array.
    pub const ARRAY: Self = Self(17);
    /// A function.
    pub const FUNC: Self = Self(19);
    /// An interface.
    pub const INTERFACE: Self = Self(20);
    /// A map.
    pub const MAP: Self = Self(21);
    /// A pointer.
    pub const POINTER: Self = Self(22);
    /// A slice.
    pub const SLICE: Self = Self(23);
    /// A string.
    pub const STRING: Self = Self(24);
    /// A struct.
    pub const STRUCT: Self = Self(25);
    /// A channel.
    pub const CHAN: Self = Self(18);
    /// `unsafe.Pointer`.
    pub const UNSAFE_POINTER: Self = Self(26);

    /// Whether it is `int`, or one of so many bits.
    #[must_use]
    pub fn is_signed(self) -> bool {
        matches!(self.0, 2..=6)
    }

    /// Whether it is `uint`, `uintptr`, or one of so many bits.
    #[must_use]
    pub fn is_unsigned(self) -> bool {
        matches!(self.0, 7..=12)
    }

    /// Whether a value of it is one pointer.
    #[must_use]
    pub fn is_reference(self) -> bool {
        [Self::CHAN, Self::FUNC, Self::MAP, Self::POINTER, Self::UNSAFE_POINTER].contains(&self)
    }
}

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Type<'d> {
    /// Its name: `map[string]example.com/shop.Order`, `*uint8`.
    pub name: &'d str,
    /// Bytes of a value; for what has none written down, of what it is made of.
    pub size: u64,
    /// What Go says it is; none for types of the linker's own making, as the buckets of a map.
    pub kind: Option<GoKind>,
    /// Where its descriptor lies, counted from `runtime.types`.
    pub descriptor: Option<u64>,
    /// What it is made of.
    pub form: Form,
}

/// What a type is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Form {
    /// Nothing that leads on: numbers, functions, channels, `unsafe.Pointer`.
    Plain,
    /// A pointer to a type, or to anything.
    Pointer(Option<TypeId>),
    /// Fields one after the other; strings, slices and interfaces are structs, too.
    Struct(Range<u32>),
    /// So many of a type.
    Array(TypeId, u64),
    /// Another name for a type.
    Named(TypeId),
    /// A map: its keys and values, and the type that it is kept in, a pointer to the runtime's header.
    Map {
        /// The type of keys.
        key: TypeId,
        /// The type of values.
        value: TypeId,
        /// A pointer to the runtime's header.
        header: TypeId,
    },
}

/// A field of a struct.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field<'d> {
    /// Its name.
    pub name: &'d str,
    /// Its type.
    pub type_id: TypeId,
    /// Where it lies in the struct, in bytes.
    pub offset: u64,
}

/// All types of a program.
#[derive(Default, Debug)]
pub struct Types<'d> {
    pub(crate) types: Vec<Type<'d>>,
    pub(crate) fields: Vec<Field<'d>>,
}

impl<'d> Types<'d> {
    /// Adds a type that comes from elsewhere than debugging information; of a struct, with its fields.
    ///
    /// What it is made of must have been added before. None if there are more types than ids.
    pub fn add(&mut self, mut kind: Type<'d>, fields: &[Field<'d>]) -> Option<TypeId> {
        if let Form::Struct(range) = &mut kind.form {
            let first = u32::try_from(self.fields.len()).ok()?;
            self.fields.extend_from_slice(fields);
            *range = first..u32::try_from(self.fields.len()).ok()?;
        }
        let id = TypeId(u32::try_from(self.types.len()).ok()?);
        self.types.push(kind);
        Some(id)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &Type<'d>)> {
        (0..).map(TypeId).zip(&self.types)
    }

    /// The first of that name. Linear in the types.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<TypeId> {
        self.iter().find(|(_, kind)| kind.name == name).map(|(id, _)| id)
    }

    /// One of them; none for an id of another program.
    #[must_use]
    pub fn get(&self, id: TypeId) -> Option<&Type<'d>> {
        self.types.get(id.0 as usize)
    }

    /// The type that is meant where others are its names only; a ring of names ends somewhere in it.
    #[must_use]
    pub fn resolve(&self, mut id: TypeId) -> TypeId {
        for _ in 0..DEEPEST {
            match self.get(id).map(|kind| &kind.form) {
                Some(Form::Named(next)) => id = *next,
                _ => break,
            }
        }
        id
    }

    /// What a type is made of, behind its names.
    #[must_use]
    pub fn form(&self, id: TypeId) -> Option<&Form> {
        self.get(self.resolve(id)).map(|kind| &kind.form)
    }

    /// Bytes of a value of a type; zero for what is not known. Go writes none down for what is a pointer.
    #[must_use]
    pub fn size(&self, id: TypeId) -> u64 {
        const WORD: u64 = 8;
        let Some(resolved) = self.get(self.resolve(id)) else { return 0 };
        match resolved.form {
            Form::Pointer(_) | Form::Map { .. } => WORD,
            Form::Plain if resolved.kind.is_some_and(GoKind::is_reference) => WORD,
            _ => resolved.size,
        }
    }

    /// What Go says a type is; of several names for one type, what it says of the first for which it says anything.
    #[must_use]
    pub fn kind(&self, mut id: TypeId) -> Option<GoKind> {
        for _ in 0..DEEPEST {
            let named = self.get(id)?;
            match (named.kind, &named.form) {
                (Some(kind), _) => return Some(kind),
                (None, Form::Named(next)) => id = *next,
                _ => return None,
            }
        }
        None
    }

    /// The fields of a type, behind its names; none for what is not a struct.
    #[must_use]
    pub fn fields(&self, id: TypeId) -> &[Field<'d>] {
        match self.form(id) {
            Some(Form::Struct(range)) => self.in_range(range),
            _ => &[],
        }
    }

    pub(crate) fn in_range(&self, range: &Range<u32>) -> &[Field<'d>] {
        self.fields.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, id: TypeId, name: &str) -> Option<&Field<'d>> {
        self.fields(id).iter().find(|field| field.name == name)
    }

    /// What a type points to, behind its names.
    #[must_use]
    pub fn pointee(&self, id: TypeId) -> Option<TypeId> {
        match self.form(id)? {
            Form::Pointer(pointee) => *pointee,
            _ => None,
        }
    }
}
