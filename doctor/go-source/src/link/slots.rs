//! Parameters and fields that hold functions.

use super::Unit;
use crate::FunctionId;
use crate::body::{HandTo, Holder, VariableOrigin};
use crate::types::Def;
use crate::world::{FuncRef, index};
use rustc_hash::FxHashMap;

/// A parameter or field that holds a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Parameter(FunctionId, u32),
    Field(Def),
}

/// The slot that an expression names, with the function whose parameter it is.
pub(super) fn of(unit: &Unit, holder: Holder) -> Option<(Slot, Option<FunctionId>)> {
    match holder {
        Holder::Field(def) => Some((Slot::Field(def), None)),
        Holder::Variable(variable) => {
            let fact = unit.facts.variables.get(index(variable))?;
            let VariableOrigin::Parameter(place) = fact.origin else { return None };
            let function = FunctionId(unit.base.saturating_add(fact.function));
            Some((Slot::Parameter(function, place), Some(function)))
        }
    }
}

/// The slot that a function is handed to.
pub(super) fn target(by_ref: &FxHashMap<FuncRef, FunctionId>, to: HandTo) -> Option<Slot> {
    match to {
        HandTo::Field(def) => Some(Slot::Field(def)),
        HandTo::Parameter(func, place) => by_ref.get(&func).map(|id| Slot::Parameter(*id, place)),
    }
}
