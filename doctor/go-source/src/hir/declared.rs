//! What is left of a file once its bodies were walked: what is declared, and as what.
//!
//! Bodies are most of a tree, and a program of many packages is joined from what their walks found. So they are given up
//! before that, all together.

use super::{DeclKind, Expr, ExprId, ExprKind, Hir};
use rustc_hash::FxHashMap;

impl Hir {
    /// Gives up statements, and expressions that are neither types of declarations nor among those in `also`. Numbers stay
    /// what they were; those of what is given up yield `Bad`.
    pub(crate) fn forget_bodies(&mut self, also: impl IntoIterator<Item = ExprId>) {
        let mut kept: FxHashMap<ExprId, Expr> = FxHashMap::default();
        let decls = self.decls.iter().filter_map(|decl| match decl.kind {
            DeclKind::Type { ty, .. } => Some(ty),
            DeclKind::Var { ty, .. } => ty,
            DeclKind::Bad
            | DeclKind::Import { .. }
            | DeclKind::Const { .. }
            | DeclKind::Func(_) => None,
        });
        let params = self.params.iter().map(|param| param.ty);
        let fields = self.fields.iter().map(|field| field.ty);
        let mut todo: Vec<ExprId> = decls.chain(params).chain(fields).collect();
        while let Some(id) = todo.pop() {
            let expr = *self.expr(id);
            if kept.insert(id, expr).is_none() {
                todo.extend(parts_of_type(expr.kind).into_iter().flatten());
            }
        }
        for id in also {
            kept.insert(id, *self.expr(id));
        }
        self.exprs = Vec::new();
        self.stmts = Vec::new();
        self.clauses = Vec::new();
        self.elements = Vec::new();
        self.expr_lists = Vec::new();
        self.stmt_lists = Vec::new();
        self.kept = kept;
    }

    /// Gives back the room that arenas have for more.
    pub(super) fn shrink(&mut self) {
        self.exprs.shrink_to_fit();
        self.stmts.shrink_to_fit();
        self.decls.shrink_to_fit();
        self.funcs.shrink_to_fit();
        self.sigs.shrink_to_fit();
        self.params.shrink_to_fit();
        self.fields.shrink_to_fit();
        self.methods.shrink_to_fit();
        self.elements.shrink_to_fit();
        self.clauses.shrink_to_fit();
        self.names.shrink_to_fit();
        self.expr_lists.shrink_to_fit();
        self.stmt_lists.shrink_to_fit();
    }
}

/// The types that a type is written with, but for those in lists: fields and parameters are looked at by themselves.
fn parts_of_type(kind: ExprKind) -> [Option<ExprId>; 2] {
    match kind {
        ExprKind::Paren(inner)
        | ExprKind::Star(inner)
        | ExprKind::SliceOf(inner)
        | ExprKind::Variadic(inner)
        | ExprKind::Array { elem: inner, .. }
        | ExprKind::Chan { elem: inner }
        | ExprKind::Index { base: inner, .. }
        | ExprKind::Selector { base: inner, .. } => [Some(inner), None],
        ExprKind::Map { key, value } => [Some(key), Some(value)],
        _ => [None, None],
    }
}
