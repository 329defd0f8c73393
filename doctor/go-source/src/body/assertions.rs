//! Assertions without a check of what a map yields: `v.(T)` behind `v, ok := m.Load(k)`, or in what `m.Range` runs.

use super::decisions::{Look, Pass, parts};
use crate::hir::{ExprId, ExprKind};
use finding::Operation;

impl<'w> Pass<'_, 'w> {
    /// Looks for literals and unchecked assertions in expressions.
    pub(super) fn inside(&mut self, exprs: &[ExprId], looks: &[Look<'w>]) {
        let hir = self.hir();
        let mut todo = exprs.to_vec();
        while let Some(id) = todo.pop() {
            match hir.expr(id).kind {
                ExprKind::FuncLit(func) => {
                    if let Some(body) = hir.func(func).body {
                        self.bodies.push((body, Vec::new()));
                    }
                }
                ExprKind::Call { args, .. } => self.ranged(id, hir.exprs(args)),
                ExprKind::Assert { base, ty: Some(_) } => {
                    let base = self.text(hir.unparen(base));
                    let look = looks.iter().rev().find(|look| look.names.first() == Some(&base));
                    if let Some(access) = look.map(|look| look.access) {
                        self.asserts(access, id);
                    }
                }
                _ => {}
            }
            let literal_of_range =
                self.access(id).is_some_and(|(_, access)| access.operation == Operation::Iterate);
            if !literal_of_range {
                parts(hir, id, &mut todo);
            }
        }
    }

    /// `m.Range(func(k, v any) bool { … })`: what the literal asserts of `v` is asserted of what the map holds.
    fn ranged(&mut self, call: ExprId, args: &[ExprId]) {
        let hir = self.hir();
        let Some((access, fact)) = self.access(call) else { return };
        if fact.operation != Operation::Iterate {
            return;
        }
        for arg in args {
            let ExprKind::FuncLit(func) = hir.expr(hir.unparen(*arg)).kind else { continue };
            let func = hir.func(func);
            let value = hir.params(hir.sig(func.sig).params).get(1).and_then(|param| param.name);
            let names: Vec<&str> = value.map(|name| self.walker.r.text(name)).into_iter().collect();
            let look = Look { access, anchor: call, names, ok: None, missing: false };
            self.bodies.extend(func.body.map(|body| (body, vec![look])));
        }
    }

    /// Notes the type that is asserted of what an access yields.
    fn asserts(&mut self, access: usize, assertion: ExprId) {
        let Some(ty) = self.walker.types.get(&assertion).copied() else { return };
        let text = self.walker.concrete(ty);
        if let Some(access) = self.walker.facts.accesses.get_mut(access) {
            if access.operation != Operation::Write {
                access.value_type = text;
            }
        }
    }
}
