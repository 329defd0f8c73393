//! Loops over maps: what their turns do that outlives them.
//!
//! A loop is noted when the walk meets it, and looked at when the walk over its declaration has ended and every
//! expression has its type. Names are told apart by their text; one that is declared inside the loop is the loop's own.
//! Linear in the declaration for each level of loops over maps around a statement, of which [`MAX_NESTED`] are looked at.

mod called;
mod calls;
mod conditions;
mod fate;
mod index;
mod outer;
mod walk;

use super::walker::Walker;
use crate::hir::{ExprId, ExprKind, StmtId};
use crate::turn::EffectKind;
use crate::world::FileId;
use crate::{Span, hir};
use rustc_hash::FxHashSet;

/// Loops over maps inside of each other, at most.
const MAX_NESTED: u32 = 6;

/// A loop over a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct MapLoop {
    pub(super) key: Option<Span>,
    pub(super) value: Option<Span>,
    pub(super) subject: ExprId,
    pub(super) body: StmtId,
    /// Where the access stands that is the loop.
    pub(super) at: u32,
    /// The declared function or literal around it.
    pub(super) function: Option<u32>,
}

/// An effect of one loop.
#[derive(Clone, Debug)]
pub(crate) struct EffectFact {
    pub(crate) file: FileId,
    /// Where the access stands that is the loop.
    pub(crate) turn: u32,
    pub(crate) function: Option<u32>,
    pub(crate) kind: EffectKind,
    /// What it is about.
    pub(crate) span: Span,
}

impl<'w> Walker<'w> {
    /// Notes a loop over a map.
    pub(super) fn note_loop(
        &mut self,
        key: Option<ExprId>,
        value: Option<ExprId>,
        subject: ExprId,
        body: StmtId,
        at: u32,
    ) {
        if self.depth > 0 || self.map_loops >= MAX_NESTED {
            return;
        }
        let hir = self.r.hir();
        let name = |id: ExprId| {
            let expr = hir.expr(hir.unparen(id));
            (expr.kind == ExprKind::Name && self.r.text(expr.span) != "_").then_some(expr.span)
        };
        let (key, value) = (key.and_then(name), value.and_then(name));
        let function = self.owner();
        self.turns.push(MapLoop { key, value, subject, body, at, function });
    }

    /// Looks at the loops of the declaration that was walked.
    pub(super) fn settle_turns(&mut self, calls: usize) {
        let turns = std::mem::take(&mut self.turns);
        if turns.is_empty() {
            return;
        }
        let mut uses = fate::Uses::default();
        let called = self.facts.calls.get(calls..).unwrap_or_default();
        uses.called.extend(called.iter().filter_map(|call| match call.target {
            super::facts::CallTarget::Declared(func) => Some((call.expr, func)),
            super::facts::CallTarget::Abstract { .. } => None,
        }));
        let roots: Vec<hir::FuncId> =
            turns.iter().filter_map(|turn| self.outermost(turn)).collect();
        let mut seen = Vec::new();
        for root in roots {
            if !seen.contains(&root) {
                seen.push(root);
                self.index_uses(root, &mut uses);
            }
        }
        uses.settle();
        for turn in &turns {
            self.effects_of(turn, &uses);
        }
    }

    /// The declared function around a loop, or the outermost literal of an initialiser.
    fn outermost(&self, turn: &MapLoop) -> Option<hir::FuncId> {
        let mut fact = self.facts.functions.get(crate::world::index(turn.function?))?;
        while let Some(parent) = fact.parent {
            fact = self.facts.functions.get(crate::world::index(parent))?;
        }
        Some(fact.at.func)
    }

    /// The name that an expression begins with: `c` in `c.entries[k]`.
    pub(super) fn root_of(&self, id: ExprId) -> Option<&'w str> {
        let hir = self.r.hir();
        let mut at = id;
        loop {
            let expr = hir.expr(at);
            match expr.kind {
                ExprKind::Name => return Some(self.r.text(expr.span)),
                ExprKind::Paren(inner)
                | ExprKind::Star(inner)
                | ExprKind::Unary { x: inner, .. }
                | ExprKind::Selector { base: inner, .. }
                | ExprKind::Index { base: inner, .. }
                | ExprKind::Slice { base: inner, .. }
                | ExprKind::Assert { base: inner, .. } => at = inner,
                ExprKind::Call { fun, .. } => match hir.expr(hir.unparen(fun)).kind {
                    ExprKind::Selector { base, .. } => at = base,
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    /// An expression as the source writes it, without parentheses, `&` and `*` around it.
    pub(super) fn written(&self, id: ExprId) -> &'w str {
        let hir = self.r.hir();
        let mut at = id;
        loop {
            let expr = hir.expr(at);
            match expr.kind {
                ExprKind::Paren(inner)
                | ExprKind::Star(inner)
                | ExprKind::Unary { op: hir::UnaryOp::Address, x: inner } => at = inner,
                _ => return self.r.text(expr.span),
            }
        }
    }

    /// Whether an expression names a variable or field, without calls and elements.
    pub(super) fn is_name_path(&self, id: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(id)).kind {
            ExprKind::Name => true,
            ExprKind::Selector { base, .. } | ExprKind::Star(base) => self.is_name_path(base),
            _ => false,
        }
    }

    /// Whether one of some names occurs in an expression, outside of function literals.
    pub(super) fn mentions(&self, id: ExprId, names: &FxHashSet<&'w str>) -> bool {
        let hir = self.r.hir();
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let expr = hir.expr(id);
            match expr.kind {
                ExprKind::Name if names.contains(self.r.text(expr.span)) => return true,
                ExprKind::Paren(x)
                | ExprKind::Star(x)
                | ExprKind::Unary { x, .. }
                | ExprKind::Selector { base: x, .. }
                | ExprKind::Assert { base: x, .. } => todo.push(x),
                ExprKind::Index { base, args } | ExprKind::Slice { base, bounds: args } => {
                    todo.push(base);
                    todo.extend(hir.exprs(args));
                }
                ExprKind::Call { fun, args, .. } => {
                    todo.push(fun);
                    todo.extend(hir.exprs(args));
                }
                ExprKind::Binary { left, right, .. } => todo.extend([left, right]),
                ExprKind::Composite { elements, .. } => {
                    todo.extend(hir.elements(elements).iter().map(|element| element.value));
                }
                _ => {}
            }
        }
        false
    }
}
