//! The lexer: bytes to tokens, with comments set aside and semicolons inserted.
//!
//! It accepts any bytes. What is not a token is [`Tok::Illegal`] and an error; every call makes
//! progress. Bytes that are not UTF-8 are found once for the whole file by [`encoding`], so the
//! scanning below deals with ASCII and only looks closer where a name may go on.

mod class;
mod encoding;
mod number;
mod text;
mod token;
mod unicode;

pub(crate) use class::is_word_byte;
pub(crate) use token::Tok;

use crate::error::{ErrorKind, ErrorList, SyntaxError};
use crate::file::Span;

/// Reads tokens from source. The fields after `src` describe the current token.
pub(crate) struct Lexer<'s> {
    src: &'s [u8],
    pub(crate) tok: Tok,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Whether the current semicolon was inserted at a line break or the end of the file.
    pub(crate) implicit: bool,
    at: usize,
    /// Whether a line break at this point is a semicolon.
    ends_statement: bool,
    pub(crate) comments: Vec<Span>,
    /// Where the lines read so far start, but for the first.
    pub(crate) lines: Vec<u32>,
    pub(crate) errors: ErrorList,
}

/// Offsets fit, since `parse` cuts longer input.
#[inline]
fn offset(at: usize) -> u32 {
    at as u32
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(src: &'s [u8]) -> Self {
        let mut errors = ErrorList::default();
        encoding::check(src, &mut errors);
        let at = if src.starts_with(encoding::BOM) { encoding::BOM.len() } else { 0 };
        Self {
            src,
            tok: Tok::Eof,
            start: 0,
            end: 0,
            implicit: false,
            at,
            ends_statement: false,
            comments: Vec::new(),
            lines: Vec::with_capacity(src.len() / 30),
            errors,
        }
    }

    pub(crate) fn src(&self) -> &'s [u8] {
        self.src
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.src.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn ahead(&self, by: usize) -> u8 {
        self.byte(self.at.saturating_add(by))
    }

    /// The bytes from `at` on.
    #[inline]
    fn rest(&self, at: usize) -> &'s [u8] {
        self.src.get(at..).unwrap_or_default()
    }

    fn error(&mut self, start: usize, end: usize, message: &'static str) {
        let span = Span::new(offset(start), offset(end));
        self.errors.push(SyntaxError::new(ErrorKind::Token, span, message));
    }

    /// Moves on to the next token.
    ///
    /// Words, spaces and brackets are most of any source, so they are handled here, by tests that
    /// predict well, and all else elsewhere.
    pub(crate) fn advance(&mut self) {
        let src = self.src;
        self.implicit = false;
        loop {
            let mut at = self.at;
            let mut byte = src.get(at).copied().unwrap_or(0);
            while class::is_space(byte) {
                at = at.wrapping_add(1);
                byte = src.get(at).copied().unwrap_or(0);
            }
            if class::is_letter(byte) {
                let end = at.wrapping_add(class::word_len(self.rest(at)));
                let behind = src.get(end).copied().unwrap_or(0);
                if behind < 0x80 {
                    return self.found_word(byte, at, end);
                }
            }
            self.at = at;
            let single = class::single(byte);
            if single != Tok::Illegal {
                self.at = at.wrapping_add(1);
                self.tok = single;
                self.start = offset(at);
                self.end = offset(self.at);
                self.ends_statement = single.ends_statement();
                return;
            }
            if self.advance_slowly(byte) {
                return;
            }
        }
    }

    /// An ASCII word was read.
    #[inline]
    fn found_word(&mut self, first: u8, start: usize, end: usize) {
        self.at = end;
        self.start = offset(start);
        self.end = offset(end);
        self.tok = Tok::Ident;
        self.ends_statement = true;
        if Tok::may_be_keyword(first, end.wrapping_sub(start)) {
            self.found_possible_keyword(start, end);
        }
    }

    #[inline(never)]
    fn found_possible_keyword(&mut self, start: usize, end: usize) {
        self.tok = Tok::of_word(self.src.get(start..end).unwrap_or_default());
        self.ends_statement = self.tok.ends_statement();
    }

    /// Reads a token that starts with any byte, or a line break or comment before one. Says whether
    /// it came to a token.
    #[inline(never)]
    fn advance_slowly(&mut self, byte: u8) -> bool {
        if byte == b'\n' {
            let line_break = self.at;
            self.at = line_break.wrapping_add(1);
            self.lines.push(offset(self.at));
            if self.ends_statement {
                self.insert_semicolon(line_break, self.at);
                return true;
            }
            self.at = self.at.wrapping_add(class::tabs(self.rest(self.at)));
            return false;
        }
        if byte == b'/' && matches!(self.ahead(1), b'/' | b'*') {
            let Some(line_break) = self.comment() else { return false };
            self.insert_semicolon(line_break, self.at);
            return true;
        }
        self.start = offset(self.at);
        self.tok = self.token(byte);
        self.end = offset(self.at);
        if self.tok != Tok::Illegal {
            self.ends_statement = self.tok.ends_statement();
        }
        true
    }

    /// The semicolon that a line break at `start` stands for; reading goes on at `behind`.
    fn insert_semicolon(&mut self, start: usize, behind: usize) {
        self.tok = Tok::Semi;
        self.implicit = true;
        self.ends_statement = false;
        self.start = offset(start);
        self.end = self.start;
        self.at = behind;
    }

    /// Reads the token that starts with `byte` and leaves `at` behind it.
    #[inline]
    fn token(&mut self, byte: u8) -> Tok {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' => self.string(),
            b'`' => self.raw_string(),
            b'\'' => self.rune(),
            b'.' => match (self.ahead(1), self.ahead(2)) {
                (b'0'..=b'9', _) => self.number(),
                (b'.', b'.') => self.take(3, Tok::Ellipsis),
                _ => self.take(1, Tok::Period),
            },
            b':' => self.or_assign(1, Tok::Colon, Tok::Define),
            b'=' => self.or_assign(1, Tok::Assign, Tok::Equal),
            b'!' => self.or_assign(1, Tok::Not, Tok::NotEqual),
            b'*' => self.or_assign(1, Tok::Mul, Tok::MulAssign),
            b'/' => self.or_assign(1, Tok::Quo, Tok::QuoAssign),
            b'%' => self.or_assign(1, Tok::Rem, Tok::RemAssign),
            b'^' => self.or_assign(1, Tok::Xor, Tok::XorAssign),
            b'+' if self.ahead(1) == b'+' => self.take(2, Tok::Increment),
            b'+' => self.or_assign(1, Tok::Add, Tok::AddAssign),
            b'-' if self.ahead(1) == b'-' => self.take(2, Tok::Decrement),
            b'-' => self.or_assign(1, Tok::Sub, Tok::SubAssign),
            b'|' if self.ahead(1) == b'|' => self.take(2, Tok::LogicalOr),
            b'|' => self.or_assign(1, Tok::Or, Tok::OrAssign),
            b'&' => match self.ahead(1) {
                b'&' => self.take(2, Tok::LogicalAnd),
                b'^' => self.or_assign(2, Tok::AndNot, Tok::AndNotAssign),
                _ => self.or_assign(1, Tok::And, Tok::AndAssign),
            },
            b'<' => match self.ahead(1) {
                b'-' => self.take(2, Tok::Arrow),
                b'<' => self.or_assign(2, Tok::Shl, Tok::ShlAssign),
                _ => self.or_assign(1, Tok::Less, Tok::LessEqual),
            },
            b'>' if self.ahead(1) == b'>' => self.or_assign(2, Tok::Shr, Tok::ShrAssign),
            b'>' => self.or_assign(1, Tok::Greater, Tok::GreaterEqual),
            _ => self.rare(byte),
        }
    }

    #[inline]
    fn take(&mut self, len: usize, tok: Tok) -> Tok {
        self.at = self.at.saturating_add(len);
        tok
    }

    #[inline]
    fn or_assign(&mut self, len: usize, plain: Tok, with_equals: Tok) -> Tok {
        if self.ahead(len) == b'=' {
            self.take(len.saturating_add(1), with_equals)
        } else {
            self.take(len, plain)
        }
    }

    /// Notes the line breaks of a comment or string that was just read from `start` on; returns the
    /// first of them.
    fn note_lines(&mut self, start: usize) -> Option<usize> {
        let text = self.src.get(start..self.at).unwrap_or_default();
        let mut first = None;
        for line_break in memchr::memchr_iter(b'\n', text) {
            let at = start.wrapping_add(line_break);
            first = first.or(Some(at));
            self.lines.push(offset(at.wrapping_add(1)));
        }
        first
    }

    /// The end of the file, a name outside ASCII, or a byte that starts no token.
    #[cold]
    fn rare(&mut self, byte: u8) -> Tok {
        if self.at >= self.src.len() {
            if self.ends_statement {
                self.implicit = true;
                return Tok::Semi;
            }
            return Tok::Eof;
        }
        if byte >= 0x80 && unicode::letter_len(self.rest(self.at)).is_some() {
            return self.word();
        }
        let start = self.at;
        let len = unicode::char_at(self.rest(start)).map_or(1, |(_, len)| len);
        self.at = start.saturating_add(len);
        if byte != 0 {
            self.error(start, self.at, "illegal character");
        }
        Tok::Illegal
    }

    /// A name or keyword.
    #[inline]
    fn word(&mut self) -> Tok {
        let start = self.at;
        let rest = self.rest(start);
        let mut len = class::word_len(rest);
        if rest.get(len).is_some_and(|&byte| byte >= 0x80) {
            len = unicode::name_len(rest);
        }
        self.at = start.saturating_add(len);
        Tok::of_word(rest.get(..len).unwrap_or_default())
    }

    /// Skips the comment at `at`. If it holds a line break that is a semicolon, returns where.
    fn comment(&mut self) -> Option<usize> {
        if self.ahead(1) == b'*' {
            return self.block_comment();
        }
        self.line_comment();
        None
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let rest = self.rest(start);
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = start.saturating_add(len);
        self.comments.push(Span::new(offset(start), offset(self.at)));
        let starts_line = start.checked_sub(1).is_none_or(|before| self.byte(before) == b'\n');
        if starts_line {
            self.check_line_directive(start, self.at);
        }
    }

    fn block_comment(&mut self) -> Option<usize> {
        let start = self.at;
        let body = self.rest(start.saturating_add(2));
        let len = crate::trivia::block_comment_len(body);
        self.at = start.saturating_add(len).min(self.src.len());
        let text = self.src.get(start..self.at).unwrap_or_default();
        if !(text.len() >= 4 && text.ends_with(b"*/")) {
            self.error(start, self.at, "comment not terminated");
        } else {
            self.check_line_directive(start, self.at);
        }
        self.comments.push(Span::new(offset(start), offset(self.at)));
        let line_break = self.note_lines(start);
        if self.ends_statement { line_break } else { None }
    }

    /// A comment such as `//line file.go:10` tells the toolchain where code came from. A number in
    /// it that is none is an error to Go, so it is one here; positions stay those of this file.
    fn check_line_directive(&mut self, start: usize, end: usize) {
        let text = self.src.get(start..end).unwrap_or_default();
        let Some(body) = text.strip_prefix(b"//line ").or_else(|| text.strip_prefix(b"/*line "))
        else {
            return;
        };
        let is_block = text.starts_with(b"/*");
        let body = if is_block {
            body.strip_suffix(b"*/")
        } else {
            body.strip_suffix(b"\r").or(Some(body))
        };
        if body.is_some_and(text::has_bad_line_number) {
            self.error(start, end, "invalid line number in a //line comment");
        }
    }
}
