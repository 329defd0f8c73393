//! Lexer, parser and flat syntax tree for Go, up to Go 1.27.
//!
//! ```
//! use go_syntax::ast::{CallExpr, Expr, GoStmt};
//!
//! let file = go_syntax::parse(
//!     r#"
//! package cache
//!
//! func (c *Cache) Warm(keys []string) {
//!     for _, key := range keys {
//!         go c.load(key)
//!     }
//! }
//! "#,
//! );
//! assert!(file.errors().is_empty());
//! let warm = file.funcs().next().unwrap();
//! assert_eq!(warm.name().name(), "Warm");
//! assert_eq!(warm.receiver().unwrap().ty().text(), "*Cache");
//!
//! let spawn = warm.descendants().find_map(|node| node.cast::<GoStmt>()).unwrap();
//! let call: CallExpr = spawn.call().as_call().unwrap();
//! if let Expr::Selector(method) = call.fun() {
//!     assert_eq!((method.operand().text(), method.sel().name()), ("c", "load"));
//! }
//! assert_eq!(file.line_col(spawn.start()).line, 6);
//! ```
//!
//! # What it does
//!
//! - **[`parse`]** takes any bytes and gives a [`File`]: a tree with byte positions, the comments, the
//!   lines, and what is wrong ([`File::errors`]).
//! - **[`Node`]** is an untyped view of a tree node, **[`ast`]** has a typed one for each [`Kind`].
//!   Kinds and their parts are those of Go's `go/ast`.
//! - **[`Options::skip_bodies`]** parses declarations only.
//!
//! # Design constraints
//!
//! - *Same language as go/parser.* A file has errors exactly if go/parser of Go 1.27 reports some, and
//!   a file without errors has the same tree: the test `oracle` compares both on all of Go's source.
//!   Two limits differ: [`MAX_NESTING`] and [`MAX_CHAIN`] are lower than go/parser's 100,000, so that
//!   the parser, and whoever walks the tree by recursion, stays within a thread's stack.
//! - *Never fail.* Broken source loses the statement it is broken in, not the file. Every input takes
//!   time and memory linear in its length; [`File::steps`] counts.
//! - *Flat.* Twelve bytes a node, in one array, in source order; a subtree is a range of it. Names and
//!   literals are spans of the source. Positions of brackets and operators are not stored: they
//!   follow from the children around them.
//! - *No resolution.* Names are names. What they refer to is `go-source`'s business.

pub mod ast;
mod build;
mod comment;
mod doc;
mod error;
mod file;
mod flag;
mod kind;
mod lexer;
mod line;
mod literal;
mod node;
mod options;
mod parents;
mod parser;
mod span;
mod tree;
mod trivia;
mod view;

pub use comment::Comments;
pub use doc::Directive;
pub use error::{ErrorKind, SyntaxError};
pub use file::File;
pub use kind::{AssignOp, BinaryOp, Branch, ChanDir, Keyword, Kind, LitKind, UnaryOp};
pub use line::{LineCol, LineTable};
pub use node::{Children, Node, Walk};
pub use options::{MAX_CHAIN, MAX_NESTING, Options};
pub use parents::Parents;
pub use span::Span;
pub use tree::NodeId;
pub use view::{View, Views};

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
