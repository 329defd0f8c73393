//! Type parameters: their declaration, their bounds, substitution and inference.

use super::resolver::{Binding, Bound};
use super::{Def, FieldInfo, InterfaceInfo, Kind, Resolver, Ty, Tys};
use crate::hir::{DeclKind, ExprId, ExprKind, List, UnaryOp};
use crate::world::DeclRef;

impl<'w> Resolver<'w> {
    /// Brings type parameters into scope and learns their bounds.
    pub(crate) fn declare_params(&mut self, list: List) -> Vec<Ty> {
        let hir = self.hir();
        let file = self.env.file;
        let declared: Vec<Ty> = hir
            .params(list)
            .iter()
            .map(|param| match param.name {
                Some(name) => {
                    let ty = self.types.add(Kind::Param(Def { file, name }));
                    self.bind(self.text(name), Binding::Type(ty));
                    ty
                }
                None => Ty::UNKNOWN,
            })
            .collect();
        for param in hir.params(list) {
            let Some(name) = param.name else { continue };
            let def = Def { file, name };
            if !self.bounds.contains_key(&def) {
                self.bounds.insert(def, Bound { core: Ty::UNKNOWN, constraint: Ty::UNKNOWN });
                let core = self.core(param.ty);
                let constraint = self.convert(param.ty);
                self.bounds.insert(def, Bound { core, constraint });
            }
        }
        declared
    }

    /// The type parameters of a declared type.
    pub(crate) fn params_of(&mut self, decl: DeclRef) -> Vec<Ty> {
        if let Some(found) = self.params.get(&decl) {
            return found.clone();
        }
        let found = match self.decl(decl).map(|decl| decl.kind) {
            Some(DeclKind::Type { params, .. }) if !params.is_empty() => {
                self.at(decl.file, |this| this.declare_params(params))
            }
            _ => Vec::new(),
        };
        self.params.insert(decl, found.clone());
        found
    }

    /// The one type that a constraint allows, underneath: `map[K]V` for `~map[K]V`.
    fn core(&mut self, constraint: ExprId) -> Ty {
        let hir = self.hir();
        match hir.expr(constraint).kind {
            ExprKind::Paren(inner) => self.core(inner),
            ExprKind::Unary { op: UnaryOp::Other, x } => {
                let ty = self.convert(x);
                self.under(ty)
            }
            ExprKind::Interface { embeds, .. } => match hir.exprs(embeds) {
                [one] => self.core(*one),
                _ => Ty::UNKNOWN,
            },
            ExprKind::Map { .. }
            | ExprKind::SliceOf(_)
            | ExprKind::Star(_)
            | ExprKind::Chan { .. } => self.convert(constraint),
            _ => Ty::UNKNOWN,
        }
    }

    /// Replaces type parameters by arguments. Without enough arguments the type stays as it is:
    /// it is then seen from inside the generic declaration.
    pub(crate) fn substitute(&mut self, ty: Ty, params: &[Ty], args: &[Ty]) -> Ty {
        if params.is_empty() || args.is_empty() || !self.types.is_generic(ty) {
            return ty;
        }
        self.deeper(Ty::UNKNOWN, |this| this.substitute_kind(ty, params, args))
    }

    fn substitute_kind(&mut self, ty: Ty, params: &[Ty], args: &[Ty]) -> Ty {
        let kind = match self.types.kind(ty) {
            Kind::Param(_) => {
                let at = params.iter().position(|param| *param == ty);
                return at.map_or(ty, |at| args.get(at).copied().unwrap_or(Ty::UNKNOWN));
            }
            Kind::Named { decl, args: inner } => {
                Kind::Named { decl, args: self.substitute_list(inner, params, args) }
            }
            Kind::Pointer(to) => Kind::Pointer(self.substitute(to, params, args)),
            Kind::Slice(elem) => Kind::Slice(self.substitute(elem, params, args)),
            Kind::Array(elem, len) => Kind::Array(self.substitute(elem, params, args), len),
            Kind::Chan(elem) => Kind::Chan(self.substitute(elem, params, args)),
            Kind::Map { key, value } => Kind::Map {
                key: self.substitute(key, params, args),
                value: self.substitute(value, params, args),
            },
            Kind::Func { params: inputs, results, variadic } => Kind::Func {
                params: self.substitute_list(inputs, params, args),
                results: self.substitute_list(results, params, args),
                variadic,
            },
            Kind::Tuple(list) => Kind::Tuple(self.substitute_list(list, params, args)),
            Kind::Struct(id) => {
                let fields: Vec<FieldInfo<'w>> = self.types.fields(id).to_vec();
                let fields = fields.into_iter().map(|field| FieldInfo {
                    ty: self.substitute(field.ty, params, args),
                    ..field
                });
                let fields = fields.collect();
                return self.types.add_struct(fields);
            }
            Kind::Interface(id) => {
                let info = self.types.interface(id).cloned().unwrap_or_default();
                let methods = info
                    .methods
                    .into_iter()
                    .map(|(name, sig)| (name, self.substitute(sig, params, args)))
                    .collect();
                let embeds =
                    info.embeds.into_iter().map(|ty| self.substitute(ty, params, args)).collect();
                return self.types.add_interface(InterfaceInfo { methods, embeds });
            }
            kind @ (Kind::Unknown | Kind::Basic(_) | Kind::Foreign(_)) => kind,
        };
        self.types.add(kind)
    }

    fn substitute_list(&mut self, list: Tys, params: &[Ty], args: &[Ty]) -> Tys {
        let list: Vec<Ty> = self.types.list(list).to_vec();
        let list: Vec<Ty> = list.into_iter().map(|ty| self.substitute(ty, params, args)).collect();
        self.types.add_list(&list)
    }

    /// Finds the arguments of type parameters from one parameter's type and its argument's.
    /// What is found first stays.
    pub(crate) fn infer(&mut self, pattern: Ty, actual: Ty, params: &[Ty], found: &mut [Ty]) {
        if !self.types.is_generic(pattern) || actual.is_unknown() {
            return;
        }
        self.deeper((), |this| this.infer_kind(pattern, actual, params, found));
    }

    fn infer_kind(&mut self, pattern: Ty, actual: Ty, params: &[Ty], found: &mut [Ty]) {
        let pattern_kind = self.types.kind(pattern);
        if let Kind::Param(_) = pattern_kind {
            let slot =
                params.iter().position(|param| *param == pattern).and_then(|at| found.get_mut(at));
            if let Some(slot) = slot.filter(|slot| slot.is_unknown()) {
                *slot = actual;
                let core = self.under(pattern);
                self.infer(core, actual, params, found);
            }
            return;
        }
        let actual_kind = match (pattern_kind, self.types.kind(actual)) {
            (Kind::Named { .. }, kind) => kind,
            // An unnamed pattern matches what a named argument is underneath.
            _ => {
                let under = self.under(actual);
                self.types.kind(under)
            }
        };
        match (pattern_kind, actual_kind) {
            (Kind::Named { decl: a, args: x }, Kind::Named { decl: b, args: y }) if a == b => {
                self.infer_lists(x, y, params, found);
            }
            (Kind::Pointer(a), Kind::Pointer(b))
            | (Kind::Slice(a), Kind::Slice(b))
            | (Kind::Array(a, _), Kind::Array(b, _))
            | (Kind::Chan(a), Kind::Chan(b)) => self.infer(a, b, params, found),
            (Kind::Map { key: a, value: x }, Kind::Map { key: b, value: y }) => {
                self.infer(a, b, params, found);
                self.infer(x, y, params, found);
            }
            (
                Kind::Func { params: a, results: x, .. },
                Kind::Func { params: b, results: y, .. },
            ) => {
                self.infer_lists(a, b, params, found);
                self.infer_lists(x, y, params, found);
            }
            _ => {}
        }
    }

    fn infer_lists(&mut self, patterns: Tys, actuals: Tys, params: &[Ty], found: &mut [Ty]) {
        let patterns: Vec<Ty> = self.types.list(patterns).to_vec();
        let actuals: Vec<Ty> = self.types.list(actuals).to_vec();
        for (pattern, actual) in patterns.into_iter().zip(actuals) {
            self.infer(pattern, actual, params, found);
        }
    }
}
