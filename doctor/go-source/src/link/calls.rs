//! Who calls whom, once all packages are known.

use super::Unit;
use super::holding::holding;
use super::names::Names;
use super::through::Through;
use crate::body::{CallTarget, LiteralUse};
use crate::world::{FuncRef, Index, World, index};
use crate::{Call, CallKind, FunctionId, Holding};
use finding::LockSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// An interface method that more types than this have is called by too many to say anything.
const MAX_IMPLEMENTERS: usize = 24;

/// Resolves every call to the functions it may run.
pub(crate) fn resolve(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    methods: &Methods,
    naming: &Names<'_>,
    through: &Through,
) -> Vec<Call> {
    let mut found = Vec::new();
    let mut started = FxHashSet::default();
    for unit in units {
        let global = |at: Option<u32>| at.map(|at| FunctionId(unit.base.saturating_add(at)));
        for call in &unit.facts.calls {
            let mut held = None;
            let called = global(call.caller).is_some_and(|caller| through.called.contains(&caller));
            for callee in targets(&call.target, methods) {
                let Some(callee) = by_ref.get(&callee) else { continue };
                // Its calls through the parameter that takes it are known.
                if call.kind == CallKind::Value && through.taken.contains(&(*callee, call.at)) {
                    continue;
                }
                if call.kind == CallKind::Go {
                    started.insert(*callee);
                }
                let site = naming.site(
                    call.file,
                    call.at,
                    call.caller.map(|at| unit.base.saturating_add(at)),
                );
                let held =
                    held.get_or_insert_with(|| holding(naming, unit, call.file, call.expr, called));
                let caller = global(call.caller);
                let holding = held.clone();
                found.push(Call {
                    caller,
                    callee: *callee,
                    kind: call.kind,
                    site,
                    holding,
                    on_own: false,
                    receiver: call.receiver.map(|base| unit.base_of(base)),
                    of_element: call.of_element,
                    given: call.given.iter().map(|(at, base)| (*at, unit.base_of(*base))).collect(),
                    foreign: call.foreign,
                    sources: call.sources.clone(),
                    looped: call.since != call.at,
                    since: call.since,
                    at: call.at,
                });
            }
        }
        for (at, function) in (unit.base..).zip(&unit.facts.functions) {
            // A literal runs on behalf of the function it stands in, unless it is called there,
            // which is a call already.
            let how = unit.facts.literals.get(&(function.at.file, function.at.func));
            let id = FunctionId(at);
            let called = matches!(how, Some(LiteralUse::Immediate | LiteralUse::Deferred))
                || started.contains(&id)
                || through.taken.contains(&(id, function.site));
            if function.parent.is_some() && !called {
                let runs = function.range_body || how == Some(&LiteralUse::Synchronous);
                let kind = if runs { CallKind::Direct } else { CallKind::Value };
                let site = naming.site(
                    function.at.file,
                    function.site,
                    function.parent.map(|at| unit.base.saturating_add(at)),
                );
                let caller = global(function.parent);
                // What the literal inherits from there is in its own states already.
                let holding = Holding {
                    locks: LockSet::Held(Vec::new()),
                    guards: Vec::new(),
                    perhaps: None,
                    released: Vec::new(),
                };
                found.push(Call {
                    caller,
                    callee: id,
                    kind,
                    site,
                    holding,
                    on_own: false,
                    receiver: None,
                    of_element: false,
                    given: Vec::new(),
                    foreign: how == Some(&LiteralUse::Foreign),
                    sources: Vec::new(),
                    looped: false,
                    since: function.site,
                    at: function.site,
                });
            }
        }
    }
    found
}

/// The functions that a target may be.
pub(crate) fn targets(target: &CallTarget, methods: &Methods) -> Vec<FuncRef> {
    match target {
        CallTarget::Declared(func) => vec![*func],
        CallTarget::Abstract { name, params, all } => methods.implementers(name, *params, all),
    }
}

/// A declared type: its package and its name there.
type TypeName = (u32, String);

/// The methods of the program's own types by name and number of parameters.
pub(crate) struct Methods {
    by_name: FxHashMap<(String, usize), Vec<(FuncRef, TypeName)>>,
    /// The method names of each type: package and name.
    sets: FxHashMap<TypeName, FxHashSet<String>>,
    /// What was asked for before: a method of an interface is called in many places.
    known: RefCell<FxHashMap<Abstract, Vec<FuncRef>>>,
}

/// A method of an interface: its name, its number of parameters, and all methods of the interface.
type Abstract = (String, usize, Vec<String>);

impl Methods {
    pub(crate) fn new(world: &World, names: &Index<'_>, units: &[Unit]) -> Self {
        let mut found = Self {
            by_name: FxHashMap::default(),
            sets: FxHashMap::default(),
            known: RefCell::default(),
        };
        for unit in units {
            for (receiver, name, func) in names.methods(unit.package) {
                let ty = (unit.package, receiver.to_owned());
                found.sets.entry(ty.clone()).or_default().insert(name.to_owned());
                let params = world.file(func.file).map_or(0, |file| {
                    let of = file.hir.func(func.func);
                    file.hir.params(file.hir.sig(of.sig).params).len()
                });
                found.by_name.entry((name.to_owned(), params)).or_default().push((func, ty));
            }
        }
        for list in found.by_name.values_mut() {
            list.sort_unstable();
        }
        found
    }

    fn implementers(&self, name: &str, params: usize, all: &[String]) -> Vec<FuncRef> {
        let key = (name.to_owned(), params, all.to_vec());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let candidates =
            self.by_name.get(&(name.to_owned(), params)).map(Vec::as_slice).unwrap_or_default();
        let fits = |ty: &TypeName| {
            let set = self.sets.get(ty);
            all.iter().all(|method| set.is_some_and(|set| set.contains(method)))
        };
        let fitting = candidates.iter().filter(|(_, ty)| fits(ty)).map(|(func, _)| *func);
        let mut found: Vec<FuncRef> = fitting.take(MAX_IMPLEMENTERS.saturating_add(1)).collect();
        if found.len() > MAX_IMPLEMENTERS {
            found.clear();
        }
        self.known.borrow_mut().insert(key, found.clone());
        found
    }
}

/// The calls by who makes them.
pub(crate) fn by_caller(calls: &[Call], functions: usize) -> Vec<Vec<u32>> {
    let mut found = vec![Vec::new(); functions];
    for (at, call) in (0u32..).zip(calls) {
        if let Some(list) = call.caller.and_then(|caller| found.get_mut(index(caller.0))) {
            list.push(at);
        }
    }
    found
}
