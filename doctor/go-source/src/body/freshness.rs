//! Until where what a variable holds is known to its maker alone.

use super::walker::Walker;
use crate::hir::{ExprId, ExprKind, UnaryOp};
use crate::world::index;

impl Walker<'_> {
    /// A variable is used as a value: from here on others may know what it holds.
    pub(super) fn escapes(&mut self, local: u32, at: u32) {
        let Some(slot) = self.locals.get(index(local)) else { return };
        // In a loop that the variable outlives, what comes later in the text comes earlier in the
        // next turn.
        let from = self.loops.get(slot.loops).copied().unwrap_or(at).min(at);
        if let Some(slot) = self.locals.get_mut(index(local)) {
            slot.escape = slot.escape.min(from);
            slot.taken = slot.taken.min(from);
        }
    }

    /// True where an expression makes a new value: a literal, `new`, `make`.
    pub(super) fn makes(&self, value: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(value)).kind {
            ExprKind::Composite { .. } => true,
            ExprKind::Unary { op: UnaryOp::Address, x } => self.makes(x),
            ExprKind::Call { fun, .. } => {
                let fun = hir.expr(hir.unparen(fun));
                fun.kind == ExprKind::Name
                    && matches!(self.r.text(fun.span), "new" | "make")
                    && self.r.meaning(self.r.text(fun.span)) == crate::types::Meaning::Universe
            }
            _ => false,
        }
    }
}
