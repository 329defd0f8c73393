//! Simple statements: expressions, sends, increments, assignments, and labels, which look like them.

use super::Parser;
use crate::build::Mark;
use crate::flag;
use crate::kind::{AssignOp, Kind};
use crate::lexer::Tok;
use crate::span::Span;

/// What a simple statement turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Simple {
    /// An expression, as a statement.
    Expr,
    /// An assignment with this many expressions on the left and on the right.
    Assign { op: AssignOp, left: u32, right: u32 },
    /// `left := range`, read up to and including the range expression; no node is finished yet.
    Range { op: AssignOp, left: u32 },
    /// A statement with its label.
    Labeled,
    /// Anything else.
    Other,
}

/// What a simple statement may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Allow {
    Basic,
    Label,
    Range,
}

impl Parser<'_> {
    /// A simple statement.
    pub(super) fn simple_stmt(&mut self, allow: Allow) -> Simple {
        let mark = self.mark();
        let start = self.start();
        let left = self.expr_list(false);
        let tok = self.tok();
        if let Some(op) = tok.assign_op() {
            self.bump();
            if allow == Allow::Range && self.at(Tok::Range) && !op.is_compound() {
                self.bump();
                self.right_side();
                return Simple::Range { op, left };
            }
            let right = self.expr_list(true);
            self.finish_assign(mark, start, op, left);
            return Simple::Assign { op, left, right };
        }
        if left > 1 {
            self.expected("an assignment operator");
        }
        match tok {
            Tok::Colon => return self.label(mark, start, allow, left),
            Tok::Arrow => {
                self.bump();
                self.right_side();
                self.finish_or_bad(mark, start, left, Kind::SendStmt, 0);
            }
            Tok::Increment | Tok::Decrement => {
                self.bump();
                let aux = if tok == Tok::Decrement { flag::DECREMENT } else { 0 };
                self.finish_or_bad(mark, start, left, Kind::IncDecStmt, aux);
            }
            _ if left == 1 => {
                self.finish(mark, Kind::ExprStmt, 0, start);
                return Simple::Expr;
            }
            _ => self.finish(mark, Kind::BadStmt, 0, start),
        }
        Simple::Other
    }

    /// A statement that has one expression on its left, or a bad one.
    fn finish_or_bad(&mut self, mark: Mark, start: u32, left: u32, kind: Kind, aux: u8) {
        let kind = if left == 1 { kind } else { Kind::BadStmt };
        self.finish(mark, kind, aux, start);
    }

    pub(super) fn finish_assign(&mut self, mark: Mark, start: u32, op: AssignOp, left: u32) {
        let left = u8::try_from(left).unwrap_or(flag::LEFT_MANY).min(flag::LEFT_MANY);
        let aux = op as u8 | left.wrapping_shl(flag::LEFT_SHIFT);
        self.finish(mark, Kind::AssignStmt, aux, start);
    }

    /// The colon behind expressions, and the statement behind it if they are a label.
    fn label(&mut self, mark: Mark, start: u32, allow: Allow, left: u32) -> Simple {
        let colon = self.span();
        let is_name = left == 1 && self.nodes.last_kind() == Some(Kind::Ident);
        self.bump();
        if allow == Allow::Label && is_name {
            self.stmt();
            self.finish(mark, Kind::LabeledStmt, 0, start);
            return Simple::Labeled;
        }
        self.error(colon, "a label must be a name");
        self.finish(mark, Kind::BadStmt, 0, start);
        Simple::Other
    }

    /// Makes an expression of the statement on top, which starts at `mark`, and complains if it is
    /// none.
    pub(super) fn statement_to_expr(&mut self, mark: Mark, simple: Simple, what: &'static str) {
        if simple == Simple::Expr {
            return self.nodes.unwrap_last();
        }
        let start = self.nodes.last().map_or(self.start(), |stmt| stmt.start);
        self.error(Span::new(start, self.behind.max(start)), what);
        self.finish(mark, Kind::BadExpr, 0, start);
    }
}
