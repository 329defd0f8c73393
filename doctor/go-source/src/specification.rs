//! What comments say of locks, as far as the locks they name are there.

use finding::{LockMode, Site};
use std::sync::Arc;

/// A lock that a comment names: as the guard of a map, or as what the callers of a function hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specified {
    /// The declaration of its mutex, as in [`SourceAccess::guards`](crate::SourceAccess::guards).
    pub guard: Arc<str>,
    /// Whether callers need it for reading alone.
    pub mode: LockMode,
    /// Where the comment says so: file and line.
    pub site: Site,
}
