//! Expressions and types: Go's grammar does not tell them apart before names are resolved.

use super::{FuncId, List};
use crate::Span;

/// An expression of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ExprId(pub(super) u32);

/// A signature of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SigId(pub(super) u32);

/// An expression or type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

impl Expr {
    pub(super) const BAD: Self = Self { kind: ExprKind::Bad, span: Span { start: 0, end: 0 } };
}

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ExprKind {
    /// What did not parse.
    Bad,
    /// An identifier; the span is the name.
    Name,
    Literal(Literal),
    /// `T{…}`; inside another literal the type may be left out.
    Composite {
        ty: Option<ExprId>,
        elements: List,
    },
    FuncLit(FuncId),
    Paren(ExprId),
    Selector {
        base: ExprId,
        name: Span,
    },
    /// `a[i]`, `m[k]`, and an instantiation `F[T, U]`.
    Index {
        base: ExprId,
        args: List,
    },
    Slice {
        base: ExprId,
        bounds: List,
    },
    /// `x.(T)`; without a type in the header of a type switch.
    Assert {
        base: ExprId,
        ty: Option<ExprId>,
    },
    /// `f(a, b...)`, also a conversion.
    Call {
        fun: ExprId,
        args: List,
        spread: bool,
    },
    /// `*x`, as a value or a type.
    Star(ExprId),
    Unary {
        op: UnaryOp,
        x: ExprId,
    },
    Binary {
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    },
    /// `[n]T`, also `[...]T`.
    Array {
        len: Option<ExprId>,
        elem: ExprId,
    },
    SliceOf(ExprId),
    Map {
        key: ExprId,
        value: ExprId,
    },
    Chan {
        elem: ExprId,
    },
    Func(SigId),
    Struct {
        fields: List,
    },
    Interface {
        methods: List,
        embeds: List,
    },
    /// `...T` of a last parameter.
    Variadic(ExprId),
}

/// The kinds of basic literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Int,
    Float,
    Imaginary,
    Char,
    String,
}

/// Unary operators, as far as resolution tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnaryOp {
    /// `&x`.
    Address,
    /// `<-c`.
    Receive,
    /// `!x`.
    Not,
    /// `+x`, `-x`, `^x`, `~T`.
    Other,
}

/// Binary operators, as far as resolution tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    /// `&&`: the right side runs only where the left holds.
    And,
    /// `||`: the right side runs only where the left does not.
    Or,
    /// Comparisons: the result is a boolean.
    Compare,
    /// `<<` and `>>`: the result has the type of the left side.
    Shift,
    Other,
}

/// One element of a composite literal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element {
    pub(crate) key: Option<ExprId>,
    pub(crate) value: ExprId,
}

/// One field of a struct type; `a, b T` are two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// `None` where a type is embedded.
    pub(crate) name: Option<Span>,
    pub(crate) ty: ExprId,
}

/// One method of an interface type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Method {
    pub(crate) name: Span,
    pub(crate) sig: SigId,
}

/// Parameters and results of a function type, function or method.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sig {
    pub(crate) params: List,
    pub(crate) results: List,
}

impl Sig {
    pub(super) const BAD: Self =
        Self { params: List { start: 0, len: 0 }, results: List { start: 0, len: 0 } };
}
