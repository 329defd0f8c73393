//! From the facts of each package to one program: names, identities, arguments, roots.

mod arguments;
mod callbacks;
mod callers;
mod calls;
mod costs;
mod entries;
mod groups;
mod handlers;
mod initial;
mod names;
mod ownership;
mod roots;
mod slots;
mod symbols;
mod taken_out;
mod through;
mod turns;
mod uses;
mod variables;

pub(crate) use symbols::{inlined_into, keys_of, spellings};

use crate::body::{
    AccessFact, BaseFact, CallFact, Facts, Key, LiteralUse, LockFact, ReturnFact, VariableOrigin,
    walk_package,
};
use crate::locks;
use crate::spread;
use crate::types::Def;
use crate::world::{FileId, FuncRef, Index, PackageId, World, index};
use crate::{
    Acquisition, Base, Call, Effect, Function, FunctionId, Holding, Inherited, Join, KeyFault,
    LoadOptions, NewEntry, Nilness, Origin, SourceAccess, Start, Use, Variable, VariableId,
};
use arguments::Reached;
use finding::{Access, HeldLock, LockSet, MapDecl, MapId, MapType, Site};
use initial::Initial;
use names::Names;
use ownership::Ownership;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;
use taken_out::TakenOut;

/// What one package yields before packages meet.
pub(crate) struct Unit {
    pub(crate) package: PackageId,
    pub(crate) facts: Facts,
    /// What is held at each access, at each call and where locks are taken, by file and expression.
    pub(crate) states: FxHashMap<(FileId, crate::hir::ExprId), locks::State>,
    /// Locks that functions give back without having taken them, by the functions' numbers.
    pub(crate) gives_back: Vec<(u32, Vec<Def>)>,
    /// The number of its first function in the program.
    pub(crate) base: u32,
    /// The number of its first variable in the program.
    pub(crate) variables: u32,
}

impl Unit {
    /// The variable that an expression begins with, in the words of the program.
    pub(crate) fn base_of(&self, base: BaseFact) -> Base {
        match base {
            BaseFact::Package => Base::Package,
            BaseFact::Variable { variable, direct } => {
                Base::Variable { id: VariableId(self.variables.saturating_add(variable)), direct }
            }
        }
    }
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
        let facts = walk_package(world, names, package, minor, options.uses);
        let (states, gives_back) = states(world, &facts);
        Unit { package, facts, states, gives_back, base: 0, variables: 0 }
    });
    let mut base = 0u32;
    let mut variables = 0u32;
    for unit in &mut units {
        unit.base = base;
        unit.variables = variables;
        variables = variables.saturating_add(narrow(unit.facts.variables.len()));
        base = base.saturating_add(narrow(unit.facts.functions.len()));
    }
    units
}

/// What is held at each place that is asked for.
type States = FxHashMap<(FileId, crate::hir::ExprId), locks::State>;

/// Runs the lock analysis over the functions of a package that touch both locks and maps. Yields the states at the places
/// that matter, and what functions give back that they had not taken.
fn states(world: &World, facts: &Facts) -> (States, Vec<(u32, Vec<Def>)>) {
    let operations = locks::helpers(world, facts);
    let mut anchors: FxHashSet<_> =
        facts.accesses.iter().map(|access| (access.file, access.anchor)).collect();
    let asides = facts.handed_out.iter().chain(&facts.compared).chain(&facts.copied);
    anchors.extend(asides.map(|access| (access.file, access.anchor)));
    anchors.extend(
        facts.taken_out.iter().flat_map(|fact| [(fact.file, fact.from), (fact.file, fact.by)]),
    );
    // Callees run under what is held at their calls.
    anchors.extend(facts.calls.iter().map(|call| (call.file, call.expr)));
    anchors.extend(facts.locks.keys());
    anchors.extend(facts.roots.iter().map(|root| (root.file, root.expr)));
    // What is called under a lock does not run beside itself.
    anchors.extend(facts.held_calls.iter().map(|call| (call.file, call.expr)));
    let mut touched: FxHashMap<FileId, Vec<u32>> = FxHashMap::default();
    for (file, expr) in operations.keys() {
        let at = world.file(*file).map_or(0, |file| file.hir.expr(*expr).span.start);
        touched.entry(*file).or_default().push(at);
    }
    for list in touched.values_mut() {
        list.sort_unstable();
    }
    let with = locks::Operations {
        locks: &operations,
        literals: &facts.literals,
        local_calls: &facts.local_calls,
        anchors: &anchors,
    };
    let mut found = FxHashMap::default();
    let mut gives_back = Vec::new();
    let declared = (0u32..)
        .zip(&facts.functions)
        .filter(|(_, function)| function.parent.is_none() && !function.range_body);
    for (at, function) in declared {
        let locks_here = touched.get(&function.at.file).is_some_and(|list| {
            let from = list.partition_point(|at| *at < function.span.start);
            list.get(from).is_some_and(|at| *at < function.span.end)
        });
        if let Some(file) = world.file(function.at.file).filter(|_| locks_here) {
            let (states, end) = locks::held_at(file, function.at.file, function.at.func, &with);
            found.extend(states.into_iter().map(|(expr, state)| ((function.at.file, expr), state)));
            let released = end.iter().flat_map(locks::State::released);
            let released: Vec<Def> = released.filter_map(|path| path.mutex).collect();
            if !released.is_empty() {
                gives_back.push((at, released));
            }
        }
    }
    (found, gives_back)
}

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

/// What is known of maps that may be nil.
fn nilness(
    units: &[Unit],
    ids: &FxHashMap<Key, MapId>,
    by_ref: &FxHashMap<FuncRef, FunctionId>,
) -> FxHashMap<MapId, Nilness> {
    let mut returns_nil: FxHashSet<FunctionId> = FxHashSet::default();
    for unit in units {
        let all = unit.facts.nil_returns.iter();
        returns_nil.extend(all.map(|at| FunctionId(unit.base.saturating_add(*at))));
    }
    let mut found: FxHashMap<MapId, Nilness> = FxHashMap::default();
    for unit in units {
        let mut note = |key: &Key, note: &mut dyn FnMut(&mut Nilness)| {
            if let Some(id) = ids.get(key) {
                note(found.entry(id.clone()).or_default());
            }
        };
        for key in &unit.facts.addressed {
            note(key, &mut |map| map.addressed = true);
        }
        for key in &unit.facts.valueless {
            note(key, &mut |map| map.valueless = true);
        }
        for key in &unit.facts.cloned {
            note(key, &mut |map| map.cloned = true);
        }
        for (key, func) in &unit.facts.results {
            if by_ref.get(func).is_some_and(|function| returns_nil.contains(function)) {
                note(key, &mut |map| map.returned_nil = true);
            }
        }
        for (function, key) in &unit.facts.lacking {
            let function = function.map(|at| FunctionId(unit.base.saturating_add(at)));
            note(key, &mut |map| map.lacking.extend(function));
        }
        for (function, key) in &unit.facts.nil_checks {
            let function = function.map(|at| FunctionId(unit.base.saturating_add(at)));
            note(key, &mut |map| map.checked.extend(function));
        }
    }
    found
}

/// Whether what is returned was made by the function that returns it.
fn is_made(unit: &Unit, value: &ReturnFact) -> bool {
    match value.value {
        VariableOrigin::Fresh => true,
        VariableOrigin::Alias(BaseFact::Variable { variable, direct: true }) => {
            let variable = unit.facts.variables.get(index(variable));
            variable.is_some_and(|variable| variable.given.is_some())
        }
        _ => false,
    }
}

/// Who makes values of each declared type.
fn makers(units: &[Unit]) -> FxHashMap<String, Vec<Option<FunctionId>>> {
    let mut found: FxHashMap<String, Vec<Option<FunctionId>>> = FxHashMap::default();
    for unit in units {
        for (function, ty) in &unit.facts.makers {
            let function = function.map(|at| FunctionId(unit.base.saturating_add(at)));
            found.entry(ty.clone()).or_default().push(function);
        }
    }
    found
}

/// Whether an access touches a field that the maker of its struct has not given, before anybody else knows the struct.
fn is_not_given(unit: &Unit, access: &AccessFact) -> bool {
    let owner = access.owner.and_then(|owner| unit.facts.variables.get(index(owner)));
    owner.is_some_and(|owner| {
        access.own_field
            && access.function == Some(owner.function)
            && access.placement.operation.start < owner.escape
            && !owner.renewed.contains(&access.map)
            && owner.given.as_ref().is_some_and(|given| !given.contains(&access.map.def))
    })
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

/// What puts an access together.
struct Tables<'a> {
    world: &'a World,
    units: &'a [Unit],
    naming: &'a Names<'a>,
    ids: &'a FxHashMap<Key, MapId>,
    functions: &'a [Function],
    callers: &'a callers::Callers,
    initial: Initial,
    ownership: &'a Ownership,
    by_ref: &'a FxHashMap<FuncRef, FunctionId>,
    /// Functions that are started beside others.
    started: &'a FxHashMap<FunctionId, bool>,
    /// Functions that `sync.Once` runs, and those that nobody else calls.
    once: &'a FxHashSet<FunctionId>,
    taken_out: &'a TakenOut,
    /// Functions whose calls through parameters and fields are known, with what all of these hold; `None` where that cannot
    /// be told.
    called: &'a FxHashMap<FunctionId, Option<Vec<Inherited>>>,
}

impl Tables<'_> {
    /// An access to a map that the function names itself.
    fn named(&self, at: usize, unit: &Unit, access: &AccessFact) -> Option<SourceAccess> {
        let holding = self.holding(unit, access.function, access.file, access.anchor);
        self.finish(at, access, access.map, holding, (Vec::new(), None))
    }

    /// An access to a map that calls handed to the function.
    fn reached(&self, reached: &Reached) -> Option<SourceAccess> {
        let unit = self.units.get(reached.unit)?;
        let access = unit.facts.accesses.get(reached.access)?;
        let mut holding = self.holding(unit, access.function, access.file, access.anchor);
        let mut calls = Vec::new();
        let mut names = None;
        for (caller, call) in &reached.calls {
            let caller = self.units.get(*caller)?;
            let call = caller.facts.calls.get(index(*call))?;
            holding = both(holding, self.holding(caller, call.caller, call.file, call.expr));
            let function = call.caller.map(|at| caller.base.saturating_add(at));
            names = function.map(FunctionId);
            calls.push(self.naming.site(call.file, call.at, function));
        }
        self.finish(reached.unit, access, reached.map, holding, (calls, names))
    }

    fn finish(
        &self,
        at: usize,
        fact: &AccessFact,
        map: Key,
        holding: Holding,
        (calls, names): (Vec<Site>, Option<FunctionId>),
    ) -> Option<SourceAccess> {
        let unit = self.units.get(at)?;
        let function = fact.function.map(|at| FunctionId(unit.base.saturating_add(at)));
        let root = function
            .and_then(|id| self.functions.get(index(id.0)))
            .and_then(|function| function.root.clone());
        let site =
            self.naming.site(fact.file, fact.placement.operation.start, function.map(|id| id.0));
        let written = self.naming.text(fact.file, fact.placement.map);
        let expression = match &fact.field {
            Some(field) => format!("{}.{field}", written.trim_start_matches(['&', '*'])).into(),
            None => written.into(),
        };
        let taken_out = calls.is_empty()
            && self.taken_out.covers(fact.named, map, fact.placement.operation.start);
        let map = self.ids.get(&map)?.clone();
        let named = self.ids.get(&fact.named).unwrap_or(&map).clone();
        let Holding { mut locks, guards, perhaps, .. } = holding;
        let of_other = fact.of_other || Ownership::is_of_copy(self.units, unit, self.by_ref, fact);
        let of_copy = fact.of_copy || of_other;
        let before_sharing = fact.before_sharing
            || self.initial.is_alone(self.world, unit, fact)
            || (!of_other && self.ownership.covers(unit, at, self.by_ref, fact))
            || function.is_some_and(|function| self.once.contains(&function));
        let (inherited, unknown) = self.above(function);
        if locks.is_empty() && inherited.is_empty() && unknown {
            locks = LockSet::Unknown;
        }
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
            names: names.or(function),
            named,
            base: fact.base.map(|base| unit.base_of(base)),
            of_copy,
            not_given: calls.is_empty() && is_not_given(unit, fact),
            assigned: fact.value,
            walk: fact.walk,
            object: fact.object.as_deref().map(Arc::from),
            decisions: fact.decisions.clone(),
            value_type: fact.value_type.as_deref().map(Arc::from),
            stores_state: fact.stores_state,
            through_alias,
            guards,
            perhaps,
            taken_out,
            inherited,
            calls,
        })
    }

    /// What the callers of a function hold, and whether they may hold something that is not known. A literal that is
    /// not started runs while its function's callers may hold what they hold.
    fn above(&self, function: Option<FunctionId>) -> (Vec<Inherited>, bool) {
        let Some(mut id) = function else { return (Vec::new(), false) };
        let mut escapes = false;
        for _ in 0..32 {
            if let Some(held) = self.callers.held.get(&id) {
                return if escapes { (Vec::new(), true) } else { (held.clone(), false) };
            }
            if self.callers.unknown.contains(&id) {
                return (Vec::new(), true);
            }
            let parent = self.functions.get(index(id.0)).and_then(|function| function.parent);
            if let Some(held) = self.called.get(&id) {
                let held = held.clone().filter(|held| !escapes || held.is_empty());
                return held.map_or((Vec::new(), true), |held| (held, false));
            }
            let Some(parent) = parent.filter(|_| !self.started.contains_key(&id)) else { break };
            escapes |= self.escapes(id);
            id = parent;
        }
        (Vec::new(), false)
    }

    /// Whether a literal may be called after its function has gone on.
    fn escapes(&self, literal: FunctionId) -> bool {
        let unit = self.units.iter().rev().find(|unit| unit.base <= literal.0);
        let Some(unit) = unit else { return true };
        let fact = unit.facts.functions.get(index(literal.0.saturating_sub(unit.base)));
        let how = fact.and_then(|fact| unit.facts.literals.get(&(fact.at.file, fact.at.func)));
        !fact.is_some_and(|fact| fact.range_body)
            && !matches!(
                how,
                Some(
                    LiteralUse::Immediate
                        | LiteralUse::Deferred
                        | LiteralUse::Synchronous
                        | LiteralUse::Once
                )
            )
    }

    fn holding(
        &self,
        unit: &Unit,
        function: Option<u32>,
        file: FileId,
        anchor: crate::hir::ExprId,
    ) -> Holding {
        let called = function
            .is_some_and(|at| self.called.contains_key(&FunctionId(unit.base.saturating_add(at))));
        holding(self.naming, unit, file, anchor, called)
    }
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

/// What is held at an access, a call or a lock's taking in a package. Of a literal whose calls are `called` it does not
/// count what is held where it is handed over: its calls have that.
fn holding(
    naming: &Names<'_>,
    unit: &Unit,
    file: FileId,
    anchor: crate::hir::ExprId,
    called: bool,
) -> Holding {
    let state = unit.states.get(&(file, anchor));
    let site = |file, at| naming.site(file, at, naming.function_at(file, at));
    let locks = locks::lock_set(state, called, &site);
    let released = state.map(locks::State::released).unwrap_or_default();
    let released = released.iter().map(|path| path.written().into()).collect();
    if locks == LockSet::Unknown {
        let may = state.and_then(|state| state.all_that_may_be_held(called));
        let name = |held: &locks::Held| Some(naming.id_of(held.path.mutex?).into());
        let perhaps = may.and_then(|may| may.iter().map(name).collect());
        return Holding { locks, guards: Vec::new(), perhaps, released };
    }
    let held = state.map(locks::State::held).unwrap_or_default();
    let guards = held.iter().map(|held| held.path.mutex.map(|def: Def| naming.id_of(def).into()));
    Holding { locks, guards: guards.collect(), perhaps: None, released }
}

/// The places where each function takes a lock itself, in the order of the source.
fn acquisitions(
    units: &[Unit],
    naming: &Names<'_>,
) -> (Vec<Acquisition>, BTreeMap<Arc<str>, Site>) {
    let mut found = Vec::new();
    let mut names: FxHashMap<Def, Arc<str>> = FxHashMap::default();
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
                guard: path.mutex.map(|def| {
                    let name = names.entry(def).or_insert_with(|| naming.id_of(def).into());
                    Arc::clone(name)
                }),
                before: holding(naming, unit, *file, *expr, false),
            });
        }
    }
    found.sort_by(|a, b| a.lock.site.cmp(&b.lock.site));
    let declared = names.into_iter();
    let locks = declared.map(|(def, name)| (name, naming.site(def.file, def.name.start, None)));
    (found, locks.collect())
}

/// The fields that hold the address of one lock and no other, and that lock, each by the other.
fn same_locks(units: &[Unit], naming: &Names<'_>) -> FxHashMap<Arc<str>, Vec<Arc<str>>> {
    let mut of_field: BTreeMap<Def, Vec<Def>> = BTreeMap::new();
    for (field, lock) in units.iter().flat_map(|unit| &unit.facts.same_locks) {
        let known = of_field.entry(*field).or_default();
        if !known.contains(lock) {
            known.push(*lock);
        }
    }
    let mut found: FxHashMap<Arc<str>, Vec<Arc<str>>> = FxHashMap::default();
    for (field, locks) in of_field {
        if let [lock] = locks.as_slice() {
            let (field, lock): (Arc<str>, Arc<str>) =
                (naming.id_of(field).into(), naming.id_of(*lock).into());
            found.entry(Arc::clone(&field)).or_default().push(Arc::clone(&lock));
            found.entry(lock).or_default().push(field);
        }
    }
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
            Holding { locks: LockSet::Held(locks), guards, perhaps: None, released }
        }
        (one, other) => {
            let may = |locks: LockSet, guards: Vec<Option<Arc<str>>>, perhaps| match locks {
                LockSet::Held(_) => guards.into_iter().collect(),
                LockSet::Unknown => perhaps,
            };
            let inner: Option<Vec<Arc<str>>> = may(one, inner.guards, inner.perhaps);
            let outer = may(other, outer.guards, outer.perhaps);
            let perhaps = inner.zip(outer).map(|(mut inner, outer)| {
                inner.extend(outer);
                inner
            });
            Holding { locks: LockSet::Unknown, guards: Vec::new(), perhaps, released }
        }
    }
}

pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
