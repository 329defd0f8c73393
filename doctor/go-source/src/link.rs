//! From the facts of each package to one program: names, identities, arguments, roots.

mod accesses;
mod arguments;
mod callbacks;
mod callers;
mod calls;
mod costs;
mod entries;
mod groups;
mod handlers;
mod holding;
mod initial;
mod names;
mod nilness;
mod ownership;
mod roots;
mod slots;
mod symbols;
mod taken_out;
mod through;
mod turns;
mod unit;
mod uses;
mod variables;

pub(crate) use symbols::{inlined_into, keys_of, spellings};
pub(crate) use unit::{Unit, walk};

use crate::body::{AccessFact, CallFact, Facts, Key};
use crate::spread;
use crate::world::{FuncRef, Index, World, index};
use crate::{
    Acquisition, Call, Effect, Function, FunctionId, Join, KeyFault, NewEntry, Nilness, Origin,
    SourceAccess, Start, Use, Variable,
};
use accesses::Tables;
use finding::{MapDecl, MapId, MapType, Site};
use holding::{acquisitions, same_locks};
use initial::Initial;
use names::Names;
use nilness::{is_made, makers, nilness};
use ownership::Ownership;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;
use taken_out::TakenOut;

/// The packages, joined.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    pub(crate) decls: Vec<MapDecl>,
    pub(crate) accesses: Vec<SourceAccess>,
    pub(crate) handed_out: Vec<SourceAccess>,
    pub(crate) compared: Vec<SourceAccess>,
    pub(crate) copied: Vec<SourceAccess>,
    pub(crate) functions: Vec<Function>,
    pub(crate) calls: Vec<Call>,
    /// Ordered by site.
    pub(crate) acquisitions: Vec<Acquisition>,
    /// The locks that are taken, by name, and where they are declared.
    pub(crate) locks: BTreeMap<Arc<str>, Site>,
    /// Other names of locks: of fields that hold their addresses.
    pub(crate) same_locks: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    pub(crate) origins: FxHashMap<MapId, Origin>,
    /// Operations whose map could not be told.
    pub(crate) unresolved: u32,
    pub(crate) variables: Vec<Variable>,
    pub(crate) starts: Vec<Start>,
    /// Where functions start something first, whatever it is.
    pub(crate) first_starts: FxHashMap<FunctionId, u32>,
    /// Functions that the goroutine of `main` runs at a command.
    pub(crate) commands: FxHashSet<FunctionId>,
    /// Where functions wait for others, by place.
    pub(crate) joins: FxHashMap<FunctionId, Vec<Join>>,
    /// The functions that make values of a declared type, by import path and name.
    pub(crate) makers: FxHashMap<String, Vec<Option<FunctionId>>>,
    pub(crate) nilness: FxHashMap<MapId, Nilness>,
    /// What loops over maps leave behind, and keys that do not work, by file and the offset of the access.
    pub(crate) effects: FxHashMap<(Arc<str>, u32), Vec<Effect>>,
    pub(crate) key_faults: FxHashMap<(Arc<str>, u32), KeyFault>,
    pub(crate) costs: FxHashMap<(Arc<str>, u32), Vec<crate::Cost>>,
    pub(crate) new_entries: FxHashMap<(Arc<str>, u32), NewEntry>,
    /// Where maps of fields and packages are named, by map, and the names in selectors of which nothing is known.
    pub(crate) uses: FxHashMap<MapId, Vec<Use>>,
    pub(crate) unknown_selectors: Vec<Use>,
    /// Where mutexes are named, by their declarations.
    pub(crate) lock_uses: FxHashMap<Arc<str>, Vec<Use>>,
}

/// Joins the packages.
pub(crate) fn link(world: &World, names: &Index<'_>, units: &[Unit]) -> Linked {
    let naming = Names::new(world, units);
    let mut functions = naming.functions();
    let by_ref = by_ref(units);
    let methods = calls::Methods::new(world, names, units);
    let handlers = handlers::by_shape(units, &by_ref);
    let mut seeds = roots::seeds(units, &by_ref, &naming, &methods, &handlers);
    let started: FxHashMap<FunctionId, bool> =
        seeds.iter().map(|seed| (seed.function, seed.turn.is_some())).collect();
    let site = |file, at, function| naming.site(file, at, function);
    let callbacks = callbacks::seeds(units, &by_ref, &functions, &started, &site);
    let mut waits: Vec<(FunctionId, u32)> = Vec::new();
    let waiting = callbacks.iter().filter(|(_, waits)| *waits);
    waits.extend(waiting.filter_map(|(seed, _)| Some((seed.starter?, seed.at))));
    let handing: FxHashSet<(FunctionId, u32)> = callbacks
        .iter()
        .filter_map(|(seed, waits)| Some((seed.starter.filter(|_| !*waits)?, seed.at)))
        .collect();
    seeds.extend(callbacks.into_iter().map(|(seed, _)| seed));
    let beside: FxHashSet<FunctionId> = seeds.iter().map(|seed| seed.function).collect();
    let through = through::calls(units, &by_ref, &functions, &beside, &naming);
    let calls = calls::resolve(units, &by_ref, &methods, &naming, &through);
    let called = through.held();
    let mut calls: Vec<Call> = calls.into_iter().chain(through.calls).collect();
    waits.extend(groups::waits(units, &functions, &calls, &handing));
    let starts = roots::fill(&mut functions, seeds, &calls);
    let ids = naming.ids();
    let decls = decls(world, units, &naming, &ids);
    let ambiguous = arguments::ambiguous(units);
    let taken_out = TakenOut::new(units);
    let reached = arguments::follow(world, units, &by_ref, &ambiguous, &taken_out);
    let starting = initial::starting(units, &calls);
    let ownership = Ownership::new(units, &by_ref, &methods, &starting);
    let makes = |at: usize, call: &CallFact| ownership.calls_on_own(units, &by_ref, at, call);
    mark_own(&mut calls, units, &makes);
    for unit in units {
        for value in &unit.facts.returns {
            let at = index(unit.base.saturating_add(value.function));
            if let Some(function) = functions.get_mut(at).filter(|_| is_made(unit, value)) {
                function.makes_result = true;
            }
        }
        for (at, defs) in &unit.gives_back {
            let number = index(unit.base.saturating_add(*at));
            if let Some(function) = functions.get_mut(number) {
                function.gives_back = defs.iter().map(|def| naming.id_of(*def).into()).collect();
            }
        }
    }
    let callers = callers::callers(units, &by_ref, &methods, &naming, &handlers, &makes);
    let closures: FxHashSet<FunctionId> = functions
        .iter()
        .filter(|function| function.parent.is_some() && !started.contains_key(&function.id))
        .map(|function| function.id)
        .collect();
    let once = once(units, &by_ref, &closures, &calls);
    let tables = Tables {
        world,
        units,
        naming: &naming,
        ids: &ids,
        functions: &functions,
        callers: &callers,
        initial: Initial::new(units, &closures, &calls, &starting, &by_ref, &methods),
        ownership: &ownership,
        by_ref: &by_ref,
        started: &started,
        once: &once,
        taken_out: &taken_out,
        called: &called,
    };
    let named = |(at, unit): (usize, &Unit)| -> Vec<SourceAccess> {
        unit.facts.accesses.iter().filter_map(|access| tables.named(at, unit, access)).collect()
    };
    let mut accesses = spread::map(units.iter().enumerate().collect(), world.files.len(), named)
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    let aside = |list: fn(&Facts) -> &Vec<AccessFact>| -> Vec<SourceAccess> {
        let of_unit = |(at, unit): (usize, &'_ Unit)| -> Vec<SourceAccess> {
            let facts = list(&unit.facts).iter();
            facts.filter_map(|access| tables.named(at, unit, access)).collect()
        };
        units.iter().enumerate().flat_map(of_unit).collect()
    };
    let handed_out = aside(|facts| &facts.handed_out);
    let compared = aside(|facts| &facts.compared);
    let copied = aside(|facts| &facts.copied);
    accesses.extend(reached.iter().filter_map(|reached| tables.reached(reached)));
    let (acquisitions, locks) = acquisitions(units, &naming);
    let origins = origins(units, &ids, &ambiguous);
    let unresolved = units.iter().fold(0u32, |sum, unit| sum.saturating_add(unit.facts.unknown));
    let variables = variables::variables(units, &by_ref, &ownership);
    let joins = joins(units, waits);
    Linked {
        decls,
        accesses,
        handed_out,
        compared,
        copied,
        functions,
        calls,
        acquisitions,
        locks,
        same_locks: same_locks(units, &naming),
        origins,
        unresolved,
        variables,
        starts,
        first_starts: entries::first_starts(units),
        commands: entries::commands(world, units, &by_ref),
        joins,
        makers: makers(units),
        nilness: nilness(units, &ids, &by_ref),
        effects: turns::effects(world, units, &naming),
        key_faults: turns::key_faults(world, units),
        costs: costs::costs(world, units, &naming),
        new_entries: turns::new_entries(world, units),
        uses: uses::by_map(world, units, &ids),
        unknown_selectors: uses::unknown(world, units),
        lock_uses: uses::by_lock(world, units, &naming),
    }
}

/// Marks the calls on objects that the calling functions are still making.
fn mark_own(calls: &mut [Call], units: &[Unit], makes: &dyn Fn(usize, &CallFact) -> bool) {
    let mut own: FxHashSet<(FunctionId, u32)> = FxHashSet::default();
    for (at, unit) in units.iter().enumerate() {
        for call in &unit.facts.calls {
            if let Some(caller) = call.caller.filter(|_| makes(at, call)) {
                own.insert((FunctionId(unit.base.saturating_add(caller)), call.at));
            }
        }
    }
    for call in calls {
        call.on_own = call.caller.is_some_and(|caller| own.contains(&(caller, call.at)));
    }
}

/// Where each function waits for others.
fn joins(units: &[Unit], waits: Vec<(FunctionId, u32)>) -> FxHashMap<FunctionId, Vec<Join>> {
    let mut found: FxHashMap<FunctionId, Vec<Join>> = FxHashMap::default();
    for (function, at) in waits {
        found.entry(function).or_default().push(Join { at, turn: None });
    }
    for unit in units {
        for (function, at, turn) in &unit.facts.joins {
            if let Some(function) = function {
                let function = FunctionId(unit.base.saturating_add(*function));
                found.entry(function).or_default().push(Join { at: *at, turn: *turn });
            }
        }
    }
    found
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

/// The functions that `sync.Once` runs, and those that nobody calls but they.
fn once(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    closures: &FxHashSet<FunctionId>,
    calls: &[Call],
) -> FxHashSet<FunctionId> {
    let mut found: FxHashSet<FunctionId> = FxHashSet::default();
    for unit in units {
        found.extend(unit.facts.once.iter().filter_map(|func| by_ref.get(func)));
        let literals = (unit.base..).zip(&unit.facts.functions).filter(|(_, fact)| fact.once);
        found.extend(literals.map(|(at, _)| FunctionId(at)));
    }
    let more = initial::only_called_by(&found, false, closures, calls);
    found.extend(more);
    found
}

pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
