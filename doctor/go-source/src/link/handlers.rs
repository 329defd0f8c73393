//! Handlers that are known by their shape alone.
//!
//! A function with the parameters of a handler is one, unless the program shows otherwise: a helper
//! that handlers call by its name, that no other package sees and that is handed over nowhere runs
//! where its callers run, and under their locks.

use super::Unit;
use crate::body::{CallTarget, FunctionFact};
use crate::world::FuncRef;
use crate::{CallKind, FunctionId};
use rustc_hash::{FxHashMap, FxHashSet};

/// The functions that are handlers by their shape. Linear in the calls.
pub(super) fn by_shape(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
) -> FxHashSet<FunctionId> {
    let mut called = FxHashSet::default();
    let mut handed_over = FxHashSet::default();
    for call in units.iter().flat_map(|unit| &unit.facts.calls) {
        // A method that an interface asks for is one of many, and called like a value.
        let CallTarget::Declared(target) = call.target else { continue };
        let Some(function) = by_ref.get(&target) else { continue };
        match call.kind {
            CallKind::Direct => called.insert(*function),
            _ => handed_over.insert(*function),
        };
    }
    let mut found = FxHashSet::default();
    for unit in units {
        for (at, function) in (unit.base..).zip(&unit.facts.functions) {
            let id = FunctionId(at);
            let helper = called.contains(&id) && !handed_over.contains(&id) && is_private(function);
            if function.handler && !helper {
                found.insert(id);
            }
        }
    }
    found
}

/// Declared, and under a name that other packages cannot write.
fn is_private(function: &FunctionFact) -> bool {
    let name = function.symbol.rsplit('.').next().unwrap_or_default();
    function.parent.is_none() && name.chars().next().is_some_and(|first| !first.is_uppercase())
}
