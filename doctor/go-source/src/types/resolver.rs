//! The resolver: the world, an arena of types, and the names in scope.

use super::{Def, Kind, Ty, Types};
use crate::hir::{Decl, DeclKind, Hir};
use crate::world::{
    DeclRef, File, FileId, FuncRef, Import, Index, Object, PackageId, World, index,
};
use rustc_hash::FxHashMap;
use std::mem;

/// Types and aliases that refer to each other deeper than this are unknown.
const MAX_DEPTH: u32 = 64;

/// What a name in a local scope means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A variable of the function at hand, by its number there.
    Local(u32),
    /// A type: a local one, an alias, or a type parameter.
    Type(Ty),
    /// A constant.
    Const,
}

/// The file at hand and the names that hide those of its package.
#[derive(Debug, Default)]
pub(crate) struct Env<'w> {
    pub(crate) file: FileId,
    names: Vec<(&'w str, Binding)>,
}

impl Env<'_> {
    /// The environment of package-level declarations of a file.
    pub(crate) fn of(file: FileId) -> Self {
        Self { file, names: Vec::new() }
    }
}

/// What a name means, seen from the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Bound(Binding),
    Object(Object),
    Import(Import),
    /// A predeclared name, or nothing at all.
    Universe,
}

/// What is known of a type parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The one underlying type that all its arguments share, or unknown.
    pub(super) core: Ty,
    /// The constraint, whose methods it has.
    pub(super) constraint: Ty,
}

/// One worker's view of the program.
#[derive(Debug)]
pub(crate) struct Resolver<'w> {
    pub(crate) world: &'w World,
    pub(crate) index: &'w Index<'w>,
    pub(crate) types: Types<'w>,
    pub(crate) env: Env<'w>,
    pub(super) underlying: FxHashMap<Ty, Ty>,
    pub(super) local_types: FxHashMap<DeclRef, Ty>,
    pub(super) bounds: FxHashMap<Def, Bound>,
    pub(super) params: FxHashMap<DeclRef, Vec<Ty>>,
    pub(super) signatures: FxHashMap<FuncRef, super::signature::Signature>,
    depth: u32,
}

impl<'w> Resolver<'w> {
    pub(crate) fn new(world: &'w World, index: &'w Index<'w>) -> Self {
        Self {
            world,
            index,
            types: Types::default(),
            env: Env::default(),
            underlying: FxHashMap::default(),
            local_types: FxHashMap::default(),
            bounds: FxHashMap::default(),
            params: FxHashMap::default(),
            signatures: FxHashMap::default(),
            depth: 0,
        }
    }

    /// The file at hand.
    pub(crate) fn file(&self) -> &'w File {
        self.world.files.get(index(self.env.file)).unwrap_or(&self.world.nowhere)
    }

    pub(crate) fn hir(&self) -> &'w Hir {
        &self.file().hir
    }

    pub(crate) fn text(&self, span: crate::Span) -> &'w str {
        self.file().slice(span)
    }

    pub(crate) fn package(&self) -> PackageId {
        self.file().package
    }

    /// A declaration of any file.
    pub(crate) fn decl(&self, at: DeclRef) -> Option<&'w Decl> {
        self.world.file(at.file).map(|file| file.hir.decl(at.decl))
    }

    /// The name and package of a type declaration.
    pub(crate) fn type_name(&self, at: DeclRef) -> Option<(PackageId, &'w str)> {
        let file = self.world.file(at.file)?;
        match file.hir.decl(at.decl).kind {
            DeclKind::Type { name, .. } => Some((file.package, file.slice(name))),
            _ => None,
        }
    }

    /// True for the type `package.name` of the standard library or another well-known package.
    pub(crate) fn is_named(&self, ty: Ty, import: &str, name: &str) -> bool {
        let Kind::Named { decl, .. } = self.types.kind(ty) else { return false };
        self.type_name(decl).is_some_and(|(package, found)| {
            found == name
                && self.world.package(package).is_some_and(|package| &*package.import == import)
        })
    }

    /// Import path and name of a declared type.
    pub(crate) fn named(&self, ty: Ty) -> Option<(&'w str, &'w str)> {
        let Kind::Named { decl, .. } = self.types.kind(ty) else { return None };
        let (package, name) = self.type_name(decl)?;
        Some((&*self.world.package(package)?.import, name))
    }

    /// Runs with the environment of another declaration: its file, and no local names.
    pub(crate) fn at<R>(&mut self, file: FileId, run: impl FnOnce(&mut Self) -> R) -> R {
        let outer = mem::replace(&mut self.env, Env { file, names: Vec::new() });
        let result = run(self);
        self.env = outer;
        result
    }

    /// Runs one level deeper, or yields `fallback` where the levels are used up.
    pub(crate) fn deeper<R>(&mut self, fallback: R, run: impl FnOnce(&mut Self) -> R) -> R {
        if self.depth >= MAX_DEPTH {
            return fallback;
        }
        self.depth = self.depth.saturating_add(1);
        let result = run(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    /// Brings a name into scope. Blank names are never in scope.
    pub(crate) fn bind(&mut self, name: &'w str, binding: Binding) {
        if name != "_" && !name.is_empty() {
            self.env.names.push((name, binding));
        }
    }

    /// How many names are in scope, to return to with [`unbind`](Self::unbind).
    pub(crate) fn mark(&self) -> usize {
        self.env.names.len()
    }

    /// Leaves a scope.
    pub(crate) fn unbind(&mut self, mark: usize) {
        self.env.names.truncate(mark);
    }

    /// What a name means here.
    pub(crate) fn meaning(&self, name: &str) -> Meaning {
        if let Some((_, binding)) = self.env.names.iter().rev().find(|(bound, _)| *bound == name) {
            return Meaning::Bound(*binding);
        }
        if let Some(object) = self.index.object(self.package(), name) {
            return Meaning::Object(object);
        }
        if let Some(import) = self.index.import(self.env.file, name) {
            return Meaning::Import(import);
        }
        self.index.dotted(self.env.file, name).map_or(Meaning::Universe, Meaning::Object)
    }

    /// The local variable that a name denotes, if it denotes one.
    pub(crate) fn local(&self, name: &str) -> Option<u32> {
        match self.meaning(name) {
            Meaning::Bound(Binding::Local(local)) => Some(local),
            _ => None,
        }
    }
}
