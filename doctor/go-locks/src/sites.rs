//! What is held at each call of a function, by the caller itself.

use crate::above::{Guards, How};
use crate::phase;
use crate::reach::guards_of;
use finding::{LockMode, LockSet};
use go_source::{Base, Call, CallKind, FunctionId, Holding, Program, VariableOrigin};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The calls of each function, by callers.
pub(crate) type Sites = FxHashMap<FunctionId, Vec<(Option<FunctionId>, Site)>>;

/// What is held at one call.
pub(crate) enum Site {
    /// Nothing else runs yet that could meet it.
    Alone,
    /// It is made on an object that its function is still making.
    Own,
    /// It cannot be told.
    Unknown,
    /// The function is kept for somebody who calls it later, while these are held.
    Kept(Guards),
    /// Code that is not of the program is handed the function: under these, or under nothing.
    Perhaps(Guards),
    Holds(Guards),
}

/// The calls of all functions, and the functions that are started.
pub(crate) fn sites(program: &Program) -> (Sites, FxHashSet<FunctionId>) {
    let mut open: FxHashSet<FunctionId> = FxHashSet::default();
    for start in program.starts() {
        open.insert(start.function);
    }
    let mut sites: Sites = FxHashMap::default();
    // Whoever calls what a field holds is known by another call.
    let held_by_fields: FxHashSet<FunctionId> = program
        .calls()
        .iter()
        .filter(|call| call.kind == CallKind::Held)
        .map(|call| call.callee)
        .collect();
    for call in program.calls() {
        if call.kind == CallKind::Value && held_by_fields.contains(&call.callee) {
            continue;
        }
        match call.kind {
            CallKind::Direct | CallKind::Interface | CallKind::Held | CallKind::Defer => {
                // Initialisers run alone. Makers hold nothing, and need nothing.
                let site = match guards_of(&call.holding) {
                    _ if call.caller.is_none() => Site::Alone,
                    _ if call.on_own => Site::Own,
                    Some(guards)
                        if guards.is_empty()
                            && call.caller.is_some_and(|caller| {
                                phase::begins_making(program, caller)
                                    || constructs(program, call, caller)
                            }) =>
                    {
                        Site::Own
                    }
                    Some(guards) => Site::Holds(named(guards, &call.holding)),
                    None => Site::Unknown,
                };
                sites.entry(call.callee).or_default().push((call.caller, site));
            }
            // What is stored or handed over may be called under anything, but abroad nobody takes the program's locks.
            CallKind::Value => {
                let site = match guards_of(&call.holding) {
                    Some(guards) if call.foreign => Site::Perhaps(named(guards, &call.holding)),
                    Some(guards) => Site::Kept(named(guards, &call.holding)),
                    None => Site::Unknown,
                };
                sites.entry(call.callee).or_default().push((call.caller, site));
            }
            CallKind::Go => {
                open.insert(call.callee);
            }
        }
    }
    (sites, open)
}

/// The locks of a call, which are perhaps not held where it cannot be told.
fn named(guards: Vec<(Arc<str>, LockMode)>, holding: &Holding) -> Guards {
    let perhaps = holding.locks == LockSet::Unknown;
    guards.into_iter().map(|(guard, mode)| (guard, How { mode, perhaps })).collect()
}

/// Whether a call is a constructor's, on an object that it has made, before it starts anything.
fn constructs(program: &Program, call: &Call, caller: FunctionId) -> bool {
    let made = match call.receiver {
        Some(Base::Variable { id, .. }) => program.variable(id).is_some_and(|made| {
            made.origin == VariableOrigin::Fresh && made.function == Some(caller)
        }),
        _ => false,
    };
    let starts =
        || program.starts().iter().any(|start| start.starter == Some(caller) && start.at < call.at);
    made && phase::constructs(program, caller) && !starts()
}
