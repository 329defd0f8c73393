//! A gap: what could not be told, and how to get it.

use serde::Serialize;

/// Something that is missing from a case or from the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What is missing.
    pub kind: GapKind,
    /// A sentence, complete with its full stop.
    pub text: String,
    /// How to get it: a sentence or a command; empty where there is no way.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub how: String,
}

impl Gap {
    /// A gap with the way to close it.
    pub fn new(kind: GapKind, text: impl Into<String>, how: impl Into<String>) -> Self {
        Self { kind, text: text.into(), how: how.into() }
    }
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GapKind {
    /// Only the faulting goroutine was printed (Go 1.26 on).
    SingleGoroutine,
    /// The text ends in the middle, or its beginning is missing.
    Truncated,
    /// The text's order, headings or messages are not as Go prints them.
    Disordered,
    /// More was in the text than is kept.
    LimitReached,
    /// No source was given.
    NoSource,
    /// The file of the stack is not in the source tree.
    FileNotInSource,
    /// Several files of the tree answer to the path of the stack.
    AmbiguousPath,
    /// The line of the stack does not hold what the fault names: the tree is not the one that ran.
    SourceMismatch,
    /// Imported packages are not in the tree.
    MissingDependencies,
    /// A part of the source could not be read.
    UnreadableSource,
    /// No access was found that could be the other side.
    NoOtherSide,
    /// Something in the locks could not be followed.
    LocksUnknown,
    /// The map is reached in a way the source reader does not follow: reflection, a parameter.
    Indirect,
}
