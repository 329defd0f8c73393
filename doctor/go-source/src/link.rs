//! From the facts of each package to one program: names, identities, arguments, roots.

mod arguments;
mod calls;
mod names;
mod roots;
mod symbols;

pub(crate) use symbols::{keys_of, spellings};

use crate::body::{AccessFact, Facts, Key, walk_package};
use crate::locks;
use crate::program::Program;
use crate::types::Def;
use crate::world::{FileId, FuncRef, Index, PackageId, Part, World, index};
use crate::{Function, FunctionId, LoadOptions, Note, SourceAccess};
use arguments::Reached;
use finding::{Access, LockSet, MapDecl, MapId, MapType, Site};
use names::Names;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What one package yields before packages meet.
pub(crate) struct Unit {
    pub(crate) package: PackageId,
    pub(crate) facts: Facts,
    /// What is held at each access and at each call that takes a map, by file and expression.
    pub(crate) states: FxHashMap<(FileId, crate::hir::ExprId), locks::State>,
    /// The number of its first function in the program.
    pub(crate) base: u32,
}

/// Walks every package of the program's own.
pub(crate) fn walk<'w>(world: &'w World, names: &'w Index<'w>, options: &LoadOptions) -> Vec<Unit> {
    let minor = options.go_minor.unwrap_or(crate::build::NEWEST_GO);
    let own: Vec<PackageId> = (0u32..)
        .zip(&world.packages)
        .filter(|(_, p)| p.part == Part::Own)
        .map(|(id, _)| id)
        .collect();
    let mut units: Vec<Unit> = own
        .into_par_iter()
        .map(|package| {
            let facts = walk_package(world, names, package, minor);
            let states = states(world, &facts);
            Unit { package, facts, states, base: 0 }
        })
        .collect();
    let mut base = 0u32;
    for unit in &mut units {
        unit.base = base;
        base = base.saturating_add(narrow(unit.facts.functions.len()));
    }
    units
}

/// Runs the lock analysis over the functions of a package that touch both locks and maps.
fn states(world: &World, facts: &Facts) -> FxHashMap<(FileId, crate::hir::ExprId), locks::State> {
    let operations = locks::helpers(world, facts);
    let mut anchors: FxHashSet<_> =
        facts.accesses.iter().map(|access| (access.file, access.anchor)).collect();
    for argument in &facts.arguments {
        if let Some(call) = facts.calls.get(index(argument.call)) {
            anchors.insert((call.file, call.expr));
        }
    }
    let mut touched: FxHashMap<FileId, Vec<u32>> = FxHashMap::default();
    for (file, expr) in operations.keys() {
        let at = world.file(*file).map_or(0, |file| file.hir.expr(*expr).span.start);
        touched.entry(*file).or_default().push(at);
    }
    for list in touched.values_mut() {
        list.sort_unstable();
    }
    let with =
        locks::Operations { locks: &operations, literals: &facts.literals, anchors: &anchors };
    let mut found = FxHashMap::default();
    for function in
        facts.functions.iter().filter(|function| function.parent.is_none() && !function.range_body)
    {
        let locks_here = touched.get(&function.at.file).is_some_and(|list| {
            let from = list.partition_point(|at| *at < function.span.start);
            list.get(from).is_some_and(|at| *at < function.span.end)
        });
        if let Some(file) = world.file(function.at.file).filter(|_| locks_here) {
            let (states, _) = locks::held_at(file, function.at.file, function.at.func, &with);
            found.extend(states.into_iter().map(|(expr, state)| ((function.at.file, expr), state)));
        }
    }
    found
}

/// Joins the packages into a program.
pub(crate) fn link(world: &World, names: &Index<'_>, units: &[Unit], notes: Vec<Note>) -> Program {
    let naming = Names::new(world, units);
    let mut functions = naming.functions();
    let by_ref = by_ref(units);
    let calls = calls::resolve(world, names, units, &by_ref, &naming);
    roots::fill(&mut functions, units, &calls, &by_ref, &naming, names, world);
    let ids = naming.ids();
    let decls = decls(world, units, &naming, &ids);
    let reached = arguments::follow(world, units, &by_ref);
    let mut accesses: Vec<SourceAccess> = units
        .par_iter()
        .flat_map_iter(|unit| unit.facts.accesses.iter().map(move |access| (unit, access)))
        .filter_map(|(unit, access)| source_access(unit, access, &naming, &ids, &functions))
        .collect();
    accesses.extend(
        reached
            .iter()
            .filter_map(|reached| reached_access(reached, units, &naming, &ids, &functions)),
    );
    Program::build(decls, accesses, functions, calls, notes)
}

fn by_ref(units: &[Unit]) -> FxHashMap<FuncRef, FunctionId> {
    let mut found = FxHashMap::default();
    for unit in units {
        for (at, function) in (unit.base..).zip(&unit.facts.functions) {
            if !function.range_body {
                found.entry(function.at).or_insert(FunctionId(at));
            }
        }
    }
    found
}

fn decls(
    world: &World,
    units: &[Unit],
    naming: &Names<'_>,
    ids: &FxHashMap<Key, MapId>,
) -> Vec<MapDecl> {
    let mut found: FxHashMap<Key, (bool, MapDecl)> = FxHashMap::default();
    for unit in units {
        for (key, fact) in &unit.facts.decls {
            let Some(file) = world.file(key.def.file) else { continue };
            let home = file.package == unit.package;
            if found.get(key).is_some_and(|(known, _)| *known || !home) {
                continue;
            }
            let Some(id) = ids.get(key) else { continue };
            let package = world
                .package(file.package)
                .map_or_else(|| Arc::from(""), |package| Arc::clone(&package.import));
            let path = id.as_str().get(package.len().saturating_add(1)..).unwrap_or_default();
            let map_type = MapType {
                kind: fact.map,
                text: fact.text.as_str().into(),
                key: fact.key.as_str().into(),
                value: fact.value.as_str().into(),
            };
            let site = naming.site(
                key.def.file,
                key.def.name.start,
                fact.function.map(|at| unit.base.saturating_add(at)),
            );
            let decl = MapDecl {
                id: id.clone(),
                path: path.into(),
                package,
                decl: fact.kind,
                map_type,
                site,
            };
            found.insert(*key, (home, decl));
        }
    }
    found.into_values().map(|(_, decl)| decl).collect()
}

fn source_access(
    unit: &Unit,
    access: &AccessFact,
    naming: &Names<'_>,
    ids: &FxHashMap<Key, MapId>,
    functions: &[Function],
) -> Option<SourceAccess> {
    let state = unit.states.get(&(access.file, access.anchor));
    let locks = lock_set(state, naming, unit);
    let guards = guards(state, naming);
    finish(unit, access, access.map, locks, guards, Vec::new(), naming, ids, functions)
}

fn reached_access(
    reached: &Reached,
    units: &[Unit],
    naming: &Names<'_>,
    ids: &FxHashMap<Key, MapId>,
    functions: &[Function],
) -> Option<SourceAccess> {
    let unit = units.get(reached.unit)?;
    let access = unit.facts.accesses.get(reached.access)?;
    let state = unit.states.get(&(access.file, access.anchor));
    let mut locks = lock_set(state, naming, unit);
    let mut guards = guards(state, naming);
    let mut calls = Vec::new();
    for (caller, call) in &reached.calls {
        let caller = units.get(*caller)?;
        let call = caller.facts.calls.get(index(*call))?;
        let state = caller.states.get(&(call.file, call.expr));
        locks = both(locks, lock_set(state, naming, caller));
        guards.extend(self::guards(state, naming));
        calls.push(naming.site(
            call.file,
            call.at,
            call.caller.map(|at| caller.base.saturating_add(at)),
        ));
    }
    finish(unit, access, reached.map, locks, guards, calls, naming, ids, functions)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one place puts an access together from what four tables know"
)]
fn finish(
    unit: &Unit,
    access: &AccessFact,
    map: Key,
    locks: LockSet,
    guards: Vec<Option<Arc<str>>>,
    calls: Vec<Site>,
    naming: &Names<'_>,
    ids: &FxHashMap<Key, MapId>,
    functions: &[Function],
) -> Option<SourceAccess> {
    let function = access.function.map(|at| FunctionId(unit.base.saturating_add(at)));
    let root = function
        .and_then(|id| functions.get(index(id.0)))
        .and_then(|function| function.root.clone());
    let site = naming.site(access.file, access.placement.operation.start, function.map(|id| id.0));
    let expression = naming.text(access.file, access.placement.map).into();
    let id = ids.get(&map)?.clone();
    let guards = if matches!(locks, LockSet::Unknown) { Vec::new() } else { guards };
    let before_sharing = access.before_sharing;
    Some(SourceAccess {
        access: Access {
            map: id,
            operation: access.operation,
            site,
            expression,
            locks,
            root,
            before_sharing,
        },
        placement: access.placement.clone(),
        function,
        through_alias: access.map != access.named,
        guards,
        calls,
    })
}

/// What two functions hold together, one called inside the other.
fn both(inner: LockSet, outer: LockSet) -> LockSet {
    match (inner, outer) {
        (LockSet::Held(mut inner), LockSet::Held(outer)) => {
            inner.extend(outer);
            LockSet::Held(inner)
        }
        _ => LockSet::Unknown,
    }
}

fn lock_set(state: Option<&locks::State>, naming: &Names<'_>, unit: &Unit) -> LockSet {
    locks::lock_set(state, &|file, at| naming.site(file, at, naming.function_at(unit, file, at)))
}

/// The declarations of the locks held, in their order.
fn guards(state: Option<&locks::State>, naming: &Names<'_>) -> Vec<Option<Arc<str>>> {
    let held = state.map(locks::State::held).unwrap_or_default();
    held.iter().map(|held| held.path.mutex.map(|def: Def| naming.id_of(def).into())).collect()
}

pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
