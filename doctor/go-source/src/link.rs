//! From the facts of each package to one program: names, identities, arguments, roots.

mod arguments;
mod callers;
mod calls;
mod handlers;
mod initial;
mod names;
mod roots;
mod symbols;

pub(crate) use symbols::{inlined_into, keys_of, spellings};

use crate::body::{AccessFact, Facts, Key, LockFact, walk_package};
use crate::locks;
use crate::spread;
use crate::types::Def;
use crate::world::{FileId, FuncRef, Index, PackageId, World, index};
use crate::{
    Acquisition, Call, Function, FunctionId, Holding, Inherited, LoadOptions, Origin, SourceAccess,
};
use arguments::Reached;
use finding::{Access, HeldLock, LockSet, MapDecl, MapId, MapType, Site};
use initial::Initial;
use names::Names;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What one package yields before packages meet.
pub(crate) struct Unit {
    pub(crate) package: PackageId,
    pub(crate) facts: Facts,
    /// What is held at each access, at each call and where locks are taken, by file and expression.
    pub(crate) states: FxHashMap<(FileId, crate::hir::ExprId), locks::State>,
    /// The number of its first function in the program.
    pub(crate) base: u32,
}

/// Walks every package that is searched.
pub(crate) fn walk<'w>(world: &'w World, names: &'w Index<'w>, options: &LoadOptions) -> Vec<Unit> {
    let minor = options.go_minor.unwrap_or(crate::build::NEWEST_GO);
    let own: Vec<PackageId> = (0u32..)
        .zip(&world.packages)
        .filter(|(_, p)| p.part.is_searched())
        .map(|(id, _)| id)
        .collect();
    let mut units = spread::map(own, world.files.len(), |package| {
        let facts = walk_package(world, names, package, minor);
        let states = states(world, &facts);
        Unit { package, facts, states, base: 0 }
    });
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
    // Callees run under what is held at their calls.
    anchors.extend(facts.calls.iter().map(|call| (call.file, call.expr)));
    anchors.extend(facts.locks.keys());
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

/// The packages, joined.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    pub(crate) decls: Vec<MapDecl>,
    pub(crate) accesses: Vec<SourceAccess>,
    pub(crate) functions: Vec<Function>,
    pub(crate) calls: Vec<Call>,
    /// Ordered by site.
    pub(crate) acquisitions: Vec<Acquisition>,
    pub(crate) origins: FxHashMap<MapId, Origin>,
    /// Operations whose map could not be told.
    pub(crate) unresolved: u32,
}

/// Joins the packages.
pub(crate) fn link(world: &World, names: &Index<'_>, units: &[Unit]) -> Linked {
    let naming = Names::new(world, units);
    let mut functions = naming.functions();
    let by_ref = by_ref(units);
    let methods = calls::Methods::new(world, names, units);
    let calls = calls::resolve(units, &by_ref, &methods, &naming);
    let handlers = handlers::by_shape(units, &by_ref);
    let seeds = roots::seeds(units, &by_ref, &naming, &methods, &handlers);
    roots::fill(&mut functions, seeds, &calls);
    let ids = naming.ids();
    let decls = decls(world, units, &naming, &ids);
    let inherited = callers::inherited(units, &by_ref, &methods, &naming, &handlers);
    let ambiguous = arguments::ambiguous(units);
    let reached = arguments::follow(world, units, &by_ref, &ambiguous);
    let tables = Tables {
        world,
        units,
        naming: &naming,
        ids: &ids,
        functions: &functions,
        inherited: &inherited,
        initial: Initial::new(units, &calls, &by_ref, &methods),
    };
    let named = |unit: &Unit| -> Vec<SourceAccess> {
        unit.facts.accesses.iter().filter_map(|access| tables.named(unit, access)).collect()
    };
    let mut accesses = spread::map(units.iter().collect(), world.files.len(), named)
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    accesses.extend(reached.iter().filter_map(|reached| tables.reached(reached)));
    let acquisitions = acquisitions(units, &naming);
    let origins = origins(units, &ids, &ambiguous);
    let unresolved = units.iter().fold(0u32, |sum, unit| sum.saturating_add(unit.facts.unknown));
    Linked { decls, accesses, functions, calls, acquisitions, origins, unresolved }
}

/// Where the maps of local variables come from, for those whose own function does not make them.
fn origins(
    units: &[Unit],
    ids: &FxHashMap<Key, MapId>,
    ambiguous: &FxHashSet<Key>,
) -> FxHashMap<MapId, Origin> {
    let mut found = FxHashMap::default();
    for unit in units {
        let known = unit.facts.holds.iter().map(|(local, _)| (local, Origin::Known));
        let foreign = unit.facts.foreign.iter().map(|local| (local, Origin::Unknown));
        for (local, origin) in known.chain(foreign) {
            if let Some(id) = ids.get(local) {
                found.insert(id.clone(), origin);
            }
        }
    }
    let unknown = ambiguous.iter().filter_map(|variable| ids.get(variable));
    found.extend(unknown.map(|id| (id.clone(), Origin::Unknown)));
    found
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

/// What puts an access together.
struct Tables<'a> {
    world: &'a World,
    units: &'a [Unit],
    naming: &'a Names<'a>,
    ids: &'a FxHashMap<Key, MapId>,
    functions: &'a [Function],
    inherited: &'a FxHashMap<FunctionId, Vec<Inherited>>,
    initial: Initial,
}

impl Tables<'_> {
    /// An access to a map that the function names itself.
    fn named(&self, unit: &Unit, access: &AccessFact) -> Option<SourceAccess> {
        let holding = self.holding(unit, access.file, access.anchor);
        self.finish(unit, access, access.map, holding, Vec::new())
    }

    /// An access to a map that calls handed to the function.
    fn reached(&self, reached: &Reached) -> Option<SourceAccess> {
        let unit = self.units.get(reached.unit)?;
        let access = unit.facts.accesses.get(reached.access)?;
        let mut holding = self.holding(unit, access.file, access.anchor);
        let mut calls = Vec::new();
        for (caller, call) in &reached.calls {
            let caller = self.units.get(*caller)?;
            let call = caller.facts.calls.get(index(*call))?;
            holding = both(holding, self.holding(caller, call.file, call.expr));
            let function = call.caller.map(|at| caller.base.saturating_add(at));
            calls.push(self.naming.site(call.file, call.at, function));
        }
        self.finish(unit, access, reached.map, holding, calls)
    }

    fn finish(
        &self,
        unit: &Unit,
        fact: &AccessFact,
        map: Key,
        holding: Holding,
        calls: Vec<Site>,
    ) -> Option<SourceAccess> {
        let function = fact.function.map(|at| FunctionId(unit.base.saturating_add(at)));
        let root = function
            .and_then(|id| self.functions.get(index(id.0)))
            .and_then(|function| function.root.clone());
        let site =
            self.naming.site(fact.file, fact.placement.operation.start, function.map(|id| id.0));
        let expression = self.naming.text(fact.file, fact.placement.map).into();
        let map = self.ids.get(&map)?.clone();
        let named = self.ids.get(&fact.named).unwrap_or(&map).clone();
        let Holding { locks, guards, .. } = holding;
        let before_sharing = fact.before_sharing || self.initial.is_alone(self.world, unit, fact);
        let inherited =
            function.and_then(|id| self.inherited.get(&id)).cloned().unwrap_or_default();
        let through_alias = fact.map != fact.named || (calls.is_empty() && named != map);
        Some(SourceAccess {
            access: Access {
                map,
                operation: fact.operation,
                site,
                expression,
                locks,
                root,
                before_sharing,
            },
            placement: fact.placement.clone(),
            function,
            named,
            through_alias,
            guards,
            inherited,
            calls,
        })
    }

    fn holding(&self, unit: &Unit, file: FileId, anchor: crate::hir::ExprId) -> Holding {
        holding(self.naming, unit, file, anchor)
    }
}

/// What is held at an access, a call or a lock's taking in a package.
fn holding(naming: &Names<'_>, unit: &Unit, file: FileId, anchor: crate::hir::ExprId) -> Holding {
    let state = unit.states.get(&(file, anchor));
    let locks =
        locks::lock_set(state, &|file, at| naming.site(file, at, naming.function_at(file, at)));
    let released = state.map(locks::State::released).unwrap_or_default();
    let released = released.iter().map(|path| path.written().into()).collect();
    if locks == LockSet::Unknown {
        return Holding { locks, guards: Vec::new(), released };
    }
    let held = state.map(locks::State::held).unwrap_or_default();
    let guards = held.iter().map(|held| held.path.mutex.map(|def: Def| naming.id_of(def).into()));
    Holding { locks, guards: guards.collect(), released }
}

/// The places where each function takes a lock itself, in the order of the source.
fn acquisitions(units: &[Unit], naming: &Names<'_>) -> Vec<Acquisition> {
    let mut found = Vec::new();
    for unit in units {
        for ((file, expr), fact) in &unit.facts.locks {
            let LockFact::Acquire { path, mode } = fact else { continue };
            let at = naming.start(*file, *expr);
            let function = naming.function_at(*file, at);
            let lock = HeldLock {
                path: path.written().into(),
                mode: *mode,
                site: naming.site(*file, at, function),
            };
            found.push(Acquisition {
                function: function.map(FunctionId),
                lock,
                guard: path.mutex.map(|def| naming.id_of(def).into()),
                before: holding(naming, unit, *file, *expr),
            });
        }
    }
    found.sort_by(|a, b| a.lock.site.cmp(&b.lock.site));
    found
}

/// What two functions hold together, one called inside the other.
fn both(inner: Holding, outer: Holding) -> Holding {
    let mut released = inner.released;
    released.extend(outer.released);
    match (inner.locks, outer.locks) {
        (LockSet::Held(mut locks), LockSet::Held(more)) => {
            locks.extend(more);
            let mut guards = inner.guards;
            guards.extend(outer.guards);
            Holding { locks: LockSet::Held(locks), guards, released }
        }
        _ => Holding { locks: LockSet::Unknown, guards: Vec::new(), released },
    }
}

pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
