//! Operators and lists of expressions.

use super::Parser;
use crate::build::Mark;
use crate::kind::{ChanDir, Kind, UnaryOp};
use crate::lexer::Tok;
use crate::trivia;

impl Parser<'_> {
    /// An expression or a type.
    #[inline]
    pub(super) fn expr(&mut self) {
        self.binary(1);
    }

    /// An expression where `=` would be a mistyped `==`.
    #[inline]
    pub(super) fn right_side(&mut self) {
        let outer = std::mem::replace(&mut self.right_side, true);
        self.expr();
        self.right_side = outer;
    }

    /// Expressions with commas between; returns how many.
    pub(super) fn expr_list(&mut self, right_side: bool) -> u32 {
        let outer = std::mem::replace(&mut self.right_side, right_side);
        let mut count = 1u32;
        self.expr();
        while self.eat(Tok::Comma) {
            self.expr();
            count = count.saturating_add(1);
        }
        self.right_side = outer;
        count
    }

    /// An expression of operators that bind at least as tightly as `lowest`.
    fn binary(&mut self, lowest: u8) {
        let mark = self.mark();
        let start = self.start();
        if self.at(Tok::Ident) || self.tok().is_literal() {
            // A name or literal alone is what most expressions are.
            self.name_or_literal();
            if !self.tok().goes_on_expr() {
                return;
            }
            self.primary_rest(mark, start);
        } else {
            self.unary();
        }
        if self.tok().is_operator() {
            self.binary_rest(mark, start, lowest);
        }
    }

    /// The operators and right operands behind the left operand that starts at `mark`.
    pub(super) fn binary_rest(&mut self, mark: Mark, start: u32, lowest: u8) {
        let chain = self.chain;
        loop {
            let mut tok = self.tok();
            if tok == Tok::Assign && self.right_side {
                tok = Tok::Equal;
            }
            let precedence = tok.precedence();
            if precedence < lowest || !self.link() {
                break;
            }
            if self.at(Tok::Assign) {
                self.expected("'=='");
            }
            self.bump();
            self.binary(precedence.saturating_add(1));
            self.finish(mark, Kind::BinaryExpr, tok.binary_op() as u8, start);
        }
        self.chain = chain;
    }

    fn unary(&mut self) {
        match self.tok() {
            Tok::Add
            | Tok::Sub
            | Tok::Not
            | Tok::Xor
            | Tok::And
            | Tok::Tilde
            | Tok::Arrow
            | Tok::Mul => {
                self.nested(Kind::BadExpr, Self::unary_within);
            }
            _ => self.primary(),
        }
    }

    fn unary_within(&mut self) {
        let mark = self.mark();
        let start = self.start();
        let tok = self.tok();
        self.bump();
        self.unary();
        match tok {
            Tok::Mul => self.finish(mark, Kind::StarExpr, 0, start),
            Tok::Arrow if self.nodes.last_kind() == Some(Kind::ChanType) => {
                self.turn_channel(start);
            }
            _ => {
                let op = tok.unary_op().unwrap_or(UnaryOp::Receive);
                self.finish(mark, Kind::UnaryExpr, op as u8, start);
            }
        }
    }

    /// `<-chan T` was read as `<-` before `chan T`: the arrow belongs to the channel. In
    /// `<-chan<- chan T` the second arrow then belongs to the inner channel, and so on.
    fn turn_channel(&mut self, arrow: u32) {
        let mut at = self.nodes.top();
        let mut arrow = arrow;
        loop {
            self.looks = self.looks.saturating_add(1);
            let Some(node) = self.nodes.get_mut(at).filter(|node| node.kind == Kind::ChanType)
            else {
                return self.expected("a channel type");
            };
            let dir = ChanDir::from_code(node.aux);
            let start = std::mem::replace(&mut node.start, arrow);
            node.aux = ChanDir::Receive as u8;
            match dir {
                ChanDir::Both => return,
                ChanDir::Receive => return self.expected("'chan'"),
                ChanDir::Send => {
                    let keyword = u32::try_from("chan".len()).unwrap_or(0);
                    arrow = trivia::skip(self.lexer.src(), start.saturating_add(keyword));
                }
            }
            match self.nodes.last_child(at) {
                Some(elem) => at = elem,
                None => return,
            }
        }
    }
}
