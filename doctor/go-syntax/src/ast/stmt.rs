//! Statements.

use super::{Decl, Expr, Ident};
use crate::flag;
use crate::kind::{AssignOp, Branch, Kind};
use crate::node::Children;
use crate::span::Span;
use crate::view::{View, Views, group, required, view};

group! {
    /// A statement. The clauses of a switch or select are among them.
    Stmt:
    Decl(DeclStmt) = "`var x int`",
    Empty(EmptyStmt) = "`;`",
    Labeled(LabeledStmt) = "`label: …`",
    Expr(ExprStmt) = "`f()`",
    Send(SendStmt) = "`c <- x`",
    IncDec(IncDecStmt) = "`x++`",
    Assign(AssignStmt) = "`x = 1`",
    Go(GoStmt) = "`go f()`",
    Defer(DeferStmt) = "`defer f()`",
    Return(ReturnStmt) = "`return x`",
    Branch(BranchStmt) = "`break`",
    Block(BlockStmt) = "`{ … }`",
    If(IfStmt) = "`if x { … }`",
    Case(CaseClause) = "`case x:`",
    Switch(SwitchStmt) = "`switch x { … }`",
    TypeSwitch(TypeSwitchStmt) = "`switch x.(type) { … }`",
    Comm(CommClause) = "`case <-c:`",
    Select(SelectStmt) = "`select { … }`",
    For(ForStmt) = "`for … { … }`",
    Range(RangeStmt) = "`for … range x { … }`",
    ; Bad = BadStmt
}

required! { Stmt }

view! {
    /// A declaration inside a function.
    DeclStmt
    /// An empty statement.
    EmptyStmt
    /// A labelled statement.
    LabeledStmt
    /// An expression on its own.
    ExprStmt
    /// A send.
    SendStmt
    /// An increment or decrement.
    IncDecStmt
    /// An assignment or short variable declaration.
    AssignStmt
    /// A `go` statement.
    GoStmt
    /// A `defer` statement.
    DeferStmt
    /// A `return` statement.
    ReturnStmt
    /// A jump.
    BranchStmt
    /// Statements in braces.
    BlockStmt
    /// An `if` statement.
    IfStmt
    /// A clause of a switch.
    CaseClause
    /// An expression switch.
    SwitchStmt
    /// A type switch.
    TypeSwitchStmt
    /// A clause of a select.
    CommClause
    /// A `select` statement.
    SelectStmt
    /// A `for` statement without `range`.
    ForStmt
    /// A `for … range` statement.
    RangeStmt
}

impl<'a> DeclStmt<'a> {
    /// The declaration.
    #[must_use]
    pub fn decl(self) -> Decl<'a> {
        Decl::of(self.0.child(0))
    }
}

impl EmptyStmt<'_> {
    /// Whether no semicolon is written.
    #[must_use]
    pub fn is_implicit(self) -> bool {
        self.0.has(flag::IMPLICIT)
    }
}

impl<'a> LabeledStmt<'a> {
    /// The label.
    #[must_use]
    pub fn label(self) -> Ident<'a> {
        Ident(self.0.child(0))
    }

    /// The statement behind it.
    #[must_use]
    pub fn stmt(self) -> Stmt<'a> {
        Stmt::of(self.0.child(1))
    }
}

impl<'a> ExprStmt<'a> {
    /// The expression.
    #[must_use]
    pub fn expr(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }
}

impl<'a> SendStmt<'a> {
    /// The channel.
    #[must_use]
    pub fn channel(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The value sent.
    #[must_use]
    pub fn value(self) -> Expr<'a> {
        Expr::of(self.0.child(1))
    }

    /// Offset of `<-`.
    #[must_use]
    pub fn arrow(self) -> u32 {
        self.0.file().token_at(self.channel().end())
    }
}

impl<'a> IncDecStmt<'a> {
    /// What is changed.
    #[must_use]
    pub fn operand(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// Whether it is `--`.
    #[must_use]
    pub fn is_decrement(self) -> bool {
        self.0.has(flag::DECREMENT)
    }
}

impl<'a> AssignStmt<'a> {
    /// The operator.
    #[must_use]
    pub fn op(self) -> AssignOp {
        AssignOp::from_code(self.0.aux() & flag::OPERATOR, AssignOp::Assign)
    }

    /// Offset of the operator.
    #[must_use]
    pub fn op_pos(self) -> u32 {
        let left = self.left().last().map_or(self.0.start(), |last| last.end());
        self.0.file().token_at(left)
    }

    /// The expressions assigned to.
    #[must_use]
    pub fn left(self) -> Views<'a, Expr<'a>> {
        Views::new(self.parts().0)
    }

    /// The expressions assigned.
    #[must_use]
    pub fn right(self) -> Views<'a, Expr<'a>> {
        Views::new(self.parts().1)
    }

    fn parts(self) -> (Children<'a>, Children<'a>) {
        let stored = self.0.aux() >> flag::LEFT_SHIFT;
        self.0.split_list(usize::from(stored), stored == flag::LEFT_MANY)
    }
}

impl<'a> GoStmt<'a> {
    /// The call; something else only in broken source.
    #[must_use]
    pub fn call(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }
}

impl<'a> DeferStmt<'a> {
    /// The call; something else only in broken source.
    #[must_use]
    pub fn call(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }
}

impl<'a> ReturnStmt<'a> {
    /// The results.
    #[must_use]
    pub fn results(self) -> Views<'a, Expr<'a>> {
        Views::new(self.0.children())
    }
}

impl<'a> BranchStmt<'a> {
    /// Which jump.
    #[must_use]
    pub fn branch(self) -> Branch {
        Branch::from_code(self.0.aux(), Branch::Break)
    }

    /// The label.
    #[must_use]
    pub fn label(self) -> Option<Ident<'a>> {
        self.0.children().next().map(Ident)
    }
}

impl<'a> BlockStmt<'a> {
    /// The statements, or the clauses of a switch or select.
    #[must_use]
    pub fn stmts(self) -> Views<'a, Stmt<'a>> {
        Views::new(self.0.children())
    }

    /// Whether the statements were left out: see [`crate::Options::skip_bodies`].
    #[must_use]
    pub fn is_skipped(self) -> bool {
        self.0.has(flag::SKIPPED)
    }

    /// Offset of the closing brace; none if it is missing.
    #[must_use]
    pub fn rbrace(self) -> Option<u32> {
        let at = self.0.end().checked_sub(1)?;
        let span = Span::new(at, self.0.end());
        let closed = self.0.last_child().is_none_or(|last| last.end() <= at);
        (closed && at > self.0.start() && self.0.file().bytes(span) == b"}").then_some(at)
    }
}

impl<'a> IfStmt<'a> {
    /// The statement before the condition.
    #[must_use]
    pub fn init(self) -> Option<Stmt<'a>> {
        self.0.child_if(flag::INIT, 0).map(Stmt::of)
    }

    /// The condition.
    #[must_use]
    pub fn cond(self) -> Expr<'a> {
        Expr::of(self.0.child(self.cond_place()))
    }

    /// What runs if it holds.
    #[must_use]
    pub fn body(self) -> BlockStmt<'a> {
        BlockStmt(self.0.child(self.cond_place().saturating_add(1)))
    }

    /// The block or `if` behind `else`.
    #[must_use]
    pub fn else_branch(self) -> Option<Stmt<'a>> {
        self.0.child_if(flag::ELSE, self.cond_place().saturating_add(2)).map(Stmt::of)
    }

    fn cond_place(self) -> usize {
        usize::from(self.0.has(flag::INIT))
    }
}

impl<'a> CaseClause<'a> {
    /// Whether it is `default:`.
    #[must_use]
    pub fn is_default(self) -> bool {
        self.0.has(flag::DEFAULT)
    }

    /// The expressions or types compared with.
    #[must_use]
    pub fn exprs(self) -> Views<'a, Expr<'a>> {
        Views::new(self.0.children())
    }

    /// The statements.
    #[must_use]
    pub fn body(self) -> Views<'a, Stmt<'a>> {
        Views::new(self.0.children())
    }

    /// Offset of the colon.
    #[must_use]
    pub fn colon(self) -> u32 {
        let keyword = if self.is_default() { "default" } else { "case" };
        let keyword_end = self.0.start().saturating_add(u32::try_from(keyword.len()).unwrap_or(0));
        self.0.file().token_at(self.exprs().last().map_or(keyword_end, |last| last.end()))
    }
}

impl<'a> SwitchStmt<'a> {
    /// The statement before the tag.
    #[must_use]
    pub fn init(self) -> Option<Stmt<'a>> {
        self.0.child_if(flag::INIT, 0).map(Stmt::of)
    }

    /// The value that the cases are compared with; without one they are conditions.
    #[must_use]
    pub fn tag(self) -> Option<Expr<'a>> {
        self.0.child_if(flag::TAG, usize::from(self.0.has(flag::INIT))).map(Expr::of)
    }

    /// The clauses in braces.
    #[must_use]
    pub fn body(self) -> BlockStmt<'a> {
        BlockStmt(self.0.last_or_missing())
    }

    /// The clauses.
    #[must_use]
    pub fn clauses(self) -> Views<'a, CaseClause<'a>> {
        Views::new(self.body().children())
    }
}

impl<'a> TypeSwitchStmt<'a> {
    /// The statement before the guard.
    #[must_use]
    pub fn init(self) -> Option<Stmt<'a>> {
        self.0.child_if(flag::INIT, 0).map(Stmt::of)
    }

    /// The guard: `x.(type)` or `v := x.(type)`.
    #[must_use]
    pub fn guard(self) -> Stmt<'a> {
        Stmt::of(self.0.child(usize::from(self.0.has(flag::INIT))))
    }

    /// The name that the guard binds in each clause.
    #[must_use]
    pub fn binding(self) -> Option<Ident<'a>> {
        match self.guard() {
            Stmt::Assign(assign) => assign.left().next().and_then(Expr::as_ident),
            _ => None,
        }
    }

    /// The value whose type is switched on.
    #[must_use]
    pub fn subject(self) -> Option<Expr<'a>> {
        let guard = match self.guard() {
            Stmt::Assign(assign) => assign.right().next(),
            Stmt::Expr(stmt) => Some(stmt.expr()),
            _ => None,
        };
        match guard {
            Some(Expr::TypeAssert(assert)) => Some(assert.operand()),
            _ => None,
        }
    }

    /// The clauses in braces.
    #[must_use]
    pub fn body(self) -> BlockStmt<'a> {
        BlockStmt(self.0.last_or_missing())
    }

    /// The clauses.
    #[must_use]
    pub fn clauses(self) -> Views<'a, CaseClause<'a>> {
        Views::new(self.body().children())
    }
}

impl<'a> CommClause<'a> {
    /// Whether it is `default:`.
    #[must_use]
    pub fn is_default(self) -> bool {
        self.0.has(flag::DEFAULT)
    }

    /// The send or receive; none for `default`.
    #[must_use]
    pub fn comm(self) -> Option<Stmt<'a>> {
        if self.is_default() { None } else { self.0.children().next().map(Stmt::of) }
    }

    /// The statements.
    #[must_use]
    pub fn body(self) -> Views<'a, Stmt<'a>> {
        let mut children = self.0.children();
        if !self.is_default() {
            children.next();
        }
        Views::new(children)
    }

    /// Offset of the colon.
    #[must_use]
    pub fn colon(self) -> u32 {
        let keyword_end =
            self.0.start().saturating_add(u32::try_from("default".len()).unwrap_or(0));
        self.0.file().token_at(self.comm().map_or(keyword_end, |comm| comm.end()))
    }
}

impl<'a> SelectStmt<'a> {
    /// The clauses in braces.
    #[must_use]
    pub fn body(self) -> BlockStmt<'a> {
        BlockStmt(self.0.child(0))
    }

    /// The clauses.
    #[must_use]
    pub fn clauses(self) -> Views<'a, CommClause<'a>> {
        Views::new(self.body().children())
    }
}

impl<'a> ForStmt<'a> {
    /// What runs once before the loop.
    #[must_use]
    pub fn init(self) -> Option<Stmt<'a>> {
        self.part(flag::INIT, 0).map(Stmt::of)
    }

    /// The condition.
    #[must_use]
    pub fn cond(self) -> Option<Expr<'a>> {
        self.part(flag::COND, flag::INIT).map(Expr::of)
    }

    /// What runs behind each turn.
    #[must_use]
    pub fn post(self) -> Option<Stmt<'a>> {
        self.part(flag::POST, flag::INIT | flag::COND).map(Stmt::of)
    }

    /// The body.
    #[must_use]
    pub fn body(self) -> BlockStmt<'a> {
        BlockStmt(self.0.last_or_missing())
    }

    fn part(self, flag: u8, earlier: u8) -> Option<crate::Node<'a>> {
        let before = (self.0.aux() & earlier).count_ones();
        self.0.child_if(flag, usize::try_from(before).unwrap_or(0))
    }
}

impl<'a> RangeStmt<'a> {
    /// The first iteration variable or the expression assigned to.
    #[must_use]
    pub fn key(self) -> Option<Expr<'a>> {
        self.0.child_if(flag::KEY, 0).map(Expr::of)
    }

    /// The second one.
    #[must_use]
    pub fn value(self) -> Option<Expr<'a>> {
        self.0.child_if(flag::VALUE, 1).map(Expr::of)
    }

    /// `:=` or `=`; none for `for range x`.
    #[must_use]
    pub fn op(self) -> Option<AssignOp> {
        let code = self.0.aux() & flag::OPERATOR;
        self.0.has(flag::RANGE_OPERATOR).then(|| AssignOp::from_code(code, AssignOp::Define))
    }

    /// Offset of `:=` or `=`.
    #[must_use]
    pub fn op_pos(self) -> Option<u32> {
        let before = self.value().or_else(|| self.key())?.end();
        self.op().map(|_| self.0.file().token_at(before))
    }

    /// What is ranged over.
    #[must_use]
    pub fn subject(self) -> Expr<'a> {
        let before = (self.0.aux() & (flag::KEY | flag::VALUE)).count_ones();
        Expr::of(self.0.child(usize::try_from(before).unwrap_or(0)))
    }

    /// The body.
    #[must_use]
    pub fn body(self) -> BlockStmt<'a> {
        BlockStmt(self.0.last_or_missing())
    }
}

impl Stmt<'_> {
    /// Whether it is a clause of a switch or select.
    #[must_use]
    pub fn is_clause(self) -> bool {
        matches!(self.node().kind(), Kind::CaseClause | Kind::CommClause)
    }
}
