//! Go's types, as far as maps need them: a hash-consed arena per worker.
//!
//! Two types are identical exactly when their numbers are. [`Kind::Unknown`] stands for everything
//! that could not be resolved; it is contagious and never becomes a claim. A [`Kind::Foreign`] type
//! has a name in a package that is not there: it can be written down and compared, and nothing else
//! is known of it. Type parameters are types of their own, replaced where a generic type or function
//! is instantiated.

mod convert;
mod declared;
mod generic;
mod render;
mod resolver;
mod select;
mod signature;
mod size;

pub(crate) use convert::embedded_name;
pub(crate) use resolver::{Binding, Env, Meaning, Resolver};
pub(crate) use select::Target;

use crate::Span;
use crate::world::{DeclRef, FileId, index};
use rustc_hash::FxHashMap;

/// A type of one arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ty(u32);

impl Ty {
    pub(crate) const UNKNOWN: Self = Self(0);

    pub(crate) fn is_unknown(self) -> bool {
        self == Self::UNKNOWN
    }
}

/// A list of types of one arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tys(u32);

/// A struct type of one arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StructId(u32);

/// An interface type of one arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct InterfaceId(u32);

/// A named type of a package that is not there, of one arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ForeignId(u32);

/// Where a name is declared: the identity of variables, fields and type parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Def {
    pub(crate) file: FileId,
    pub(crate) name: Span,
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Unknown,
    /// A predeclared type, by its name.
    Basic(&'static str),
    Named {
        decl: DeclRef,
        args: Tys,
    },
    Pointer(Ty),
    Slice(Ty),
    /// An array, and its length where it is written as a number.
    Array(Ty, Option<u64>),
    Map {
        key: Ty,
        value: Ty,
    },
    Chan(Ty),
    Struct(StructId),
    Interface(InterfaceId),
    Func {
        params: Tys,
        results: Tys,
        variadic: bool,
    },
    Tuple(Tys),
    Param(Def),
    Foreign(ForeignId),
}

/// A field of a struct type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FieldInfo<'w> {
    pub(crate) name: &'w str,
    pub(crate) ty: Ty,
    pub(crate) embedded: bool,
    pub(crate) def: Def,
    /// The type as written.
    pub(crate) written: Span,
}

/// The methods and embedded types of an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct InterfaceInfo<'w> {
    pub(crate) methods: Vec<(&'w str, Ty)>,
    /// Embedded interfaces; terms of constraints are resolved when a core type is asked for.
    pub(crate) embeds: Vec<Ty>,
}

/// A named type of which only the name is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ForeignInfo<'w> {
    /// Import path of its package.
    pub(crate) import: &'w str,
    pub(crate) name: &'w str,
}

/// The arena.
#[derive(Debug)]
pub(crate) struct Types<'w> {
    kinds: Vec<Kind>,
    /// Whether a type parameter occurs in the type.
    generic: Vec<bool>,
    by_kind: FxHashMap<Kind, Ty>,
    lists: Vec<Box<[Ty]>>,
    by_list: FxHashMap<Box<[Ty]>, Tys>,
    structs: Vec<Box<[FieldInfo<'w>]>>,
    by_struct: FxHashMap<Box<[FieldInfo<'w>]>, StructId>,
    interfaces: Vec<InterfaceInfo<'w>>,
    by_interface: FxHashMap<InterfaceInfo<'w>, InterfaceId>,
    /// Each foreign type as it was first written.
    foreign: Vec<&'w str>,
    by_foreign: FxHashMap<ForeignInfo<'w>, ForeignId>,
}

impl Default for Types<'_> {
    fn default() -> Self {
        let mut types = Self {
            kinds: Vec::new(),
            generic: Vec::new(),
            by_kind: FxHashMap::default(),
            lists: Vec::new(),
            by_list: FxHashMap::default(),
            structs: Vec::new(),
            by_struct: FxHashMap::default(),
            interfaces: Vec::new(),
            by_interface: FxHashMap::default(),
            foreign: Vec::new(),
            by_foreign: FxHashMap::default(),
        };
        types.add(Kind::Unknown);
        types
    }
}

impl<'w> Types<'w> {
    pub(crate) fn kind(&self, ty: Ty) -> Kind {
        self.kinds.get(index(ty.0)).copied().unwrap_or(Kind::Unknown)
    }

    pub(crate) fn list(&self, list: Tys) -> &[Ty] {
        self.lists.get(index(list.0)).map_or(&[], |list| list)
    }

    pub(crate) fn fields(&self, id: StructId) -> &[FieldInfo<'w>] {
        self.structs.get(index(id.0)).map_or(&[], |fields| fields)
    }

    pub(crate) fn interface(&self, id: InterfaceId) -> Option<&InterfaceInfo<'w>> {
        self.interfaces.get(index(id.0))
    }

    /// True when a type parameter occurs in the type.
    pub(crate) fn is_generic(&self, ty: Ty) -> bool {
        self.generic.get(index(ty.0)).copied().unwrap_or(false)
    }

    pub(crate) fn add(&mut self, kind: Kind) -> Ty {
        if let Some(found) = self.by_kind.get(&kind) {
            return *found;
        }
        let generic = self.holds_param(kind);
        let ty = Ty(narrow(self.kinds.len()));
        self.kinds.push(kind);
        self.generic.push(generic);
        self.by_kind.insert(kind, ty);
        ty
    }

    pub(crate) fn add_list(&mut self, list: &[Ty]) -> Tys {
        if let Some(found) = self.by_list.get(list) {
            return *found;
        }
        let id = Tys(narrow(self.lists.len()));
        self.lists.push(list.into());
        self.by_list.insert(list.into(), id);
        id
    }

    pub(crate) fn add_struct(&mut self, fields: Vec<FieldInfo<'w>>) -> Ty {
        let fields: Box<[_]> = fields.into();
        let id = match self.by_struct.get(&fields) {
            Some(found) => *found,
            None => {
                let id = StructId(narrow(self.structs.len()));
                self.structs.push(fields.clone());
                self.by_struct.insert(fields, id);
                id
            }
        };
        self.add(Kind::Struct(id))
    }

    pub(crate) fn add_interface(&mut self, info: InterfaceInfo<'w>) -> Ty {
        let id = match self.by_interface.get(&info) {
            Some(found) => *found,
            None => {
                let id = InterfaceId(narrow(self.interfaces.len()));
                self.interfaces.push(info.clone());
                self.by_interface.insert(info, id);
                id
            }
        };
        self.add(Kind::Interface(id))
    }

    /// A type of a package that is not there; `written` is how the source qualifies it.
    pub(crate) fn add_foreign(&mut self, info: ForeignInfo<'w>, written: &'w str) -> Ty {
        let next = ForeignId(narrow(self.foreign.len()));
        let id = *self.by_foreign.entry(info).or_insert(next);
        if id == next {
            self.foreign.push(written);
        }
        self.add(Kind::Foreign(id))
    }

    /// A foreign type as it was first written, with its package's local name.
    pub(crate) fn foreign(&self, id: ForeignId) -> &'w str {
        self.foreign.get(index(id.0)).copied().unwrap_or("?")
    }

    pub(crate) fn basic(&mut self, name: &'static str) -> Ty {
        self.add(Kind::Basic(name))
    }

    pub(crate) fn pointer(&mut self, to: Ty) -> Ty {
        if to.is_unknown() { Ty::UNKNOWN } else { self.add(Kind::Pointer(to)) }
    }

    /// One type alone, several as a tuple.
    pub(crate) fn tuple(&mut self, list: &[Ty]) -> Ty {
        match list {
            [one] => *one,
            _ => {
                let list = self.add_list(list);
                self.add(Kind::Tuple(list))
            }
        }
    }

    /// The n-th part of a tuple; a single type is its own first part.
    pub(crate) fn part(&self, ty: Ty, at: usize) -> Ty {
        match self.kind(ty) {
            Kind::Tuple(list) => self.list(list).get(at).copied().unwrap_or(Ty::UNKNOWN),
            _ if at == 0 => ty,
            _ => Ty::UNKNOWN,
        }
    }

    fn holds_param(&self, kind: Kind) -> bool {
        let any = |list: Tys| self.list(list).iter().any(|ty| self.is_generic(*ty));
        match kind {
            Kind::Unknown | Kind::Basic(_) | Kind::Foreign(_) => false,
            Kind::Named { args, .. } => any(args),
            Kind::Pointer(ty) | Kind::Slice(ty) | Kind::Array(ty, _) | Kind::Chan(ty) => {
                self.is_generic(ty)
            }
            Kind::Map { key, value } => self.is_generic(key) || self.is_generic(value),
            Kind::Struct(id) => self.fields(id).iter().any(|field| self.is_generic(field.ty)),
            Kind::Interface(id) => self.interface(id).is_some_and(|info| {
                info.methods.iter().any(|(_, sig)| self.is_generic(*sig))
                    || info.embeds.iter().any(|ty| self.is_generic(*ty))
            }),
            Kind::Func { params, results, .. } => any(params) || any(results),
            Kind::Tuple(list) => any(list),
            Kind::Param(_) => true,
        }
    }
}

/// An arena never holds four billion types: a file's own size bounds them.
fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
