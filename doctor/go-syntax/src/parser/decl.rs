//! The file and its declarations.

use super::Parser;
use crate::flag;
use crate::kind::{Keyword, Kind};
use crate::lexer::Tok;

impl Parser<'_> {
    /// The whole file.
    pub(super) fn file(&mut self) {
        let mark = self.mark();
        let start = self.start();
        if self.expect(Tok::Package) {
            self.ident();
            self.end_statement();
        } else {
            self.missing(Kind::Ident);
        }
        let mut imports_are_over = false;
        while !self.at(Tok::Eof) {
            if !self.at(Tok::Import) {
                imports_are_over = true;
            } else if imports_are_over {
                self.error(self.span(), "imports must appear before other declarations");
            }
            self.decl();
        }
        let end = self.lexer.end;
        self.nodes.finish(mark, Kind::File, 0, start, end);
    }

    fn decl(&mut self) {
        match self.tok() {
            Tok::Import | Tok::Const | Tok::Type | Tok::Var => self.gen_decl(),
            Tok::Func => self.func_decl(),
            _ => self.bad_declaration(),
        }
    }

    /// `import`, `const`, `type` or `var`, which the current token is.
    pub(super) fn gen_decl(&mut self) {
        let mark = self.mark();
        let start = self.start();
        let keyword = match self.tok() {
            Tok::Import => Keyword::Import,
            Tok::Const => Keyword::Const,
            Tok::Type => Keyword::Type,
            _ => Keyword::Var,
        };
        self.bump();
        let mut aux = keyword as u8;
        if self.eat(Tok::LParen) {
            aux |= flag::GROUPED;
            while !matches!(self.tok(), Tok::RParen | Tok::RBrace | Tok::Eof)
                && !self.at_declaration()
            {
                let before = self.steps;
                self.spec(keyword);
                self.end_statement();
                if self.steps == before {
                    self.bump();
                }
            }
            self.expect(Tok::RParen);
        } else {
            self.spec(keyword);
        }
        self.finish(mark, Kind::GenDecl, aux, start);
        self.end_statement();
    }

    fn spec(&mut self, keyword: Keyword) {
        match keyword {
            Keyword::Import => self.import_spec(),
            Keyword::Type => self.type_spec(),
            Keyword::Const | Keyword::Var => self.value_spec(keyword),
        }
    }

    fn import_spec(&mut self) {
        let mark = self.mark();
        let start = self.start();
        let mut aux = 0;
        if matches!(self.tok(), Tok::Ident | Tok::Period) {
            self.nodes.leaf(Kind::Ident, 0, self.lexer.start, self.lexer.end);
            self.bump();
            aux = flag::NAMED;
        }
        if self.at(Tok::String) {
            self.name_or_literal();
        } else {
            self.expected("an import path");
            self.missing(Kind::BasicLit);
        }
        self.finish(mark, Kind::ImportSpec, aux, start);
    }

    fn value_spec(&mut self, keyword: Keyword) {
        let mark = self.mark();
        let start = self.start();
        let mut names = 1u8;
        self.ident();
        while self.eat(Tok::Comma) {
            self.ident();
            names = names.saturating_add(1).min(flag::NAMES_MANY);
        }
        let mut typed = false;
        if keyword == Keyword::Const {
            typed = self.try_type();
        } else if !self.at(Tok::Assign) {
            self.ty();
            typed = true;
        }
        if self.eat(Tok::Assign) {
            self.expr_list(true);
        }
        let typed = if typed { flag::TYPED } else { 0 };
        self.finish(mark, Kind::ValueSpec, names.wrapping_shl(flag::NAMES_SHIFT) | typed, start);
    }

    fn func_decl(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.bump();
        let mut aux = 0;
        if self.at(Tok::LParen) {
            self.params(false);
            aux |= flag::RECEIVER;
        }
        self.ident();
        let signature = self.mark();
        let signature_start = self.start();
        let mut signature_aux = 0;
        if self.at(Tok::LBrack) {
            self.type_params();
            signature_aux = flag::TYPE_PARAMS;
        }
        self.signature(signature_aux, signature, signature_start);
        if self.at_line_break() {
            // A declaration without a body, unless somebody put its brace on a line of its own.
            self.bump();
            if !self.at(Tok::LBrace) {
                return self.finish(mark, Kind::FuncDecl, aux, start);
            }
            self.error(self.span(), "unexpected line break before '{'");
        }
        if self.at(Tok::LBrace) {
            aux |= flag::BODY;
            if self.options.skip_bodies { self.skipped_block() } else { self.block() }
        }
        self.finish(mark, Kind::FuncDecl, aux, start);
        self.end_statement();
    }

    /// A block of which only the braces are kept.
    fn skipped_block(&mut self) {
        let start = self.start();
        let mut open = 0u32;
        loop {
            match self.tok() {
                Tok::LBrace => open = open.saturating_add(1),
                Tok::RBrace => open = open.saturating_sub(1),
                Tok::Func if self.at_declaration() => open = 0,
                Tok::Eof => open = 0,
                _ => {}
            }
            if open == 0 {
                break;
            }
            self.bump();
        }
        self.expect(Tok::RBrace);
        self.nodes.leaf(Kind::BlockStmt, flag::SKIPPED, start, self.behind.max(start));
    }
}
