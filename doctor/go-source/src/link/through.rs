//! Calls of functions through the parameters and fields that hold them: `each(c, func(v V) { … })`, where `each` calls its
//! parameter; `s.hook()`, where something was stored in `hook`.
//!
//! A function that goes into a parameter is called by whoever hands it over, under what is held there and on the way to
//! the call. One that goes into a field is called by whoever calls the field. What is started is a callback, not a call.

use super::Unit;
use super::holding::{both, holding};
use super::names::Names;
use super::slots::{self, Slot};
use crate::body::{CallTarget, Callable};
use crate::hir::ExprId;
use crate::world::{FileId, FuncRef, index};
use crate::{Base, Call, CallKind, Function, FunctionId, Holding, Inherited};
use finding::LockSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

/// Slots through which a function is followed, at most.
const MAX_LEVELS: usize = 4;
/// Calls of one function that is handed over, at most: who has more is called by too many to say anything.
const MAX_CALLS: usize = 32;
/// Functions that go into one field, at most.
const MAX_FUNCTIONS: usize = 24;

/// What is done with the content of a slot.
#[derive(Clone, Copy)]
struct Use {
    /// The slot that it is handed on to; `None` where it is called.
    to: Option<Slot>,
    unit: usize,
    function: Option<FunctionId>,
    file: FileId,
    /// The call that calls it or takes it.
    call: Option<ExprId>,
    at: u32,
}

/// The calls that were found.
#[derive(Default)]
pub(super) struct Through {
    /// The calls.
    pub(super) calls: Vec<Call>,
    /// The functions that parameters take and call, by the places where they are handed over.
    pub(super) taken: FxHashSet<(FunctionId, u32)>,
    /// All functions that are called through something.
    pub(super) called: FxHashSet<FunctionId>,
}

impl Through {
    /// What all calls of each function hold; `None` where that cannot be told of one.
    pub(super) fn held(&self) -> FxHashMap<FunctionId, Option<Vec<Inherited>>> {
        let mut found: FxHashMap<FunctionId, Option<Vec<Inherited>>> = FxHashMap::default();
        for call in &self.calls {
            let here = match &call.holding.locks {
                LockSet::Unknown => None,
                LockSet::Held(locks) => {
                    let named = locks.iter().zip(&call.holding.guards);
                    let named = named.filter_map(|(lock, guard)| {
                        Some(Inherited { lock: lock.clone(), guard: guard.clone()? })
                    });
                    Some(named.collect::<Vec<_>>())
                }
            };
            match found.entry(call.callee) {
                Entry::Vacant(slot) => {
                    slot.insert(here);
                }
                Entry::Occupied(mut slot) => {
                    let common = slot.get_mut().take().zip(here).map(|(mut common, here)| {
                        common.retain(|lock| here.iter().any(|other| other.guard == lock.guard));
                        common
                    });
                    slot.insert(common);
                }
            }
        }
        found
    }
}

/// Finds who calls what is handed over.
pub(super) fn calls(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    functions: &[Function],
    started: &FxHashSet<FunctionId>,
    naming: &Names<'_>,
) -> Through {
    let mut uses: FxHashMap<Slot, Vec<Use>> = FxHashMap::default();
    let mut stored: FxHashMap<Slot, usize> = FxHashMap::default();
    // What is started runs beside others, under nothing.
    let beside = |from: Option<FunctionId>, home: Option<FunctionId>| {
        let mut at = from.filter(|_| home.is_some());
        while let Some(id) = at.filter(|id| Some(*id) != home) {
            if started.contains(&id) {
                return true;
            }
            at = functions.get(index(id.0)).and_then(|function| function.parent);
        }
        false
    };
    for (at, unit) in units.iter().enumerate() {
        let global = |at: Option<u32>| at.map(|at| FunctionId(unit.base.saturating_add(at)));
        for call in unit.facts.held_calls.iter().filter(|call| call.started.is_none()) {
            let Some((slot, home)) = slots::of(unit, call.holder) else { continue };
            let function = global(call.function);
            if !beside(function, home) {
                uses.entry(slot).or_default().push(Use {
                    to: None,
                    unit: at,
                    function,
                    file: call.file,
                    call: Some(call.expr),
                    at: naming.start(call.file, call.expr),
                });
            }
        }
        for hand in &unit.facts.hand_overs {
            let Some(to) = slots::target(by_ref, hand.to) else { continue };
            let Callable::Held(holder) = hand.what else {
                let many = stored.entry(to).or_default();
                *many = many.saturating_add(1);
                continue;
            };
            let Some((slot, home)) = slots::of(unit, holder) else { continue };
            let function = global(hand.function);
            if !beside(function, home) {
                uses.entry(slot).or_default().push(Use {
                    to: Some(to),
                    unit: at,
                    function,
                    file: hand.file,
                    call: hand.call,
                    at: hand.at,
                });
            }
        }
    }
    let mut receivers: FxHashMap<(FunctionId, u32), Option<Base>> = FxHashMap::default();
    for unit in units {
        for call in unit.facts.calls.iter().filter(|call| call.kind == CallKind::Value) {
            let CallTarget::Declared(target) = &call.target else { continue };
            if let Some(callee) = by_ref.get(target) {
                receivers.insert((*callee, call.at), call.receiver.map(|base| unit.base_of(base)));
            }
        }
    }
    let mut found = Through::default();
    for (at, unit) in units.iter().enumerate() {
        for hand in &unit.facts.hand_overs {
            let Callable::Function(func) = hand.what else { continue };
            let Some(callee) = by_ref.get(&func).filter(|id| !started.contains(id)) else {
                continue;
            };
            let Some(slot) = slots::target(by_ref, hand.to) else { continue };
            let handed = Use {
                to: Some(slot),
                unit: at,
                function: hand.function.map(|at| FunctionId(unit.base.saturating_add(at))),
                file: hand.file,
                call: hand.call,
                at: hand.at,
            };
            let mut search = Search {
                units,
                naming,
                uses: &uses,
                stored: &stored,
                functions,
                found: Vec::new(),
            };
            search.follow(slot, &handed, None, &mut Vec::new());
            if search.found.len() > MAX_CALLS {
                continue;
            }
            let receiver = receivers.get(&(*callee, hand.at)).copied().flatten();
            for (by, holding, kind) in search.found {
                let taken = kind == CallKind::Direct;
                if taken {
                    found.taken.insert((*callee, hand.at));
                }
                found.called.insert(*callee);
                found.calls.push(Call {
                    caller: by.function,
                    callee: *callee,
                    kind,
                    site: naming.site(by.file, by.at, by.function.map(|id| id.0)),
                    holding,
                    on_own: false,
                    receiver: receiver.filter(|_| taken && by.at == hand.at),
                    of_element: false,
                    given: Vec::new(),
                    foreign: false,
                    sources: Vec::new(),
                    looped: false,
                    since: by.at,
                    at: by.at,
                });
            }
        }
    }
    found
}

/// The search for the calls of one function that is handed over.
struct Search<'a> {
    units: &'a [Unit],
    naming: &'a Names<'a>,
    uses: &'a FxHashMap<Slot, Vec<Use>>,
    stored: &'a FxHashMap<Slot, usize>,
    functions: &'a [Function],
    found: Vec<(Use, Holding, CallKind)>,
}

impl Search<'_> {
    /// From a slot to the calls of what it holds. `by` is who handed it to a parameter, and what is held since.
    fn follow(&mut self, slot: Slot, from: &Use, by: Option<(Use, Holding)>, way: &mut Vec<Slot>) {
        if way.len() >= MAX_LEVELS || way.contains(&slot) || self.found.len() > MAX_CALLS {
            return;
        }
        let by = match slot {
            Slot::Field(_) => {
                if self.stored.get(&slot).is_some_and(|many| *many > MAX_FUNCTIONS) {
                    return;
                }
                None
            }
            Slot::Parameter(..) => Some(match by {
                Some((first, held)) => (first, both(self.held(from), held)),
                None => (*from, self.held(from)),
            }),
        };
        way.push(slot);
        for next in self.uses.get(&slot).into_iter().flatten() {
            match (next.to, &by) {
                (Some(to), _) => self.follow(to, next, by.clone(), way),
                (None, Some((first, held))) => {
                    let holding = both(self.held(next), held.clone());
                    self.found.push((*first, holding, CallKind::Direct));
                }
                (None, None) => self.found.push((*next, self.held(next), CallKind::Held)),
            }
        }
        way.pop();
    }

    /// Whether a lock that the function was given is held: whose it is, its callers know.
    fn holds_a_parameter(&self, at: &Use) -> bool {
        let (Some(unit), Some(call)) = (self.units.get(at.unit), at.call) else { return false };
        let function = at.function.and_then(|id| self.functions.get(index(id.0)));
        let (Some(state), Some(function)) = (unit.states.get(&(at.file, call)), function) else {
            return false;
        };
        state.held().iter().any(|held| {
            let root = held.path.root.filter(|root| Some(*root) == held.path.mutex);
            root.is_some_and(|root| {
                function.span.start <= root.name.start && root.name.end <= function.body.start
            })
        })
    }

    fn held(&self, at: &Use) -> Holding {
        let unknown = Holding {
            locks: LockSet::Unknown,
            guards: Vec::new(),
            perhaps: None,
            released: Vec::new(),
        };
        if self.holds_a_parameter(at) {
            return unknown;
        }
        match (self.units.get(at.unit), at.call) {
            (Some(unit), Some(call)) => holding(self.naming, unit, at.file, call, false),
            _ => Holding {
                locks: LockSet::Held(Vec::new()),
                guards: Vec::new(),
                perhaps: None,
                released: Vec::new(),
            },
        }
    }
}
