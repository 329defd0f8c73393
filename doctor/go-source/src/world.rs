//! Everything that was read: files, packages and what each name at package level means.
//!
//! Built once, then shared by all workers without locks; names borrow from the files' text.

use crate::hir::{DeclId, DeclKind, ExprId, FuncId, Hir, List};
use crate::{LineTable, Note, NoteKind, Span};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// A file by its number.
pub(crate) type FileId = u32;
/// A package by its number.
pub(crate) type PackageId = u32;

/// A declaration anywhere in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DeclRef {
    pub(crate) file: FileId,
    pub(crate) decl: DeclId,
}

/// A function or literal anywhere in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FuncRef {
    pub(crate) file: FileId,
    pub(crate) func: FuncId,
}

/// A file that was read and lowered.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: Arc<str>,
    pub(crate) package: PackageId,
    pub(crate) text: String,
    pub(crate) lines: LineTable,
    pub(crate) hir: Hir,
}

impl File {
    /// The text of a span; empty where it is not one of this file.
    pub(crate) fn slice(&self, span: Span) -> &str {
        let range = usize::try_from(span.start).ok().zip(usize::try_from(span.end).ok());
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// An import path without its quotes.
    pub(crate) fn unquoted(&self, span: Span) -> &str {
        self.slice(span).trim_matches(['"', '`'])
    }
}

/// How a package takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The program's own: its bodies are searched for accesses.
    Own,
    /// A dependency in the tree that is searched as well.
    Searched,
    /// A dependency in the tree: its declarations are read.
    Dependency,
    /// Declarations that come with this crate, for packages outside the tree.
    Model,
}

impl Part {
    /// Whether bodies are searched for accesses.
    pub(crate) fn is_searched(self) -> bool {
        matches!(self, Self::Own | Self::Searched)
    }
}

/// The files that one compilation takes together.
#[derive(Debug)]
pub(crate) struct Package {
    /// What other packages import it as; an external test package ends in `_test`.
    pub(crate) import: Arc<str>,
    /// The name in its package clauses.
    pub(crate) name: Arc<str>,
    pub(crate) part: Part,
    /// The import path in the module whose text was vendored, where a replacement stands in.
    pub(crate) copied_from: Option<Arc<str>>,
    /// Files in the order the compiler takes them: by name.
    pub(crate) files: Vec<FileId>,
}

impl Package {
    /// What symbols of this package begin with: `main` for commands.
    pub(crate) fn symbol(&self) -> &str {
        if &*self.name == "main" { "main" } else { &self.import }
    }
}

/// What a name at package level means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Type(DeclRef),
    /// A variable, and which of its declaration's names.
    Var(DeclRef, u32),
    Const,
    Func(FuncRef),
}

/// What an import's local name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Import {
    Package(PackageId),
    /// A package that is not there, by where the file writes its path.
    Missing(Span),
}

/// All files and packages.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) files: Vec<File>,
    /// An empty file, for numbers that lead nowhere.
    pub(crate) nowhere: File,
    pub(crate) packages: Vec<Package>,
    /// For each import path its package.
    pub(crate) by_import: FxHashMap<Arc<str>, PackageId>,
}

impl World {
    pub(crate) fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(index(id))
    }

    pub(crate) fn package(&self, id: PackageId) -> Option<&Package> {
        self.packages.get(index(id))
    }

    /// Gives up all bodies, but for the expressions in `places`.
    pub(crate) fn forget_bodies(&mut self, places: impl Iterator<Item = (FileId, ExprId)>) {
        let mut by_file: FxHashMap<FileId, Vec<ExprId>> = FxHashMap::default();
        for (file, expr) in places {
            by_file.entry(file).or_default().push(expr);
        }
        for (id, file) in (0u32..).zip(&mut self.files) {
            file.hir.forget_bodies(by_file.remove(&id).unwrap_or_default());
        }
    }
}

/// Names at package level, methods and imports, borrowed from the world.
#[derive(Debug, Default)]
pub(crate) struct Index<'w> {
    scopes: Vec<FxHashMap<&'w str, Object>>,
    methods: Vec<FxHashMap<(&'w str, &'w str), FuncRef>>,
    imports: Vec<FxHashMap<&'w str, Import>>,
    /// Packages imported with a dot, by file.
    dots: FxHashMap<FileId, Vec<PackageId>>,
    /// Names that were declared before in their package: the file, and where the name stands.
    duplicates: Vec<(FileId, Span)>,
}

impl<'w> Index<'w> {
    /// Enters every package-level declaration of every file. Of two declarations of one name the
    /// first stays.
    pub(crate) fn new(
        world: &'w World,
        resolve: &dyn Fn(FileId, &str) -> Option<PackageId>,
    ) -> Self {
        let mut found = Self {
            scopes: world.packages.iter().map(|_| FxHashMap::default()).collect(),
            methods: world.packages.iter().map(|_| FxHashMap::default()).collect(),
            imports: Vec::with_capacity(world.files.len()),
            dots: FxHashMap::default(),
            duplicates: Vec::new(),
        };
        for (id, file) in (0u32..).zip(&world.files) {
            let mut imports = FxHashMap::default();
            for decl in &file.hir.top {
                found.enter(world, id, file, *decl, resolve, &mut imports);
            }
            found.imports.push(imports);
        }
        found
    }

    /// What a name means at package level.
    pub(crate) fn object(&self, package: PackageId, name: &str) -> Option<Object> {
        self.scopes.get(index(package))?.get(name).copied()
    }

    /// A method by the names of its receiver's type and its own.
    pub(crate) fn method(&self, package: PackageId, receiver: &str, name: &str) -> Option<FuncRef> {
        self.methods.get(index(package))?.get(&(receiver, name)).copied()
    }

    /// All methods of a package: receiver type, name, function.
    pub(crate) fn methods(
        &self,
        package: PackageId,
    ) -> impl Iterator<Item = (&'w str, &'w str, FuncRef)> + '_ {
        self.methods
            .get(index(package))
            .into_iter()
            .flatten()
            .map(|((receiver, name), func)| (*receiver, *name, *func))
    }

    /// What a name means as an import of a file.
    pub(crate) fn import(&self, file: FileId, name: &str) -> Option<Import> {
        self.imports.get(index(file))?.get(name).copied()
    }

    /// A name from a package that the file imports with a dot.
    pub(crate) fn dotted(&self, file: FileId, name: &str) -> Option<Object> {
        self.dots.get(&file)?.iter().find_map(|package| self.object(*package, name))
    }

    fn enter(
        &mut self,
        world: &'w World,
        id: FileId,
        file: &'w File,
        decl: DeclId,
        resolve: &dyn Fn(FileId, &str) -> Option<PackageId>,
        imports: &mut FxHashMap<&'w str, Import>,
    ) {
        let here = DeclRef { file: id, decl };
        match file.hir.decl(decl).kind {
            DeclKind::Import { name, path } => {
                let written = path;
                let path = file.unquoted(written);
                let target = resolve(id, path);
                let local = match name.map(|name| file.slice(name)) {
                    Some(".") => {
                        self.dots.entry(id).or_default().extend(target);
                        return;
                    }
                    Some(name) => name,
                    None => match target.and_then(|target| world.package(target)) {
                        Some(package) => &package.name,
                        None => guess_name(path),
                    },
                };
                imports.insert(local, target.map_or(Import::Missing(written), Import::Package));
            }
            DeclKind::Var { names, .. } => {
                for (at, name) in (0u32..).zip(file.hir.names(names)) {
                    self.define(id, file, *name, Object::Var(here, at));
                }
            }
            DeclKind::Const { names, .. } => {
                for name in file.hir.names(names) {
                    self.define(id, file, *name, Object::Const);
                }
            }
            DeclKind::Type { name, .. } => self.define(id, file, name, Object::Type(here)),
            DeclKind::Func(func) => self.enter_func(file, FuncRef { file: id, func }),
            DeclKind::Bad => {}
        }
    }

    fn enter_func(&mut self, file: &'w File, here: FuncRef) {
        let func = file.hir.func(here.func);
        if func.receiver.is_empty() {
            // Every package may have many `init` functions, which nothing can name.
            if file.slice(func.name) != "init" {
                self.define(here.file, file, func.name, Object::Func(here));
            }
        } else if let Some(receiver) = receiver_name(file, func.receiver) {
            if let Some(methods) = self.methods.get_mut(index(file.package)) {
                let name = file.slice(func.name);
                if *methods.entry((receiver, name)).or_insert(here) != here && name != "_" {
                    self.duplicates.push((here.file, func.name));
                }
            }
        }
    }

    fn define(&mut self, id: FileId, file: &'w File, name: Span, object: Object) {
        let text = file.slice(name);
        // A name that the parser had to make up is empty.
        if matches!(text, "_" | "") {
            return;
        }
        let Some(scope) = self.scopes.get_mut(index(file.package)) else { return };
        match scope.entry(text) {
            Entry::Vacant(slot) => {
                slot.insert(object);
            }
            Entry::Occupied(_) => self.duplicates.push((id, name)),
        }
    }

    /// Says where the program's own packages declare a name twice, a note a package.
    pub(crate) fn notes(&self, world: &World) -> Vec<Note> {
        let mut by_package: BTreeMap<PackageId, Vec<(FileId, Span)>> = BTreeMap::new();
        for (id, name) in &self.duplicates {
            let own = |file: &&File| {
                world.package(file.package).is_some_and(|package| package.part == Part::Own)
            };
            if let Some(file) = world.file(*id).filter(own) {
                by_package.entry(file.package).or_default().push((*id, *name));
            }
        }
        let note = |list: Vec<(FileId, Span)>| {
            let (id, name) = *list.first()?;
            let file = world.file(id)?;
            let at = file.lines.line_col(name.start);
            let more = match list.len() {
                1 => String::new(),
                many => format!(", and {} more of its package", many.saturating_sub(1)),
            };
            let text = format!(
                "declares `{}` a second time at {}:{}{more}: the first declaration was taken",
                file.slice(name),
                at.line,
                at.column
            );
            Some(Note { kind: NoteKind::Duplicate, path: Arc::clone(&file.path), text })
        };
        by_package.into_values().filter_map(note).collect()
    }
}

/// The name of a receiver's type: `T` in `(t *T[K, V])`.
pub(crate) fn receiver_name(file: &File, receiver: List) -> Option<&str> {
    use crate::hir::ExprKind;
    let mut at = file.hir.params(receiver).first()?.ty;
    loop {
        let expr = file.hir.expr(at);
        match expr.kind {
            ExprKind::Name => return Some(file.slice(expr.span)),
            ExprKind::Star(inner)
            | ExprKind::Paren(inner)
            | ExprKind::Index { base: inner, .. } => at = inner,
            _ => return None,
        }
    }
}

/// The name a package most likely has, by its import path: `yaml` for `gopkg.in/yaml.v3`.
fn guess_name(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let mut last = parts.next().unwrap_or(path);
    let is_version = last
        .strip_prefix('v')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if is_version {
        last = parts.next().unwrap_or(last);
    }
    let last = last.strip_prefix("go-").unwrap_or(last);
    last.split('.').next().unwrap_or(last)
}

/// A 32-bit number as an index.
pub(crate) fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}
