//! Groups of the program's own making: types with a method that runs its argument in a goroutine, and another that waits.
//!
//! `group.Add(f)` starts `f` and comes back; what follows `group.Wait()`, where that method waits for something itself,
//! follows `f` too, as with `sync.WaitGroup` and `errgroup.Group`, which such types mostly wrap.

use super::Unit;
use crate::world::index;
use crate::{Call, CallKind, Function, FunctionId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Where functions call a method that waits, of a type with a method that starts its argument: `handing` has the calls that
/// start an argument and do not wait for it, by the argument's place.
pub(super) fn waits(
    units: &[Unit],
    functions: &[Function],
    calls: &[Call],
    handing: &FxHashSet<(FunctionId, u32)>,
) -> Vec<(FunctionId, u32)> {
    // An argument belongs to the last call that begins before it.
    let mut of_caller: FxHashMap<FunctionId, Vec<&Call>> = FxHashMap::default();
    let callers: FxHashSet<FunctionId> = handing.iter().map(|(caller, _)| *caller).collect();
    for call in calls.iter().filter(|call| call.kind == CallKind::Direct) {
        if let Some(caller) = call.caller.filter(|caller| callers.contains(caller)) {
            of_caller.entry(caller).or_default().push(call);
        }
    }
    let starter = |(caller, at): &(FunctionId, u32)| {
        let before = of_caller.get(caller)?.iter().filter(|call| call.at < *at);
        before.max_by_key(|call| call.at).map(|call| call.callee)
    };
    let groups: FxHashSet<&str> =
        handing.iter().filter_map(|handed| receiver(functions, starter(handed)?)).collect();
    if groups.is_empty() {
        return Vec::new();
    }
    let mut waiting: FxHashSet<FunctionId> = FxHashSet::default();
    for unit in units {
        for (function, ..) in &unit.facts.joins {
            let Some(function) = function else { continue };
            let id = FunctionId(unit.base.saturating_add(*function));
            if receiver(functions, id).is_some_and(|of| groups.contains(of)) {
                waiting.insert(id);
            }
        }
    }
    let waits = calls
        .iter()
        .filter(|call| call.kind == CallKind::Direct && waiting.contains(&call.callee))
        .filter_map(|call| Some((call.caller?, call.at)));
    waits.collect()
}

/// The type of a method, as its symbol has it: `example.com/util.(*Group)`.
fn receiver(functions: &[Function], id: FunctionId) -> Option<&str> {
    let function = functions.get(index(id.0)).filter(|function| function.parent.is_none())?;
    let (of, _) = function.symbol.rsplit_once('.')?;
    let local = of.rsplit('/').next().unwrap_or(of);
    local.contains('.').then_some(of)
}
