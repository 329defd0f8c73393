//! Which maps may be nil, and what their makers give the structs that they are in.

use super::Unit;
use crate::body::{AccessFact, BaseFact, Key, ReturnFact, VariableOrigin};
use crate::world::{FuncRef, index};
use crate::{FunctionId, Nilness};
use finding::MapId;
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of maps that may be nil.
pub(super) fn nilness(
    units: &[Unit],
    ids: &FxHashMap<Key, MapId>,
    by_ref: &FxHashMap<FuncRef, FunctionId>,
) -> FxHashMap<MapId, Nilness> {
    let mut returns_nil: FxHashSet<FunctionId> = FxHashSet::default();
    for unit in units {
        let all = unit.facts.nil_returns.iter();
        returns_nil.extend(all.map(|at| FunctionId(unit.base.saturating_add(*at))));
    }
    let mut found: FxHashMap<MapId, Nilness> = FxHashMap::default();
    for unit in units {
        let mut note = |key: &Key, note: &mut dyn FnMut(&mut Nilness)| {
            if let Some(id) = ids.get(key) {
                note(found.entry(id.clone()).or_default());
            }
        };
        for key in &unit.facts.addressed {
            note(key, &mut |map| map.addressed = true);
        }
        for key in &unit.facts.valueless {
            note(key, &mut |map| map.valueless = true);
        }
        for key in &unit.facts.cloned {
            note(key, &mut |map| map.cloned = true);
        }
        for (key, func) in &unit.facts.results {
            if by_ref.get(func).is_some_and(|function| returns_nil.contains(function)) {
                note(key, &mut |map| map.returned_nil = true);
            }
        }
        for (function, key) in &unit.facts.lacking {
            let function = function.map(|at| FunctionId(unit.base.saturating_add(at)));
            note(key, &mut |map| map.lacking.extend(function));
        }
        for (function, key) in &unit.facts.nil_checks {
            let function = function.map(|at| FunctionId(unit.base.saturating_add(at)));
            note(key, &mut |map| map.checked.extend(function));
        }
    }
    found
}

/// Whether what is returned was made by the function that returns it.
pub(super) fn is_made(unit: &Unit, value: &ReturnFact) -> bool {
    match value.value {
        VariableOrigin::Fresh => true,
        VariableOrigin::Alias(BaseFact::Variable { variable, direct: true }) => {
            let variable = unit.facts.variables.get(index(variable));
            variable.is_some_and(|variable| variable.given.is_some())
        }
        _ => false,
    }
}

/// Who makes values of each declared type.
pub(super) fn makers(units: &[Unit]) -> FxHashMap<String, Vec<Option<FunctionId>>> {
    let mut found: FxHashMap<String, Vec<Option<FunctionId>>> = FxHashMap::default();
    for unit in units {
        for (function, ty) in &unit.facts.makers {
            let function = function.map(|at| FunctionId(unit.base.saturating_add(at)));
            found.entry(ty.clone()).or_default().push(function);
        }
    }
    found
}

/// Whether an access touches a field that the maker of its struct has not given, before anybody else knows the struct.
pub(super) fn is_not_given(unit: &Unit, access: &AccessFact) -> bool {
    let owner = access.owner.and_then(|owner| unit.facts.variables.get(index(owner)));
    owner.is_some_and(|owner| {
        access.own_field
            && access.function == Some(owner.function)
            && access.placement.operation.start < owner.escape
            && !owner.renewed.contains(&access.map)
            && owner.given.as_ref().is_some_and(|given| !given.contains(&access.map.def))
    })
}
