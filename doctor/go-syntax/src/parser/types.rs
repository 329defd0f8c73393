//! Types.

use super::Parser;
use crate::build::Mark;
use crate::flag;
use crate::kind::{BinaryOp, ChanDir, Kind, UnaryOp};
use crate::lexer::Tok;

impl Parser<'_> {
    /// A name; an empty one if it is missing.
    #[inline]
    pub(super) fn ident(&mut self) {
        if self.at(Tok::Ident) {
            self.nodes.leaf(Kind::Ident, 0, self.lexer.start, self.lexer.end);
            self.bump();
        } else {
            self.expected(Tok::Ident.describe());
            self.missing(Kind::Ident);
        }
    }

    /// A type; a bad expression if there is none.
    pub(super) fn ty(&mut self) {
        if !self.try_type() {
            self.expected("a type");
            self.missing(Kind::BadExpr);
        }
    }

    /// A type, if the current token starts one.
    pub(super) fn try_type(&mut self) -> bool {
        match self.tok() {
            Tok::Ident => {
                let mark = self.mark();
                let start = self.start();
                self.type_name();
                if self.at(Tok::LBrack) {
                    self.nested(Kind::BadExpr, |parser| parser.type_instance(mark, start));
                }
            }
            Tok::Func if self.at_declaration() => return false,
            Tok::LBrack
            | Tok::Struct
            | Tok::Mul
            | Tok::Func
            | Tok::Interface
            | Tok::Map
            | Tok::Chan
            | Tok::Arrow
            | Tok::LParen => self.nested(Kind::BadExpr, Self::composed_type),
            _ => return false,
        }
        true
    }

    /// A type that starts with anything but a name.
    fn composed_type(&mut self) {
        let mark = self.mark();
        let start = self.start();
        match self.tok() {
            Tok::LBrack => {
                self.bump();
                self.array_type(mark, start, false);
            }
            Tok::Struct => self.struct_type(),
            Tok::Mul => {
                self.bump();
                self.ty();
                self.finish(mark, Kind::StarExpr, 0, start);
            }
            Tok::Func => self.func_type(),
            Tok::Interface => self.interface_type(),
            Tok::Map => {
                self.bump();
                self.expect(Tok::LBrack);
                self.ty();
                self.expect(Tok::RBrack);
                self.ty();
                self.finish(mark, Kind::MapType, 0, start);
            }
            Tok::LParen => {
                self.bump();
                self.ty();
                self.expect(Tok::RParen);
                self.finish(mark, Kind::ParenExpr, 0, start);
            }
            _ => self.chan_type(),
        }
    }

    /// `name` or `package.name`.
    pub(super) fn type_name(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.ident();
        self.qualifier(mark, start);
    }

    /// `.name` behind a name that starts at `mark`, if it is there.
    pub(super) fn qualifier(&mut self, mark: Mark, start: u32) {
        if self.eat(Tok::Period) {
            self.ident();
            self.finish(mark, Kind::SelectorExpr, 0, start);
        }
    }

    /// `.name` and type arguments behind a name that starts at `mark`.
    pub(super) fn qualified_rest(&mut self, mark: Mark, start: u32) {
        self.qualifier(mark, start);
        if self.at(Tok::LBrack) {
            self.nested(Kind::BadExpr, |parser| parser.type_instance(mark, start));
        }
    }

    /// `package.name[args]`, the parts behind the name optional.
    pub(super) fn qualified_type(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.ident();
        self.qualified_rest(mark, start);
    }

    /// `[T, U]` behind the type that starts at `mark`.
    pub(super) fn type_instance(&mut self, mark: Mark, start: u32) {
        self.expect(Tok::LBrack);
        self.level = self.level.saturating_add(1);
        let mut count = 0u32;
        if self.at(Tok::RBrack) {
            self.expected("a type argument");
            self.missing(Kind::BadExpr);
        } else {
            loop {
                self.ty();
                count = count.saturating_add(1);
                if !self.next_in_list(Tok::RBrack) {
                    break;
                }
            }
        }
        self.level = self.level.saturating_sub(1);
        self.expect(Tok::RBrack);
        self.finish_index(mark, start, count);
    }

    /// An index expression from `mark`, by its number of arguments.
    pub(super) fn finish_index(&mut self, mark: Mark, start: u32, count: u32) {
        let kind = if count > 1 { Kind::IndexListExpr } else { Kind::IndexExpr };
        self.finish(mark, kind, 0, start);
    }

    /// What follows the `[` at `start` of an array type; its length is on top already if `has_length`.
    pub(super) fn array_type(&mut self, mark: Mark, start: u32, has_length: bool) {
        let mut aux = if has_length { flag::LENGTH } else { 0 };
        if !has_length {
            self.level = self.level.saturating_add(1);
            if self.at(Tok::Ellipsis) {
                self.nodes.leaf(Kind::Ellipsis, 0, self.lexer.start, self.lexer.end);
                self.bump();
                aux = flag::LENGTH;
            } else if !self.at(Tok::RBrack) {
                self.right_side();
                aux = flag::LENGTH;
            }
            self.level = self.level.saturating_sub(1);
        }
        if self.at(Tok::Comma) {
            self.expected(Tok::RBrack.describe());
            self.bump();
        }
        self.expect(Tok::RBrack);
        self.ty();
        self.finish(mark, Kind::ArrayType, aux, start);
    }

    fn chan_type(&mut self) {
        let mark = self.mark();
        let start = self.start();
        let mut dir = ChanDir::Both;
        if self.eat(Tok::Chan) {
            if self.eat(Tok::Arrow) {
                dir = ChanDir::Send;
            }
        } else {
            self.expect(Tok::Arrow);
            self.expect(Tok::Chan);
            dir = ChanDir::Receive;
        }
        self.ty();
        self.finish(mark, Kind::ChanType, dir as u8, start);
    }

    fn struct_type(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.expect(Tok::Struct);
        self.braced_fields(Self::field_decl);
        self.finish(mark, Kind::StructType, 0, start);
    }

    fn interface_type(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.expect(Tok::Interface);
        self.braced_fields(Self::interface_elem);
        self.finish(mark, Kind::InterfaceType, 0, start);
    }

    /// The field list of a struct or interface.
    fn braced_fields(&mut self, field: fn(&mut Self)) {
        let mark = self.mark();
        let start = self.start();
        if self.expect(Tok::LBrace) {
            while !matches!(self.tok(), Tok::RBrace | Tok::Eof) && !self.at_declaration() {
                let before = self.start();
                field(self);
                self.end_statement();
                if self.start() == before && !self.at(Tok::Eof) {
                    self.bump();
                }
            }
            self.expect(Tok::RBrace);
        }
        self.finish(mark, Kind::FieldList, flag::BRACKETED, start);
    }

    /// A method, an embedded interface, or a union.
    fn interface_elem(&mut self) {
        let mark = self.mark();
        let start = self.start();
        if !self.at(Tok::Ident) {
            self.embedded_elem();
        } else if !self.method_or_type() {
            self.union_rest(mark, start);
        }
        self.finish(mark, Kind::Field, 0, start);
    }

    /// An interface element that starts with a name; says whether it is a method.
    fn method_or_type(&mut self) -> bool {
        let mark = self.mark();
        let start = self.start();
        self.type_name();
        let is_plain = self.nodes.last_kind() == Some(Kind::Ident);
        match self.tok() {
            Tok::LParen if is_plain => {
                self.signature(0, self.mark(), self.start());
                true
            }
            Tok::LBrack if is_plain => self.generic_method_or_instance(mark, start),
            Tok::LBrack => {
                self.type_instance(mark, start);
                false
            }
            _ => false,
        }
    }

    /// `name[`: type arguments, or type parameters, which interface methods must not have.
    fn generic_method_or_instance(&mut self, mark: Mark, start: u32) -> bool {
        let bracket = self.span();
        let list_mark = self.mark();
        self.bump();
        self.level = self.level.saturating_add(1);
        self.expr();
        self.level = self.level.saturating_sub(1);
        let is_name = self.nodes.last_kind() == Some(Kind::Ident);
        if is_name && !matches!(self.tok(), Tok::Comma | Tok::RBrack) {
            self.error(bracket, "interface method must have no type parameters");
            self.params_from(super::field::First::Name(list_mark), Tok::RBrack, false);
            self.expect(Tok::RBrack);
            self.finish(list_mark, Kind::FieldList, flag::BRACKETED, bracket.start);
            self.signature(flag::TYPE_PARAMS, list_mark, bracket.start);
            return true;
        }
        let mut count = 1u32;
        while self.next_in_list(Tok::RBrack) {
            self.ty();
            count = count.saturating_add(1);
        }
        self.expect(Tok::RBrack);
        self.finish_index(mark, start, count);
        false
    }

    /// A term or a union of them: `~int | T`.
    pub(super) fn embedded_elem(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.embedded_term();
        self.union_rest(mark, start);
    }

    /// `| term` behind the term that starts at `mark`, as often as it is there.
    pub(super) fn union_rest(&mut self, mark: Mark, start: u32) {
        let chain = self.chain;
        while self.at(Tok::Or) && self.link() {
            self.bump();
            self.embedded_term();
            self.finish(mark, Kind::BinaryExpr, BinaryOp::Or as u8, start);
        }
        self.chain = chain;
    }

    fn embedded_term(&mut self) {
        let mark = self.mark();
        let start = self.start();
        if self.eat(Tok::Tilde) {
            self.ty();
            self.finish(mark, Kind::UnaryExpr, UnaryOp::Tilde as u8, start);
        } else if !self.try_type() {
            self.expected("a type or '~'");
            self.missing(Kind::BadExpr);
        }
    }

    /// A function type, from `func` on.
    pub(super) fn func_type(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.expect(Tok::Func);
        let mut aux = flag::FUNC_KEYWORD;
        if self.at(Tok::LBrack) {
            self.error(self.span(), "function type must have no type parameters");
            self.type_params();
            aux |= flag::TYPE_PARAMS;
        }
        self.signature(aux, mark, start);
    }

    /// Parameters and results; finishes the function type that starts at `mark`.
    pub(super) fn signature(&mut self, aux: u8, mark: Mark, start: u32) {
        self.params(true);
        let results = self.results();
        let aux = if results { aux | flag::RESULTS } else { aux };
        self.finish(mark, Kind::FuncType, aux, start);
    }
}
