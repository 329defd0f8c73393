//! Comments about locks, read as specification: annotations of gVisor's checklocks, and English.
//!
//! *Sources.* `+checklocks:mu` and its kin: gVisor, `tools/checklocks/README.md`, 2022-02. The English phrases were
//! gathered from well-known Go programs; `english.rs` has them as data.
//!
//! *Mechanism.* Comments are looked for at maps (on the line, above it, above their group), at locks, and at functions.
//! What a comment names counts only where it is a lock that the program takes and that is in scope there: a field of the
//! same struct or of one that it or the function's parameters name, or a variable of the package. A function that takes a
//! lock itself does not ask its callers for it, whatever its comment says.

mod english;
mod near;
mod phrases;
mod scope;

use crate::{Function, FunctionId, Program, Specified};
use finding::{DeclKind, LockMode, MapDecl, MapId, Site};
use near::Lines;
use phrases::Extent;
use rustc_hash::{FxHashMap, FxHashSet};
use scope::Scope;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the comments of a program say.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    /// The locks that guard maps.
    pub(crate) guards: FxHashMap<MapId, Vec<Specified>>,
    /// The locks that the callers of functions hold.
    pub(crate) required: FxHashMap<FunctionId, Vec<Specified>>,
    /// Functions that are not to be checked, from a line on: `+checklocksignore`, `+checklocksforce`.
    pub(crate) trusted: FxHashMap<FunctionId, u32>,
}

/// Reads the comments of the program's own files. Linear in its maps, locks and functions.
pub(crate) fn read(program: &Program, locks: &BTreeMap<Arc<str>, Site>) -> Comments {
    let scope = Scope::new(locks);
    let mut found = Comments::default();
    let mut maps_of: FxHashMap<&str, usize> = FxHashMap::default();
    let fields = || program.decls().iter().filter(|map| !map.path.ends_with("[]"));
    for map in fields() {
        let many = maps_of.entry(owner_of(map.id.as_str())).or_default();
        *many = many.saturating_add(1);
    }
    for map in fields().filter(|map| map.decl != DeclKind::Parameter) {
        let Some(lines) = Lines::of(program, &map.site.file) else { continue };
        let mut said = of_map(&scope, &lines, map);
        said.extend(of_locks(program, &scope, &lines, map, maps_of.get(owner_of(map.id.as_str()))));
        said.sort_by(|a, b| (&a.guard, &a.site).cmp(&(&b.guard, &b.site)));
        said.dedup_by(|a, b| a.guard == b.guard);
        if !said.is_empty() {
            found.guards.insert(map.id.clone(), said);
        }
    }
    let takes: FxHashSet<(FunctionId, &str)> = program
        .acquisitions()
        .iter()
        .filter_map(|taken| Some((taken.function?, taken.guard.as_deref()?)))
        .collect();
    for function in program.functions().iter().filter(|function| function.parent.is_none()) {
        let Some(lines) = Lines::of(program, &function.site.file) else { continue };
        if let Some(from) = lines.trusted(function) {
            found.trusted.insert(function.id, from);
        }
        let mut said = of_function(&scope, &lines, function);
        said.retain(|said| {
            !takes.contains(&(function.id, &*said.guard))
                || function.gives_back.contains(&said.guard)
        });
        if !said.is_empty() {
            found.required.insert(function.id, said);
        }
    }
    found
}

/// What holds a name: `example.com/orders/status.Cache` of `example.com/orders/status.Cache.entries`.
fn owner_of(id: &str) -> &str {
    id.rsplit_once('.').map_or("", |(owner, _)| owner)
}

/// What comments at a map say.
fn of_map(scope: &Scope<'_>, lines: &Lines<'_>, map: &MapDecl) -> Vec<Specified> {
    let id = map.id.as_str();
    let owner = owner_of(id);
    let line = map.site.line;
    let around = || lines.around(line);
    let mut found = Vec::new();
    let mut take = |comment: near::Comment<'_>, group: bool| {
        for mention in phrases::of_guarded(&comment.text, group) {
            for guard in scope.resolve(&map.package, owner, &mention, &around) {
                let site = Site::line(Arc::clone(&map.site.file), comment.line);
                found.push(Specified { guard, mode: LockMode::Write, site });
            }
        }
    };
    let own = lines.trailing(line, map.site.column).into_iter().chain(lines.above(line));
    own.for_each(|comment| take(comment, false));
    lines.heads_of_group(line).into_iter().for_each(|comment| take(comment, true));
    found
}

/// What comments at the locks beside a map say.
fn of_locks(
    program: &Program,
    scope: &Scope<'_>,
    lines: &Lines<'_>,
    map: &MapDecl,
    maps: Option<&usize>,
) -> Vec<Specified> {
    let id = map.id.as_str();
    let name = id.rsplit_once('.').map_or("", |(_, name)| name);
    let name = name.split('#').next().unwrap_or(name);
    let of_package = map.decl == DeclKind::PackageVar;
    let beside: Vec<(&Arc<str>, &Site)> = scope.beside(owner_of(id)).collect();
    let mut found = Vec::new();
    for (guard, site) in &beside {
        let other = Lines::of(program, &site.file).filter(|_| site.file != map.site.file);
        let lines = other.as_ref().unwrap_or(lines);
        let same_file = site.file == map.site.file;
        let comments = lines.trailing(site.line, site.column).into_iter();
        for comment in comments.chain(lines.above(site.line)) {
            let guards = phrases::of_guard(&comment.text).iter().any(|object| {
                let between = |low: u32, high: u32| {
                    same_file
                        && low < high
                        && !beside.iter().any(|(_, other)| {
                            other.file == site.file && low < other.line && other.line < high
                        })
                };
                let one_group = |low: u32, high: u32| !lines.has_blank(low, high);
                object.names(name)
                    || (object.the_map && maps == Some(&1))
                    || match object.extent {
                        Some(Extent::All | Extent::Rest) if of_package => false,
                        Some(Extent::All) => true,
                        Some(Extent::Rest) => between(site.line, map.site.line),
                        Some(Extent::Below) => {
                            between(site.line, map.site.line) && one_group(site.line, map.site.line)
                        }
                        Some(Extent::Above) => {
                            between(map.site.line, site.line) && one_group(map.site.line, site.line)
                        }
                        None => false,
                    }
            });
            if guards {
                let site = Site::line(Arc::clone(&site.file), comment.line);
                found.push(Specified { guard: Arc::clone(guard), mode: LockMode::Write, site });
            }
        }
    }
    found
}

/// What the comment of a function, before it or at the beginning of its body, says of its callers.
fn of_function(scope: &Scope<'_>, lines: &Lines<'_>, function: &Function) -> Vec<Specified> {
    let mut found: Vec<Specified> = Vec::new();
    let signature = || lines.signature(function);
    let receiver = scope::receiver(&function.symbol);
    let owner = match receiver {
        Some(receiver) => format!("{}.{receiver}", function.package),
        None => function.package.to_string(),
    };
    for comment in lines.of_function(function) {
        for mut mention in phrases::of_callers(&comment.text) {
            // A function without a receiver has no lock that is the one.
            mention.the_lock &= receiver.is_some();
            for guard in scope.resolve(&function.package, &owner, &mention, &signature) {
                if found.iter().all(|known| known.guard != guard) {
                    let site = Site::line(Arc::clone(&function.site.file), comment.line);
                    found.push(Specified { guard, mode: mention.mode, site });
                }
            }
        }
    }
    found
}
