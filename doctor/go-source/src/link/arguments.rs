//! Maps under other names: what a function does to its parameter it does to what it was given, and
//! what is done to a variable that only ever holds the map of another name is done to that map.

use super::Unit;
use super::taken_out::TakenOut;
use crate::body::{CallTarget, Key};
use crate::types::Def;
use crate::world::{FuncRef, World, index};
use crate::{CallKind, FunctionId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Calls through which a map is followed.
const MAX_LEVELS: usize = 3;
/// Call sites of one parameter beyond this many are not followed: a helper that all use.
const MAX_CALLERS: usize = 32;

/// A map that a variable may hold, and the call that hands it over, by unit and number.
type Given = (Key, Option<(usize, u32)>);

/// An access to a parameter, as an access to the map that a call handed over.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// The access, by its unit and number there.
    pub(crate) unit: usize,
    pub(crate) access: usize,
    pub(crate) map: Key,
    /// The calls on the way, innermost first, by unit and number.
    pub(crate) calls: Vec<(usize, u32)>,
}

/// Variables that hold different maps at different times: those assigned from more than one place,
/// and parameters that are assigned at all.
pub(crate) fn ambiguous(units: &[Unit]) -> FxHashSet<Key> {
    let mut found = FxHashSet::default();
    for facts in units.iter().map(|unit| &unit.facts) {
        let mut held: FxHashMap<Key, Key> = FxHashMap::default();
        for (variable, map) in &facts.holds {
            let first = *held.entry(*variable).or_insert(*map);
            let elsewhere = facts.renewed.contains(variable) || facts.foreign.contains(variable);
            if first != *map || elsewhere || facts.parameters.contains(variable) {
                found.insert(*variable);
            }
        }
        let assigned = facts.renewed.iter().chain(&facts.foreign);
        found.extend(assigned.filter(|variable| facts.parameters.contains(*variable)));
    }
    found
}

/// Follows maps through calls. Those of `ambiguous` variables are not followed.
pub(crate) fn follow(
    world: &World,
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    ambiguous: &FxHashSet<Key>,
    taken_out: &TakenOut,
) -> Vec<Reached> {
    // What is handed to each parameter, and by which call.
    let mut given: FxHashMap<Key, Vec<Given>> = FxHashMap::default();
    for (at, unit) in units.iter().enumerate() {
        for argument in &unit.facts.arguments {
            let Some(call) = unit.facts.calls.get(index(argument.call)) else { continue };
            let CallTarget::Declared(target) = call.target else { continue };
            if !by_ref.contains_key(&target)
                || call.kind == CallKind::Value
                || taken_out.covers(argument.named, argument.map, call.at)
            {
                continue;
            }
            if let Some(def) = parameter(world, target, argument.parameter) {
                given
                    .entry(Key { def, depth: 0 })
                    .or_default()
                    .push((argument.map, Some((at, argument.call))));
            }
        }
    }
    for unit in units {
        for (local, map) in &unit.facts.holds {
            given.entry(*local).or_default().push((*map, None));
        }
    }
    // Which of its maps such a variable holds at one access is not known.
    given.retain(|variable, _| !ambiguous.contains(variable));
    let mut found: Vec<Reached> = Vec::new();
    let mut seen: FxHashSet<(usize, usize, Given)> = FxHashSet::default();
    let mut level: Vec<Reached> = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        for (access, fact) in unit.facts.accesses.iter().enumerate() {
            // A variable that is assigned leaves the map as it was that it held before.
            let reaches = fact.operation != finding::Operation::Replace || fact.through_pointer;
            if given.contains_key(&fact.map) && reaches {
                level.push(Reached { unit: at, access, map: fact.map, calls: Vec::new() });
            }
        }
    }
    for _ in 0..MAX_LEVELS {
        let mut next = Vec::new();
        for reached in level {
            let handed = given.get(&reached.map).map(Vec::as_slice).unwrap_or_default();
            if handed.len() > MAX_CALLERS {
                continue;
            }
            let last = reached.calls.last().and_then(|(at, call)| {
                units.get(*at).and_then(|unit| unit.facts.calls.get(index(*call)))
            });
            for (map, call) in handed {
                let taken = last.filter(|_| call.is_none());
                if taken.is_some_and(|last| taken_out.covers(reached.map, *map, last.at)) {
                    continue;
                }
                if seen.insert((reached.unit, reached.access, (*map, *call))) {
                    let mut calls = reached.calls.clone();
                    calls.extend(*call);
                    next.push(Reached { map: *map, calls, ..reached });
                }
            }
        }
        found.extend(next.iter().cloned());
        level = next;
    }
    found
}

/// Where a parameter's name stands; `None` where it has none, or takes the rest of the arguments.
fn parameter(world: &World, func: FuncRef, at: Option<u32>) -> Option<Def> {
    let file = world.file(func.file)?;
    let of = file.hir.func(func.func);
    let param = match at {
        None => file.hir.params(of.receiver).first()?,
        Some(at) => file.hir.params(file.hir.sig(of.sig).params).get(index(at))?,
    };
    if let crate::hir::ExprKind::Variadic(_) = file.hir.expr(param.ty).kind {
        return None;
    }
    param.name.map(|name| Def { file: func.file, name })
}
