//! What could not be read or resolved, said once each.

use std::fmt;
use std::sync::Arc;

/// Why something is missing from a [`Program`](crate::Program).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoteKind {
    /// A file could not be read, or is not UTF-8 where it must be.
    Unreadable,
    /// A file does not parse; what could be understood of it was taken.
    Syntax,
    /// `go.mod`, `go.work` or `modules.txt` could not be understood in full.
    Module,
    /// Imported packages are not in the tree: types that come from them are unknown.
    MissingPackages,
    /// Files of one directory name different packages; the larger part was taken.
    MixedPackages,
    /// One name is declared twice in a package; the first declaration was taken.
    Duplicate,
    /// A limit was reached, such as the depth of a type.
    Limit,
}

/// One thing that was skipped or is missing, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Why.
    pub kind: NoteKind,
    /// The file or directory it is about; empty where it is about the whole tree.
    pub path: Arc<str>,
    /// A sentence fragment in lower case: `3 imported packages are not in the tree: …`.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.text)
        } else {
            write!(f, "{}: {}", self.path, self.text)
        }
    }
}
