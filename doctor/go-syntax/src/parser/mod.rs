//! The parser: recursive descent over the lexer's tokens, into nodes in post-order.
//!
//! It takes the language that go/parser takes, which is a little more than the grammar of the Go
//! specification, and reports an error exactly where the source leaves it (go1.27.3
//! `src/go/parser/parser.go`; compared file by file in `tests/oracle.rs`). Everything about going on
//! behind an error is its own: see [`recovery`].
//!
//! Each function appends the nodes of what it parses; the expression or statement parsed last is
//! the node on top. To wrap it, a caller takes a [`Mark`] first and finishes a node from there.

mod decl;
mod expr;
mod field;
mod generic;
mod operand;
mod recovery;
mod simple;
mod stmt;
mod types;

use crate::build::{Builder, Mark};
use crate::error::{ErrorKind, SyntaxError};
use crate::file::File;
use crate::kind::Kind;
use crate::lexer::{Lexer, Tok};
use crate::line::LineTable;
use crate::options::{MAX_CHAIN, MAX_NESTING, Options};
use crate::span::Span;

/// A parser between two tokens: all before `tok` is in the nodes, and `tok` is not.
pub(crate) struct Parser<'s> {
    lexer: Lexer<'s>,
    nodes: Builder,
    /// End of the last token that is not a semicolon.
    behind: u32,
    /// Below 0 in the header of `if`, `for` and `switch`, where `{` opens the body, not a literal.
    level: i32,
    /// Whether `=` would be a mistyped `==`.
    right_side: bool,
    nesting: u32,
    chain: u32,
    /// Start of the token that the last error is about: one error a token is enough.
    complained: Option<u32>,
    /// The parameters of the lists being parsed, innermost last.
    params: Vec<field::Param>,
    /// The first node to be removed when the outermost of these lists ends.
    emptied: Option<Mark>,
    /// The `if`s whose `else if` is being parsed, innermost last.
    ifs: Vec<stmt::OpenIf>,
    options: Options,
    /// Whether a declaration in the first column ends what is unfinished: see [`recovery`].
    trusts_layout: bool,
    /// How many tokens were read, and how many when a comma was last assumed.
    steps: u64,
    inserted: u64,
    /// How many nodes were looked at again: with the tokens, the parser's share of the work.
    looks: u64,
}

/// Parses a file; `src` is at most as long as offsets reach.
pub(crate) fn parse(src: Vec<u8>, options: Options, too_long: bool) -> File {
    let mut parser = Parser::new(&src, options);
    parser.file();
    if !parser.lexer.errors.list.is_empty() {
        // Only now that the source is known to be broken may its layout have a say.
        let first_run = parser.work();
        parser = Parser::new(&src, options);
        parser.looks = first_run;
        parser.trusts_layout = true;
        parser.file();
    }
    let steps = parser.work();
    let Parser { lexer, nodes, .. } = parser;
    let Lexer { mut comments, mut errors, lines, end, .. } = lexer;
    if too_long {
        let message = "file is longer than 2 GiB, the rest is left out";
        errors.push(SyntaxError::new(ErrorKind::Size, Span::new(end, end), message));
    }
    errors.list.sort_by_key(SyntaxError::span);
    errors.list.shrink_to_fit();
    comments.shrink_to_fit();
    let tree = nodes.into_tree();
    let lines = LineTable::new(lines);
    File { src, tree, lines, comments: crate::comment::Comments { spans: comments }, errors, steps }
}

impl<'s> Parser<'s> {
    fn new(src: &'s [u8], options: Options) -> Self {
        let mut parser = Self {
            lexer: Lexer::new(src),
            // Go code takes seven bytes of source a node and more; only tables of numbers take fewer.
            nodes: Builder::with_capacity(src.len() / 7),
            behind: 0,
            level: 0,
            right_side: false,
            nesting: 0,
            chain: 0,
            complained: None,
            params: Vec::new(),
            emptied: None,
            ifs: Vec::new(),
            options,
            trusts_layout: false,
            steps: 0,
            inserted: u64::MAX,
            looks: 0,
        };
        parser.lexer.advance();
        parser
    }

    /// Tokens read and nodes made, looked at again or moved.
    fn work(&self) -> u64 {
        self.steps.saturating_add(self.looks).saturating_add(self.nodes.steps())
    }

    #[inline]
    fn tok(&self) -> Tok {
        self.lexer.tok
    }

    #[inline]
    fn at(&self, tok: Tok) -> bool {
        self.lexer.tok == tok
    }

    #[inline]
    fn start(&self) -> u32 {
        self.lexer.start
    }

    fn span(&self) -> Span {
        Span::new(self.lexer.start, self.lexer.end)
    }

    /// Whether the current token is a semicolon that a line break stands for.
    fn at_line_break(&self) -> bool {
        self.lexer.is_implicit()
    }

    /// Moves on to the next token.
    #[inline]
    fn bump(&mut self) {
        if self.lexer.tok != Tok::Semi {
            self.behind = self.lexer.end;
        }
        self.steps = self.steps.wrapping_add(1);
        self.lexer.advance();
    }

    /// Moves on if the current token is `tok`.
    #[inline]
    fn eat(&mut self, tok: Tok) -> bool {
        let found = self.at(tok);
        if found {
            self.bump();
        }
        found
    }

    /// Moves on if the current token is `tok`, and complains if it is not.
    #[inline]
    fn expect(&mut self, tok: Tok) -> bool {
        let found = self.eat(tok);
        if !found {
            self.expected(tok.describe());
        }
        found
    }

    #[inline]
    fn mark(&self) -> Mark {
        self.nodes.mark()
    }

    /// Appends a node around all that was appended since `mark`; it ends with the last token read.
    #[inline]
    fn finish(&mut self, mark: Mark, kind: Kind, aux: u8, start: u32) {
        self.nodes.finish(mark, kind, aux, start, self.behind.max(start));
    }

    /// Appends an empty node where something is missing.
    fn missing(&mut self, kind: Kind) {
        let at = self.start();
        self.nodes.leaf(kind, 0, at, at);
    }

    /// Complains about the current token.
    #[cold]
    fn expected(&mut self, what: &'static str) {
        let found = if self.at_line_break() { "a line break" } else { self.tok().describe() };
        self.complain(SyntaxError::expected(self.span(), what, found));
    }

    #[cold]
    fn error(&mut self, span: Span, message: &'static str) {
        self.complain(SyntaxError::new(ErrorKind::Syntax, span, message));
    }

    fn complain(&mut self, error: SyntaxError) {
        let start = error.span().start;
        if self.complained != Some(start) {
            self.complained = Some(start);
            self.lexer.errors.push(error);
        }
    }

    /// Runs `parse` one level deeper. Beyond the deepest level it skips what `parse` would have
    /// read, says so, and appends an empty node of kind `bad` instead.
    #[inline]
    fn nested(&mut self, bad: Kind, parse: impl FnOnce(&mut Self)) {
        if self.nesting >= MAX_NESTING {
            return self.cut(bad, "source is nested too deep, the rest of this part is left out");
        }
        self.nesting = self.nesting.saturating_add(1);
        parse(self);
        self.nesting = self.nesting.saturating_sub(1);
    }

    /// Counts one more link of a chain, such as `+ b` or `.c`. Beyond the longest, it skips the
    /// rest and says so.
    #[inline]
    fn link(&mut self) -> bool {
        if self.chain >= MAX_CHAIN {
            let message = "expression is too long, the rest of it is left out";
            let span = self.span();
            self.complain(SyntaxError::new(ErrorKind::Nesting, span, message));
            self.skip_to_boundary();
            return false;
        }
        self.chain = self.chain.saturating_add(1);
        true
    }

    #[cold]
    fn cut(&mut self, bad: Kind, message: &'static str) {
        let start = self.start();
        self.complain(SyntaxError::new(ErrorKind::Nesting, self.span(), message));
        self.skip_to_boundary();
        self.nodes.leaf(bad, 0, start, self.behind.max(start));
    }
}
