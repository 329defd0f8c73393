//! Texts that are made of bytes, and used as a key alone.

use super::super::walker::Walker;
use super::CostKind;
use super::count::ALL;
use super::scene::Scene;
use crate::Span;
use crate::hir::{ExprId, ExprKind, StmtKind};
use crate::types::{Kind, Ty};

impl<'w> Walker<'w> {
    /// Finds `s := string(b)` whose `s` is nothing but a key.
    pub(super) fn text_keys(&mut self, scene: &Scene<'w>) {
        let hir = self.r.hir();
        for stmt in &scene.stmts {
            let StmtKind::Define { left, right } = hir.stmt(*stmt).kind else { continue };
            let ([name], [value]) = (hir.exprs(left), hir.exprs(right)) else { continue };
            let text = self.r.text(hir.expr(*name).span);
            let Some(bytes) = self.text_of_bytes(*value, scene) else { continue };
            if !scene.is_constant(text) {
                continue;
            }
            let elements = scene.elements.get(text).map(Vec::as_slice).unwrap_or_default();
            let keyed = elements.iter().all(|element| self.is_text_element(*element));
            // The declaration is one of them.
            if elements.is_empty()
                || !keyed
                || scene.names(text, ALL) != elements.len().saturating_add(1)
            {
                continue;
            }
            let start = |element: &ExprId| hir.expr(*element).span.start;
            let (mut writes, mut reads): (Vec<ExprId>, Vec<ExprId>) =
                elements.iter().partition(|element| scene.targets.contains(element));
            writes.sort_by_key(start);
            reads.sort_by_key(start);
            let (Some(first), Some(last)) = (reads.first(), reads.last()) else { continue };
            let Some(root) = self.root_of(bytes) else { continue };
            let converted = hir.expr(*value).span;
            let until = Span { start: converted.end, end: hir.expr(*last).span.start };
            let bytes = hir.expr(bytes).span;
            if scene.names(root, until) > 0 {
                continue;
            }
            let at = start(first);
            let apart = !writes.is_empty()
                || reads.len() > 1
                || scene.calls_in(Span { start: converted.end, end: at });
            let looped = scene.is_looped(converted.start);
            let writes = writes.iter().map(start).collect();
            self.costs(at, CostKind::TextKey { converted, bytes, writes, looped, apart });
        }
    }

    /// The `b` of `string(b)`, a path of names or a part of one.
    fn text_of_bytes(&mut self, value: ExprId, scene: &Scene<'w>) -> Option<ExprId> {
        let hir = self.r.hir();
        let ExprKind::Call { fun, args, .. } = hir.expr(hir.unparen(value)).kind else {
            return None;
        };
        let [bytes] = hir.exprs(args) else { return None };
        let conversion =
            self.r.text(hir.expr(fun).span) == "string" && self.is_predeclared("string", scene);
        let inner = match hir.expr(hir.unparen(*bytes)).kind {
            ExprKind::Slice { base, .. } => base,
            _ => *bytes,
        };
        let ty = self.types.get(bytes).copied().filter(|_| conversion)?;
        let under = self.r.under(ty);
        let Kind::Slice(of) = self.r.types.kind(under) else { return None };
        let of = self.r.under(of);
        let text = self.r.types.kind(of) == Kind::Basic("uint8") && self.is_name_path(inner);
        text.then_some(*bytes)
    }

    /// An element of a map whose keys are of type `string`.
    fn is_text_element(&mut self, element: ExprId) -> bool {
        let hir = self.r.hir();
        let ExprKind::Index { base, .. } = hir.expr(element).kind else { return false };
        let ty = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        match self.r.types.kind(under) {
            Kind::Map { key, .. } => self.r.types.kind(key) == Kind::Basic("string"),
            _ => false,
        }
    }
}
