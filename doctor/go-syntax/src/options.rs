//! What to parse, and how deep.

/// How deep brackets, blocks and types may nest. Real source stays far below.
pub const MAX_NESTING: u32 = 1000;

/// How long a chain such as `a + b + c` or `x.y().z()` may grow; each link nests the tree by one.
pub const MAX_CHAIN: u32 = 10_000;

/// What to parse.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// Leave out the statements of functions and methods, as suits a package of which only the
    /// declarations matter: each body is a [`crate::ast::BlockStmt`] that says it is skipped. Function
    /// literals outside of them are parsed whole.
    pub skip_bodies: bool,
}
