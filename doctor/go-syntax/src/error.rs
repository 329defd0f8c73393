//! What is wrong with a source text.

use std::fmt;

use crate::span::Span;

/// Why a file is not Go. Match on it with a wildcard: kinds may be added.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Bytes that are not UTF-8, a NUL, or a byte order mark inside the file.
    Encoding,
    /// A token that is malformed: an unterminated string, a bad escape, a bad digit.
    Token,
    /// Tokens in an order that the grammar does not have.
    Syntax,
    /// Source nested deeper than [`crate::MAX_NESTING`]; what lies deeper is absent from the tree.
    Nesting,
    /// More bytes than a tree can address; what lies beyond is absent from the tree.
    Size,
}

/// One thing wrong with a source text, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    kind: ErrorKind,
    span: Span,
    message: &'static str,
    found: &'static str,
}

impl SyntaxError {
    pub(crate) fn new(kind: ErrorKind, span: Span, message: &'static str) -> Self {
        Self { kind, span, message, found: "" }
    }

    pub(crate) fn expected(span: Span, what: &'static str, found: &'static str) -> Self {
        Self { kind: ErrorKind::Syntax, span, message: what, found }
    }

    /// Which rule the source breaks.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where. Use [`crate::File::line_col`] for a line and column.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.found.is_empty() {
            f.write_str(self.message)
        } else {
            write!(f, "expected {}, found {}", self.message, self.found)
        }
    }
}

impl std::error::Error for SyntaxError {}

/// The errors of a file, and how many more there were than are kept.
#[derive(Clone, Default, Debug)]
pub(crate) struct ErrorList {
    pub(crate) list: Vec<SyntaxError>,
    pub(crate) omitted: usize,
}

impl ErrorList {
    /// Garbage can hold an error a byte; nobody reads more than these.
    const KEPT: usize = 200;

    pub(crate) fn push(&mut self, error: SyntaxError) {
        if self.list.len() < Self::KEPT {
            self.list.push(error);
        } else {
            self.omitted = self.omitted.saturating_add(1);
        }
    }
}
