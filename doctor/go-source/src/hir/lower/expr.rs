//! Expressions and types.

use super::Lower;
use crate::Span;
use crate::hir::{
    BinaryOp, Element, Expr, ExprId, ExprKind, Field, List, Literal, Method, UnaryOp,
};
use go_syntax::{LitKind, View, ast};

/// So many operators in a row are not lowered one inside the other.
const LONG_ROW: usize = 16;

impl Lower {
    pub(super) fn expr(&mut self, expr: ast::Expr<'_>) -> ExprId {
        let span = expr.node().span();
        let kind = self.deeper(|this| this.expr_kind(expr));
        match kind {
            Some(kind) => self.hir.add_expr(Expr { kind, span }),
            None => self.bad_expr(span),
        }
    }

    pub(super) fn exprs<'a>(&mut self, list: impl Iterator<Item = ast::Expr<'a>>) -> List {
        let lowered: Vec<ExprId> = list.map(|expr| self.expr(expr)).collect();
        self.hir.add_exprs(lowered)
    }

    fn expr_kind(&mut self, expr: ast::Expr<'_>) -> ExprKind {
        match expr {
            ast::Expr::Ident(_) => ExprKind::Name,
            ast::Expr::BasicLit(lit) => ExprKind::Literal(literal(lit.lit_kind())),
            ast::Expr::FuncLit(lit) => ExprKind::FuncLit(self.func_lit(lit)),
            ast::Expr::CompositeLit(lit) => {
                let ty = lit.ty().map(|ty| self.expr(ty));
                ExprKind::Composite { ty, elements: self.elements(lit) }
            }
            ast::Expr::Paren(paren) => ExprKind::Paren(self.expr(paren.inner())),
            ast::Expr::Selector(selector) => ExprKind::Selector {
                base: self.expr(selector.operand()),
                name: selector.sel().span(),
            },
            ast::Expr::Index(index) => {
                let base = self.expr(index.operand());
                ExprKind::Index { base, args: self.exprs([index.index()].into_iter()) }
            }
            ast::Expr::IndexList(index) => {
                let base = self.expr(index.operand());
                ExprKind::Index { base, args: self.exprs(index.indices()) }
            }
            ast::Expr::Slice(slice) => {
                let base = self.expr(slice.operand());
                let bounds = [slice.low(), slice.high(), slice.max()];
                ExprKind::Slice { base, bounds: self.exprs(bounds.into_iter().flatten()) }
            }
            ast::Expr::TypeAssert(assert) => {
                let base = self.expr(assert.operand());
                ExprKind::Assert { base, ty: assert.ty().map(|ty| self.expr(ty)) }
            }
            ast::Expr::Call(call) => {
                let fun = self.expr(call.fun());
                ExprKind::Call { fun, args: self.exprs(call.args()), spread: call.has_ellipsis() }
            }
            ast::Expr::Star(star) => ExprKind::Star(self.expr(star.operand())),
            ast::Expr::Unary(unary) => {
                ExprKind::Unary { op: unary_op(unary.op()), x: self.expr(unary.operand()) }
            }
            ast::Expr::Binary(binary) => self.binary(binary),
            // Stands alone only in broken source.
            ast::Expr::KeyValue(pair) => self.expr_kind(pair.value()),
            ast::Expr::ArrayType(array) => {
                let len = array.len().filter(|len| !matches!(len, ast::Expr::Ellipsis(_)));
                let len = len.map(|len| self.expr(len));
                let elem = self.expr(array.elem());
                if array.is_slice() {
                    ExprKind::SliceOf(elem)
                } else {
                    ExprKind::Array { len, elem }
                }
            }
            ast::Expr::MapType(map) => {
                let key = self.expr(map.key());
                ExprKind::Map { key, value: self.expr(map.value()) }
            }
            ast::Expr::ChanType(chan) => ExprKind::Chan { elem: self.expr(chan.elem()) },
            ast::Expr::FuncType(func) => ExprKind::Func(self.sig(func)),
            ast::Expr::StructType(of) => ExprKind::Struct { fields: self.struct_fields(of) },
            ast::Expr::InterfaceType(of) => self.interface(of),
            ast::Expr::Ellipsis(dots) => match dots.elem() {
                Some(elem) => ExprKind::Variadic(self.expr(elem)),
                None => ExprKind::Bad,
            },
            ast::Expr::Bad(_) => ExprKind::Bad,
        }
    }

    /// A long row of one kind of operator, as generated files write tables, becomes a balanced tree:
    /// its operands stay in their order, and its depth says nothing of how the source is nested.
    fn binary(&mut self, binary: ast::BinaryExpr<'_>) -> ExprKind {
        let op = binary_op(binary.op());
        let mut operands = vec![binary.right()];
        let mut first = binary.left();
        while let ast::Expr::Binary(inner) = first {
            if binary_op(inner.op()) != op || matches!(op, BinaryOp::Compare | BinaryOp::Shift) {
                break;
            }
            operands.push(inner.right());
            first = inner.left();
        }
        if operands.len() < LONG_ROW {
            let left = self.expr(binary.left());
            return ExprKind::Binary { op, left, right: self.expr(binary.right()) };
        }
        operands.push(first);
        let row: Vec<ExprId> =
            operands.into_iter().rev().map(|operand| self.expr(operand)).collect();
        self.balance(op, &row)
    }

    fn balance(&mut self, op: BinaryOp, row: &[ExprId]) -> ExprKind {
        let (left, right) = row.split_at(row.len() / 2);
        let (left, right) = (self.half(op, left), self.half(op, right));
        ExprKind::Binary { op, left, right }
    }

    fn half(&mut self, op: BinaryOp, row: &[ExprId]) -> ExprId {
        match row {
            [one] => *one,
            _ => {
                let at = |id: Option<&ExprId>| id.map(|id| self.hir.expr(*id).span);
                let start = at(row.first()).map_or(0, |span| span.start);
                let end = at(row.last()).map_or(start, |span| span.end);
                let kind = self.balance(op, row);
                self.hir.add_expr(Expr { kind, span: Span { start, end } })
            }
        }
    }

    fn elements(&mut self, lit: ast::CompositeLit<'_>) -> List {
        let mut found = Vec::new();
        for element in lit.elements() {
            found.push(match element {
                ast::Expr::KeyValue(pair) => {
                    Element { key: Some(self.expr(pair.key())), value: self.expr(pair.value()) }
                }
                value => Element { key: None, value: self.expr(value) },
            });
        }
        self.hir.add_elements(found)
    }

    fn struct_fields(&mut self, of: ast::StructType<'_>) -> List {
        let fields = self.fields(Some(of.fields()));
        self.hir
            .add_fields(fields.into_iter().map(|field| Field { name: field.name, ty: field.ty }))
    }

    fn interface(&mut self, of: ast::InterfaceType<'_>) -> ExprKind {
        let mut methods = Vec::new();
        let mut embeds = Vec::new();
        for element in of.elements().fields() {
            match (element.names().next(), element.ty()) {
                (Some(name), ast::Expr::FuncType(sig)) => {
                    methods.push(Method { name: name.span(), sig: self.sig(sig) });
                }
                (_, ty) => embeds.push(self.expr(ty)),
            }
        }
        ExprKind::Interface {
            methods: self.hir.add_methods(methods),
            embeds: self.hir.add_exprs(embeds),
        }
    }
}

fn literal(kind: LitKind) -> Literal {
    match kind {
        LitKind::Int => Literal::Int,
        LitKind::Float => Literal::Float,
        LitKind::Imag => Literal::Imaginary,
        LitKind::Char => Literal::Char,
        LitKind::String => Literal::String,
    }
}

fn unary_op(op: go_syntax::UnaryOp) -> UnaryOp {
    match op {
        go_syntax::UnaryOp::Address => UnaryOp::Address,
        go_syntax::UnaryOp::Receive => UnaryOp::Receive,
        go_syntax::UnaryOp::Not => UnaryOp::Not,
        _ => UnaryOp::Other,
    }
}

fn binary_op(op: go_syntax::BinaryOp) -> BinaryOp {
    use go_syntax::BinaryOp as Op;
    match op {
        Op::LogicalAnd => BinaryOp::And,
        Op::LogicalOr => BinaryOp::Or,
        Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            BinaryOp::Compare
        }
        Op::Shl | Op::Shr => BinaryOp::Shift,
        _ => BinaryOp::Other,
    }
}
