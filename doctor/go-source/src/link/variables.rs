//! The variables of all functions, each with where its value comes from, and what constructors hand back.

use super::Unit;
use super::ownership::Ownership;
use crate::body::VariableOrigin as Origin;
use crate::world::FuncRef;
use crate::{Base, FunctionId, Variable, VariableId, VariableOrigin};
use rustc_hash::FxHashMap;

/// Constructors that hand on what others made, one behind the other, at most.
const MAX_CONSTRUCTORS: usize = 4;

/// All variables of all functions.
pub(super) fn variables(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    ownership: &Ownership,
) -> Vec<Variable> {
    let returned = returned(units);
    let made = |origin| match origin {
        Origin::Call(func) => {
            let mut at = *returned.get(by_ref.get(&func)?)?;
            // A constructor may have it from another one.
            for _ in 0..MAX_CONSTRUCTORS {
                let Returned::Of(func) = at else { break };
                at = *returned.get(by_ref.get(&func)?)?;
            }
            match at {
                Returned::Variable(id) => Some(id),
                Returned::Of(_) | Returned::Several => None,
            }
        }
        _ => None,
    };
    let mut found = Vec::new();
    for unit in units {
        for fact in &unit.facts.variables {
            let function = (fact.function != u32::MAX)
                .then(|| FunctionId(unit.base.saturating_add(fact.function)));
            let origin = ownership.origin(by_ref, fact.origin, &|base| unit.base_of(base));
            let made = made(fact.origin).filter(|_| origin == VariableOrigin::Fresh);
            let (turn, by_value) = (fact.turn, fact.by_value);
            found.push(Variable { function, origin, made, turn, by_value });
        }
    }
    found
}

/// What a function returns at all its ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Returned {
    /// What one variable of it holds.
    Variable(VariableId),
    /// What another function returns.
    Of(FuncRef),
    /// Several things, or none that has a name.
    Several,
}

/// What each function returns.
fn returned(units: &[Unit]) -> FxHashMap<FunctionId, Returned> {
    let mut found: FxHashMap<FunctionId, Returned> = FxHashMap::default();
    for unit in units {
        for fact in &unit.facts.returns {
            let function = FunctionId(unit.base.saturating_add(fact.function));
            let value = match fact.value {
                Origin::Alias(base) => match unit.base_of(base) {
                    Base::Variable { id, direct: true } => Returned::Variable(id),
                    _ => Returned::Several,
                },
                Origin::Call(func) => Returned::Of(func),
                _ => Returned::Several,
            };
            let known = found.entry(function).or_insert(value);
            if *known != value {
                *known = Returned::Several;
            }
        }
    }
    found
}
