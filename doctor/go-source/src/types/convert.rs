//! From a type as written to a type, and from a named type to what it stands for.

use super::resolver::{Binding, Meaning};
use super::{Def, FieldInfo, ForeignInfo, InterfaceInfo, Kind, Resolver, Ty};
use crate::hir::{DeclKind, ExprId, ExprKind, List, Literal, Sig};
use crate::world::{DeclRef, Import, Object};

/// The predeclared types; `byte`, `rune` and `any` are aliases.
const PREDECLARED: [&str; 20] = [
    "bool",
    "comparable",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
    "Pointer",
];

impl<'w> Resolver<'w> {
    /// The type that an expression denotes where a type is expected; unknown where it denotes none.
    pub(crate) fn convert(&mut self, id: ExprId) -> Ty {
        match self.type_of_expr(id) {
            Some(ty) => ty,
            None => self.foreign(id),
        }
    }

    /// A type, or a pointer to one, of a package that is not there. Where a value may stand as
    /// well, `pkg.Name` could be a function, so only [`convert`](Self::convert) asks for it.
    fn foreign(&mut self, id: ExprId) -> Ty {
        let expr = self.hir().expr(id);
        match expr.kind {
            ExprKind::Paren(inner) => self.convert(inner),
            ExprKind::Star(inner) => {
                let to = self.convert(inner);
                self.types.pointer(to)
            }
            ExprKind::Selector { base, name } => {
                let package = self.hir().expr(base);
                if package.kind != ExprKind::Name {
                    return Ty::UNKNOWN;
                }
                let import = match self.meaning(self.text(package.span)) {
                    Meaning::Import(Import::Missing(path)) => self.file().unquoted(path),
                    Meaning::Import(Import::Package(found)) => match self.world.package(found) {
                        Some(package) => &package.import,
                        None => return Ty::UNKNOWN,
                    },
                    _ => return Ty::UNKNOWN,
                };
                let info = ForeignInfo { import, name: self.text(name) };
                self.types.add_foreign(info, self.text(expr.span))
            }
            _ => Ty::UNKNOWN,
        }
    }

    /// The type that an expression denotes, or `None` where it is a value, so that a call of it is
    /// no conversion.
    pub(crate) fn type_of_expr(&mut self, id: ExprId) -> Option<Ty> {
        self.deeper(None, |this| this.convert_kind(id))
    }

    fn convert_kind(&mut self, id: ExprId) -> Option<Ty> {
        let hir = self.hir();
        let expr = hir.expr(id);
        let ty = match expr.kind {
            ExprKind::Name => return self.named_by(self.text(expr.span)),
            ExprKind::Paren(inner) => return self.type_of_expr(inner),
            ExprKind::Selector { base, name } => return self.qualified(base, self.text(name)),
            ExprKind::Index { base, args } => return self.instance(base, args),
            ExprKind::Star(inner) => {
                let to = self.type_of_expr(inner)?;
                self.types.pointer(to)
            }
            ExprKind::Array { len, elem } => {
                let len = len.and_then(|len| self.number(len));
                let elem = self.convert(elem);
                self.types.add(Kind::Array(elem, len))
            }
            ExprKind::SliceOf(elem) | ExprKind::Variadic(elem) => self.wrap(elem, Kind::Slice),
            ExprKind::Chan { elem } => self.wrap(elem, Kind::Chan),
            ExprKind::Map { key, value } => {
                let (key, value) = (self.convert(key), self.convert(value));
                self.types.add(Kind::Map { key, value })
            }
            ExprKind::Func(sig) => self.convert_sig(hir.sig(sig)),
            ExprKind::Struct { fields } => self.convert_struct(fields),
            ExprKind::Interface { methods, embeds } => self.convert_interface(methods, embeds),
            _ => return None,
        };
        Some(ty)
    }

    fn wrap(&mut self, elem: ExprId, kind: fn(Ty) -> Kind) -> Ty {
        let elem = self.convert(elem);
        self.types.add(kind(elem))
    }

    /// The number that a literal stands for.
    pub(crate) fn number(&self, id: ExprId) -> Option<u64> {
        let hir = self.hir();
        let expr = hir.expr(hir.unparen(id));
        if expr.kind != ExprKind::Literal(Literal::Int) {
            return None;
        }
        let text = self.text(expr.span).replace('_', "").to_ascii_lowercase();
        let (digits, radix) = match text.as_bytes() {
            [b'0', b'x', ..] => (text.get(2..), 16),
            [b'0', b'b', ..] => (text.get(2..), 2),
            [b'0', b'o', ..] => (text.get(2..), 8),
            [b'0', _, ..] => (text.get(1..), 8),
            _ => (Some(text.as_str()), 10),
        };
        u64::from_str_radix(digits?, radix).ok()
    }

    fn named_by(&mut self, name: &str) -> Option<Ty> {
        match self.meaning(name) {
            Meaning::Bound(Binding::Type(ty)) => Some(ty),
            Meaning::Object(Object::Type(decl)) => Some(self.declared(decl, &[])),
            Meaning::Universe => self.predeclared(name),
            _ => None,
        }
    }

    fn predeclared(&mut self, name: &str) -> Option<Ty> {
        match name {
            "byte" => Some(self.types.basic("uint8")),
            "rune" => Some(self.types.basic("int32")),
            "any" => Some(self.types.add_interface(InterfaceInfo::default())),
            // `unsafe.Pointer` is no name of the universe.
            "Pointer" => None,
            _ => PREDECLARED
                .iter()
                .find(|known| **known == name)
                .map(|known| self.types.basic(known)),
        }
    }

    fn qualified(&mut self, base: ExprId, name: &str) -> Option<Ty> {
        let base = self.hir().expr(base);
        if base.kind != ExprKind::Name {
            return None;
        }
        let package = self.text(base.span);
        match self.meaning(package) {
            Meaning::Import(Import::Package(package)) => match self.index.object(package, name)? {
                Object::Type(decl) => Some(self.declared(decl, &[])),
                _ => None,
            },
            Meaning::Import(Import::Missing(_)) if package == "unsafe" && name == "Pointer" => {
                Some(self.types.basic("Pointer"))
            }
            _ => None,
        }
    }

    fn instance(&mut self, base: ExprId, args: List) -> Option<Ty> {
        let decl = self.type_decl(base)?;
        let args: Vec<Ty> = self.hir().exprs(args).iter().map(|arg| self.convert(*arg)).collect();
        Some(self.declared(decl, &args))
    }

    /// The declaration of the type that a name or qualified name denotes.
    fn type_decl(&mut self, id: ExprId) -> Option<DeclRef> {
        let expr = self.hir().expr(id);
        let object = match expr.kind {
            ExprKind::Paren(inner) => return self.type_decl(inner),
            ExprKind::Name => match self.meaning(self.text(expr.span)) {
                Meaning::Object(object) => object,
                Meaning::Bound(Binding::Type(ty)) => match self.types.kind(ty) {
                    Kind::Named { decl, .. } => return Some(decl),
                    _ => return None,
                },
                _ => return None,
            },
            ExprKind::Selector { base, name } => {
                match self.meaning(self.text(self.hir().expr(base).span)) {
                    Meaning::Import(Import::Package(package)) => {
                        self.index.object(package, self.text(name))?
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        match object {
            Object::Type(decl) => Some(decl),
            _ => None,
        }
    }

    /// The type of a declaration, instantiated; an alias is followed.
    pub(crate) fn declared(&mut self, decl: DeclRef, args: &[Ty]) -> Ty {
        match self.decl(decl).map(|decl| decl.kind) {
            Some(DeclKind::Type { params, alias: true, ty, .. }) => {
                self.deeper(Ty::UNKNOWN, |this| {
                    let (target, params) = this.at(decl.file, |this| {
                        let params = this.declare_params(params);
                        (this.convert(ty), params)
                    });
                    this.substitute(target, &params, args)
                })
            }
            Some(DeclKind::Type { .. }) => {
                let args = self.types.add_list(args);
                self.types.add(Kind::Named { decl, args })
            }
            _ => Ty::UNKNOWN,
        }
    }

    /// Enters a type that a function declares, while the names it refers to are in scope.
    pub(crate) fn declare_local_type(&mut self, decl: DeclRef) {
        let Some(DeclKind::Type { name, params, alias, ty }) =
            self.decl(decl).map(|decl| decl.kind)
        else {
            return;
        };
        let name = self.text(name);
        if alias {
            let target = self.convert(ty);
            self.bind(name, Binding::Type(target));
            return;
        }
        let args = self.types.add_list(&[]);
        let named = self.types.add(Kind::Named { decl, args });
        self.bind(name, Binding::Type(named));
        let mark = self.mark();
        self.declare_params(params);
        let target = self.convert(ty);
        self.unbind(mark);
        self.local_types.insert(decl, target);
    }

    /// What a type is underneath its name; a type parameter is what all its arguments share.
    pub(crate) fn under(&mut self, ty: Ty) -> Ty {
        match self.types.kind(ty) {
            Kind::Named { decl, args } => {
                if let Some(found) = self.underlying.get(&ty) {
                    return *found;
                }
                // A type that is its own definition stays unknown.
                self.underlying.insert(ty, Ty::UNKNOWN);
                let args = self.types.list(args).to_vec();
                let found = self.deeper(Ty::UNKNOWN, |this| this.under_named(decl, &args));
                self.underlying.insert(ty, found);
                found
            }
            Kind::Param(def) => self.bounds.get(&def).map_or(Ty::UNKNOWN, |bound| bound.core),
            Kind::Foreign(_) => Ty::UNKNOWN,
            _ => ty,
        }
    }

    fn under_named(&mut self, decl: DeclRef, args: &[Ty]) -> Ty {
        if let Some(target) = self.local_types.get(&decl).copied() {
            return self.under(target);
        }
        let Some(DeclKind::Type { params, ty, .. }) = self.decl(decl).map(|decl| decl.kind) else {
            return Ty::UNKNOWN;
        };
        let (target, params) = self.at(decl.file, |this| {
            let params = this.declare_params(params);
            (this.convert(ty), params)
        });
        let target = self.under(target);
        self.substitute(target, &params, args)
    }

    /// A signature in the scope at hand.
    pub(crate) fn convert_sig(&mut self, sig: &Sig) -> Ty {
        let hir = self.hir();
        let params: Vec<Ty> =
            hir.params(sig.params).iter().map(|param| self.convert(param.ty)).collect();
        let results: Vec<Ty> =
            hir.params(sig.results).iter().map(|result| self.convert(result.ty)).collect();
        let last = hir.params(sig.params).last();
        let variadic =
            last.is_some_and(|last| matches!(hir.expr(last.ty).kind, ExprKind::Variadic(_)));
        let (params, results) = (self.types.add_list(&params), self.types.add_list(&results));
        self.types.add(Kind::Func { params, results, variadic })
    }

    fn convert_struct(&mut self, fields: List) -> Ty {
        let hir = self.hir();
        let mut found = Vec::with_capacity(fields.len());
        for field in hir.fields(fields) {
            let ty = self.convert(field.ty);
            let name = match field.name {
                Some(name) => name,
                None => match embedded_name(hir, field.ty) {
                    Some(name) => name,
                    None => continue,
                },
            };
            let def = Def { file: self.env.file, name };
            let written = hir.expr(field.ty).span;
            found.push(FieldInfo {
                name: self.text(name),
                ty,
                embedded: field.name.is_none(),
                def,
                written,
            });
        }
        self.types.add_struct(found)
    }

    fn convert_interface(&mut self, methods: List, embeds: List) -> Ty {
        let hir = self.hir();
        let methods = hir.methods(methods).iter().map(|method| {
            let sig = self.convert_sig(hir.sig(method.sig));
            (self.text(method.name), sig)
        });
        let methods = methods.collect();
        let embeds = hir.exprs(embeds).iter().map(|embed| self.convert(*embed)).collect();
        self.types.add_interface(InterfaceInfo { methods, embeds })
    }
}

/// The name of an embedded field: that of its type, without pointer, package and arguments.
pub(crate) fn embedded_name(hir: &crate::hir::Hir, mut at: ExprId) -> Option<crate::Span> {
    loop {
        let expr = hir.expr(at);
        match expr.kind {
            ExprKind::Name => return Some(expr.span),
            ExprKind::Selector { name, .. } => return Some(name),
            ExprKind::Star(inner)
            | ExprKind::Paren(inner)
            | ExprKind::Index { base: inner, .. } => at = inner,
            _ => return None,
        }
    }
}
