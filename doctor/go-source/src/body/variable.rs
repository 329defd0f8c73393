//! Variables of functions as ownership and sharing see them: where each gets its value from, and how long what it
//! holds is known to its function alone.

use super::facts::{BaseFact, ReturnFact, VariableFact, VariableOrigin};
use super::walker::{LocalKind, Walker, narrow};
use crate::CallKind;
use crate::hir::{ExprId, ExprKind, UnaryOp};
use crate::types::{Binding, Def, Kind, Meaning, Ty};
use crate::world::{FuncRef, Object, index};

/// Selections and calls between a variable and what is reached from it, at most.
const MAX_DEPTH: u32 = 16;

impl Walker<'_> {
    /// Enters a variable; its number among the facts.
    pub(super) fn add_variable(&mut self, kind: LocalKind) -> u32 {
        let number = narrow(self.facts.variables.len());
        let origin = match kind {
            // Receivers and parameters are told afterwards.
            LocalKind::Parameter => VariableOrigin::Unassigned,
            LocalKind::Variable => VariableOrigin::Unknown,
        };
        self.facts.variables.push(VariableFact {
            function: self.owner().unwrap_or(u32::MAX),
            origin,
            turn: self.loops.last().copied(),
            escape: u32::MAX,
            taken: u32::MAX,
            by_value: false,
            copied: false,
            renewed: Vec::new(),
            given: None,
        });
        number
    }

    /// Notes where a local variable gets its value from.
    pub(super) fn comes_from(&mut self, local: u32, origin: VariableOrigin) {
        let fact = self.local(local).map(|local| local.fact);
        if let Some(fact) = fact.and_then(|fact| self.facts.variables.get_mut(index(fact))) {
            fact.origin = origin;
        }
    }

    /// Notes that a variable is assigned a value: the first one is where it comes from, unless another follows.
    pub(super) fn assigned_from(&mut self, target: ExprId, value: Option<ExprId>) {
        let hir = self.r.hir();
        let mut expr = hir.expr(hir.unparen(target));
        let mut whole = true;
        if let ExprKind::Star(inner) = expr.kind {
            // `*p = v` fills what `p` leads to.
            expr = hir.expr(hir.unparen(inner));
            whole = false;
        }
        if expr.kind != ExprKind::Name {
            return;
        }
        if !whole {
            if let Some(local) = self.r.local(self.r.text(expr.span)) {
                self.gives(local, None);
            }
            return;
        }
        let Some(local) = self.r.local(self.r.text(expr.span)) else { return };
        let fact = self.local(local).map(|local| local.fact);
        let now =
            fact.and_then(|fact| self.facts.variables.get(index(fact))).map(|fact| fact.origin);
        let from = value.map_or(VariableOrigin::Unknown, |value| self.origin_of(value));
        let origin = match now {
            Some(VariableOrigin::Unassigned) => from,
            Some(VariableOrigin::Fresh) if from == VariableOrigin::Fresh => from,
            _ => VariableOrigin::Unknown,
        };
        self.comes_from(local, origin);
        let first = now == Some(VariableOrigin::Unassigned);
        let given = value.filter(|_| first).and_then(|value| self.given_by(value));
        self.gives(local, given);
    }

    /// Notes which fields of what a variable holds were given when it was made.
    pub(super) fn gives(&mut self, local: u32, given: Option<Vec<Def>>) {
        let fact = self.local(local).map(|local| local.fact);
        if let Some(fact) = fact.and_then(|fact| self.facts.variables.get_mut(index(fact))) {
            fact.given = given;
        }
    }

    /// The fields that an expression gives which makes a struct, or a pointer to one.
    pub(super) fn given_by(&mut self, value: ExprId) -> Option<Vec<Def>> {
        let hir = self.r.hir();
        let mut value = hir.unparen(value);
        if let ExprKind::Unary { op: UnaryOp::Address, x } = hir.expr(value).kind {
            value = hir.unparen(x);
        }
        let ty = self.types.get(&value).copied()?;
        match hir.expr(value).kind {
            ExprKind::Composite { elements, .. } => {
                let under = self.r.under(ty);
                let Kind::Struct(id) = self.r.types.kind(under) else { return None };
                let fields = self.r.types.fields(id);
                let mut given = Vec::new();
                for element in hir.elements(elements) {
                    let name = self.r.text(hir.expr(element.key?).span);
                    given.push(fields.iter().find(|field| field.name == name)?.def);
                }
                Some(given)
            }
            ExprKind::Call { fun, .. } if self.r.text(hir.expr(hir.unparen(fun)).span) == "new" => {
                self.makes(value).then(Vec::new)
            }
            _ => None,
        }
    }

    /// What the value of an expression comes from.
    pub(super) fn origin_of(&mut self, value: ExprId) -> VariableOrigin {
        if self.makes(value) {
            return VariableOrigin::Fresh;
        }
        if let Some(func) = self.called(value) {
            return VariableOrigin::Call(func);
        }
        self.base_of(value).map_or(VariableOrigin::Unknown, VariableOrigin::Alias)
    }

    /// The declared function whose result an expression is.
    fn called(&mut self, value: ExprId) -> Option<FuncRef> {
        let hir = self.r.hir();
        let mut value = hir.unparen(value);
        if let ExprKind::Assert { base, .. } = hir.expr(value).kind {
            value = hir.unparen(base);
        }
        let ExprKind::Call { fun, .. } = hir.expr(value).kind else { return None };
        if self.r.type_of_expr(fun).is_some() {
            return None;
        }
        let func = self.function_of(fun)?;
        let literal =
            self.r.world.file(func.file).is_none_or(|file| file.hir.func(func.func).literal);
        (!literal).then_some(func)
    }

    /// The variable that an expression begins with, through fields, elements and methods.
    pub(super) fn base_of(&mut self, id: ExprId) -> Option<BaseFact> {
        let hir = self.r.hir();
        let mut at = id;
        let mut direct = true;
        for _ in 0..MAX_DEPTH {
            let expr = hir.expr(at);
            match expr.kind {
                ExprKind::Paren(inner)
                | ExprKind::Star(inner)
                | ExprKind::Unary { op: UnaryOp::Address, x: inner } => at = inner,
                ExprKind::Selector { base, name } => {
                    if self.qualified(base, name).is_some() {
                        return Some(BaseFact::Package);
                    }
                    direct = false;
                    at = base;
                }
                ExprKind::Index { base, .. }
                | ExprKind::Slice { base, .. }
                | ExprKind::Assert { base, .. } => {
                    direct = false;
                    at = base;
                }
                ExprKind::Call { fun, args, .. } => {
                    direct = false;
                    if self.r.type_of_expr(fun).is_some() {
                        at = *hir.exprs(args).first()?;
                        continue;
                    }
                    match hir.expr(hir.unparen(fun)).kind {
                        ExprKind::Selector { base, name }
                            if self.qualified(base, name).is_none() =>
                        {
                            at = base;
                        }
                        _ => return None,
                    }
                }
                ExprKind::Name => {
                    return match self.r.meaning(self.r.text(expr.span)) {
                        Meaning::Bound(Binding::Local(number)) => {
                            let variable = self.local(number)?.fact;
                            Some(BaseFact::Variable { variable, direct })
                        }
                        Meaning::Object(Object::Var(..)) => Some(BaseFact::Package),
                        _ => None,
                    };
                }
                _ => return None,
            }
        }
        None
    }

    /// Whether an expression is an element of a map, a slice or an array, or lies in one.
    pub(super) fn is_element(&self, id: ExprId) -> bool {
        let hir = self.r.hir();
        let mut at = hir.unparen(id);
        loop {
            match hir.expr(at).kind {
                ExprKind::Index { .. } => return true,
                ExprKind::Star(inner)
                | ExprKind::Unary { op: UnaryOp::Address, x: inner }
                | ExprKind::Selector { base: inner, .. } => at = hir.unparen(inner),
                _ => return false,
            }
        }
    }

    /// What a call is given that may lead to maps, by the places of the parameters: all but numbers and strings.
    pub(super) fn given(&mut self, args: &[ExprId]) -> Vec<(u32, BaseFact)> {
        let mut found = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            let ty = self.types.get(arg).copied();
            let leads = ty.is_some_and(|ty| {
                let under = self.r.under(ty);
                !matches!(self.r.types.kind(under), Kind::Basic(_))
            });
            if leads {
                found.extend(self.base_of(*arg).map(|base| (narrow(at), base)));
            }
        }
        found
    }

    /// A variable is handed to a function that is called here: it may be known to others from here on, but the
    /// function has it no longer than it runs, unless it keeps it.
    pub(super) fn lends_to_call(&mut self, local: u32, at: u32) {
        let Some(slot) = self.locals.get(index(local)) else { return };
        let from = self.loops.get(slot.loops).copied().unwrap_or(at).min(at);
        if let Some(slot) = self.locals.get_mut(index(local)) {
            slot.escape = slot.escape.min(from);
        }
    }

    /// A method is called on what an expression denotes: it may keep that, but no more of the variable below than it is
    /// given.
    pub(super) fn calls_method_of(&mut self, base: ExprId, kind: CallKind) {
        let hir = self.r.hir();
        let mut at = base;
        let mut direct = true;
        loop {
            match hir.expr(at).kind {
                ExprKind::Paren(inner)
                | ExprKind::Star(inner)
                | ExprKind::Unary { op: UnaryOp::Address, x: inner } => at = inner,
                ExprKind::Selector { base, .. } => {
                    // What a pointer or an interface leads to is another object.
                    let ty = self.types.get(&at).copied().unwrap_or(Ty::UNKNOWN);
                    let under = self.r.under(ty);
                    if !matches!(self.r.types.kind(under), Kind::Struct(_)) {
                        return;
                    }
                    direct = false;
                    at = base;
                }
                _ => break,
            }
        }
        let expr = hir.expr(at);
        if expr.kind != ExprKind::Name {
            return;
        }
        if let Some(local) = self.r.local(self.r.text(expr.span)) {
            if matches!(kind, CallKind::Direct | CallKind::Interface) || !direct {
                self.lends_to_call(local, expr.span.start);
            } else {
                self.escapes(local, expr.span.start);
            }
        }
    }

    /// Keeps with each variable until where it is its function's own.
    pub(super) fn settle_variables(&mut self) {
        for local in &self.locals {
            if let Some(fact) = self.facts.variables.get_mut(index(local.fact)) {
                fact.escape = local.escape;
                fact.taken = local.taken;
            }
        }
    }

    /// Notes that a variable that was just declared holds the first of an expression's values, or what is reached from it.
    pub(super) fn first_of(&mut self, name: crate::Span, value: ExprId) {
        let text = self.r.text(name);
        if text == "_" || self.reassigned.contains(text) {
            return;
        }
        if let Some(local) = self.r.local(text) {
            let origin = self.origin_of(value);
            self.comes_from(local, origin);
        }
    }

    /// A variable of the function at hand itself that holds no function.
    pub(super) fn is_own_variable(&self, id: ExprId) -> bool {
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(id));
        expr.kind == ExprKind::Name
            && self
                .r
                .local(self.r.text(expr.span))
                .and_then(|number| self.local(number))
                .is_some_and(|local| {
                    Some(local.function) == self.owner()
                        && !matches!(self.r.types.kind(local.ty), Kind::Func { .. })
                })
    }

    /// Notes where a variable that was just declared shares maps with another: it is a struct that was copied, or a
    /// new one whose field was given the map of another.
    pub(super) fn shares(&mut self, name: crate::Span, value: ExprId) {
        let hir = self.r.hir();
        let Some(number) = self.r.local(self.r.text(name)) else { return };
        let Some(local) = self.local(number).cloned() else { return };
        let value = hir.unparen(value);
        let under = self.r.under(local.ty);
        let copied = matches!(self.r.types.kind(under), Kind::Struct(_))
            && matches!(
                hir.expr(value).kind,
                ExprKind::Star(_) | ExprKind::Selector { .. } | ExprKind::Name
            );
        if let Some(fact) = self.facts.variables.get_mut(index(local.fact)) {
            fact.copied = copied;
        }
        let mut literal = value;
        if let ExprKind::Unary { op: UnaryOp::Address, x } = hir.expr(literal).kind {
            literal = hir.unparen(x);
        }
        let ExprKind::Composite { elements, .. } = hir.expr(literal).kind else { return };
        for element in hir.elements(elements) {
            let Some(key) = element.key.filter(|key| hir.expr(*key).kind == ExprKind::Name) else {
                continue;
            };
            let from_other =
                matches!(hir.expr(hir.unparen(element.value)).kind, ExprKind::Selector { .. })
                    && self.map_place(element.value).is_some_and(|place| place.key.depth == 0);
            let name = self.r.text(hir.expr(key).span);
            let field = self.r.select(local.ty, name).map(|selection| selection.target);
            if let (true, Some(crate::types::Target::Field { def, .. })) = (from_other, field) {
                self.shared_fields.insert((number, Self::key(def)));
            }
        }
    }

    /// Notes that a variable holds what a function returns; the clone of a map, which is nil where the map is.
    pub(super) fn clones(&mut self, def: crate::types::Def, value: Option<ExprId>) {
        let Some(func) = value.and_then(|value| self.called(value)) else { return };
        self.facts.results.push((Self::key(def), func));
        if matches!(self.identity(func), ("maps" | "golang.org/x/exp/maps", "", "Clone")) {
            self.facts.cloned.insert(Self::key(def));
        }
    }

    /// Notes that a value of a declared type is made here.
    pub(super) fn made(&mut self, ty: Ty) {
        let base = self.r.deref(ty);
        if let Some((import, name)) = self.r.named(base) {
            let made = format!("{import}.{name}");
            let function = self.function_at_hand();
            self.facts.makers.push((function, made));
        }
    }

    /// Notes what the function at hand returns first.
    pub(super) fn returned(&mut self, value: Option<ExprId>, at: u32) {
        let (Some(function), Some(value)) = (self.owner(), value) else { return };
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(value));
        if expr.kind == ExprKind::Name && self.r.text(expr.span) == "nil" {
            let results = self.frames.last().map_or(Ty::UNKNOWN, |frame| frame.results);
            if !matches!(self.r.types.kind(results), Kind::Tuple(_)) {
                self.facts.nil_returns.insert(function);
            }
            return;
        }
        let value = self.origin_of(value);
        self.facts.returns.push(ReturnFact { function, at, value });
    }

    /// Notes that the function at hand waits here for others.
    pub(super) fn joins_here(&mut self, at: u32) {
        let function = self.function_at_hand();
        let turn = self.loops.last().copied();
        self.facts.joins.push((function, at, turn));
    }

    /// A receive that is a statement waits for whoever sends or closes; `<-ctx.Done()` and timers tell nothing of them.
    pub(super) fn waits_for(&mut self, channel: ExprId, at: u32) {
        let hir = self.r.hir();
        let plain = matches!(
            hir.expr(hir.unparen(channel)).kind,
            ExprKind::Name | ExprKind::Selector { .. } | ExprKind::Index { .. }
        );
        if plain && self.place.context != crate::Context::Case {
            self.joins_here(at);
        }
    }
}
