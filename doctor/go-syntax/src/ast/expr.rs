//! Expressions.

use std::borrow::Cow;

use super::{ArrayType, BlockStmt, ChanType, FuncType, InterfaceType, MapType, StructType};
use crate::flag;
use crate::kind::{BinaryOp, LitKind, UnaryOp};
use crate::literal;
use crate::view::{Views, group, required, view};

group! {
    /// An expression or a type: Go's grammar cannot always tell them apart.
    Expr:
    Ident(Ident) = "`x`",
    Ellipsis(Ellipsis) = "`...T`",
    BasicLit(BasicLit) = "`1`, `'a'`, `\"s\"`",
    FuncLit(FuncLit) = "`func() {…}`",
    CompositeLit(CompositeLit) = "`T{…}`",
    Paren(ParenExpr) = "`(x)`",
    Selector(SelectorExpr) = "`x.name`",
    Index(IndexExpr) = "`x[i]`",
    IndexList(IndexListExpr) = "`x[T, U]`",
    Slice(SliceExpr) = "`x[a:b]`",
    TypeAssert(TypeAssertExpr) = "`x.(T)`",
    Call(CallExpr) = "`f(x)`",
    Star(StarExpr) = "`*x`",
    Unary(UnaryExpr) = "`-x`, `&x`, `<-x`",
    Binary(BinaryExpr) = "`x + y`",
    KeyValue(KeyValueExpr) = "`key: value`",
    ArrayType(ArrayType) = "`[]T`",
    StructType(StructType) = "`struct{…}`",
    FuncType(FuncType) = "`func()`",
    InterfaceType(InterfaceType) = "`interface{…}`",
    MapType(MapType) = "`map[K]V`",
    ChanType(ChanType) = "`chan T`",
    ; Bad = BadExpr
}

impl<'a> Expr<'a> {
    /// The expression within any parentheses.
    #[must_use]
    pub fn unparen(self) -> Self {
        let mut expr = self;
        while let Self::Paren(paren) = expr {
            expr = paren.inner();
        }
        expr
    }

    /// The name, if the expression is one.
    #[must_use]
    pub fn as_ident(self) -> Option<Ident<'a>> {
        if let Self::Ident(ident) = self { Some(ident) } else { None }
    }

    /// The call, if the expression is one.
    #[must_use]
    pub fn as_call(self) -> Option<CallExpr<'a>> {
        if let Self::Call(call) = self { Some(call) } else { None }
    }

    /// The selector, if the expression is one.
    #[must_use]
    pub fn as_selector(self) -> Option<SelectorExpr<'a>> {
        if let Self::Selector(selector) = self { Some(selector) } else { None }
    }
}

required! { Expr }

view! {
    /// A name.
    Ident
    /// `...T` in a parameter list, `[...]` in an array type.
    Ellipsis
    /// A literal of a basic type.
    BasicLit
    /// A function literal.
    FuncLit
    /// A composite literal.
    CompositeLit
    /// A parenthesised expression or type.
    ParenExpr
    /// A field, method, or name of a package.
    SelectorExpr
    /// An index expression or an instantiation with one type argument.
    IndexExpr
    /// An instantiation with several type arguments.
    IndexListExpr
    /// A slice expression.
    SliceExpr
    /// A type assertion.
    TypeAssertExpr
    /// A call or conversion.
    CallExpr
    /// A dereference or pointer type.
    StarExpr
    /// A unary expression.
    UnaryExpr
    /// A binary expression.
    BinaryExpr
    /// A key and its value in a composite literal.
    KeyValueExpr
}

impl<'a> Ident<'a> {
    /// The name. Empty if one was expected here and missing.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.0.text()
    }
}

impl<'a> Ellipsis<'a> {
    /// The type behind the dots.
    #[must_use]
    pub fn elem(self) -> Option<Expr<'a>> {
        self.0.children().next().map(Expr::of)
    }
}

impl<'a> BasicLit<'a> {
    /// Which kind of literal.
    #[must_use]
    pub fn lit_kind(self) -> LitKind {
        LitKind::from_code(self.0.aux())
    }

    /// The bytes that a string literal denotes; none for other literals and malformed ones.
    #[must_use]
    pub fn string_value(self) -> Option<Cow<'a, [u8]>> {
        if self.lit_kind() == LitKind::String {
            literal::unquote(self.0.file().bytes(self.0.span()))
        } else {
            None
        }
    }
}

impl<'a> FuncLit<'a> {
    /// Its parameters and results.
    #[must_use]
    pub fn signature(self) -> FuncType<'a> {
        FuncType(self.0.child(0))
    }

    /// Its body.
    #[must_use]
    pub fn body(self) -> BlockStmt<'a> {
        BlockStmt(self.0.child(1))
    }
}

impl<'a> CompositeLit<'a> {
    /// Its type; absent for `{…}` inside another literal.
    #[must_use]
    pub fn ty(self) -> Option<Expr<'a>> {
        self.0.child_if(flag::TYPED, 0).map(Expr::of)
    }

    /// Its elements, each a value or a [`KeyValueExpr`].
    #[must_use]
    pub fn elements(self) -> Views<'a, Expr<'a>> {
        let mut children = self.0.children();
        if self.0.has(flag::TYPED) {
            children.next();
        }
        Views::new(children)
    }

    /// Offset of `{`.
    #[must_use]
    pub fn lbrace(self) -> u32 {
        self.ty().map_or(self.0.start(), |ty| self.0.file().token_at(ty.end()))
    }
}

impl<'a> ParenExpr<'a> {
    /// The expression inside.
    #[must_use]
    pub fn inner(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }
}

impl<'a> SelectorExpr<'a> {
    /// What stands before the dot: a value, a type or a package.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The name behind the dot.
    #[must_use]
    pub fn sel(self) -> Ident<'a> {
        Ident(self.0.child(1))
    }
}

impl<'a> IndexExpr<'a> {
    /// What is indexed or instantiated.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The index, key or type argument.
    #[must_use]
    pub fn index(self) -> Expr<'a> {
        Expr::of(self.0.child(1))
    }

    /// Offset of `[`.
    #[must_use]
    pub fn lbracket(self) -> u32 {
        self.0.file().token_at(self.operand().end())
    }
}

impl<'a> IndexListExpr<'a> {
    /// What is instantiated.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The type arguments.
    #[must_use]
    pub fn indices(self) -> Views<'a, Expr<'a>> {
        let mut children = self.0.children();
        children.next();
        Views::new(children)
    }

    /// Offset of `[`.
    #[must_use]
    pub fn lbracket(self) -> u32 {
        self.0.file().token_at(self.operand().end())
    }
}

impl<'a> SliceExpr<'a> {
    /// What is sliced.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The lower bound.
    #[must_use]
    pub fn low(self) -> Option<Expr<'a>> {
        self.bound(flag::LOW, 0)
    }

    /// The upper bound.
    #[must_use]
    pub fn high(self) -> Option<Expr<'a>> {
        self.bound(flag::HIGH, flag::LOW)
    }

    /// The capacity bound.
    #[must_use]
    pub fn max(self) -> Option<Expr<'a>> {
        self.bound(flag::MAX, flag::LOW | flag::HIGH)
    }

    /// Whether it has two colons.
    #[must_use]
    pub fn is_three_index(self) -> bool {
        self.0.has(flag::THREE)
    }

    /// Offset of `[`.
    #[must_use]
    pub fn lbracket(self) -> u32 {
        self.0.file().token_at(self.operand().end())
    }

    fn bound(self, flag: u8, earlier: u8) -> Option<Expr<'a>> {
        let before = usize::try_from((self.0.aux() & earlier).count_ones()).unwrap_or(0);
        self.0.child_if(flag, before.saturating_add(1)).map(Expr::of)
    }
}

impl<'a> TypeAssertExpr<'a> {
    /// The interface value.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The asserted type; none for `x.(type)`.
    #[must_use]
    pub fn ty(self) -> Option<Expr<'a>> {
        self.0.child_if(flag::TYPED, 1).map(Expr::of)
    }

    /// Offset of `(`.
    #[must_use]
    pub fn lparen(self) -> u32 {
        let file = self.0.file();
        let dot = file.token_at(self.operand().end());
        file.token_at(dot.saturating_add(1))
    }
}

impl<'a> CallExpr<'a> {
    /// What is called: a function, a method, a built-in, or a type to convert to.
    #[must_use]
    pub fn fun(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The arguments; the first of `make` and `new` may be a type.
    #[must_use]
    pub fn args(self) -> Views<'a, Expr<'a>> {
        let mut children = self.0.children();
        children.next();
        Views::new(children)
    }

    /// Whether the last argument is followed by `...`.
    #[must_use]
    pub fn has_ellipsis(self) -> bool {
        self.0.has(flag::SPREAD)
    }

    /// Offset of the `...` behind the last argument.
    #[must_use]
    pub fn ellipsis(self) -> Option<u32> {
        let last = if self.has_ellipsis() { self.0.last_child() } else { None };
        last.map(|last| self.0.file().token_at(last.end()))
    }

    /// Offset of `(`.
    #[must_use]
    pub fn lparen(self) -> u32 {
        self.0.file().token_at(self.fun().end())
    }
}

impl<'a> StarExpr<'a> {
    /// The pointer, or the type that is pointed to.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }
}

impl<'a> UnaryExpr<'a> {
    /// The operator; it stands where the expression starts.
    #[must_use]
    pub fn op(self) -> UnaryOp {
        UnaryOp::from_code(self.0.aux(), UnaryOp::Plus)
    }

    /// The operand.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }
}

impl<'a> BinaryExpr<'a> {
    /// The operator.
    #[must_use]
    pub fn op(self) -> BinaryOp {
        BinaryOp::from_code(self.0.aux(), BinaryOp::Add)
    }

    /// Offset of the operator.
    #[must_use]
    pub fn op_pos(self) -> u32 {
        self.0.file().token_at(self.left().end())
    }

    /// The left operand. Chains such as `a + b + c` nest here, up to [`crate::MAX_CHAIN`] deep.
    #[must_use]
    pub fn left(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The right operand.
    #[must_use]
    pub fn right(self) -> Expr<'a> {
        Expr::of(self.0.child(1))
    }
}

impl<'a> KeyValueExpr<'a> {
    /// The key, index or field name.
    #[must_use]
    pub fn key(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The value.
    #[must_use]
    pub fn value(self) -> Expr<'a> {
        Expr::of(self.0.child(1))
    }

    /// Offset of `:`.
    #[must_use]
    pub fn colon(self) -> u32 {
        self.0.file().token_at(self.key().end())
    }
}
