//! The conditions on the way to an effect: whether one entry alone fulfils them.

use super::super::walker::Walker;
use super::walk::Turn;
use crate::Span;
use crate::hir::{BinaryOp, ExprId, ExprKind};
use crate::turn::{Choice, EffectKind};

/// Functions of `strings` and their like that several keys may satisfy.
const PATTERNS: [&str; 6] =
    ["HasPrefix", "HasSuffix", "Contains", "Match", "MatchString", "CutPrefix"];

impl<'w> Walker<'w> {
    /// The first entry that fits is chosen.
    pub(super) fn chosen(&mut self, span: Span, turn: &Turn<'_, 'w>) {
        if turn.conditions.is_empty() || self.is_unique(turn) || Self::is_alone(turn) {
            return;
        }
        let pattern = turn.conditions.iter().any(|cond| self.is_pattern(*cond, turn, 0));
        let choice = if pattern { Choice::Pattern } else { Choice::Other };
        self.effect(turn, EffectKind::Chooses(choice), span);
    }

    /// A condition on the way compares with what was kept before, or with an order.
    pub(super) fn is_chosen_by_order(&self, path: &'w str, turn: &Turn<'_, 'w>) -> bool {
        turn.conditions.iter().any(|cond| {
            let text = self.r.text(self.r.hir().expr(*cond).span);
            text.contains(path)
                || text.contains(" < ")
                || text.contains(" > ")
                || text.contains("Before(")
                || text.contains("After(")
                || text.contains(".Cmp(")
                || text.contains("Less(")
        })
    }

    /// A condition on the way holds for one key alone.
    pub(super) fn of_one_key(&self, turn: &Turn<'_, 'w>) -> bool {
        turn.by_key
            || turn.key.is_some_and(|key| {
                turn.conditions.iter().any(|cond| {
                    let text = self.r.text(self.r.hir().expr(*cond).span);
                    text.starts_with(&format!("{key} == ")) || text.contains(&format!("== {key}"))
                })
            })
    }

    /// A condition on the way compares something of the entry for equality: one entry alone has it, most likely.
    pub(super) fn is_unique(&self, turn: &Turn<'_, 'w>) -> bool {
        turn.conditions.iter().any(|cond| self.equals(*cond, turn, 0))
    }

    pub(super) fn equals(&self, cond: ExprId, turn: &Turn<'_, 'w>, depth: u32) -> bool {
        let hir = self.r.hir();
        let cond = hir.unparen(cond);
        if depth > 16 {
            return true;
        }
        match hir.expr(cond).kind {
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } => {
                let depth = depth.saturating_add(1);
                self.equals(left, turn, depth) || self.equals(right, turn, depth)
            }
            ExprKind::Binary { op: BinaryOp::Compare, left, right } => {
                let between =
                    Span { start: hir.expr(left).span.end, end: hir.expr(right).span.start };
                let nothing = |id: ExprId| {
                    matches!(self.written(id), "nil" | "\"\"" | "0" | "true" | "false")
                };
                self.r.text(between).contains("==")
                    && !nothing(left)
                    && !nothing(right)
                    && (self.mentions(left, &turn.tainted) || self.mentions(right, &turn.tainted))
            }
            ExprKind::Call { fun, .. } => {
                let name = self.written(fun);
                let name = name.rsplit('.').next().unwrap_or(name);
                name.starts_with("Equal") || name == "Is" || name == "DeepEqual"
            }
            _ => false,
        }
    }

    /// The function asks how many entries the map has: one, perhaps.
    fn is_alone(turn: &Turn<'_, 'w>) -> bool {
        turn.subject.is_some_and(|subject| turn.uses.measured.contains(subject))
    }

    /// A condition that is a pattern which several keys may match.
    pub(super) fn is_pattern(&self, cond: ExprId, turn: &Turn<'_, 'w>, depth: u32) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(cond)).kind {
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } if depth < 16 => {
                let depth = depth.saturating_add(1);
                self.is_pattern(left, turn, depth) || self.is_pattern(right, turn, depth)
            }
            ExprKind::Call { fun, args, .. } => {
                let ExprKind::Selector { base, name } = hir.expr(hir.unparen(fun)).kind else {
                    return false;
                };
                let import = self.imported(base);
                PATTERNS.contains(&self.r.text(name))
                    && matches!(
                        import,
                        Some("strings" | "bytes" | "path" | "path/filepath" | "regexp")
                    )
                    && hir.exprs(args).iter().any(|arg| turn.key == Some(self.written(*arg)))
            }
            _ => false,
        }
    }
}
