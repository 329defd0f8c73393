//! The lexer: bytes to tokens, with comments set aside and semicolons inserted.
//!
//! It accepts any bytes. What is not a token is [`Tok::Illegal`] and an error; every call makes
//! progress. Bytes that are not UTF-8 are found once for the whole file by [`encoding`], so the
//! scanning below deals with ASCII and only looks closer where a name may go on.

mod class;
mod encoding;
mod keyword;
mod number;
mod text;
mod token;
mod unicode;

pub(crate) use class::is_word_byte;
pub(crate) use token::Tok;

use crate::error::{ErrorKind, ErrorList, SyntaxError};
use crate::span::Span;

/// Reads tokens from source. The fields after `src` describe the current token.
pub(crate) struct Lexer<'s> {
    src: &'s [u8],
    pub(crate) tok: Tok,
    pub(crate) start: u32,
    pub(crate) end: u32,
    at: usize,
    /// Whether a line break before the current token, which is illegal, would have been a semicolon:
    /// what is no token changes nothing about that.
    ended_before: bool,
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
            at,
            ended_before: false,
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

    /// Whether the current token is a semicolon that a line break or the end of the file stands for.
    pub(crate) fn is_implicit(&self) -> bool {
        self.tok == Tok::Semi && self.start == self.end
    }

    /// Whether a line break behind the current token is a semicolon.
    #[inline]
    fn ends_statement(&self) -> bool {
        if self.tok == Tok::Illegal { self.ended_before } else { self.tok.ends_statement() }
    }

    /// Moves on to the next token.
    ///
    /// Words, brackets and dots are most of any source, so they are handled here, by tests that
    /// predict well, and all else elsewhere. What is called stands last, so that nothing needs to be
    /// saved around it.
    #[inline]
    pub(crate) fn advance(&mut self) {
        // Whether one space precedes a token cannot be predicted, so it takes no branch.
        let at = self.at.wrapping_add(usize::from(self.ahead(0) == b' '));
        let byte = self.byte(at);
        if class::is_letter(byte) {
            return self.found_word(at);
        }
        let single = class::single(byte);
        if single != Tok::Illegal {
            return self.found_byte(at, single);
        }
        if byte == b'.' && !matches!(self.byte(at.wrapping_add(1)), b'.' | b'0'..=b'9') {
            return self.found_byte(at, Tok::Period);
        }
        if byte == b'\n' {
            return self.line_break(at);
        }
        self.advance_slowly(at);
    }

    /// A line ends at `at`: that is the next token, or is behind the next token's line.
    #[inline(never)]
    fn line_break(&mut self, at: usize) {
        let behind = self.next_line(at);
        if self.ends_statement() {
            self.insert_semicolon(at, behind);
        } else {
            self.advance_slowly(behind);
        }
    }

    /// Notes the line that starts behind the line break at `at`, and returns where its indentation
    /// ends.
    #[inline]
    fn next_line(&mut self, at: usize) -> usize {
        let start = at.wrapping_add(1);
        self.lines.push(offset(start));
        start.wrapping_add(class::tabs(self.rest(start)))
    }

    /// A token of one byte stands at `start`.
    #[inline]
    fn found_byte(&mut self, start: usize, tok: Tok) {
        self.tok = tok;
        self.start = offset(start);
        self.at = start.wrapping_add(1);
        self.end = offset(self.at);
    }

    /// A word starts at `start`, with a letter of ASCII.
    #[inline]
    fn found_word(&mut self, start: usize) {
        let Some(word) = class::short_word(self.rest(start)) else {
            return self.found_long_word(start);
        };
        self.tok = keyword::of_short(word.packed);
        self.start = offset(start);
        self.at = start.wrapping_add(word.len);
        self.end = offset(self.at);
    }

    #[inline(never)]
    fn found_long_word(&mut self, start: usize) {
        self.start = offset(start);
        self.at = start;
        self.tok = self.word();
        self.end = offset(self.at);
    }

    /// Moves on to the next token, with any space, line breaks and comments from `at` on before it.
    #[inline(never)]
    fn advance_slowly(&mut self, mut at: usize) {
        loop {
            let byte = self.byte(at);
            match byte {
                b'\n' => {
                    let line_break = at;
                    at = self.next_line(at);
                    if self.ends_statement() {
                        return self.insert_semicolon(line_break, at);
                    }
                }
                b' ' | b'\t' | b'\r' => at = at.wrapping_add(1),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => return self.found_word(at),
                b'/' if matches!(self.byte(at.wrapping_add(1)), b'/' | b'*') => {
                    self.at = at;
                    if let Some(line_break) = self.comment() {
                        return self.insert_semicolon(line_break, self.at);
                    }
                    at = self.at;
                }
                _ => {
                    self.at = at;
                    self.start = offset(at);
                    self.tok = self.token(byte);
                    self.end = offset(self.at);
                    return;
                }
            }
        }
    }

    /// The semicolon that a line break at `start` stands for; reading goes on at `behind`.
    fn insert_semicolon(&mut self, start: usize, behind: usize) {
        self.tok = Tok::Semi;
        self.start = offset(start);
        self.end = self.start;
        self.at = behind;
    }

    /// Reads the token that starts with `byte` and leaves `at` behind it.
    #[inline]
    fn token(&mut self, byte: u8) -> Tok {
        let single = class::single(byte);
        if single != Tok::Illegal {
            return self.take(1, single);
        }
        match byte {
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
            return if self.ends_statement() { Tok::Semi } else { Tok::Eof };
        }
        if byte >= 0x80 && unicode::letter_len(self.rest(self.at)).is_some() {
            return self.word();
        }
        self.ended_before = self.ends_statement();
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
        if self.ends_statement() { line_break } else { None }
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
