//! The entries that the turns of a loop make in a map.

use super::super::assigned;
use super::super::walker::Walker;
use crate::hir::{ExprId, ExprKind, StmtId, StmtKind};
use rustc_hash::FxHashSet;

/// An entry that a turn makes.
pub(super) struct Insert<'w> {
    pub(super) element: ExprId,
    pub(super) key: &'w str,
    pub(super) key_expr: ExprId,
    pub(super) sometimes: bool,
    pub(super) inner: bool,
    pub(super) reads: bool,
}

/// What is known on the way through a turn.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) sometimes: bool,
    pub(super) inner: bool,
}

impl<'w> Walker<'w> {
    /// The entries that a statement of a turn makes. Yields whether a later statement runs in some turns only.
    pub(super) fn inserts(
        &self,
        stmt: StmtId,
        way: Way,
        path: &str,
        own: &mut FxHashSet<&'w str>,
        found: &mut Vec<Insert<'w>>,
        replaced: &mut bool,
    ) -> bool {
        let hir = self.r.hir();
        let mut names = Vec::new();
        assigned::declared(hir, stmt, &mut names);
        own.extend(names.into_iter().map(|name| self.r.text(name)));
        let sometimes = Way { sometimes: true, ..way };
        let mut list = |stmts: &[StmtId], mut way: Way, own: &mut FxHashSet<&'w str>| {
            let mut cut = false;
            for stmt in stmts {
                if self.inserts(*stmt, way, path, own, found, replaced) {
                    way.sometimes = true;
                    cut = true;
                }
            }
            cut
        };
        match hir.stmt(stmt).kind {
            StmtKind::Assign { left, right, op } => {
                let values = hir.exprs(right);
                for (at, target) in hir.exprs(left).iter().enumerate() {
                    let target = hir.unparen(*target);
                    own.extend(self.root_of(target).filter(|_| self.is_name_path(target)));
                    if self.is_name_path(target) && self.written(target) == path {
                        *replaced = true;
                    }
                    let value = values.get(at).or(values.first());
                    let looks = op
                        || value
                            .is_some_and(|value| self.r.text(hir.expr(*value).span).contains(path));
                    self.insert(target, way, looks, path, found);
                }
                false
            }
            StmtKind::IncDec(target) => {
                self.insert(hir.unparen(target), way, true, path, found);
                false
            }
            StmtKind::Block { body } => list(hir.stmts(body), way, own),
            StmtKind::Labeled { stmt, .. } => self.inserts(stmt, way, path, own, found, replaced),
            StmtKind::If { init, then, or_else, .. } => {
                list(init.as_slice(), way, own);
                let surely = Way { sometimes: false, ..way };
                let before = found.len();
                let mut cut = self.inserts(then, surely, path, own, found, replaced);
                let middle = found.len();
                if let Some(or_else) = or_else {
                    cut |= self.inserts(or_else, surely, path, own, found, replaced);
                }
                let (sure, new) = match found.get_mut(before..) {
                    Some(new) => {
                        let (one, other) = new.split_at(middle.saturating_sub(before));
                        let sure =
                            |inserts: &[Insert<'_>]| inserts.iter().any(|one| !one.sometimes);
                        (sure(one) && sure(other) && !cut, new)
                    }
                    None => return cut,
                };
                // Where both branches make an entry, each turn does.
                for insert in new {
                    insert.sometimes |= way.sometimes || !sure;
                }
                cut
            }
            StmtKind::Switch { init, clauses, .. } | StmtKind::TypeSwitch { init, clauses, .. } => {
                list(init.as_slice(), way, own);
                let mut cut = false;
                for clause in hir.clauses(clauses) {
                    cut |= list(hir.stmts(clause.body), sometimes, own);
                }
                cut
            }
            StmtKind::Select { clauses } => {
                let mut cut = false;
                for clause in hir.clauses(clauses) {
                    cut |= list(hir.stmts(clause.body), sometimes, own);
                }
                cut
            }
            StmtKind::For { init, body, .. } => {
                let way = Way { inner: true, ..way };
                list(init.as_slice(), way, own);
                list(&[body], way, own);
                false
            }
            StmtKind::Range { body, .. } => {
                list(&[body], Way { inner: true, ..way }, own);
                false
            }
            StmtKind::Branch { .. } => true,
            _ => false,
        }
    }

    fn insert(
        &self,
        target: ExprId,
        way: Way,
        reads: bool,
        path: &str,
        found: &mut Vec<Insert<'w>>,
    ) {
        let hir = self.r.hir();
        let ExprKind::Index { base, args } = hir.expr(target).kind else { return };
        let [key] = hir.exprs(args) else { return };
        if self.written(base) == path {
            let Way { sometimes, inner } = way;
            let text = self.r.text(hir.expr(*key).span);
            found.push(Insert {
                element: target,
                key: text,
                key_expr: *key,
                sometimes,
                inner,
                reads,
            });
        }
    }
}
