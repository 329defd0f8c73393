//! Which accesses of a package's initialisation come before anything else runs.
//!
//! Variables are initialised first, in an order in which each comes after all that it refers to,
//! through functions too; then the `init` functions run one after the other, those of a file in
//! their order, files by name. What stands in them is alone until the first goroutine or timer is
//! started, by a statement there or by a function that is called there.

use super::Unit;
use super::calls::{self, Methods};
use crate::body::{AccessFact, LiteralUse};
use crate::world::{FuncRef, PackageId, World, index};
use crate::{Call, CallKind, FunctionId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Calls through which functions of initialisation alone are followed.
const MAX_LEVELS: usize = 4;

/// Where in the initialisation of a package the first goroutine may have been started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// By the initialiser of a variable.
    Variables,
    /// In an `init` function, by its number in its unit, from a place on.
    Function(u32, u32),
}

/// What is known of the initialisation of all packages.
#[derive(Debug, Default)]
pub(super) struct Initial {
    /// The starts of all packages; those that start nothing are not in it.
    starts: FxHashMap<PackageId, Start>,
    /// Functions that nobody but initialisation calls, directly or through others of them.
    only: FxHashSet<FunctionId>,
}

impl Initial {
    /// Linear in the calls and the places that start something.
    pub(super) fn new(
        units: &[Unit],
        closures: &FxHashSet<FunctionId>,
        calls: &[Call],
        starting: &FxHashSet<FunctionId>,
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        methods: &Methods,
    ) -> Self {
        let mut found = Self { only: only_initial(units, closures, calls), ..Self::default() };
        for unit in units {
            let own = unit.facts.starts.iter();
            let mut places: Vec<(Option<u32>, u32)> =
                own.map(|start| (start.caller, start.since)).collect();
            for call in unit.facts.calls.iter().filter(|call| call.kind != CallKind::Value) {
                let initial = call.caller.is_none_or(|caller| is_init(unit, caller));
                let target = || {
                    let targets = calls::targets(&call.target, methods);
                    targets
                        .iter()
                        .filter_map(|target| by_ref.get(target))
                        .any(|function| starting.contains(function))
                };
                if initial && target() {
                    places.push((call.caller, call.since));
                }
            }
            // Literals that run where they stand.
            for (at, function) in (0u32..).zip(&unit.facts.functions) {
                let literal = unit.facts.literals.get(&(function.at.file, function.at.func));
                let runs = function.range_body
                    || matches!(literal, Some(LiteralUse::Synchronous | LiteralUse::Once));
                let id = FunctionId(unit.base.saturating_add(at));
                if runs
                    && function.parent.is_none_or(|parent| is_init(unit, parent))
                    && starting.contains(&id)
                {
                    places.push((function.parent, function.span.start));
                }
            }
            let order = |(caller, since): (Option<u32>, u32)| match caller {
                None => Some(Start::Variables),
                Some(caller) => is_init(unit, caller).then_some(Start::Function(caller, since)),
            };
            let first = places.into_iter().filter_map(order).min_by_key(|start| match start {
                Start::Variables => (0, 0, 0),
                Start::Function(at, since) => (1, *at, *since),
            });
            if let Some(first) = first {
                found.starts.insert(unit.package, first);
            }
        }
        found
    }

    /// Whether nothing else can run at an access yet.
    pub(super) fn is_alone(&self, world: &World, unit: &Unit, access: &AccessFact) -> bool {
        let called = access
            .function
            .is_some_and(|at| self.only.contains(&FunctionId(unit.base.saturating_add(at))));
        if called {
            // Where such a function is called is not looked into; packages that start nothing are enough.
            return !self.starts.contains_key(&unit.package);
        }
        if !access.initial {
            return false;
        }
        let home = world.file(access.map.def.file).map(|file| file.package);
        let foreign = home != Some(unit.package);
        // Packages that come before this one know nothing of it, but may share what it reaches for.
        if foreign && self.starts.keys().any(|package| *package != unit.package) {
            return false;
        }
        match (self.starts.get(&unit.package), access.function) {
            (None, _) => true,
            (Some(Start::Variables), _) => false,
            (Some(Start::Function(..)), None) => true,
            (Some(Start::Function(first, since)), Some(at)) => {
                at < *first || (at == *first && access.placement.operation.end <= *since)
            }
        }
    }
}

/// Functions all of whose calls come from initialisation.
fn only_initial(
    units: &[Unit],
    closures: &FxHashSet<FunctionId>,
    calls: &[Call],
) -> FxHashSet<FunctionId> {
    let mut inits: FxHashSet<FunctionId> = FxHashSet::default();
    for unit in units {
        for (at, function) in (unit.base..).zip(&unit.facts.functions) {
            if function.init {
                inits.insert(FunctionId(at));
            }
        }
    }
    only_called_by(&inits, true, closures, calls)
}

/// Functions that nobody calls but those given and others of that kind; `initialisers` too, where that is said.
/// `closures` are those that run where they stand, if at all.
pub(super) fn only_called_by(
    first: &FxHashSet<FunctionId>,
    initialisers: bool,
    closures: &FxHashSet<FunctionId>,
    calls: &[Call],
) -> FxHashSet<FunctionId> {
    let mut found: FxHashSet<FunctionId> = FxHashSet::default();
    for _ in 0..MAX_LEVELS {
        let mut all: FxHashMap<FunctionId, bool> = FxHashMap::default();
        for call in calls {
            // A literal that stands in such a function and is handed to a call there runs there.
            let direct = match call.kind {
                CallKind::Direct | CallKind::Defer => true,
                CallKind::Go | CallKind::Interface | CallKind::Held => false,
                CallKind::Value => closures.contains(&call.callee),
            };
            let initial = match call.caller {
                Some(caller) => first.contains(&caller) || found.contains(&caller),
                None => initialisers,
            };
            *all.entry(call.callee).or_insert(true) &= direct && initial;
        }
        let next: FxHashSet<FunctionId> =
            all.into_iter().filter(|(_, all)| *all).map(|(function, _)| function).collect();
        if next == found {
            break;
        }
        found = next;
    }
    found
}

fn is_init(unit: &Unit, function: u32) -> bool {
    unit.facts.functions.get(index(function)).is_some_and(|function| function.init)
}

/// The functions that start something, themselves or by what they call.
pub(super) fn starting(units: &[Unit], calls: &[Call]) -> FxHashSet<FunctionId> {
    let mut callers: FxHashMap<FunctionId, Vec<FunctionId>> = FxHashMap::default();
    for call in calls.iter().filter(|call| !matches!(call.kind, CallKind::Value | CallKind::Go)) {
        if let Some(caller) = call.caller {
            callers.entry(call.callee).or_default().push(caller);
        }
    }
    let mut found: FxHashSet<FunctionId> = FxHashSet::default();
    let mut todo: Vec<FunctionId> = Vec::new();
    for unit in units {
        let global = |at: u32| FunctionId(unit.base.saturating_add(at));
        for (at, function) in (0u32..).zip(&unit.facts.functions) {
            let literal = unit.facts.literals.get(&(function.at.file, function.at.func));
            if let Some(parent) = function
                .parent
                .filter(|_| matches!(literal, Some(LiteralUse::Synchronous | LiteralUse::Once)))
            {
                callers.entry(global(at)).or_default().push(global(parent));
            }
        }
        todo.extend(unit.facts.starts.iter().filter_map(|start| start.caller).map(global));
    }
    while let Some(function) = todo.pop() {
        if found.insert(function) {
            todo.extend(callers.get(&function).into_iter().flatten());
        }
    }
    found
}
