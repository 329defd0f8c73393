//! Functions of the program that run an argument beside other code: `inOrder(nodes, func(n node) { … })`, where
//! `inOrder` calls its parameter in goroutines.
//!
//! A parameter or field is run *beside others* where it is called in a closure that is started, or handed to one that
//! is. What is handed to such a parameter is started by the call. Where that runs it several times, the call waits for
//! all of them, as such functions do.

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

/// The functions that are started by being handed over, each with the call that does it.
pub(super) fn seeds(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    functions: &[Function],
    started: &FxHashMap<FunctionId, bool>,
    site: &dyn Fn(u32, u32, Option<u32>) -> Site,
) -> Vec<Seed> {
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
    let mut concurrent: FxHashMap<Slot, bool> = FxHashMap::default();
    for unit in units {
        for call in &unit.facts.held_calls {
            let caller = call.function.map(|at| FunctionId(unit.base.saturating_add(at)));
            let Some(caller) = caller else { continue };
            let Some((slot, home)) = slots::of(unit, call.holder) else { continue };
            if let Some(many) = call.started {
                *concurrent.entry(slot).or_insert(false) |= many;
                continue;
            }
            let state = unit.states.get(&(call.file, call.expr));
            if state.is_some_and(|state| state.is_unknown() || !state.held().is_empty()) {
                continue;
            }
            if let Some(many) = beside(caller, home) {
                *concurrent.entry(slot).or_insert(false) |= many;
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
                    let many = inside == Some(true) || there == Some(true);
                    *concurrent.entry(from).or_insert(false) |= many;
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
            if let Some(many) = target(hand.to).and_then(|to| concurrent.get(&to).copied()) {
                found.push(Seed {
                    function: *function,
                    kind: RootKind::Callback,
                    site: site(
                        hand.file,
                        hand.at,
                        hand.function.map(|at| unit.base.saturating_add(at)),
                    ),
                    starter: hand.function.map(|at| FunctionId(unit.base.saturating_add(at))),
                    many: many || hand.turn.is_some(),
                    at: hand.at,
                    turn: if many { Some(hand.at) } else { hand.turn },
                });
            }
        }
    }
    found
}
