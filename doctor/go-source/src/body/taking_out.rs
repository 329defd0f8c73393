//! Maps that are taken out of a field or a variable of a package: a local variable gets the map, and another one is left in
//! its place.
//!
//! ```go
//! c.mu.Lock()
//! batch := c.pending
//! c.pending = make(map[string]int)
//! c.mu.Unlock()
//! for key := range batch { … } // nobody else has it any more
//! ```
//!
//! Whether one lock is held from the first of the two statements to the second the linker finds out.

use super::facts::TakenOutFact;
use super::walker::Walker;
use crate::hir::{ExprId, ExprKind, StmtId, StmtKind};
use crate::types::Def;
use crate::world::Object;
use finding::MapKind;

/// Statements between taking a map and leaving another one, at most.
const MAX_BETWEEN: usize = 16;

impl Walker<'_> {
    /// A local variable gets the map of a field or of a variable of a package: notes where another one is left there, by the
    /// same statement or by one of those that follow it in its block.
    pub(super) fn takes_out(&mut self, variable: Def, value: ExprId, declared: bool) {
        let hir = self.r.hir();
        let value = hir.unparen(value);
        let Some(ty) = self.types.get(&value).copied() else { return };
        if self.map_kind(ty) != Some(MapKind::Builtin) || !self.lasts(value) {
            return;
        }
        let Some(place) = self.map_place(value) else { return };
        if place.key.depth > 0 || place.key != place.named {
            return;
        }
        let Some((by, after, given)) = self.left_behind(variable, value) else { return };
        // What another variable holds may be the same map.
        let name = hir.expr(hir.unparen(given));
        let nil = self.r.text(name.span) == "nil";
        if name.kind == ExprKind::Name
            && !nil
            && self.map_place(given).is_none_or(|given| given.key == place.key)
        {
            return;
        }
        self.facts.taken_out.push(TakenOutFact {
            file: self.r.env.file,
            variable: Self::key(variable),
            map: place.key,
            from: value,
            by,
            after,
            declared,
        });
    }

    /// Notes that the map of a variable is put where others find it.
    pub(super) fn puts_back(&mut self, target: ExprId, value: ExprId) {
        let hir = self.r.hir();
        let from = hir.expr(hir.unparen(value));
        let into = hir.expr(hir.unparen(target));
        let local = |text| self.r.local(text).and_then(|number| self.local(number));
        let outside = match into.kind {
            ExprKind::Name => local(self.r.text(into.span)).is_none(),
            _ => true,
        };
        if from.kind == ExprKind::Name && outside {
            if let Some(def) = local(self.r.text(from.span)).map(|local| local.def) {
                self.facts.put_back.push((Self::key(def), from.span.start));
            }
        }
    }

    /// A field by the names that lead to it, none of which gets another value, or a variable of a package.
    fn lasts(&self, value: ExprId) -> bool {
        let hir = self.r.hir();
        let mut at = hir.unparen(value);
        let mut field = false;
        loop {
            let expr = hir.expr(at);
            match expr.kind {
                ExprKind::Selector { base, .. } => {
                    field = true;
                    at = hir.unparen(base);
                }
                ExprKind::Name => {
                    let text = self.r.text(expr.span);
                    return match self.r.meaning(text) {
                        crate::types::Meaning::Object(Object::Var(..)) => true,
                        _ => field && !self.reassigned.contains(text),
                    };
                }
                _ => return false,
            }
        }
    }

    /// The target of the assignment that leaves another map where a variable got its own from, where that ends, and what it
    /// leaves there.
    fn left_behind(&self, variable: Def, value: ExprId) -> Option<(ExprId, u32, ExprId)> {
        let hir = self.r.hir();
        let (name, place) = (self.r.text(variable.name), self.r.text(hir.expr(value).span));
        let here = self.place.statement;
        let leaves = |stmt: StmtId| {
            let StmtKind::Assign { left, right, op: false } = hir.stmt(stmt).kind else {
                return None;
            };
            let (targets, values) = (hir.exprs(left), hir.exprs(right));
            let at = targets.iter().position(|target| self.r.text(hir.expr(*target).span) == place);
            let (target, given) = (*targets.get(at?)?, *values.get(at?)?);
            let text = self.r.text(hir.expr(hir.unparen(given)).span);
            let other = targets.len() == values.len() && text != name && text != place;
            Some(other.then_some((target, given)))
        };
        // `batch, c.pending = c.pending, nil`.
        if let Some(at) = self.statement.filter(|at| hir.stmt(*at).span == here) {
            if let Some(found) = leaves(at) {
                return found.map(|(target, given)| (target, here.end, given));
            }
        }
        for stmt in self.following.iter().take(MAX_BETWEEN) {
            if let Some(found) = leaves(*stmt) {
                return found.map(|(target, given)| (target, hir.stmt(*stmt).span.end, given));
            }
        }
        None
    }
}
