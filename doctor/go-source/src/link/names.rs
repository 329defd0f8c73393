//! Stable names of declarations, and sites.

use super::Unit;
use crate::body::Key;
use crate::hir::{DeclKind, ExprId, ExprKind, Hir};
use crate::types::Def;
use crate::world::{FileId, World};
use crate::{Function, FunctionId, Span};
use finding::{MapId, Site};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names of everything that has one.
pub(crate) struct Names<'a> {
    world: &'a World,
    units: &'a [Unit],
    symbols: Vec<Arc<str>>,
    /// The functions of each file, by where they start: number in the program and span.
    by_file: FxHashMap<FileId, Vec<(Span, u32)>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(world: &'a World, units: &'a [Unit]) -> Self {
        let mut symbols = Vec::new();
        let mut by_file: FxHashMap<FileId, Vec<(Span, u32)>> = FxHashMap::default();
        for unit in units {
            for (at, function) in (unit.base..).zip(&unit.facts.functions) {
                symbols.push(Arc::from(function.symbol.as_str()));
                by_file.entry(function.at.file).or_default().push((function.span, at));
            }
        }
        for list in by_file.values_mut() {
            list.sort_unstable();
        }
        Self { world, units, symbols, by_file }
    }

    /// The symbol of a function by its number.
    pub(crate) fn symbol(&self, at: u32) -> Arc<str> {
        self.symbols.get(crate::world::index(at)).cloned().unwrap_or_default()
    }

    /// A place of a file. Models are named by their package alone.
    pub(crate) fn site(&self, file: FileId, at: u32, function: Option<u32>) -> Site {
        let function = function.map(|at| self.symbol(at));
        let Some(file) = self.world.file(file) else { return Site::line("", 0) };
        let own =
            self.world.package(file.package).is_some_and(|p| p.part != crate::world::Part::Model);
        let (line, column) = if own {
            let place = file.lines.line_col(at);
            (place.line, place.column)
        } else {
            (0, 0)
        };
        Site { file: Arc::clone(&file.path), line, column, function, pc: None }
    }

    pub(crate) fn text(&self, file: FileId, span: Span) -> &'a str {
        self.world.file(file).map_or("", |file| file.slice(span))
    }

    /// Where an expression begins.
    pub(crate) fn start(&self, file: FileId, expr: ExprId) -> u32 {
        self.world.file(file).map_or(0, |file| file.hir.expr(expr).span.start)
    }

    /// The innermost function of a package around a place.
    pub(crate) fn function_at(&self, file: FileId, at: u32) -> Option<u32> {
        let list = self.by_file.get(&file)?;
        let upto = list.partition_point(|(span, _)| span.start <= at);
        let before = list.get(..upto)?;
        // The innermost function starts last among those that reach beyond the place.
        before.iter().rev().find(|(span, _)| at < span.end).map(|(_, function)| *function)
    }

    /// All functions as the program shows them.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        for unit in self.units {
            let package = self
                .world
                .package(unit.package)
                .map(|package| Arc::clone(&package.import))
                .unwrap_or_default();
            for (at, fact) in (unit.base..).zip(&unit.facts.functions) {
                let file = self.world.file(fact.at.file);
                let line = |offset: u32| file.map_or(0, |file| file.lines.line_col(offset).line);
                found.push(Function {
                    id: FunctionId(at),
                    symbol: self.symbol(at),
                    package: Arc::clone(&package),
                    site: self.site(fact.at.file, fact.site, Some(at)),
                    span: fact.span,
                    body: fact.body,
                    lines: (line(fact.span.start), line(fact.body.end.saturating_sub(1))),
                    parent: fact.parent.map(|parent| FunctionId(unit.base.saturating_add(parent))),
                    root: None,
                    endless: fact.endless,
                    gives_back: Vec::new(),
                    makes_result: false,
                });
            }
        }
        found
    }

    /// The identity of every map that any package met. Several of one name are numbered in source
    /// order.
    pub(crate) fn ids(&self) -> FxHashMap<Key, MapId> {
        let mut keys: BTreeMap<(Arc<str>, String), Vec<Key>> = BTreeMap::new();
        let mut seen: FxHashMap<Key, ()> = FxHashMap::default();
        for unit in self.units {
            for key in unit.facts.decls.keys() {
                if seen.insert(*key, ()).is_none() {
                    let (package, path) = self.path_of(*key);
                    keys.entry((package, path)).or_default().push(*key);
                }
            }
        }
        let mut ids = FxHashMap::default();
        for ((package, path), mut list) in keys {
            list.sort_unstable_by_key(|key| (key.def.file, key.def.name.start));
            for (at, key) in list.into_iter().enumerate() {
                let id = match at {
                    0 => MapId::new(&package, &path),
                    at => MapId::new(&package, &format!("{path}#{}", at.saturating_add(1))),
                };
                ids.insert(key, id);
            }
        }
        ids
    }

    fn path_of(&self, key: Key) -> (Arc<str>, String) {
        let (package, mut path) = self.path(key.def);
        for _ in 0..key.depth {
            path.push_str("[]");
        }
        (package, path)
    }

    /// The stable name of any declared variable or field.
    pub(crate) fn id_of(&self, def: Def) -> String {
        let (package, path) = self.path(def);
        format!("{package}.{path}")
    }

    /// Package and path of a declared name.
    fn path(&self, def: Def) -> (Arc<str>, String) {
        let Some(file) = self.world.file(def.file) else { return (Arc::from(""), String::new()) };
        let package = self.world.package(file.package);
        let import = package.map(|package| Arc::clone(&package.import)).unwrap_or_default();
        let name = file.slice(def.name);
        let at = def.name.start;
        let mut path = String::new();
        if let Some(function) = self.function_at(def.file, at) {
            let prefix = package.map_or(0, |package| package.symbol().len().saturating_add(1));
            let symbol = self.symbol(function);
            path.push_str(&symbol.get(prefix..).unwrap_or_default().replace("[...]", ""));
        }
        let inside = |span: Span| span.start <= at && at < span.end;
        // The innermost type or variable declaration around the name, which may be its own.
        let decl =
            file.hir.all_decls().filter(|(_, decl)| inside(decl.span)).filter(|(_, decl)| {
                matches!(decl.kind, DeclKind::Type { .. } | DeclKind::Var { .. })
            });
        let decl = decl.min_by_key(|(_, decl)| decl.span.len()).map(|(_, decl)| decl.kind);
        let mut parts: Vec<&str> = Vec::new();
        match decl {
            Some(DeclKind::Type { name, ty, .. }) => {
                parts.push(file.slice(name));
                fields(&file.hir, ty, at, &mut |span| parts.push(file.slice(span)));
            }
            Some(DeclKind::Var { names, ty: Some(ty), .. }) if inside(file.hir.expr(ty).span) => {
                parts.extend(file.hir.names(names).first().map(|name| file.slice(*name)));
                fields(&file.hir, ty, at, &mut |span| parts.push(file.slice(span)));
            }
            _ => parts.push(name),
        }
        if parts.last() != Some(&name) {
            parts.push(name);
        }
        for part in parts {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(part);
        }
        (import, path)
    }
}

/// The fields on the way to a place inside a type.
fn fields(hir: &Hir, ty: ExprId, at: u32, found: &mut dyn FnMut(Span)) {
    let inside = |span: Span| span.start <= at && at < span.end;
    let mut todo = ty;
    loop {
        match hir.expr(todo).kind {
            ExprKind::Struct { fields } => {
                let field = hir.fields(fields).iter().find(|field| {
                    field.name.is_some_and(inside)
                        || (inside(hir.expr(field.ty).span) && !shared(hir, field, fields))
                });
                let Some(field) = field else { return };
                match field.name {
                    Some(name) => found(name),
                    None => return,
                }
                if field.name.is_some_and(inside) {
                    return;
                }
                todo = field.ty;
            }
            ExprKind::Star(inner) | ExprKind::Paren(inner) | ExprKind::SliceOf(inner) => {
                todo = inner;
            }
            ExprKind::Array { elem, .. } | ExprKind::Chan { elem } => todo = elem,
            ExprKind::Map { value, .. } => todo = value,
            _ => return,
        }
    }
}

/// `a, b struct{ … }` share a type: what is inside belongs to the first.
fn shared(hir: &Hir, field: &crate::hir::Field, fields: crate::hir::List) -> bool {
    let first = hir.fields(fields).iter().find(|other| other.ty == field.ty);
    first.is_some_and(|first| first.name != field.name)
}
