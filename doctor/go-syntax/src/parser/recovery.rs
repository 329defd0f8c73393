//! Going on behind an error.
//!
//! Two rules keep damage local and cost linear. A token that is not understood is skipped up to
//! where its statement or list element ends, with brackets inside skipped whole; every loop either
//! reads a token or stops. And a line that starts with `func name(` in its first column starts
//! a declaration, so that a missing brace ends with its function. In theory an expression may look
//! like that (`func(r T) name(x)` converts `x`), so the second rule holds only in a second run over
//! source in which the first has found errors.

use super::Parser;
use crate::kind::Kind;
use crate::lexer::{Tok, is_word_byte};

impl Parser<'_> {
    /// Skips to the next comma, semicolon, colon or closing bracket that is not within brackets
    /// opened on the way; stops before it.
    pub(super) fn skip_to_boundary(&mut self) {
        let mut open = 0u32;
        loop {
            match self.tok() {
                Tok::Eof => return,
                Tok::Comma | Tok::Semi | Tok::Colon if open == 0 => return,
                Tok::RParen | Tok::RBrack | Tok::RBrace if open == 0 => return,
                Tok::LParen | Tok::LBrack | Tok::LBrace => open = open.saturating_add(1),
                Tok::RParen | Tok::RBrack | Tok::RBrace => open = open.saturating_sub(1),
                Tok::Func if self.at_declaration() => return,
                _ => {}
            }
            self.bump();
        }
    }

    /// Ends a statement: its semicolon, or a bracket that closes what it is part of.
    #[inline]
    pub(super) fn end_statement(&mut self) {
        match self.tok() {
            Tok::Semi => self.bump(),
            Tok::RParen | Tok::RBrace => {}
            _ => self.recover_statement(),
        }
    }

    /// Skips what is left of a statement that should have ended.
    #[cold]
    fn recover_statement(&mut self) {
        self.expected("';' or a line break");
        loop {
            match self.tok() {
                Tok::Semi => return self.bump(),
                Tok::Eof | Tok::RBrace | Tok::RParen => return,
                Tok::Comma | Tok::Colon | Tok::RBrack => self.bump(),
                tok if starts_statement(tok) || self.at_declaration() => return,
                _ => {
                    self.bump();
                    self.skip_to_boundary();
                }
            }
        }
    }

    /// Goes on behind an element of a list that ends with `closing`: reads the comma and says
    /// whether another element follows. Where the comma is missing it complains and finds its way.
    #[inline]
    pub(super) fn next_in_list(&mut self, closing: Tok) -> bool {
        if self.at(Tok::Comma) {
            self.bump();
            return self.tok() != closing && self.tok() != Tok::Eof;
        }
        if self.at(closing) { false } else { self.recover_list(closing) }
    }

    #[cold]
    fn recover_list(&mut self, closing: Tok) -> bool {
        if self.at_line_break() {
            self.error(self.span(), "missing ',' before the line break");
            self.bump();
            return !self.at(closing) && self.starts_element();
        }
        self.expected("','");
        if self.starts_element() {
            // The element that needs no comma before it may need one behind it as well.
            if self.inserted == self.steps {
                self.bump();
            }
            self.inserted = self.steps;
            return !self.at(closing) && self.starts_element();
        }
        if !self.at_declaration() && !matches!(self.tok(), Tok::RParen | Tok::RBrack | Tok::RBrace)
        {
            self.bump();
            self.skip_to_boundary();
        }
        self.at(Tok::Comma) && self.next_in_list(closing)
    }

    /// Whether the current token can start an expression or type, and no statement or declaration.
    fn starts_element(&self) -> bool {
        matches!(
            self.tok(),
            Tok::Ident
                | Tok::LParen
                | Tok::LBrack
                | Tok::LBrace
                | Tok::Struct
                | Tok::Interface
                | Tok::Map
        ) || self.tok().is_literal()
            || self.at(Tok::Func) && !self.at_declaration()
    }

    /// Reads tokens where a declaration was expected, up to where one may start.
    pub(super) fn bad_declaration(&mut self) {
        self.expected("a declaration");
        let start = self.start();
        loop {
            let at_line_start = self.at(Tok::Semi);
            self.bump();
            match self.tok() {
                Tok::Eof => break,
                Tok::Import | Tok::Const | Tok::Type | Tok::Var | Tok::Func
                    if at_line_start || self.at_line_start() =>
                {
                    break;
                }
                _ => {}
            }
        }
        self.nodes.leaf(Kind::BadDecl, 0, start, self.behind.max(start));
    }

    /// Whether the current token stands in the first column.
    fn at_line_start(&self) -> bool {
        let start = usize::try_from(self.start()).unwrap_or(usize::MAX);
        match start.checked_sub(1) {
            Some(before) => self.lexer.src().get(before) == Some(&b'\n'),
            None => true,
        }
    }

    /// Whether the current token is the `func` of a declaration that cannot be a function literal:
    /// in the first column, then, on the same line, a name and a parenthesis or bracket, with at most
    /// a receiver between.
    pub(super) fn at_declaration(&self) -> bool {
        if !self.trusts_layout || !self.at(Tok::Func) || !self.at_line_start() {
            return false;
        }
        let from = usize::try_from(self.lexer.end).unwrap_or(usize::MAX);
        let rest = self.lexer.src().get(from..).unwrap_or_default();
        let line =
            rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
        let line = line.trim_ascii_start();
        let (name, has_receiver) = match line.strip_prefix(b"(") {
            Some(receiver) => {
                let end = memchr::memchr(b')', receiver).unwrap_or(receiver.len());
                let behind = receiver.get(end.saturating_add(1)..).unwrap_or_default();
                (behind.trim_ascii_start(), true)
            }
            None => (line, false),
        };
        let len =
            name.iter().position(|&byte| !is_word_byte(byte) && byte < 0x80).unwrap_or(name.len());
        let (word, behind) = name.split_at_checked(len).unwrap_or_default();
        let opens = match behind.trim_ascii_start() {
            [b'(', ..] => true,
            [b'[', ..] => !has_receiver,
            _ => false,
        };
        opens && !word.is_empty() && Tok::of_word(word) == Tok::Ident
    }
}

/// Whether a token can only start a statement.
fn starts_statement(tok: Tok) -> bool {
    matches!(
        tok,
        Tok::Break
            | Tok::Const
            | Tok::Continue
            | Tok::Defer
            | Tok::Fallthrough
            | Tok::For
            | Tok::Go
            | Tok::Goto
            | Tok::If
            | Tok::Return
            | Tok::Select
            | Tok::Switch
            | Tok::Type
            | Tok::Var
            | Tok::Case
            | Tok::Default
    )
}
