//! What a turn assigns to variables of outside, and what it returns.

use super::super::walker::Walker;
use super::walk::Turn;
use crate::Span;
use crate::hir::{BinaryOp, ExprId, ExprKind, StmtId};
use crate::turn::EffectKind;
use crate::types::{Kind, Ty};
use rustc_hash::FxHashSet;

impl<'w> Walker<'w> {
    pub(super) fn turn_assign(
        &mut self,
        left: &[ExprId],
        right: &[ExprId],
        op: bool,
        turn: &mut Turn<'_, 'w>,
    ) {
        let hir = self.r.hir();
        self.turn_calls(left, right, turn);
        for (at, target) in left.iter().enumerate() {
            self.insertion(*target, turn);
            let value = if left.len() == right.len() { right.get(at) } else { right.first() };
            let Some(value) = value.copied() else { continue };
            let own = self.root_of(*target).is_none_or(|root| turn.own.contains(root));
            if !self.mentions(value, &turn.tainted) {
                continue;
            }
            if own {
                if hir.expr(*target).kind == ExprKind::Name {
                    turn.tainted.insert(self.r.text(hir.expr(*target).span));
                }
                continue;
            }
            if self.is_name_path(*target) && left.len() == right.len() {
                self.turn_outer(*target, value, op, turn);
            }
        }
    }

    /// A variable of outside is assigned what depends on the entry at hand.
    pub(super) fn turn_outer(
        &mut self,
        target: ExprId,
        value: ExprId,
        op: bool,
        turn: &mut Turn<'_, 'w>,
    ) {
        let hir = self.r.hir();
        let path = self.written(target);
        let span = hir.expr(target).span;
        let ty = self.types.get(&target).copied().unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        let kind = self.r.types.kind(under);
        let itself: FxHashSet<&str> = std::iter::once(path).collect();
        let again =
            self.mentions(value, &itself) || self.r.text(hir.expr(value).span).contains(path);
        if self.is_append(value, path) {
            // Errors are read, whichever comes first.
            let errors = matches!(kind, Kind::Slice(elem) if self.r.types.kind(elem) == Kind::Basic("error"));
            if !errors && !turn.ends && !self.of_one_key(turn) {
                let fate = turn.uses.fate(path, turn.of.at);
                if !fate.sorted {
                    self.effect(turn, EffectKind::Collects(fate.sink), span);
                }
            }
            return;
        }
        match kind {
            Kind::Basic("float64" | "float32") if op => {
                let between =
                    self.r.text(Span { start: span.end, end: hir.expr(value).span.start });
                if between.contains("+=") || between.contains("-=") {
                    self.effect(turn, EffectKind::Sums, span);
                }
            }
            Kind::Basic("string") if op || (again && self.is_joined_text(value)) => {
                if turn.ends || self.of_one_key(turn) {
                    return;
                }
                let fate = turn.uses.fate(path, turn.of.at);
                if !fate.sorted {
                    self.effect(turn, EffectKind::Builds(fate.sink), span);
                }
            }
            Kind::Basic("bool" | "error") => {}
            _ if op || again || self.is_measured(value) || self.of_one_key(turn) => {}
            _ if self.is_chosen_by_order(path, turn) => {}
            _ if turn.ends => self.chosen(span, turn),
            _ if !turn.conditions.is_empty() && !self.is_unique(turn) => {
                self.effect(turn, EffectKind::Keeps, span);
            }
            _ => {}
        }
    }

    pub(super) fn is_append(&self, value: ExprId, path: &str) -> bool {
        let hir = self.r.hir();
        let ExprKind::Call { fun, args, .. } = hir.expr(hir.unparen(value)).kind else {
            return false;
        };
        self.written(fun) == "append"
            && hir.exprs(args).first().is_some_and(|first| self.written(*first) == path)
    }

    /// `a + b`, `fmt.Sprintf(…)`.
    pub(super) fn is_joined_text(&self, value: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(value)).kind {
            ExprKind::Binary { op: BinaryOp::Other, .. } => true,
            ExprKind::Call { fun, .. } => self.written(fun).starts_with("fmt.Sprint"),
            _ => false,
        }
    }

    /// `min`, `max`, an error.
    pub(super) fn is_measured(&self, value: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(value)).kind {
            ExprKind::Call { fun, .. } => {
                let name = self.written(fun);
                let name = name.rsplit('.').next().unwrap_or(name);
                ["min", "max", "Min", "Max", "len"].contains(&name)
                    || name.contains("Err")
                    || name == "New"
                    || name == "Join"
            }
            _ => false,
        }
    }

    pub(super) fn turn_return(&mut self, stmt: StmtId, list: &[ExprId], turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        let mut telling = false;
        for expr in list {
            let ty = self.types.get(expr).copied().unwrap_or(Ty::UNKNOWN);
            let text = self.r.text(hir.expr(*expr).span);
            let error = matches!(self.r.types.kind(ty), Kind::Basic("error" | "bool"))
                || text == "err"
                || text.contains("Err")
                || text.contains("err.");
            let bare = hir.unparen(*expr);
            let call = matches!(hir.expr(bare).kind, ExprKind::Call { .. });
            let compared = matches!(
                hir.expr(bare).kind,
                ExprKind::Binary { op: BinaryOp::Compare | BinaryOp::And | BinaryOp::Or, .. }
            );
            if error {
                // What comes with an error is a failure's own.
                if text != "nil" {
                    return;
                }
            } else if !call && !compared {
                telling |= self.mentions(*expr, &turn.tainted);
            }
        }
        if telling && turn.breakable == 0 {
            self.chosen(hir.stmt(stmt).span, turn);
        }
    }
}
