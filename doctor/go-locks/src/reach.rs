//! Which functions run in goroutines, callbacks and handlers, by which way, and under which locks.
//!
//! Breadth first from all starts. A call of an interface's method is followed where few types have it; a function that is
//! handed over as a value is not, but for closures, which run on behalf of the function that they stand in.

use finding::{LockMode, LockSet};
use go_source::{CallKind, FunctionId, Holding, Program, Start};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::sync::Arc;

/// Types that a call of an interface's method is followed to, at most.
pub(crate) const MAX_IMPLEMENTERS: usize = 3;

/// A lock on a way: the declaration of its mutex, and how it is held.
pub(crate) type Guarded = (Arc<str>, LockMode);

/// How a function is reached.
#[derive(Clone, Debug)]
pub(crate) struct Reach<'p> {
    pub(crate) start: &'p Start,
    /// Whether the way passes a call of an interface's method.
    pub(crate) abstracted: bool,
    /// What is held on the way.
    pub(crate) held: Vec<Guarded>,
    /// Whether something may be held on the way, it cannot be told what.
    pub(crate) uncertain: bool,
}

/// Whether a call may run another function than the one it names here.
fn is_one_of_many(kind: CallKind) -> bool {
    matches!(kind, CallKind::Interface | CallKind::Held)
}

/// How many functions each call of an interface's method, or of what a field holds, may run.
pub(crate) fn implementers(program: &Program) -> FxHashMap<(Option<FunctionId>, u32), usize> {
    let mut found: FxHashMap<(Option<FunctionId>, u32), usize> = FxHashMap::default();
    for call in program.calls().iter().filter(|call| is_one_of_many(call.kind)) {
        let many = found.entry((call.caller, call.at)).or_default();
        *many = many.saturating_add(1);
    }
    found
}

/// The locks that a call is made under, by the declarations of their mutexes; `None` where it cannot be told.
pub(crate) fn guards_of(holding: &Holding) -> Option<Vec<Guarded>> {
    let LockSet::Held(locks) = &holding.locks else {
        // What is perhaps held may keep others out.
        let may = holding.perhaps.as_ref()?;
        return Some(may.iter().map(|guard| (Arc::clone(guard), LockMode::Write)).collect());
    };
    let guards = holding.guards.iter().cloned().chain(std::iter::repeat(None));
    let named = locks
        .iter()
        .zip(guards)
        .map(|(lock, guard)| (guard.unwrap_or_else(|| Arc::clone(&lock.path)), lock.mode));
    Some(named.collect())
}

/// Every function that is reached, by a shortest way. Linear in the calls.
pub(crate) fn reached<'p>(
    program: &'p Program,
    implementers: &FxHashMap<(Option<FunctionId>, u32), usize>,
) -> FxHashMap<FunctionId, Reach<'p>> {
    let mut callees: FxHashMap<FunctionId, Vec<usize>> = FxHashMap::default();
    for (at, call) in program.calls().iter().enumerate() {
        if let Some(caller) = call.caller {
            callees.entry(caller).or_default().push(at);
        }
    }
    let mut found: FxHashMap<FunctionId, Reach<'p>> = FxHashMap::default();
    let mut queue: VecDeque<FunctionId> = VecDeque::new();
    let mut starts: FxHashSet<FunctionId> = FxHashSet::default();
    for start in program.starts() {
        starts.insert(start.function);
        found.entry(start.function).or_insert_with(|| {
            queue.push_back(start.function);
            Reach { start, abstracted: false, held: Vec::new(), uncertain: false }
        });
    }
    while let Some(function) = queue.pop_front() {
        let Some(reach) = found.get(&function).cloned() else { continue };
        for at in callees.get(&function).into_iter().flatten() {
            let Some(call) = program.calls().get(*at) else { continue };
            let closure = program
                .function_by_id(call.callee)
                .is_some_and(|callee| callee.parent == Some(function));
            let follows = match call.kind {
                CallKind::Direct | CallKind::Defer => true,
                CallKind::Interface | CallKind::Held => implementers
                    .get(&(call.caller, call.at))
                    .is_none_or(|many| *many <= MAX_IMPLEMENTERS),
                CallKind::Value => closure,
                CallKind::Go => false,
            };
            if !follows || found.contains_key(&call.callee) {
                continue;
            }
            let mut next = reach.clone();
            next.abstracted |= is_one_of_many(call.kind);
            match guards_of(&call.holding) {
                Some(guards) => next.held.extend(guards),
                None => next.uncertain = true,
            }
            found.insert(call.callee, next);
            queue.push_back(call.callee);
        }
    }
    found
}
