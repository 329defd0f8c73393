//! Functions of the program that run an argument beside other code: `inOrder(nodes, func(n node) { … })`, where
//! `inOrder` calls its parameter in goroutines.
//!
//! A parameter or field is run *beside others* where it is called in a closure that is started, or handed to one that
//! is. What is handed to such a parameter is started by the call. The call waits for it where the function that starts it
//! waits for something, or runs it several times, as such functions do, and where it gives back what the function gives.

use super::Unit;
use super::roots::Seed;
use super::slots::{self, Slot};
use crate::body::{Callable, HandTo};
use crate::world::{FuncRef, index};
use crate::{Function, FunctionId};
use finding::{RootKind, Site};
use rustc_hash::FxHashMap;

/// Calls through which a parameter is handed on, at most.
const MAX_LEVELS: usize = 6;

/// How what a slot holds is run.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Beside {
    /// Whether several may run at once.
    many: bool,
    /// Whether whoever starts it waits for it.
    waits: bool,
}

impl Beside {
    /// Adds another place that runs it.
    fn or(slot: Option<Self>, many: bool, waits: bool) -> Self {
        let before = slot.unwrap_or(Self { many: false, waits: true });
        Self { many: before.many || many, waits: before.waits && waits }
    }
}

/// The functions that are started by being handed over, each with the call that does it and whether that waits for them.
pub(super) fn seeds(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    functions: &[Function],
    started: &FxHashMap<FunctionId, bool>,
    site: &dyn Fn(u32, u32, Option<u32>) -> Site,
) -> Vec<(Seed, bool)> {
    // Whether a function runs beside one that it stands in, and whether several do.
    let beside = |from: FunctionId, to: Option<FunctionId>| -> Option<bool> {
        let mut at = Some(from);
        while let Some(id) = at.filter(|id| Some(*id) != to) {
            if let Some(many) = started.get(&id) {
                return Some(*many);
            }
            at = functions.get(index(id.0)).and_then(|function| function.parent);
        }
        None
    };
    let mut concurrent: FxHashMap<Slot, Beside> = FxHashMap::default();
    for unit in units {
        for call in &unit.facts.held_calls {
            let caller = call.function.map(|at| FunctionId(unit.base.saturating_add(at)));
            let Some(caller) = caller else { continue };
            let Some((slot, home)) = slots::of(unit, call.holder) else { continue };
            let joins = |home: FunctionId| {
                let joins = unit.facts.joins.iter();
                joins
                    .filter_map(|(function, ..)| *function)
                    .any(|at| FunctionId(unit.base.saturating_add(at)) == home)
            };
            let waits = home.is_some_and(joins);
            if let Some(many) = call.started {
                let known = concurrent.get(&slot).copied();
                concurrent.insert(slot, Beside::or(known, many, waits));
                continue;
            }
            let state = unit.states.get(&(call.file, call.expr));
            if state.is_some_and(|state| state.is_unknown() || !state.held().is_empty()) {
                continue;
            }
            if let Some(many) = beside(caller, home) {
                let known = concurrent.get(&slot).copied();
                concurrent.insert(slot, Beside::or(known, many, waits));
            }
        }
    }
    let target = |to: HandTo| slots::target(by_ref, to);
    for _ in 0..MAX_LEVELS {
        let before = concurrent.clone();
        for unit in units {
            for hand in &unit.facts.hand_overs {
                let Callable::Held(holder) = hand.what else { continue };
                let Some((from, home)) = slots::of(unit, holder) else { continue };
                let caller = hand.function.map(|at| FunctionId(unit.base.saturating_add(at)));
                let inside =
                    caller.filter(|_| home.is_some()).and_then(|caller| beside(caller, home));
                let there = target(hand.to).and_then(|to| concurrent.get(&to).copied());
                if inside.is_some() || there.is_some() {
                    let many = inside == Some(true) || there.is_some_and(|there| there.many);
                    let waits = inside.is_none() && there.is_some_and(|there| there.waits);
                    let known = concurrent.get(&from).copied();
                    concurrent.insert(from, Beside::or(known, many, waits));
                }
            }
        }
        if concurrent == before {
            break;
        }
    }
    let mut found = Vec::new();
    for unit in units {
        for hand in &unit.facts.hand_overs {
            let Callable::Function(func) = hand.what else { continue };
            let Some(function) = by_ref.get(&func).filter(|id| !started.contains_key(id)) else {
                continue;
            };
            if let Some(Beside { many, waits }) =
                target(hand.to).and_then(|to| concurrent.get(&to).copied())
            {
                let seed = Seed {
                    function: *function,
                    kind: RootKind::Callback,
                    site: site(
                        hand.file,
                        hand.at,
                        hand.function.map(|at| unit.base.saturating_add(at)),
                    ),
                    starter: hand.function.map(|at| FunctionId(unit.base.saturating_add(at))),
                    holding: None,
                    many: many || hand.turn.is_some(),
                    at: hand.at,
                    since: hand.since,
                    turn: if many { Some(hand.at) } else { hand.turn },
                };
                found.push((seed, waits || many || hand.answered));
            }
        }
    }
    found
}
