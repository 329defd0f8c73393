//! Selectors: fields and methods through pointers and embedding, as the Go specification finds them.

use super::{Def, FieldInfo, Kind, Resolver, Ty};
use crate::Span;
use crate::world::FuncRef;

/// Embedding deeper than this is not followed.
const MAX_EMBEDDING: usize = 16;
/// Types of one depth beyond this many are not followed: cyclic embedding of generic types.
const MAX_BREADTH: usize = 64;

/// What a selector denotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selection<'w> {
    /// The embedded fields on the way, outermost first.
    pub(crate) path: Vec<FieldInfo<'w>>,
    pub(crate) target: Target,
}

/// The field or method at the end of a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Field {
        ty: Ty,
        def: Def,
        written: Span,
    },
    /// A declared method; `sig` with the receiver's type arguments.
    Method {
        func: FuncRef,
        sig: Ty,
        receiver: Ty,
    },
    /// A method of an interface.
    Abstract {
        sig: Ty,
    },
}

impl<'w> Resolver<'w> {
    /// Finds a field or method by name. `None` where there is none, or several at one depth, or
    /// where an embedded type that is not known may have one that lies nearer.
    pub(crate) fn select(&mut self, ty: Ty, name: &str) -> Option<Selection<'w>> {
        let mut level: Vec<(Ty, Vec<FieldInfo<'w>>)> = vec![(ty, Vec::new())];
        let mut seen: Vec<Ty> = Vec::new();
        // Only exported names are seen from other packages, where unknown types come from.
        let exported = name.chars().next().is_some_and(char::is_uppercase);
        let mut hidden = false;
        for _ in 0..MAX_EMBEDDING {
            let mut found: Option<Selection<'w>> = None;
            let mut next = Vec::new();
            let mut opaque = false;
            for (ty, path) in level {
                let base = self.deref(ty);
                if seen.contains(&base) {
                    continue;
                }
                seen.push(base);
                if let Some(target) = self.own(base, name) {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(Selection { path, target });
                    continue;
                }
                let under = self.under(base);
                opaque |= under.is_unknown();
                if let Kind::Struct(id) = self.types.kind(under) {
                    for field in self.types.fields(id).iter().filter(|field| field.embedded) {
                        let mut path = path.clone();
                        path.push(*field);
                        next.push((field.ty, path));
                    }
                }
            }
            if found.is_some() {
                return found.filter(|_| !hidden);
            }
            hidden |= opaque && exported;
            if next.is_empty() || next.len() > MAX_BREADTH {
                return None;
            }
            level = next;
        }
        None
    }

    /// What a pointer points to; other types are themselves.
    pub(crate) fn deref(&mut self, ty: Ty) -> Ty {
        let under =
            if matches!(self.types.kind(ty), Kind::Named { .. }) { ty } else { self.under(ty) };
        match (self.types.kind(ty), self.types.kind(under)) {
            (Kind::Pointer(to), _) => to,
            (Kind::Param(_), Kind::Pointer(to)) => to,
            _ => ty,
        }
    }

    /// A field or method of the type itself, without embedding.
    fn own(&mut self, base: Ty, name: &str) -> Option<Target> {
        if let Kind::Named { decl, args } = self.types.kind(base) {
            let (package, receiver) = self.type_name(decl)?;
            let local = self.local_types.contains_key(&decl);
            if let Some(func) = self.index.method(package, receiver, name).filter(|_| !local) {
                let sig = self.signature(func).ty;
                let (params, args) = (self.params_of(decl), self.types.list(args).to_vec());
                return Some(Target::Method {
                    func,
                    sig: self.substitute(sig, &params, &args),
                    receiver: base,
                });
            }
        }
        let constraint = match self.types.kind(base) {
            Kind::Param(def) => self.bounds.get(&def).map(|bound| bound.constraint),
            Kind::Basic("error") if name == "Error" => {
                let text = self.types.basic("string");
                let (params, results) = (self.types.add_list(&[]), self.types.add_list(&[text]));
                return Some(Target::Abstract {
                    sig: self.types.add(Kind::Func { params, results, variadic: false }),
                });
            }
            _ => None,
        };
        let under = self.under(constraint.unwrap_or(base));
        match self.types.kind(under) {
            Kind::Struct(id) => {
                let field = self.types.fields(id).iter().find(|field| field.name == name)?;
                Some(Target::Field { ty: field.ty, def: field.def, written: field.written })
            }
            Kind::Interface(_) => {
                self.abstract_method(under, name, 0).map(|sig| Target::Abstract { sig })
            }
            _ => None,
        }
    }

    fn abstract_method(&mut self, interface: Ty, name: &str, depth: usize) -> Option<Ty> {
        let under = self.under(interface);
        let Kind::Interface(id) = self.types.kind(under) else { return None };
        let info = self.types.interface(id)?;
        if let Some((_, sig)) = info.methods.iter().find(|(method, _)| *method == name) {
            return Some(*sig);
        }
        if depth >= MAX_EMBEDDING {
            return None;
        }
        let embeds = info.embeds.clone();
        embeds
            .into_iter()
            .find_map(|embed| self.abstract_method(embed, name, depth.saturating_add(1)))
    }
}
