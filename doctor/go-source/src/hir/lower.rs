//! From the syntax tree of one file to its declarations, statements and expressions.

mod expr;
mod stmt;

use super::{Decl, DeclId, DeclKind, ExprId, ExprKind, Func, FuncId, Hir, Param, Sig, SigId};
use crate::Span;
use go_syntax::ast::{self, Spec};
use go_syntax::{File, Keyword, View};

/// Expressions and statements nested deeper than this are left out. Real source stays far below;
/// walking what remains needs a bounded stack.
pub(crate) const MAX_DEPTH: u32 = 400;

/// Lowers a file. The second part is true where something was nested too deep.
pub(crate) fn lower(file: &File) -> (Hir, bool) {
    let mut lower = Lower { hir: Hir::default(), depth: 0, cut: false };
    let package = file.root().children().find_map(ast::Ident::cast);
    lower.hir.package = package.map_or(Span::new(0, 0), |name| name.span());
    let mut top = Vec::new();
    for decl in file.decls() {
        lower.decl(decl, &mut top);
    }
    lower.hir.top = top;
    lower.hir.shrink();
    (lower.hir, lower.cut)
}

struct Lower {
    hir: Hir,
    depth: u32,
    cut: bool,
}

impl Lower {
    fn decl(&mut self, decl: ast::Decl<'_>, into: &mut Vec<DeclId>) {
        match decl {
            ast::Decl::Gen(group) => {
                let keyword = group.keyword();
                for spec in group.specs() {
                    let kind = self.spec(keyword, spec);
                    into.push(self.hir.add_decl(Decl { kind, span: spec.node().span() }));
                }
            }
            ast::Decl::Func(func) => {
                let id = self.func_decl(func);
                into.push(self.hir.add_decl(Decl { kind: DeclKind::Func(id), span: func.span() }));
            }
            ast::Decl::Bad(_) => {}
        }
    }

    fn spec(&mut self, keyword: Keyword, spec: Spec<'_>) -> DeclKind {
        match spec {
            Spec::Import(import) => DeclKind::Import {
                name: import.name().map(|name| name.span()),
                path: import.path().span(),
            },
            Spec::Type(spec) => {
                let params = self.fields(spec.type_params());
                let params = self.hir.add_params(params);
                let ty = self.expr(spec.ty());
                DeclKind::Type { name: spec.name().span(), params, alias: spec.is_alias(), ty }
            }
            Spec::Value(spec) => {
                let names = self.hir.add_names(spec.names().map(|name| name.span()));
                let ty = spec.ty().map(|ty| self.expr(ty));
                let values = self.exprs(spec.values());
                if keyword == Keyword::Const {
                    DeclKind::Const { names, values }
                } else {
                    DeclKind::Var { names, ty, values }
                }
            }
            Spec::Bad(_) => DeclKind::Bad,
        }
    }

    fn func_decl(&mut self, func: ast::FuncDecl<'_>) -> FuncId {
        let id =
            self.hir.add_func(Func { name: func.name().span(), span: func.span(), ..Func::BAD });
        let receiver = self.fields(func.recv());
        let receiver = self.hir.add_params(receiver.into_iter().take(1));
        let type_params = self.fields(func.signature().type_params());
        let type_params = self.hir.add_params(type_params);
        let sig = self.sig(func.signature());
        let body = func.body().filter(|body| !body.is_skipped());
        let list = body.map(|body| self.stmts(body.stmts()));
        if let Some(slot) = self.hir.func_mut(id) {
            slot.receiver = receiver;
            slot.type_params = type_params;
            slot.sig = sig;
            slot.body = list;
            slot.body_span = body.map_or(Span::new(0, 0), |body| body.span());
        }
        id
    }

    fn func_lit(&mut self, lit: ast::FuncLit<'_>) -> FuncId {
        let id = self.hir.add_func(Func { span: lit.span(), literal: true, ..Func::BAD });
        let sig = self.sig(lit.signature());
        let list = self.stmts(lit.body().stmts());
        if let Some(slot) = self.hir.func_mut(id) {
            slot.sig = sig;
            slot.body = Some(list);
            slot.body_span = lit.body().span();
        }
        id
    }

    fn sig(&mut self, sig: ast::FuncType<'_>) -> SigId {
        let params = self.fields(Some(sig.params()));
        let params = self.hir.add_params(params);
        let results = self.fields(sig.results());
        let results = self.hir.add_params(results);
        self.hir.add_sig(Sig { params, results })
    }

    /// One parameter for each name, or one without a name.
    fn fields(&mut self, list: Option<ast::FieldList<'_>>) -> Vec<Param> {
        let mut found = Vec::new();
        for field in list.into_iter().flat_map(ast::FieldList::fields) {
            let ty = self.expr(field.ty());
            let before = found.len();
            found.extend(field.names().map(|name| Param { name: Some(name.span()), ty }));
            if found.len() == before {
                found.push(Param { name: None, ty });
            }
        }
        found
    }

    /// Runs one level deeper, or yields nothing where the levels are used up.
    fn deeper<R>(&mut self, run: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= MAX_DEPTH {
            self.cut = true;
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        let result = run(self);
        self.depth = self.depth.saturating_sub(1);
        Some(result)
    }

    fn bad_expr(&mut self, span: Span) -> ExprId {
        self.hir.add_expr(super::Expr { kind: ExprKind::Bad, span })
    }
}
