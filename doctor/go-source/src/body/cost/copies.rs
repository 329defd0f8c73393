//! Large values and keys that are copied where a field would do.

use super::super::walker::Walker;
use super::CostKind;
use super::scene::Scene;
use crate::Span;
use crate::cost::{Copied, CopiedFor};
use crate::hir::{ExprId, ExprKind, StmtId, StmtKind};
use crate::types::{Kind, Target, Ty};

/// Values of more bytes are large: Go itself keeps them outside of the map (`go_runtime::MAX_INLINE_BYTES`).
const LARGE: u64 = 128;

impl<'w> Walker<'w> {
    /// Finds them.
    pub(super) fn large_copies(&mut self, scene: &Scene<'w>) {
        let hir = self.r.hir();
        for stmt in &scene.stmts {
            match hir.stmt(*stmt).kind {
                StmtKind::Range { value: Some(value), subject, body, define: true, .. } => {
                    self.ranged(value, subject, body, scene);
                }
                StmtKind::Define { left, right } => {
                    let (left, right) = (hir.exprs(left), hir.exprs(right));
                    if let ([name, others @ ..], [element]) = (left, right) {
                        self.looked_up_whole(*name, *element, !others.is_empty(), scene);
                    }
                }
                _ => {}
            }
        }
        let mut written: Vec<ExprId> = scene.targets.iter().copied().collect();
        written.sort_by_key(|id| hir.expr(*id).span.start);
        for target in written {
            let ExprKind::Index { base, .. } = hir.expr(target).kind else { continue };
            let Some((Some(bytes), _)) = self.large(base) else { continue };
            let copied = Copied { for_: CopiedFor::Key, bytes };
            self.costs(hir.expr(target).span.start, CostKind::Copy(copied));
        }
    }

    /// The sizes of the key and the value of a map, each where it is large.
    fn large(&mut self, map: ExprId) -> Option<(Option<u64>, Option<u64>)> {
        let ty = self.types.get(&map).copied()?;
        let under = self.r.under(ty);
        let Kind::Map { key, value } = self.r.types.kind(under) else { return None };
        let (key, value) = (self.r.size(key), self.r.size(value));
        let large = |size: Option<u64>| size.filter(|size| *size > LARGE);
        Some((large(key), large(value)))
    }

    /// `for k, v := range m` that uses fields of `v` alone.
    fn ranged(&mut self, value: ExprId, subject: ExprId, body: StmtId, scene: &Scene<'w>) {
        let hir = self.r.hir();
        let name = self.r.text(hir.expr(value).span);
        let Some((_, Some(bytes))) = self.large(subject) else { return };
        let body = hir.stmt(body).span;
        if name == "_" || scene.declares_in(name, body) || scene.assigns_in(name, body) {
            return;
        }
        let ty = self.value_of(subject);
        let fields = self.fields_used(name, ty, body, scene);
        let apart = self.is_used_behind_a_call(name, body.start, body, scene);
        if fields > 0 && apart && scene.names(name, body) == fields {
            let word = u32::try_from("range ".len()).unwrap_or(0);
            let at = hir.expr(subject).span.start.saturating_sub(word);
            self.costs(at, CostKind::Copy(Copied { for_: CopiedFor::Range, bytes }));
        }
    }

    /// `v := m[k]` that uses fields of `v` alone, or changes them and puts `v` back.
    fn looked_up_whole(
        &mut self,
        name: ExprId,
        element: ExprId,
        comma_ok: bool,
        scene: &Scene<'w>,
    ) {
        let hir = self.r.hir();
        let text = self.r.text(hir.expr(name).span);
        let element = hir.unparen(element);
        let ExprKind::Index { base, .. } = hir.expr(element).kind else { return };
        if text == "_" || !scene.is_one_variable(text) {
            return;
        }
        let Some((_, Some(bytes))) = self.large(base) else { return };
        let span = hir.expr(element).span;
        let after = Span { start: span.end, end: u32::MAX };
        let ty = self.value_of(base);
        let fields = self.fields_used(text, ty, after, scene);
        let uses = scene.names(text, after);
        let stored = self.stored_again(text, element, scene);
        let apart = comma_ok || self.is_used_behind_a_call(text, span.end, after, scene);
        let for_ = if apart
            && fields > 0
            && uses == fields
            && scene.is_looped(span.start)
            && scene.is_constant(text)
            && !self.changes_fields(text, scene)
        {
            CopiedFor::LookUp
        } else if stored && uses == fields.saturating_add(1) && self.changes_fields(text, scene) {
            CopiedFor::Change
        } else {
            return;
        };
        self.costs(span.start, CostKind::Copy(Copied { for_, bytes }));
    }

    /// Whether a field of a variable is used behind a call. Where it is used before any, newer compilers read the field
    /// alone.
    fn is_used_behind_a_call(&self, name: &str, from: u32, span: Span, scene: &Scene<'w>) -> bool {
        let hir = self.r.hir();
        let all = scene.selectors.get(name).map(Vec::as_slice).unwrap_or_default();
        all.iter().any(|id| {
            let at = hir.expr(*id).span.start;
            let inside = span.start <= at && at < span.end;
            inside && scene.calls_in(Span { start: from, end: at })
        })
    }

    fn value_of(&mut self, map: ExprId) -> Ty {
        let ty = self.types.get(&map).copied().unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        match self.r.types.kind(under) {
            Kind::Map { value, .. } => value,
            _ => Ty::UNKNOWN,
        }
    }

    /// How often fields of a variable are used; 0 where a method is called, or a field is large itself.
    fn fields_used(&mut self, name: &str, ty: Ty, span: Span, scene: &Scene<'w>) -> usize {
        let hir = self.r.hir();
        let all = scene.selectors.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut count = 0usize;
        for id in all.iter().filter(|id| {
            let at = hir.expr(**id).span.start;
            span.start <= at && at < span.end
        }) {
            let ExprKind::Selector { name, .. } = hir.expr(*id).kind else { continue };
            let target = self.r.select(ty, self.r.text(name)).map(|selection| selection.target);
            match target {
                Some(Target::Field { ty, .. })
                    if self.r.size(ty).is_some_and(|size| size <= LARGE) =>
                {
                    count = count.saturating_add(1);
                }
                _ => return 0,
            }
        }
        count
    }

    /// Whether a field of a variable is assigned.
    fn changes_fields(&self, name: &str, scene: &Scene<'w>) -> bool {
        scene.targets.iter().any(|target| {
            let kind = self.r.hir().expr(*target).kind;
            matches!(kind, ExprKind::Selector { .. }) && self.root_of(*target) == Some(name)
        })
    }

    /// Whether a variable is stored at the very element that it was taken from.
    fn stored_again(&self, name: &str, element: ExprId, scene: &Scene<'w>) -> bool {
        let hir = self.r.hir();
        let words = self.r.text(hir.expr(element).span);
        scene.stmts.iter().any(|stmt| {
            let StmtKind::Assign { left, right, op: false } = hir.stmt(*stmt).kind else {
                return false;
            };
            let ([target], [value]) = (hir.exprs(left), hir.exprs(right)) else { return false };
            self.r.text(hir.expr(*target).span) == words
                && self.r.text(hir.expr(*value).span) == name
        })
    }
}
