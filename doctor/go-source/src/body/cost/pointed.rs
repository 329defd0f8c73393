//! Pointers to small values in maps, and what is done with values through pointers anywhere.

use super::super::walker::Walker;
use super::CostKind;
use super::scene::Scene;
use crate::hir::{ExprId, ExprKind, StmtKind, UnaryOp};
use crate::types::{Def, Kind, Target, Ty};
use crate::world::{DeclRef, Part};

/// The size of two words: what a map copies as fast as a pointer.
const SMALL: u64 = 16;

impl<'w> Walker<'w> {
    /// Finds `m[k] = &T{…}` of small types.
    pub(super) fn small_pointed(&mut self, scene: &Scene<'w>) {
        let hir = self.r.hir();
        for stmt in &scene.stmts {
            let StmtKind::Assign { left, right, op: false } = hir.stmt(*stmt).kind else {
                continue;
            };
            let (left, right) = (hir.exprs(left), hir.exprs(right));
            for (target, value) in left.iter().zip(right).filter(|_| left.len() == right.len()) {
                if let Some((at, kind)) = self.pointed(hir.unparen(*target), *value) {
                    self.costs(at, kind);
                }
            }
        }
    }

    fn pointed(&mut self, target: ExprId, value: ExprId) -> Option<(u32, CostKind)> {
        let hir = self.r.hir();
        let ExprKind::Index { base, .. } = hir.expr(target).kind else { return None };
        let ExprKind::Unary { op: UnaryOp::Address, x } = hir.expr(hir.unparen(value)).kind else {
            return None;
        };
        let ExprKind::Composite { .. } = hir.expr(hir.unparen(x)).kind else { return None };
        let ty = self.types.get(&base).copied()?;
        let under = self.r.under(ty);
        let Kind::Map { value, .. } = self.r.types.kind(under) else { return None };
        let Kind::Pointer(to) = self.r.types.kind(value) else { return None };
        let (of, fields, bytes) = self.small_value(to)?;
        Some((hir.expr(target).span.start, CostKind::Pointed { of, fields, bytes }))
    }

    /// A small struct of the program whose fields are its package's own, each of one word or several that are set at once,
    /// and that has no methods which need its address.
    fn small_value(&mut self, ty: Ty) -> Option<(DeclRef, Vec<Def>, u64)> {
        let Kind::Named { decl, args } = self.r.types.kind(ty) else { return None };
        let (package, name) = self.r.type_name(decl)?;
        let bytes = self.r.size(ty).filter(|bytes| (1..=SMALL).contains(bytes))?;
        let own = self.r.world.package(package)?.part == Part::Own;
        let under = self.r.under(ty);
        let Kind::Struct(id) = self.r.types.kind(under) else { return None };
        if !own || !self.r.types.list(args).is_empty() || self.has_pointer_methods(decl, name) {
            return None;
        }
        let fields = self.r.types.fields(id).to_vec();
        for field in &fields {
            let exported = field.name.chars().next().is_some_and(char::is_uppercase);
            let under = self.r.under(field.ty);
            let whole = !matches!(self.r.types.kind(under), Kind::Struct(_) | Kind::Array(..));
            if exported || field.embedded || field.name == "_" || !whole {
                return None;
            }
        }
        Some((decl, fields.iter().map(|field| field.def).collect(), bytes))
    }

    fn has_pointer_methods(&self, decl: DeclRef, name: &str) -> bool {
        let Some(file) = self.r.world.file(decl.file) else { return true };
        self.r.index.methods(file.package).any(|(receiver, _, method)| {
            receiver == name
                && self.r.world.file(method.file).is_none_or(|file| {
                    let receiver = file.hir.params(file.hir.func(method.func).receiver);
                    receiver
                        .first()
                        .is_none_or(|of| matches!(file.hir.expr(of.ty).kind, ExprKind::Star(_)))
                })
        })
    }

    /// A field is assigned, or its address taken.
    pub(in super::super) fn changes_field(&mut self, id: ExprId) {
        let hir = self.r.hir();
        let ExprKind::Selector { base, name } = hir.expr(hir.unparen(id)).kind else { return };
        let ty = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
        let target = self.r.select(ty, self.r.text(name)).map(|selection| selection.target);
        if let Some(Target::Field { def, .. }) = target {
            self.facts.changed_fields.insert(def);
        }
    }

    /// A value is set through a pointer to it.
    pub(in super::super) fn changes_whole(&mut self, ty: Ty) {
        if let Kind::Named { decl, .. } = self.r.types.kind(ty) {
            self.facts.changed_types.insert(decl);
        }
    }

    /// Pointers of a type are compared.
    pub(in super::super) fn tells_apart(&mut self, ty: Ty) {
        if let Kind::Pointer(to) = self.r.types.kind(ty) {
            self.changes_whole(to);
        }
    }
}
