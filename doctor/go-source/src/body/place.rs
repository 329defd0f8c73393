//! Which declared map an expression denotes.

use super::facts::LockPath;
use super::map_place::MapPlace;
use super::walker::{LocalKind, Walker};
use crate::hir::{DeclKind, ExprId, ExprKind, UnaryOp};
use crate::types::{Binding, Def, FieldInfo, Kind, Meaning, Target, Ty};
use crate::world::{DeclRef, Import, Object};

/// How deep maps in maps and aliases of aliases are followed.
const MAX_STEPS: u32 = 8;

impl<'w> Walker<'w> {
    /// The map that an expression denotes; `None` where it cannot be told.
    pub(super) fn map_place(&mut self, id: ExprId) -> Option<MapPlace> {
        self.place_of(id, 0)
    }

    fn place_of(&mut self, id: ExprId, steps: u32) -> Option<MapPlace> {
        if steps > MAX_STEPS {
            return None;
        }
        let next = steps.saturating_add(1);
        let hir = self.r.hir();
        let expr = hir.expr(id);
        match expr.kind {
            ExprKind::Paren(inner)
            | ExprKind::Star(inner)
            | ExprKind::Unary { op: UnaryOp::Address, x: inner } => self.place_of(inner, next),
            ExprKind::Name => match self.r.meaning(self.r.text(expr.span)) {
                Meaning::Bound(Binding::Local(local)) => self.local_place(local, next),
                Meaning::Object(Object::Var(decl, at)) => self.variable_place(decl, at),
                _ => None,
            },
            ExprKind::Selector { base, name } => {
                if let Some(object) = self.qualified(base, name) {
                    return match object {
                        Object::Var(decl, at) => self.variable_place(decl, at),
                        _ => None,
                    };
                }
                self.field_place(base, self.r.text(name))
            }
            ExprKind::Index { base, .. } => {
                let container = *self.types.get(&base)?;
                let element = self.element(container)?;
                let inner = self.place_of(base, next)?;
                let place = MapPlace::deeper(inner);
                self.declare_element(place.key, element);
                self.declare_element(place.named, element);
                Some(place)
            }
            ExprKind::Call { fun, args, .. } => {
                if self.r.type_of_expr(fun).is_some() {
                    // A conversion keeps the map.
                    return self.place_of(*hir.exprs(args).first()?, next);
                }
                self.accessor_place(fun)
            }
            _ => None,
        }
    }

    fn local_place(&mut self, number: u32, steps: u32) -> Option<MapPlace> {
        let local = self.local(number)?.clone();
        let own = MapPlace::of(local.def, Some(number));
        if local.kind == LocalKind::Parameter {
            return Some(own);
        }
        let alias = match local.init {
            Some(init) if !local.fresh => self.place_of(init, steps),
            _ => None,
        };
        match alias {
            Some(target) => Some(MapPlace { named: own.key, own_field: false, ..target }),
            // What a call yields or a channel sends has no name but this one.
            None => Some(own),
        }
    }

    fn variable_place(&mut self, decl: DeclRef, at: u32) -> Option<MapPlace> {
        let (def, written) = self.variable(decl, at)?;
        let ty = self.variable_type(decl, at);
        self.declare_map(def, ty, finding::DeclKind::PackageVar, None, written);
        Some(MapPlace::of(def, None))
    }

    /// Where a package-level variable's name stands, and its type if it is written.
    fn variable(&self, decl: DeclRef, at: u32) -> Option<(Def, Option<crate::Span>)> {
        let file = self.r.world.file(decl.file)?;
        let DeclKind::Var { names, ty, .. } = file.hir.decl(decl.decl).kind else { return None };
        let name = *file.hir.names(names).get(crate::world::index(at))?;
        Some((Def { file: decl.file, name }, ty.map(|ty| file.hir.expr(ty).span)))
    }

    fn field_place(&mut self, base: ExprId, name: &str) -> Option<MapPlace> {
        let ty = *self.types.get(&base)?;
        let selection = self.r.select(ty, name)?;
        let Target::Field { ty, def, written } = selection.target else { return None };
        self.declare_map(def, ty, finding::DeclKind::Field, None, Some(written));
        let place = MapPlace::of(def, self.field_owner(base, &selection.path));
        Some(MapPlace { own_field: selection.path.is_empty(), ..place })
    }

    /// The local variable whose own field a selector names: nothing but values lie between.
    fn field_owner(&self, base: ExprId, path: &[FieldInfo<'w>]) -> Option<u32> {
        if path.iter().any(|field| matches!(self.r.types.kind(field.ty), Kind::Pointer(_))) {
            return None;
        }
        let hir = self.r.hir();
        let base = hir.expr(hir.unparen(base));
        if base.kind == ExprKind::Name { self.r.local(self.r.text(base.span)) } else { None }
    }

    /// What indexing a container yields.
    fn element(&mut self, container: Ty) -> Option<Ty> {
        let base = self.r.deref(container);
        let under = self.r.under(base);
        match self.r.types.kind(under) {
            Kind::Map { value, .. } => Some(value),
            Kind::Slice(elem) | Kind::Array(elem, _) => Some(elem),
            _ => None,
        }
    }

    /// What a qualified name denotes; `None` where the base is no package.
    pub(super) fn qualified(&self, base: ExprId, name: crate::Span) -> Option<Object> {
        let base = self.r.hir().expr(base);
        if base.kind != ExprKind::Name {
            return None;
        }
        match self.r.meaning(self.r.text(base.span)) {
            Meaning::Import(Import::Package(package)) => {
                self.r.index.object(package, self.r.text(name))
            }
            _ => None,
        }
    }

    /// The import path of the package that an expression names, where that is not there.
    pub(super) fn missing_import(&self, base: ExprId) -> Option<&'w str> {
        let base = self.r.hir().expr(base);
        match (base.kind, self.r.meaning(self.r.text(base.span))) {
            (ExprKind::Name, Meaning::Import(Import::Missing(path))) => {
                Some(self.r.file().unquoted(path))
            }
            _ => None,
        }
    }

    /// The access path of a lock: `c.mu`, through aliases (`mu := &c.mu`).
    pub(super) fn lock_path(&mut self, id: ExprId, embedded: &[FieldInfo<'w>]) -> Option<LockPath> {
        let mut path = self.path_of(id, 0)?;
        path.written = path.text.len();
        for field in embedded {
            path.text.push('.');
            path.text.push_str(field.name);
            path.mutex = Some(field.def);
        }
        Some(path)
    }

    /// Notes that a field holds the address of a lock that is declared elsewhere: `keeper{mu: &t.mu}`.
    pub(super) fn shares_lock(&mut self, field: Def, ty: Ty, value: ExprId) {
        let hir = self.r.hir();
        let ExprKind::Unary { op: UnaryOp::Address, x } = hir.expr(hir.unparen(value)).kind else {
            return;
        };
        let to = self.r.deref(ty);
        let is_lock =
            ["Mutex", "RWMutex", "Locker"].iter().any(|name| self.r.is_named(to, "sync", name));
        if let Some(mutex) =
            is_lock.then(|| self.lock_path(x, &[])).flatten().and_then(|path| path.mutex)
        {
            self.facts.same_locks.push((field, mutex));
        }
    }

    fn path_of(&mut self, id: ExprId, steps: u32) -> Option<LockPath> {
        if steps > MAX_STEPS {
            return None;
        }
        let next = steps.saturating_add(1);
        let hir = self.r.hir();
        let expr = hir.expr(id);
        match expr.kind {
            ExprKind::Paren(inner)
            | ExprKind::Star(inner)
            | ExprKind::Unary { op: UnaryOp::Address, x: inner } => self.path_of(inner, next),
            ExprKind::Name => {
                let text = self.r.text(expr.span);
                match self.r.meaning(text) {
                    Meaning::Bound(Binding::Local(number)) => {
                        let local = self.local(number)?.clone();
                        let alias = match local.init {
                            Some(init) if !local.fresh && self.is_path(init) => {
                                self.path_of(init, next)
                            }
                            _ => None,
                        };
                        let own = LockPath {
                            text: text.to_owned(),
                            written: 0,
                            root: Some(local.def),
                            mutex: Some(local.def),
                        };
                        Some(alias.unwrap_or(own))
                    }
                    Meaning::Object(Object::Var(decl, at)) => {
                        let def = self.variable(decl, at)?.0;
                        Some(LockPath {
                            text: text.to_owned(),
                            written: 0,
                            root: Some(def),
                            mutex: Some(def),
                        })
                    }
                    _ => None,
                }
            }
            ExprKind::Selector { base, name } => {
                let text = self.r.text(name);
                if let Some(object) = self.qualified(base, name) {
                    let Object::Var(decl, at) = object else { return None };
                    let def = self.variable(decl, at)?.0;
                    let text = self.r.text(expr.span).to_owned();
                    return Some(LockPath { text, written: 0, root: Some(def), mutex: Some(def) });
                }
                let mut path = self.path_of(base, next)?;
                let ty = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
                path.mutex = match self.r.select(ty, text).map(|selection| selection.target) {
                    Some(Target::Field { def, .. }) => Some(def),
                    _ => None,
                };
                path.text.push('.');
                path.text.push_str(text);
                Some(path)
            }
            ExprKind::Index { base, args } => {
                let mut path = self.path_of(base, next)?;
                let index =
                    hir.exprs(args).first().map_or("", |arg| self.r.text(hir.expr(*arg).span));
                path.text.push('[');
                path.text.push_str(index);
                path.text.push(']');
                Some(path)
            }
            _ => None,
        }
    }

    /// True for an expression that names something which another variable holds or points to.
    fn is_path(&self, id: ExprId) -> bool {
        let hir = self.r.hir();
        match hir.expr(hir.unparen(id)).kind {
            ExprKind::Unary { op: UnaryOp::Address, .. } => true,
            // A struct that is copied has a lock of its own; a pointer leads to the same one.
            ExprKind::Name | ExprKind::Selector { .. } | ExprKind::Index { .. } => self
                .types
                .get(&id)
                .is_some_and(|ty| matches!(self.r.types.kind(*ty), Kind::Pointer(_))),
            _ => false,
        }
    }
}
