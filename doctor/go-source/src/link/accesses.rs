//! Accesses, put together from what their package says and what is known of the whole program.

use super::Unit;
use super::arguments::Reached;
use super::callers::Callers;
use super::holding::{self, both};
use super::initial::Initial;
use super::names::Names;
use super::nilness::is_not_given;
use super::ownership::Ownership;
use super::taken_out::TakenOut;
use crate::body::{AccessFact, Key, LiteralUse};
use crate::world::{FileId, FuncRef, World, index};
use crate::{Function, FunctionId, Holding, Inherited, SourceAccess};
use finding::{Access, LockSet, MapId, Site};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What puts an access together.
pub(super) struct Tables<'a> {
    pub(super) world: &'a World,
    pub(super) units: &'a [Unit],
    pub(super) naming: &'a Names<'a>,
    pub(super) ids: &'a FxHashMap<Key, MapId>,
    pub(super) functions: &'a [Function],
    pub(super) callers: &'a Callers,
    pub(super) initial: Initial,
    pub(super) ownership: &'a Ownership,
    pub(super) by_ref: &'a FxHashMap<FuncRef, FunctionId>,
    /// Functions that are started beside others.
    pub(super) started: &'a FxHashMap<FunctionId, bool>,
    /// Functions that `sync.Once` runs, and those that nobody else calls.
    pub(super) once: &'a FxHashSet<FunctionId>,
    pub(super) taken_out: &'a TakenOut,
    /// Functions whose calls through parameters and fields are known, with what all of these hold; `None` where that cannot
    /// be told.
    pub(super) called: &'a FxHashMap<FunctionId, Option<Vec<Inherited>>>,
}

impl Tables<'_> {
    /// An access to a map that the function names itself.
    pub(super) fn named(
        &self,
        at: usize,
        unit: &Unit,
        access: &AccessFact,
    ) -> Option<SourceAccess> {
        let holding = self.holding(unit, access.function, access.file, access.anchor);
        self.finish(at, access, access.map, holding, (Vec::new(), None))
    }

    /// An access to a map that calls handed to the function.
    pub(super) fn reached(&self, reached: &Reached) -> Option<SourceAccess> {
        let unit = self.units.get(reached.unit)?;
        let access = unit.facts.accesses.get(reached.access)?;
        let mut holding = self.holding(unit, access.function, access.file, access.anchor);
        let mut calls = Vec::new();
        let mut names = None;
        for (caller, call) in &reached.calls {
            let caller = self.units.get(*caller)?;
            let call = caller.facts.calls.get(index(*call))?;
            holding = both(holding, self.holding(caller, call.caller, call.file, call.expr));
            let function = call.caller.map(|at| caller.base.saturating_add(at));
            names = function.map(FunctionId);
            calls.push(self.naming.site(call.file, call.at, function));
        }
        self.finish(reached.unit, access, reached.map, holding, (calls, names))
    }

    fn finish(
        &self,
        at: usize,
        fact: &AccessFact,
        map: Key,
        holding: Holding,
        (calls, names): (Vec<Site>, Option<FunctionId>),
    ) -> Option<SourceAccess> {
        let unit = self.units.get(at)?;
        let function = fact.function.map(|at| FunctionId(unit.base.saturating_add(at)));
        let root = function
            .and_then(|id| self.functions.get(index(id.0)))
            .and_then(|function| function.root.clone());
        let site =
            self.naming.site(fact.file, fact.placement.operation.start, function.map(|id| id.0));
        let written = self.naming.text(fact.file, fact.placement.map);
        let expression = match &fact.field {
            Some(field) => format!("{}.{field}", written.trim_start_matches(['&', '*'])).into(),
            None => written.into(),
        };
        let taken_out = calls.is_empty()
            && self.taken_out.covers(fact.named, map, fact.placement.operation.start);
        let map = self.ids.get(&map)?.clone();
        let named = self.ids.get(&fact.named).unwrap_or(&map).clone();
        let Holding { mut locks, guards, perhaps, .. } = holding;
        let of_other = fact.of_other || Ownership::is_of_copy(self.units, unit, self.by_ref, fact);
        let of_copy = fact.of_copy || of_other;
        let before_sharing = fact.before_sharing
            || self.initial.is_alone(self.world, unit, fact)
            || (!of_other && self.ownership.covers(unit, at, self.by_ref, fact))
            || function.is_some_and(|function| self.once.contains(&function));
        let (inherited, unknown) = self.above(function);
        if locks.is_empty() && inherited.is_empty() && unknown {
            locks = LockSet::Unknown;
        }
        let through_alias = fact.map != fact.named || (calls.is_empty() && named != map);
        Some(SourceAccess {
            access: Access {
                map,
                operation: fact.operation,
                site,
                expression,
                locks,
                root,
                before_sharing,
            },
            placement: fact.placement.clone(),
            function,
            names: names.or(function),
            named,
            base: fact.base.map(|base| unit.base_of(base)),
            of_copy,
            not_given: calls.is_empty() && is_not_given(unit, fact),
            assigned: fact.value,
            walk: fact.walk,
            object: fact.object.as_deref().map(Arc::from),
            decisions: fact.decisions.clone(),
            value_type: fact.value_type.as_deref().map(Arc::from),
            stores_state: fact.stores_state,
            through_alias,
            guards,
            perhaps,
            taken_out,
            inherited,
            calls,
        })
    }

    /// What the callers of a function hold, and whether they may hold something that is not known. A literal that is
    /// not started runs while its function's callers may hold what they hold.
    fn above(&self, function: Option<FunctionId>) -> (Vec<Inherited>, bool) {
        let Some(mut id) = function else { return (Vec::new(), false) };
        let mut escapes = false;
        for _ in 0..32 {
            if let Some(held) = self.callers.held.get(&id) {
                return if escapes { (Vec::new(), true) } else { (held.clone(), false) };
            }
            if self.callers.unknown.contains(&id) {
                return (Vec::new(), true);
            }
            let parent = self.functions.get(index(id.0)).and_then(|function| function.parent);
            if let Some(held) = self.called.get(&id) {
                let held = held.clone().filter(|held| !escapes || held.is_empty());
                return held.map_or((Vec::new(), true), |held| (held, false));
            }
            let Some(parent) = parent.filter(|_| !self.started.contains_key(&id)) else { break };
            escapes |= self.escapes(id);
            id = parent;
        }
        (Vec::new(), false)
    }

    /// Whether a literal may be called after its function has gone on.
    fn escapes(&self, literal: FunctionId) -> bool {
        let unit = self.units.iter().rev().find(|unit| unit.base <= literal.0);
        let Some(unit) = unit else { return true };
        let fact = unit.facts.functions.get(index(literal.0.saturating_sub(unit.base)));
        let how = fact.and_then(|fact| unit.facts.literals.get(&(fact.at.file, fact.at.func)));
        !fact.is_some_and(|fact| fact.range_body)
            && !matches!(
                how,
                Some(
                    LiteralUse::Immediate
                        | LiteralUse::Deferred
                        | LiteralUse::Synchronous
                        | LiteralUse::Once
                )
            )
    }

    fn holding(
        &self,
        unit: &Unit,
        function: Option<u32>,
        file: FileId,
        anchor: crate::hir::ExprId,
    ) -> Holding {
        let called = function
            .is_some_and(|at| self.called.contains_key(&FunctionId(unit.base.saturating_add(at))));
        holding::holding(self.naming, unit, file, anchor, called)
    }
}
