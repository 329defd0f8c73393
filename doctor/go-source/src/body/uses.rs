//! Writing down every place that names a field or a variable of a package, for whoever rewrites its declaration.

use super::walker::Walker;
use crate::Span;
use crate::hir::{DeclKind, ExprId, ExprKind};
use crate::types::Def;
use crate::world::DeclRef;

impl Walker<'_> {
    /// A field is named: by a selector, or as the key of a composite literal.
    pub(super) fn uses_field(&mut self, def: Def, span: Span) {
        if self.uses {
            self.facts.uses.push((Self::key(def), self.r.env.file, span));
        }
    }

    /// A variable of a package is named.
    pub(super) fn uses_variable(&mut self, decl: DeclRef, at: u32, span: Span) {
        if !self.uses {
            return;
        }
        let Some(file) = self.r.world.file(decl.file) else { return };
        let DeclKind::Var { names, .. } = file.hir.decl(decl.decl).kind else { return };
        if let Some(name) = file.hir.names(names).get(crate::world::index(at)) {
            self.uses_field(Def { file: decl.file, name: *name }, span);
        }
    }

    /// Something is selected, of which it is not known what it is.
    pub(super) fn selects_unknown(&mut self, selector: ExprId) {
        if let ExprKind::Selector { name, .. } = self.r.hir().expr(selector).kind {
            if self.uses {
                self.facts.unknown_selectors.push((self.r.env.file, name));
            }
        }
    }
}
