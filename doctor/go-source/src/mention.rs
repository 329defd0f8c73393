//! Functions that a crash text names, as far as they decide what is read.

use std::sync::Arc;

/// A frame of a stack, by the names a crash text prints for it. Either part may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mention {
    /// The function by its runtime symbol: `example.org/lru.(*Cache[...]).Get`.
    pub symbol: Arc<str>,
    /// The file as printed: `example.org/lru@v1.4.0/lru.go`.
    pub file: Arc<str>,
}
