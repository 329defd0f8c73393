//! Lexer, parser and flat syntax tree for Go.

pub mod ast;
mod comment;
mod error;
mod file;
mod flag;
mod kind;
mod line;
mod literal;
mod node;
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
