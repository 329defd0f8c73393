//! Functions that are handed over, to a parameter or a field, and calls of what those hold.

use super::facts::{Callable, HandOver, HandTo, HeldCall, Holder};
use super::walker::Walker;
use crate::CallKind;
use crate::hir::{ExprId, ExprKind};
use crate::types::{Binding, Kind, Meaning, Target, Ty};

impl Walker<'_> {
    /// Notes a call of what a variable or a field holds.
    pub(super) fn calls_held(&mut self, call: ExprId, fun: ExprId, kind: CallKind) {
        if let Some(holder) = self.holder(fun) {
            let function = self.function_at_hand();
            let file = self.r.env.file;
            let started = (kind == CallKind::Go).then_some(!self.loops.is_empty());
            self.facts.held_calls.push(HeldCall { function, holder, file, expr: call, started });
        }
    }

    /// Notes that a function goes into a parameter or a field.
    pub(super) fn hands_function(&mut self, value: ExprId, to: HandTo, call: Option<ExprId>) {
        let ty = self.types.get(&value).copied().unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        if !matches!(self.r.types.kind(under), Kind::Func { .. }) {
            return;
        }
        let what = match self.function_of(value) {
            Some(func) => Callable::Function(func),
            None => match self.holder(value) {
                Some(holder) => Callable::Held(holder),
                None => return,
            },
        };
        let function = self.function_at_hand();
        let results = self.number_of_results(ty);
        // One result alone may be an error of the start.
        let gives = match to {
            HandTo::Parameter(func, _) => {
                let takes = self.r.signature(func).ty;
                self.number_of_results(takes)
            }
            HandTo::Field(_) => 0,
        };
        let answered = results > 1 && gives >= results;
        let at = self.r.hir().expr(value).span.start;
        let turn = self.loops.last().copied();
        self.facts.hand_overs.push(HandOver {
            what,
            to,
            function,
            file: self.r.env.file,
            call,
            at,
            since: self.first_time(at),
            turn,
            answered,
        });
    }

    fn number_of_results(&mut self, ty: Ty) -> usize {
        let under = self.r.under(ty);
        match self.r.types.kind(under) {
            Kind::Func { results, .. } => self.r.types.list(results).len(),
            _ => 0,
        }
    }

    /// Notes that a function is stored in a field.
    pub(super) fn stores_function(&mut self, target: ExprId, value: ExprId) {
        if let Some(Holder::Field(def)) = self.holder(target) {
            self.hands_function(value, HandTo::Field(def), None);
        }
    }

    fn holder(&mut self, id: ExprId) -> Option<Holder> {
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(id));
        match expr.kind {
            ExprKind::Name => match self.r.meaning(self.r.text(expr.span)) {
                Meaning::Bound(Binding::Local(number)) => {
                    self.local(number).map(|local| Holder::Variable(local.fact))
                }
                _ => None,
            },
            ExprKind::Selector { base, name } if self.qualified(base, name).is_none() => {
                let ty = self.types.get(&base).copied()?;
                match self.r.select(ty, self.r.text(name))?.target {
                    Target::Field { def, .. } => Some(Holder::Field(def)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
