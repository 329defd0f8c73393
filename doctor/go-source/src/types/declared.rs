//! Signatures of declared functions and methods.

use super::resolver::Binding;
use super::signature::Signature;
use super::{Kind, Resolver, Ty};
use crate::hir::{ExprKind, List};
use crate::world::{FuncRef, Object, receiver_name};

impl<'w> Resolver<'w> {
    /// The signature of a declared function.
    pub(crate) fn signature(&mut self, at: FuncRef) -> Signature {
        if let Some(found) = self.signatures.get(&at) {
            return found.clone();
        }
        let found = self.at(at.file, |this| {
            let hir = this.hir();
            let func = hir.func(at.func);
            let receiver = this.declare_receiver(func.receiver);
            let params = this.declare_params(func.type_params);
            Signature { ty: this.convert_sig(hir.sig(func.sig)), params, receiver }
        });
        self.signatures.insert(at, found.clone());
        found
    }

    /// Brings the type parameters of a receiver into scope, under the names the method gives them,
    /// and yields the receiver's type.
    pub(crate) fn declare_receiver(&mut self, receiver: List) -> Ty {
        let hir = self.hir();
        let file = self.file();
        let (Some(param), Some(name)) =
            (hir.params(receiver).first(), receiver_name(file, receiver))
        else {
            return Ty::UNKNOWN;
        };
        let Some(Object::Type(decl)) = self.index.object(file.package, name) else {
            return Ty::UNKNOWN;
        };
        let declared = self.params_of(decl);
        let mut at = param.ty;
        let mut pointer = false;
        let names = loop {
            match hir.expr(at).kind {
                ExprKind::Star(inner) => {
                    pointer = true;
                    at = inner;
                }
                ExprKind::Paren(inner) => at = inner,
                ExprKind::Index { args, .. } => break hir.exprs(args),
                _ => break &[],
            }
        };
        for (name, ty) in names.iter().zip(&declared) {
            self.bind(self.text(hir.expr(*name).span), Binding::Type(*ty));
        }
        let base = if declared.is_empty() {
            self.declared(decl, &[])
        } else {
            self.declared(decl, &declared)
        };
        if pointer { self.types.pointer(base) } else { base }
    }

    /// The results of a function type, one alone or several as a tuple.
    pub(crate) fn results(&mut self, ty: Ty) -> Ty {
        let under = self.under(ty);
        match self.types.kind(under) {
            Kind::Func { results, .. } => {
                let list = self.types.list(results).to_vec();
                self.types.tuple(&list)
            }
            _ => Ty::UNKNOWN,
        }
    }
}
