//! Declarations and functions.

use super::{ExprId, List, SigId};
use crate::Span;

/// A declaration of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DeclId(pub(super) u32);

/// A function, method or literal of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FuncId(pub(super) u32);

/// A declaration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decl {
    pub(crate) kind: DeclKind,
    pub(crate) span: Span,
}

impl Decl {
    pub(super) const BAD: Self = Self { kind: DeclKind::Bad, span: Span { start: 0, end: 0 } };
}

/// What is declared; each spec of a group is a declaration of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DeclKind {
    Bad,
    /// The path's span includes its quotes.
    Import {
        name: Option<Span>,
        path: Span,
    },
    Var {
        names: List,
        ty: Option<ExprId>,
        values: List,
    },
    Const {
        names: List,
        values: List,
    },
    Type {
        name: Span,
        params: List,
        alias: bool,
        ty: ExprId,
    },
    Func(FuncId),
}

/// A parameter, result, receiver or type parameter; `a, b T` are two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    pub(crate) name: Option<Span>,
    pub(crate) ty: ExprId,
}

/// A function, method or function literal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Func {
    /// The name; empty for a literal.
    pub(crate) name: Span,
    /// The receiver, in a list of at most one.
    pub(crate) receiver: List,
    pub(crate) type_params: List,
    pub(crate) sig: SigId,
    /// The statements; `None` for a declaration without a body.
    pub(crate) body: Option<List>,
    pub(crate) body_span: Span,
    pub(crate) span: Span,
    pub(crate) literal: bool,
}

impl Func {
    pub(super) const BAD: Self = Self {
        name: Span { start: 0, end: 0 },
        receiver: List { start: 0, len: 0 },
        type_params: List { start: 0, len: 0 },
        sig: SigId(u32::MAX),
        body: None,
        body_span: Span { start: 0, end: 0 },
        span: Span { start: 0, end: 0 },
        literal: false,
    };
}
