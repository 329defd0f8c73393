//! Statements.

use super::Parser;
use super::simple::{Allow, Simple};
use crate::build::Mark;
use crate::flag;
use crate::kind::{AssignOp, Branch, Kind};
use crate::lexer::Tok;

/// An `if` whose `else if` is being read: a long chain is no deep recursion.
#[derive(Clone, Copy)]
pub(super) struct OpenIf {
    mark: Mark,
    start: u32,
    aux: u8,
}

impl Parser<'_> {
    /// Statements up to the end of a block or clause.
    fn stmt_list(&mut self) {
        while !matches!(self.tok(), Tok::Case | Tok::Default | Tok::RBrace | Tok::Eof) {
            if self.at(Tok::Func) && self.at_declaration() {
                break;
            }
            let before = self.steps;
            self.stmt();
            if self.steps == before {
                self.bump();
            }
        }
    }

    /// Statements in braces. Without an opening brace it complains and is empty.
    pub(super) fn block(&mut self) {
        let mark = self.mark();
        let start = self.start();
        if self.at_line_break() {
            self.error(self.span(), "unexpected line break before '{'");
            self.bump();
        }
        if self.expect(Tok::LBrace) {
            self.stmts_in_block();
            self.expect(Tok::RBrace);
        }
        self.finish(mark, Kind::BlockStmt, 0, start);
    }

    /// All statements of a block: a `case` outside a switch does not end it.
    fn stmts_in_block(&mut self) {
        self.stmt_list();
        while matches!(self.tok(), Tok::Case | Tok::Default) {
            self.expected("a statement");
            self.bump();
            self.skip_to_boundary();
            self.eat(Tok::Colon);
            self.stmt_list();
        }
    }

    /// A statement with what ends it.
    pub(super) fn stmt(&mut self) {
        self.nested(Kind::BadStmt, Self::stmt_within);
    }

    fn stmt_within(&mut self) {
        let mark = self.mark();
        let start = self.start();
        match self.tok() {
            Tok::Const | Tok::Type | Tok::Var => {
                self.gen_decl();
                self.finish(mark, Kind::DeclStmt, 0, start);
            }
            Tok::Ident
            | Tok::Int
            | Tok::Float
            | Tok::Imag
            | Tok::Char
            | Tok::String
            | Tok::Func
            | Tok::LParen
            | Tok::LBrack
            | Tok::Struct
            | Tok::Map
            | Tok::Chan
            | Tok::Interface
            | Tok::Add
            | Tok::Sub
            | Tok::Mul
            | Tok::And
            | Tok::Xor
            | Tok::Arrow
            | Tok::Not => {
                if self.simple_stmt(Allow::Label) != Simple::Labeled {
                    self.end_statement();
                }
            }
            Tok::Go => self.call_stmt(Kind::GoStmt),
            Tok::Defer => self.call_stmt(Kind::DeferStmt),
            Tok::Return => {
                self.bump();
                if !matches!(self.tok(), Tok::Semi | Tok::RBrace) {
                    self.expr_list(true);
                }
                self.finish(mark, Kind::ReturnStmt, 0, start);
                self.end_statement();
            }
            Tok::Break => self.branch_stmt(Branch::Break),
            Tok::Continue => self.branch_stmt(Branch::Continue),
            Tok::Goto => self.branch_stmt(Branch::Goto),
            Tok::Fallthrough => self.branch_stmt(Branch::Fallthrough),
            Tok::LBrace => {
                self.block();
                self.end_statement();
            }
            Tok::If => self.if_stmt(),
            Tok::Switch => self.switch_stmt(),
            Tok::Select => self.select_stmt(),
            Tok::For => self.for_stmt(),
            Tok::Semi => {
                let (aux, end) = if self.lexer.is_implicit() {
                    (flag::IMPLICIT, start)
                } else {
                    (0, self.lexer.end)
                };
                self.nodes.leaf(Kind::EmptyStmt, aux, start, end);
                self.bump();
            }
            Tok::RBrace => self.nodes.leaf(Kind::EmptyStmt, flag::IMPLICIT, start, start),
            _ => self.bad_stmt(),
        }
    }

    /// Tokens that start no statement, up to where one may.
    fn bad_stmt(&mut self) {
        let start = self.start();
        self.expected("a statement");
        self.bump();
        self.skip_to_boundary();
        self.nodes.leaf(Kind::BadStmt, 0, start, self.behind.max(start));
        self.eat(Tok::Semi);
    }

    /// `go` or `defer`.
    fn call_stmt(&mut self, kind: Kind) {
        let mark = self.mark();
        let start = self.start();
        self.bump();
        let call = self.span();
        self.right_side();
        let found = self.nodes.last_kind();
        match found {
            Some(Kind::CallExpr | Kind::BadExpr) => {}
            Some(Kind::ParenExpr) => self.error(call, "call must not be parenthesized here"),
            _ => self.error(call, "expression here must be a function call"),
        }
        self.finish(mark, kind, 0, start);
        self.end_statement();
    }

    fn branch_stmt(&mut self, branch: Branch) {
        let mark = self.mark();
        let start = self.start();
        self.bump();
        let takes_label = match branch {
            Branch::Goto => true,
            Branch::Break | Branch::Continue => self.at(Tok::Ident),
            Branch::Fallthrough => false,
        };
        if takes_label {
            self.ident();
        }
        self.finish(mark, Kind::BranchStmt, branch as u8, start);
        self.end_statement();
    }

    /// Runs `parse` where `{` opens a block rather than a literal.
    fn header<R>(&mut self, parse: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.level, -1);
        let result = parse(self);
        self.level = outer;
        result
    }

    /// An `if` with all its `else if`s.
    fn if_stmt(&mut self) {
        let base = self.ifs.len();
        let chain = self.chain;
        loop {
            let mark = self.mark();
            let start = self.start();
            self.bump();
            let mut aux = self.header(Self::if_header);
            self.block();
            if !self.eat(Tok::Else) {
                self.finish(mark, Kind::IfStmt, aux, start);
                self.end_statement();
                break;
            }
            aux |= flag::ELSE;
            if self.at(Tok::If) && self.link() {
                self.ifs.push(OpenIf { mark, start, aux });
                continue;
            }
            if self.at(Tok::LBrace) {
                self.block();
            } else {
                self.expected("'{' or 'if'");
                self.missing(Kind::BadStmt);
            }
            self.finish(mark, Kind::IfStmt, aux, start);
            self.end_statement();
            break;
        }
        self.chain = chain;
        while self.ifs.len() > base {
            let Some(OpenIf { mark, start, aux }) = self.ifs.pop() else { break };
            self.finish(mark, Kind::IfStmt, aux, start);
        }
    }

    /// The statement and the condition between `if` and its block.
    fn if_header(&mut self) -> u8 {
        const CONDITION: &str = "expected a condition, found a statement";
        if self.at(Tok::LBrace) {
            self.expected("a condition");
            self.missing(Kind::BadExpr);
            return 0;
        }
        let mark = self.mark();
        let mut init = None;
        if !self.at(Tok::Semi) {
            if self.at(Tok::Var) {
                self.expected("a simple statement");
                self.bump();
            }
            let simple = self.simple_stmt(Allow::Basic);
            if self.at(Tok::LBrace) {
                self.statement_to_expr(mark, simple, CONDITION);
                return 0;
            }
            init = Some(simple);
        }
        let semicolon = self.span();
        let at_line_break = self.at_line_break();
        if !self.eat(Tok::Semi) {
            self.expected(Tok::Semi.describe());
        }
        match init {
            Some(simple) if at_line_break && self.at(Tok::LBrace) => {
                self.error(semicolon, "unexpected line break before '{'");
                self.statement_to_expr(mark, simple, CONDITION);
                return 0;
            }
            _ if self.at(Tok::LBrace) => {
                self.error(semicolon, "missing condition in if statement");
                self.missing(Kind::BadExpr);
            }
            _ => {
                let mark = self.mark();
                let cond = self.simple_stmt(Allow::Basic);
                self.statement_to_expr(mark, cond, CONDITION);
            }
        }
        if init.is_some() { flag::INIT } else { 0 }
    }

    fn switch_stmt(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.bump();
        let (kind, aux) = if self.at(Tok::LBrace) {
            (Kind::SwitchStmt, 0)
        } else {
            self.header(Self::switch_header)
        };
        self.clauses(Self::case_clause);
        self.finish(mark, kind, aux, start);
        self.end_statement();
    }

    fn switch_header(&mut self) -> (Kind, u8) {
        let mut mark = self.mark();
        let mut subject = None;
        let mut aux = 0;
        if !self.at(Tok::Semi) {
            subject = Some(self.simple_stmt(Allow::Basic));
        }
        if self.at(Tok::Semi) {
            if subject.take().is_some() {
                aux = flag::INIT;
            }
            self.bump();
            mark = self.mark();
            if !self.at(Tok::LBrace) {
                subject = Some(self.simple_stmt(Allow::Basic));
            }
        }
        let Some(subject) = subject else { return (Kind::SwitchStmt, aux) };
        if self.is_type_guard(subject) {
            return (Kind::TypeSwitchStmt, aux);
        }
        self.statement_to_expr(mark, subject, "expected a switch expression, found a statement");
        (Kind::SwitchStmt, aux | flag::TAG)
    }

    /// Whether the simple statement on top is `x.(type)` or `v := x.(type)`.
    fn is_type_guard(&mut self, simple: Simple) -> bool {
        let assert = self.nodes.last_child(self.nodes.top()).and_then(|at| self.nodes.get(at));
        let is_guard =
            assert.is_some_and(|node| node.kind == Kind::TypeAssertExpr && node.aux == 0);
        match simple {
            Simple::Expr => is_guard,
            Simple::Assign { op: AssignOp::Define, left: 1, right: 1 } => is_guard,
            Simple::Assign { op: AssignOp::Assign, left: 1, right: 1 } if is_guard => {
                self.error(self.span(), "expected ':=' in the type switch, found '='");
                true
            }
            _ => false,
        }
    }

    /// The clauses of a switch or select in their braces.
    fn clauses(&mut self, clause: fn(&mut Self)) {
        let mark = self.mark();
        let start = self.start();
        if self.at_line_break() {
            self.error(self.span(), "unexpected line break before '{'");
            self.bump();
        }
        if self.expect(Tok::LBrace) {
            loop {
                match self.tok() {
                    Tok::Case | Tok::Default => clause(self),
                    Tok::RBrace | Tok::Eof => break,
                    _ if self.at_declaration() => break,
                    _ => {
                        // Statements before the first clause belong to none of them.
                        self.expected("'case' or 'default'");
                        let before = self.steps;
                        self.stmt_list();
                        if self.steps == before {
                            self.bump();
                        }
                    }
                }
            }
            self.expect(Tok::RBrace);
        }
        self.finish(mark, Kind::BlockStmt, 0, start);
    }

    fn case_clause(&mut self) {
        let mark = self.mark();
        let start = self.start();
        let mut aux = 0;
        if self.eat(Tok::Case) {
            self.expr_list(true);
        } else {
            self.bump();
            aux = flag::DEFAULT;
        }
        self.expect(Tok::Colon);
        self.stmt_list();
        self.finish(mark, Kind::CaseClause, aux, start);
    }

    fn select_stmt(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.bump();
        self.clauses(Self::comm_clause);
        self.finish(mark, Kind::SelectStmt, 0, start);
        self.end_statement();
    }

    fn comm_clause(&mut self) {
        let mark = self.mark();
        let start = self.start();
        let mut aux = 0;
        if self.eat(Tok::Case) {
            self.communication();
        } else {
            self.bump();
            aux = flag::DEFAULT;
        }
        self.expect(Tok::Colon);
        self.stmt_list();
        self.finish(mark, Kind::CommClause, aux, start);
    }

    /// A send, or a receive with or without an assignment.
    fn communication(&mut self) {
        let mark = self.mark();
        let start = self.start();
        let left = self.expr_list(false);
        match self.tok() {
            Tok::Assign | Tok::Define => {
                if left > 2 {
                    self.expected("one or two expressions on the left");
                }
                let op = if self.at(Tok::Define) { AssignOp::Define } else { AssignOp::Assign };
                self.bump();
                self.right_side();
                self.finish_assign(mark, start, op, left);
            }
            tok => {
                if left > 1 {
                    self.expected("'=' or ':='");
                }
                if tok == Tok::Arrow {
                    self.bump();
                    self.right_side();
                }
                let kind = match tok {
                    _ if left > 1 => Kind::BadStmt,
                    Tok::Arrow => Kind::SendStmt,
                    _ => Kind::ExprStmt,
                };
                self.finish(mark, kind, 0, start);
            }
        }
    }

    fn for_stmt(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.bump();
        let (kind, aux) =
            if self.at(Tok::LBrace) { (Kind::ForStmt, 0) } else { self.header(Self::for_header) };
        self.block();
        self.finish(mark, kind, aux, start);
        self.end_statement();
    }

    fn for_header(&mut self) -> (Kind, u8) {
        const CONDITION: &str = "expected a condition or range clause, found a statement";
        if self.eat(Tok::Range) {
            self.right_side();
            return (Kind::RangeStmt, 0);
        }
        let mark = self.mark();
        let mut aux = 0;
        if !self.at(Tok::Semi) {
            match self.simple_stmt(Allow::Range) {
                Simple::Range { op, left } => {
                    return (Kind::RangeStmt, self.range_clause(op, left));
                }
                simple if !self.at(Tok::Semi) => {
                    self.statement_to_expr(mark, simple, CONDITION);
                    return (Kind::ForStmt, flag::COND);
                }
                _ => aux = flag::INIT,
            }
        }
        self.bump();
        if !self.at(Tok::Semi) {
            let mark = self.mark();
            let cond = self.simple_stmt(Allow::Basic);
            self.statement_to_expr(mark, cond, CONDITION);
            aux |= flag::COND;
        }
        if !self.eat(Tok::Semi) {
            self.expected("';' in the for header");
        }
        if !self.at(Tok::LBrace) {
            self.simple_stmt(Allow::Basic);
            aux |= flag::POST;
        }
        (Kind::ForStmt, aux)
    }

    /// What a range statement with this many expressions on its left has.
    fn range_clause(&mut self, op: AssignOp, left: u32) -> u8 {
        if left > 2 {
            self.expected("at most two iteration variables");
        }
        let value = if left > 1 { flag::VALUE } else { 0 };
        op as u8 | flag::RANGE_OPERATOR | flag::KEY | value
    }
}
