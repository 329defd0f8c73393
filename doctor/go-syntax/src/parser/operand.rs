//! Operands and what is applied to them: selectors, indices, calls, literal values.

use super::Parser;
use crate::build::Mark;
use crate::flag;
use crate::kind::{Kind, LitKind};
use crate::lexer::Tok;

impl Parser<'_> {
    /// An operand with all that is applied to it.
    #[inline]
    pub(super) fn primary(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.operand();
        self.primary_rest(mark, start);
    }

    fn operand(&mut self) {
        match self.tok() {
            Tok::Ident | Tok::Int | Tok::Float | Tok::Imag | Tok::Char | Tok::String => {
                self.name_or_literal();
            }
            Tok::LParen => self.nested(Kind::BadExpr, |parser| {
                let mark = parser.mark();
                let start = parser.start();
                parser.bump();
                parser.level = parser.level.saturating_add(1);
                parser.right_side();
                parser.level = parser.level.saturating_sub(1);
                parser.expect(Tok::RParen);
                parser.finish(mark, Kind::ParenExpr, 0, start);
            }),
            Tok::Func if !self.at_declaration() => {
                self.nested(Kind::BadExpr, Self::func_type_or_lit);
            }
            _ => {
                if !self.try_type() {
                    self.expected("an operand");
                    self.missing(Kind::BadExpr);
                }
            }
        }
    }

    /// A name or a literal of a basic type, which the current token is.
    #[inline]
    pub(super) fn name_or_literal(&mut self) {
        let (kind, aux) = match self.tok() {
            Tok::Ident => (Kind::Ident, 0),
            Tok::Int => (Kind::BasicLit, LitKind::Int as u8),
            Tok::Float => (Kind::BasicLit, LitKind::Float as u8),
            Tok::Imag => (Kind::BasicLit, LitKind::Imag as u8),
            Tok::Char => (Kind::BasicLit, LitKind::Char as u8),
            _ => (Kind::BasicLit, LitKind::String as u8),
        };
        self.nodes.leaf(kind, aux, self.lexer.start, self.lexer.end);
        self.bump();
    }

    fn func_type_or_lit(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.func_type();
        if self.at(Tok::LBrace) {
            self.level = self.level.saturating_add(1);
            self.block();
            self.level = self.level.saturating_sub(1);
            self.finish(mark, Kind::FuncLit, 0, start);
        }
    }

    /// All that is applied to the operand that starts at `mark`.
    pub(super) fn primary_rest(&mut self, mark: Mark, start: u32) {
        let chain = self.chain;
        loop {
            match self.tok() {
                Tok::Period if self.link() => self.selector_or_assertion(mark, start),
                Tok::LBrack if self.link() => self.index_or_slice(mark, start),
                Tok::LParen if self.link() => self.call(mark, start),
                Tok::LBrace if self.opens_literal() && self.link() => {
                    if self.nodes.last_kind() == Some(Kind::ParenExpr) {
                        self.error(
                            self.span(),
                            "type of a composite literal must not be parenthesized",
                        );
                    }
                    self.literal_value(mark, start, flag::TYPED);
                }
                _ => break,
            }
        }
        self.chain = chain;
    }

    /// Whether the `{` behind the expression on top opens a literal value rather than a block.
    fn opens_literal(&mut self) -> bool {
        let mut at = self.nodes.top();
        while self.nodes.get(at).is_some_and(|node| node.kind == Kind::ParenExpr) {
            self.looks = self.looks.saturating_add(1);
            match self.nodes.last_child(at) {
                Some(inner) => at = inner,
                None => return false,
            }
        }
        match self.nodes.get(at).map(|node| node.kind) {
            Some(Kind::ArrayType | Kind::StructType | Kind::MapType) => true,
            Some(
                Kind::BadExpr
                | Kind::Ident
                | Kind::SelectorExpr
                | Kind::IndexExpr
                | Kind::IndexListExpr,
            ) => self.level >= 0,
            _ => false,
        }
    }

    fn selector_or_assertion(&mut self, mark: Mark, start: u32) {
        self.bump();
        if !self.eat(Tok::LParen) {
            if self.at(Tok::Ident) {
                self.ident();
            } else {
                self.expected("a name or '('");
                self.missing(Kind::Ident);
            }
            return self.finish(mark, Kind::SelectorExpr, 0, start);
        }
        let mut aux = 0;
        if !self.eat(Tok::Type) {
            self.ty();
            aux = flag::TYPED;
        }
        self.expect(Tok::RParen);
        self.finish(mark, Kind::TypeAssertExpr, aux, start);
    }

    fn index_or_slice(&mut self, mark: Mark, start: u32) {
        self.nested(Kind::BadExpr, |parser| parser.index_or_slice_within(mark, start));
    }

    fn index_or_slice_within(&mut self, mark: Mark, start: u32) {
        self.bump();
        if self.at(Tok::RBrack) {
            self.expected("an operand");
            self.missing(Kind::BadExpr);
            self.bump();
            return self.finish(mark, Kind::IndexExpr, 0, start);
        }
        self.level = self.level.saturating_add(1);
        let mut aux = 0;
        if !self.at(Tok::Colon) {
            self.right_side();
            aux = flag::LOW;
        }
        let is_slice = self.at(Tok::Colon);
        let mut count = 1u32;
        if is_slice {
            aux |= self.slice_bounds();
        } else {
            while self.at(Tok::Comma) {
                self.bump();
                if !matches!(self.tok(), Tok::RBrack | Tok::Eof) {
                    self.ty();
                    count = count.saturating_add(1);
                }
            }
        }
        self.level = self.level.saturating_sub(1);
        self.expect(Tok::RBrack);
        if is_slice {
            self.finish(mark, Kind::SliceExpr, aux, start);
        } else {
            self.finish_index(mark, start, count);
        }
    }

    /// The bounds from the first colon on, and which there are.
    fn slice_bounds(&mut self) -> u8 {
        let mut aux = 0;
        for (bound, message) in [
            (flag::HIGH, "middle index required in 3-index slice"),
            (flag::MAX, "final index required in 3-index slice"),
        ] {
            if !self.at(Tok::Colon) {
                break;
            }
            self.bump();
            if bound == flag::MAX {
                aux |= flag::THREE;
            }
            if !matches!(self.tok(), Tok::Colon | Tok::RBrack | Tok::Eof) {
                self.right_side();
                aux |= bound;
            } else if self.at(Tok::Colon) || bound == flag::MAX {
                self.error(self.span(), message);
            }
        }
        aux
    }

    fn call(&mut self, mark: Mark, start: u32) {
        self.nested(Kind::BadExpr, |parser| parser.call_within(mark, start));
    }

    fn call_within(&mut self, mark: Mark, start: u32) {
        self.bump();
        self.level = self.level.saturating_add(1);
        let mut aux = 0;
        if !matches!(self.tok(), Tok::RParen | Tok::Eof) {
            loop {
                self.right_side();
                if self.eat(Tok::Ellipsis) {
                    aux = flag::SPREAD;
                }
                if !self.next_in_list(Tok::RParen) || aux != 0 {
                    break;
                }
            }
        }
        self.level = self.level.saturating_sub(1);
        self.expect(Tok::RParen);
        self.finish(mark, Kind::CallExpr, aux, start);
    }

    /// `{…}` of a composite literal whose type, if it has one, starts at `mark`.
    fn literal_value(&mut self, mark: Mark, start: u32, aux: u8) {
        self.nested(Kind::BadExpr, |parser| {
            parser.expect(Tok::LBrace);
            parser.level = parser.level.saturating_add(1);
            if !parser.at(Tok::RBrace) {
                loop {
                    parser.element();
                    if !parser.next_in_list(Tok::RBrace) {
                        break;
                    }
                }
            }
            parser.level = parser.level.saturating_sub(1);
            parser.expect(Tok::RBrace);
            parser.finish(mark, Kind::CompositeLit, aux, start);
        });
    }

    /// An element of a composite literal: `value` or `key: value`.
    fn element(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.element_value();
        if self.eat(Tok::Colon) {
            self.element_value();
            self.finish(mark, Kind::KeyValueExpr, 0, start);
        }
    }

    fn element_value(&mut self) {
        if self.at(Tok::LBrace) {
            self.literal_value(self.mark(), self.start(), 0);
        } else {
            self.expr();
        }
    }
}
