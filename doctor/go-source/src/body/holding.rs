//! What variables of map type hold: the map of another name, one made for them, or an unknown one.
//!
//! Of what a variable is assigned, [`Facts::holds`](super::facts::Facts::holds) and its neighbours
//! keep every possibility; the linker follows a variable only where all of them are one map. A map
//! that is made for the variable and stored at once counts as the map it was stored as:
//!
//! ```go
//! inner := c.byTenant[tenant]
//! if inner == nil {
//!     inner = make(map[string]int)
//!     c.byTenant[tenant] = inner // on every way, inner is an element of c.byTenant
//! }
//! ```

use super::facts::Key;
use super::walker::Walker;
use crate::hir::{ExprId, ExprKind, StmtId, StmtKind};
use crate::types::{Def, Kind, Target, Ty};
use crate::world::FuncRef;
use finding::MapKind;

/// Statements between making a map and storing it, at most.
const MAX_BETWEEN: usize = 4;

impl Walker<'_> {
    /// Notes what a local variable of map type may hold from here on.
    pub(super) fn takes(&mut self, def: Def, ty: Ty, value: Option<ExprId>) {
        let key = Self::key(def);
        if self.map_kind(ty) != Some(MapKind::Builtin) {
            return;
        }
        let Some(value) = value else {
            self.facts.foreign.insert(key);
            return;
        };
        let hir = self.r.hir();
        let inner = hir.expr(hir.unparen(value));
        let nil = inner.kind == ExprKind::Name && self.r.text(inner.span) == "nil";
        if nil || self.makes(value) {
            match self.store_of(def).filter(|_| !nil) {
                Some(store) => {
                    self.stores.insert(store, key);
                }
                None => {
                    self.facts.renewed.insert(key);
                }
            }
            return;
        }
        match self.map_place(value) {
            Some(place) if place.key == key => {}
            Some(place) => self.facts.holds.push((key, place.key)),
            None => {
                self.facts.foreign.insert(key);
            }
        }
    }

    /// Notes that whoever has the address of a local variable may give it another map.
    pub(super) fn lends(&mut self, variable: ExprId) {
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(variable));
        if expr.kind != ExprKind::Name {
            return;
        }
        let local = self.r.local(self.r.text(expr.span)).and_then(|number| self.local(number));
        if let Some((def, ty)) = local.map(|local| (local.def, local.ty)) {
            if self.map_kind(ty) == Some(MapKind::Builtin) {
                self.facts.renewed.insert(Self::key(def));
            }
        }
    }

    /// Notes that a loop hands the elements of a container to a local variable one by one.
    pub(super) fn takes_elements(&mut self, def: Def, ty: Ty, container: ExprId) {
        if self.map_kind(ty) != Some(MapKind::Builtin) {
            return;
        }
        let own = Self::key(def);
        match self.map_place(container) {
            Some(place) => {
                let element = Key { depth: place.key.depth.saturating_add(1), ..place.key };
                self.declare_element(element, ty);
                self.facts.holds.push((own, element));
            }
            None => {
                self.facts.foreign.insert(own);
            }
        }
    }

    /// True where a method of a variable's map type, somewhere in the function, takes the address
    /// of the variable: it may assign to it.
    pub(super) fn is_lent(&mut self, name: &str, ty: Ty) -> bool {
        let Some(selected) = self.selected.get(name).cloned() else { return false };
        self.map_kind(ty) == Some(MapKind::Builtin)
            && !matches!(self.r.types.kind(ty), Kind::Pointer(_))
            && selected.into_iter().any(|method| match self.r.select(ty, method) {
                Some(selection) => match selection.target {
                    Target::Method { func, .. } => self.has_pointer_receiver(func),
                    _ => false,
                },
                None => false,
            })
    }

    /// `func (s *set) reset()`.
    pub(super) fn has_pointer_receiver(&self, func: FuncRef) -> bool {
        let Some(file) = self.r.world.file(func.file) else { return false };
        let receiver = file.hir.params(file.hir.func(func.func).receiver).first();
        receiver.is_some_and(|receiver| {
            let ty = file.hir.expr(file.hir.unparen(receiver.ty));
            matches!(ty.kind, ExprKind::Star(_))
        })
    }

    /// The statement after the one at hand that stores the map which a variable was just given:
    /// `… = variable`, with nothing between that leaves the block or names the variable. It is found
    /// before the statement is walked, and judged once its operands have types.
    fn store_of(&self, variable: Def) -> Option<StmtId> {
        let hir = self.r.hir();
        let name = self.r.text(variable.name);
        for stmt in self.following.iter().take(MAX_BETWEEN) {
            let at = hir.stmt(*stmt);
            if let StmtKind::Assign { left, right, op: false } = at.kind {
                if let ([target], [value]) = (hir.exprs(left), hir.exprs(right)) {
                    let value = hir.expr(hir.unparen(*value));
                    let itself = value.kind == ExprKind::Name && self.r.text(value.span) == name;
                    if itself && self.outlives(*target) {
                        return Some(*stmt);
                    }
                }
            }
            let simple = matches!(
                at.kind,
                StmtKind::Assign { .. }
                    | StmtKind::Define { .. }
                    | StmtKind::Expr(_)
                    | StmtKind::IncDec(_)
            );
            if !simple || self.r.text(at.span).contains(name) {
                return None;
            }
        }
        None
    }

    /// True for a field, an element or a variable of a package.
    fn outlives(&self, target: ExprId) -> bool {
        let hir = self.r.hir();
        let target = hir.expr(hir.unparen(target));
        match target.kind {
            ExprKind::Selector { .. } | ExprKind::Index { .. } => true,
            ExprKind::Name => self.r.local(self.r.text(target.span)).is_none(),
            _ => false,
        }
    }

    /// A map that was made for a variable was stored: the variable holds that map.
    pub(super) fn stored(&mut self, variable: Key, store: StmtId) {
        let hir = self.r.hir();
        let target = match hir.stmt(store).kind {
            StmtKind::Assign { left, .. } => hir.exprs(left).first().copied(),
            _ => None,
        };
        match target.and_then(|target| self.map_place(target)) {
            Some(place) if place.key.def != variable.def => {
                self.facts.holds.push((variable, place.key));
            }
            _ => {
                self.facts.renewed.insert(variable);
            }
        }
    }
}
