//! The shape of a file as resolution needs it: declarations, statements, expressions, in arenas.
//!
//! It is lowered once from the syntax tree and holds no text: a name is the span of its identifier.
//! Parentheses around expressions stay, comments and punctuation go. Nodes refer to each other by
//! 32-bit numbers; a list is a range of one shared array of numbers.
//!
//! A number that is out of range yields [`ExprKind::Bad`], [`StmtKind::Bad`] and so on, so walking a
//! tree cannot fail.

mod decl;
mod declared;
mod expr;
mod lower;
mod stmt;

pub(crate) use decl::{Decl, DeclId, DeclKind, Func, FuncId, Param};
pub(crate) use expr::{
    BinaryOp, Element, Expr, ExprId, ExprKind, Field, Literal, Method, Sig, SigId, UnaryOp,
};
pub(crate) use lower::{MAX_DEPTH, lower};
pub(crate) use stmt::{BranchKind, Clause, Stmt, StmtId, StmtKind};

use crate::Span;
use rustc_hash::FxHashMap;

/// A range of one of the arenas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct List {
    start: u32,
    len: u32,
}

impl List {
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    pub(crate) fn len(self) -> usize {
        widen(self.len)
    }

    fn of<T>(self, items: &[T]) -> &[T] {
        let start = widen(self.start);
        items.get(start..start.saturating_add(widen(self.len))).unwrap_or_default()
    }
}

/// One lowered file.
#[derive(Debug)]
pub(crate) struct Hir {
    exprs: Vec<Expr>,
    /// The expressions that are left once bodies were given up; empty before.
    kept: FxHashMap<ExprId, Expr>,
    stmts: Vec<Stmt>,
    decls: Vec<Decl>,
    funcs: Vec<Func>,
    sigs: Vec<Sig>,
    params: Vec<Param>,
    fields: Vec<Field>,
    methods: Vec<Method>,
    elements: Vec<Element>,
    clauses: Vec<Clause>,
    names: Vec<Span>,
    expr_lists: Vec<ExprId>,
    stmt_lists: Vec<StmtId>,
    /// The name in the package clause.
    pub(crate) package: Span,
    /// The declarations of the file, imports among them, in order.
    pub(crate) top: Vec<DeclId>,
}

impl Default for Hir {
    fn default() -> Self {
        Self {
            exprs: Vec::new(),
            kept: FxHashMap::default(),
            stmts: Vec::new(),
            decls: Vec::new(),
            funcs: Vec::new(),
            sigs: Vec::new(),
            params: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
            elements: Vec::new(),
            clauses: Vec::new(),
            names: Vec::new(),
            expr_lists: Vec::new(),
            stmt_lists: Vec::new(),
            package: Span::new(0, 0),
            top: Vec::new(),
        }
    }
}

/// Accessors and builders for each arena: `expr(id)`, `add_expr(expr)`.
macro_rules! arena {
    ($get:ident, $add:ident, $field:ident, $id:ident, $node:ident) => {
        pub(crate) fn $get(&self, id: $id) -> &$node {
            self.$field.get(widen(id.0)).unwrap_or(&$node::BAD)
        }

        pub(crate) fn $add(&mut self, node: $node) -> $id {
            let id = $id(narrow(self.$field.len()));
            self.$field.push(node);
            id
        }
    };
}

/// Accessors and builders for lists of one arena: `params(list)`, `add_params(items)`.
macro_rules! list {
    ($get:ident, $add:ident, $field:ident, $node:ty) => {
        pub(crate) fn $get(&self, list: List) -> &[$node] {
            list.of(&self.$field)
        }

        pub(crate) fn $add(&mut self, items: impl IntoIterator<Item = $node>) -> List {
            let start = self.$field.len();
            self.$field.extend(items);
            List { start: narrow(start), len: narrow(self.$field.len().saturating_sub(start)) }
        }
    };
}

impl Hir {
    arena!(stmt, add_stmt, stmts, StmtId, Stmt);
    arena!(decl, add_decl, decls, DeclId, Decl);
    arena!(func, add_func, funcs, FuncId, Func);
    arena!(sig, add_sig, sigs, SigId, Sig);
    list!(params, add_params, params, Param);
    list!(fields, add_fields, fields, Field);
    list!(methods, add_methods, methods, Method);
    list!(elements, add_elements, elements, Element);
    list!(clauses, add_clauses, clauses, Clause);
    list!(names, add_names, names, Span);
    list!(exprs, add_exprs, expr_lists, ExprId);
    list!(stmts, add_stmts, stmt_lists, StmtId);

    pub(crate) fn expr(&self, id: ExprId) -> &Expr {
        let expr = self.exprs.get(widen(id.0)).or_else(|| self.kept.get(&id));
        expr.unwrap_or(&Expr::BAD)
    }

    pub(crate) fn add_expr(&mut self, expr: Expr) -> ExprId {
        let id = ExprId(narrow(self.exprs.len()));
        self.exprs.push(expr);
        id
    }

    /// Every declaration, local ones among them.
    pub(crate) fn all_decls(&self) -> impl Iterator<Item = (DeclId, &Decl)> {
        (0u32..).map(DeclId).zip(&self.decls)
    }

    /// Changes a function in place, once its body is known.
    pub(crate) fn func_mut(&mut self, id: FuncId) -> Option<&mut Func> {
        self.funcs.get_mut(widen(id.0))
    }

    /// An expression without the parentheses around it.
    pub(crate) fn unparen(&self, mut id: ExprId) -> ExprId {
        while let ExprKind::Paren(inner) = self.expr(id).kind {
            id = inner;
        }
        id
    }
}

fn widen(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// Files beyond 4 GiB of nodes do not exist: spans end there too.
fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
