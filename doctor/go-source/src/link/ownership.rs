//! Which accesses come before others can know of the object: in constructors, and in the functions that constructors
//! call on what they are making.
//!
//! A *constructor* returns what it has just made and kept to itself. An object is *its maker's* in the function that
//! makes it or gets it from a constructor, until it is stored, captured, sent, or handed to a goroutine; it stays so in
//! a function all of whose calls are made by its makers. A call on the object that starts something ends that.

use super::{Unit, calls};
use crate::body::{BaseFact, CallFact, CallTarget, VariableOrigin};
use crate::world::{FuncRef, index};
use crate::{CallKind, FunctionId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Calls through which constructors are followed.
const MAX_LEVELS: usize = 4;
/// Rounds in which parameters lose what not all calls give them; beyond them nothing is claimed to be owned.
const MAX_ROUNDS: usize = 64;

/// A parameter of a function: its receiver, or one by its place.
type Parameter = (FunctionId, Option<u32>);

/// What is known of who owns what.
#[derive(Debug, Default)]
pub(super) struct Ownership {
    constructors: FxHashSet<FunctionId>,
    /// Constructors that start something with the object before they return it: others know of it already.
    starting: FxHashSet<FunctionId>,
    /// Parameters that are only ever given what the caller has just made.
    lent: FxHashSet<Parameter>,
    /// For variables on which a call starts something: where the first such call stands.
    started: FxHashMap<(usize, u32), u32>,
}

impl Ownership {
    /// Linear in the calls, a few times over.
    pub(super) fn new(
        units: &[Unit],
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        methods: &calls::Methods,
        starting: &FxHashSet<FunctionId>,
    ) -> Self {
        let mut found = Self::default();
        for (at, unit) in units.iter().enumerate() {
            for call in &unit.facts.calls {
                let starts = call.kind == CallKind::Go
                    || calls::targets(&call.target, methods)
                        .iter()
                        .filter_map(|target| by_ref.get(target))
                        .any(|function| starting.contains(function));
                if !starts {
                    continue;
                }
                for base in call.receiver.iter().chain(call.given.iter().map(|(_, base)| base)) {
                    if let BaseFact::Variable { variable, .. } = base {
                        let first = found.started.entry((at, *variable)).or_insert(call.since);
                        *first = call.since.min(*first);
                    }
                }
            }
        }
        for _ in 0..MAX_LEVELS {
            let more = found.constructors_of(units, by_ref);
            if more.len() == found.constructors.len() {
                break;
            }
            found.constructors = more;
        }
        for _ in 0..MAX_LEVELS {
            let more = found.starting_constructors(units, by_ref);
            if more.len() == found.starting.len() {
                break;
            }
            found.starting = more;
        }
        // From above: functions that call themselves keep what they were given by makers alone.
        found.lent = found.all_parameters(units, by_ref, methods);
        let mut settled = false;
        for _ in 0..MAX_ROUNDS {
            let more = found.lent_by(units, by_ref, methods);
            settled = more == found.lent;
            if settled {
                break;
            }
            found.lent = more;
        }
        if !settled {
            found.lent.clear();
        }
        found
    }

    /// The parameters of all functions that are called.
    fn all_parameters(
        &self,
        units: &[Unit],
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        methods: &calls::Methods,
    ) -> FxHashSet<Parameter> {
        let mut found = FxHashSet::default();
        for call in units.iter().flat_map(|unit| &unit.facts.calls) {
            for target in calls::targets(&call.target, methods) {
                let Some(function) = by_ref.get(&target) else { continue };
                found.insert((*function, None));
                found.extend(call.given.iter().map(|(place, _)| (*function, Some(*place))));
            }
        }
        found
    }

    /// Whether a call is made on an object that its caller has for itself.
    pub(super) fn calls_on_own(
        &self,
        units: &[Unit],
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        at: usize,
        call: &CallFact,
    ) -> bool {
        call.kind == CallKind::Direct
            && call.receiver.is_some_and(|base| self.is_own(units, by_ref, at, call, base))
    }

    fn constructors_of(
        &self,
        units: &[Unit],
        by_ref: &FxHashMap<FuncRef, FunctionId>,
    ) -> FxHashSet<FunctionId> {
        let mut found: FxHashMap<FunctionId, bool> = FxHashMap::default();
        for unit in units {
            for value in &unit.facts.returns {
                let function = FunctionId(unit.base.saturating_add(value.function));
                let makes = self.makes(unit, by_ref, value.value, value.at);
                let all = found.entry(function).or_insert(true);
                *all &= makes;
            }
        }
        found.into_iter().filter(|(_, all)| *all).map(|(function, _)| function).collect()
    }

    /// The constructors that return what a call has started something with before, or what they get from such a one.
    fn starting_constructors(
        &self,
        units: &[Unit],
        by_ref: &FxHashMap<FuncRef, FunctionId>,
    ) -> FxHashSet<FunctionId> {
        let mut found = FxHashSet::default();
        for (at, unit) in units.iter().enumerate() {
            for value in &unit.facts.returns {
                let function = FunctionId(unit.base.saturating_add(value.function));
                if !self.constructors.contains(&function) {
                    continue;
                }
                let of_call = |origin: VariableOrigin| match origin {
                    VariableOrigin::Call(func) => {
                        by_ref.get(&func).is_some_and(|callee| self.starting.contains(callee))
                    }
                    _ => false,
                };
                let starts = match value.value {
                    VariableOrigin::Alias(BaseFact::Variable { variable, direct: true }) => {
                        let fact = unit.facts.variables.get(index(variable));
                        self.started.get(&(at, variable)).is_some_and(|since| *since <= value.at)
                            || fact.is_some_and(|fact| of_call(fact.origin))
                    }
                    other => of_call(other),
                };
                if starts {
                    found.insert(function);
                }
            }
        }
        found
    }

    /// Whether a value at a place is one that the function there makes, or gets from a constructor, and has kept.
    fn makes(
        &self,
        unit: &Unit,
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        value: VariableOrigin,
        at: u32,
    ) -> bool {
        match value {
            VariableOrigin::Fresh => true,
            VariableOrigin::Call(func) => {
                by_ref.get(&func).is_some_and(|function| self.constructors.contains(function))
            }
            VariableOrigin::Alias(BaseFact::Variable { variable, direct: true }) => {
                let fact = unit.facts.variables.get(index(variable));
                fact.is_some_and(|fact| {
                    at <= fact.taken
                        && !matches!(fact.origin, VariableOrigin::Alias(_))
                        && self.makes(unit, by_ref, fact.origin, at)
                })
            }
            _ => false,
        }
    }

    /// The parameters that all calls give what their callers own.
    fn lent_by(
        &self,
        units: &[Unit],
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        methods: &calls::Methods,
    ) -> FxHashSet<Parameter> {
        let mut found: FxHashMap<Parameter, bool> = FxHashMap::default();
        for (at, unit) in units.iter().enumerate() {
            for root in &unit.facts.roots {
                for target in calls::targets(&root.target, methods) {
                    found.extend(by_ref.get(&target).map(|function| ((*function, None), false)));
                }
            }
            for call in &unit.facts.calls {
                for target in calls::targets(&call.target, methods) {
                    let Some(function) = by_ref.get(&target) else { continue };
                    let direct = call.kind == CallKind::Direct;
                    let mut note = |parameter, base: Option<&BaseFact>| {
                        let own = direct
                            && base.is_some_and(|base| self.is_own(units, by_ref, at, call, *base));
                        *found.entry((*function, parameter)).or_insert(true) &= own;
                    };
                    note(None, call.receiver.as_ref());
                    if let CallTarget::Declared(_) = call.target {
                        for (place, base) in &call.given {
                            note(Some(*place), Some(base));
                        }
                    }
                }
            }
        }
        found.into_iter().filter(|(_, all)| *all).map(|(parameter, _)| parameter).collect()
    }

    /// Whether what a call is given is its caller's own there.
    fn is_own(
        &self,
        units: &[Unit],
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        at: usize,
        call: &CallFact,
        base: BaseFact,
    ) -> bool {
        let BaseFact::Variable { variable, .. } = base else { return false };
        units
            .get(at)
            .is_some_and(|unit| self.owns(unit, at, by_ref, variable, call.caller, call.at))
    }

    /// Whether a variable is its function's own at a place of that function.
    fn owns(
        &self,
        unit: &Unit,
        at: usize,
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        variable: u32,
        function: Option<u32>,
        place: u32,
    ) -> bool {
        let Some(fact) = unit.facts.variables.get(index(variable)) else { return false };
        let started = self.started.get(&(at, variable)).copied().unwrap_or(u32::MAX);
        if Some(fact.function) != function || place > fact.taken || place > started {
            return false;
        }
        let here = FunctionId(unit.base.saturating_add(fact.function));
        match fact.origin {
            VariableOrigin::Receiver => self.lent.contains(&(here, None)),
            VariableOrigin::Parameter(place) => self.lent.contains(&(here, Some(place))),
            VariableOrigin::Fresh => true,
            VariableOrigin::Call(func) => by_ref.get(&func).is_some_and(|function| {
                self.constructors.contains(function) && !self.starting.contains(function)
            }),
            _ => false,
        }
    }

    /// Whether an access touches the map of a struct that some function copied without giving it a map of its own:
    /// `n := c.Copy(); n.labels[k] = v`.
    pub(super) fn is_of_copy(
        units: &[Unit],
        unit: &Unit,
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        access: &crate::body::AccessFact,
    ) -> bool {
        let owner = access.owner.and_then(|owner| unit.facts.variables.get(index(owner)));
        let Some(VariableOrigin::Call(func)) = owner.map(|owner| owner.origin) else {
            return false;
        };
        if owner.is_some_and(|owner| owner.renewed.contains(&access.map)) {
            return false;
        }
        let Some(function) = by_ref.get(&func) else { return false };
        let home = units.iter().rev().find(|unit| unit.base <= function.0);
        let Some(home) = home else { return false };
        let number = function.0.saturating_sub(home.base);
        let mut returns =
            home.facts.returns.iter().filter(|fact| fact.function == number).peekable();
        returns.peek().is_some()
            && returns.all(|fact| match fact.value {
                VariableOrigin::Alias(BaseFact::Variable { variable, direct: true }) => home
                    .facts
                    .variables
                    .get(index(variable))
                    .is_some_and(|fact| fact.copied && !fact.renewed.contains(&access.map)),
                _ => false,
            })
    }

    /// Whether an access reaches its map through a variable that is its function's own there.
    pub(super) fn covers(
        &self,
        unit: &Unit,
        at: usize,
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        access: &crate::body::AccessFact,
    ) -> bool {
        let place = access.placement.operation.start;
        access.owner.is_some_and(|owner| self.owns(unit, at, by_ref, owner, access.function, place))
    }

    /// Where a variable gets its value from, in the words of the program.
    pub(super) fn origin(
        &self,
        by_ref: &FxHashMap<FuncRef, FunctionId>,
        origin: VariableOrigin,
        base: &dyn Fn(BaseFact) -> crate::Base,
    ) -> crate::VariableOrigin {
        match origin {
            VariableOrigin::Receiver => crate::VariableOrigin::Receiver,
            VariableOrigin::Parameter(at) => crate::VariableOrigin::Parameter(at),
            VariableOrigin::Fresh => crate::VariableOrigin::Fresh,
            VariableOrigin::Call(func) => match by_ref.get(&func) {
                Some(function) if self.constructors.contains(function) => {
                    crate::VariableOrigin::Fresh
                }
                _ => crate::VariableOrigin::Unknown,
            },
            VariableOrigin::Alias(of) => crate::VariableOrigin::Alias(base(of)),
            VariableOrigin::Unassigned | VariableOrigin::Unknown => crate::VariableOrigin::Unknown,
        }
    }
}
