//! Statements.

use super::{DeclId, ExprId, List};
use crate::Span;

/// A statement of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StmtId(pub(super) u32);

/// A statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

impl Stmt {
    pub(super) const BAD: Self = Self { kind: StmtKind::Bad, span: Span { start: 0, end: 0 } };
}

/// What a statement is. Lists named `body` are lists of statements, `clauses` lists of clauses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StmtKind {
    /// What did not parse, and the empty statement.
    Bad,
    Expr(ExprId),
    Send {
        channel: ExprId,
        value: ExprId,
    },
    /// `x++` and `x--`.
    IncDec(ExprId),
    /// `a, b = x, y`; with `op` set, `a += x`.
    Assign {
        left: List,
        right: List,
        op: bool,
    },
    /// `a, b := x, y`.
    Define {
        left: List,
        right: List,
    },
    Go(ExprId),
    Defer(ExprId),
    Return(List),
    Branch {
        kind: BranchKind,
        label: Option<Span>,
    },
    Block {
        body: List,
    },
    If {
        init: Option<StmtId>,
        cond: ExprId,
        then: StmtId,
        or_else: Option<StmtId>,
    },
    Switch {
        init: Option<StmtId>,
        tag: Option<ExprId>,
        clauses: List,
    },
    /// `switch x := y.(type)`.
    TypeSwitch {
        init: Option<StmtId>,
        name: Option<Span>,
        subject: ExprId,
        clauses: List,
    },
    Select {
        clauses: List,
    },
    For {
        init: Option<StmtId>,
        cond: Option<ExprId>,
        post: Option<StmtId>,
        body: StmtId,
    },
    Range {
        key: Option<ExprId>,
        value: Option<ExprId>,
        define: bool,
        subject: ExprId,
        body: StmtId,
    },
    Labeled {
        label: Span,
        stmt: StmtId,
    },
    /// `var`, `const` or `type` inside a function.
    Decl(DeclId),
}

/// Which jump a branch statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BranchKind {
    Break,
    Continue,
    Goto,
    Fallthrough,
}

/// One `case` or `default` of a `switch` or `select`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clause {
    /// The expressions or types of the case; empty for `default` and in a `select`.
    pub(crate) exprs: List,
    /// The communication of a `select` case.
    pub(crate) comm: Option<StmtId>,
    pub(crate) body: List,
    pub(crate) is_default: bool,
    pub(crate) span: Span,
}
