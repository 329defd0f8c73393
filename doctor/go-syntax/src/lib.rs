//! Lexer, parser and flat syntax tree for Go.

pub mod ast;
mod build;
mod comment;
mod error;
mod file;
mod flag;
mod kind;
mod lexer;
mod line;
mod literal;
mod node;
mod parser;
mod trivia;
mod view;

pub use comment::{Comments, Directive};
pub use error::{ErrorKind, SyntaxError};
pub use file::{File, NodeId, Parents, Span};
pub use kind::{AssignOp, BinaryOp, Branch, ChanDir, Keyword, Kind, LitKind, UnaryOp};
pub use line::{LineCol, LineTable};
pub use node::{Children, Node, Walk};
pub use view::{View, Views};

/// How deep brackets, blocks and types may nest. Real source stays far below.
pub const MAX_NESTING: u32 = 1000;

/// How long a chain such as `a + b + c` or `x.y().z()` may grow; each link nests the tree by one.
pub const MAX_CHAIN: u32 = 10_000;

/// What to parse.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// Leave out the statements of functions and methods, as suits a package of which only the
    /// declarations matter: each body is a [`ast::BlockStmt`] that says it is skipped. Function
    /// literals outside of them are parsed whole.
    pub skip_bodies: bool,
}

/// Parses a Go file.
///
/// Any bytes give a tree; what is not Go is in [`File::errors`]. O(length).
#[must_use]
pub fn parse(src: impl Into<Vec<u8>>) -> File {
    parse_with(src, Options::default())
}

/// Parses a Go file as `options` say.
#[must_use]
pub fn parse_with(src: impl Into<Vec<u8>>, options: Options) -> File {
    let mut src = src.into();
    let limit = usize::try_from(u32::MAX >> 1).unwrap_or(usize::MAX);
    let too_long = src.len() > limit;
    src.truncate(limit);
    parser::parse(src, options, too_long)
}
