//! Which mutation of the raw table's own lines is active. Only built under `cfg(tophash_mutants)`.
//!
//! The mutations are what the verifier is measured by: each breaks one line that a guarantee rests on.

use core::sync::atomic::{AtomicUsize, Ordering};

/// Every mutation, with the class of bug it plants.
pub const ALL: &[(&str, &str)] = &[
    ("validate-nothing", "torn value"),
    ("store-without-odd", "torn value"),
    ("copy-first-word", "torn value"),
    ("version-stands-still", "tag wrap-around"),
    ("lock-any-version", "lost update"),
    ("grow-silently", "lost update in growth"),
    ("miss-ignores-shape", "lost update in growth"),
    ("leave-moved-entry", "stale read after remove"),
    ("search-home-only", "lost update"),
    ("displace-silently", "lost update"),
    ("skip-next-home", "missed iteration of a stable key"),
];

static ACTIVE: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Activates one mutation of [`ALL`] by its place there, or none.
pub fn activate(mutation: Option<usize>) {
    ACTIVE.store(mutation.unwrap_or(usize::MAX), Ordering::SeqCst);
}

/// Whether a mutation is active.
#[inline]
pub(super) fn is_active(name: &str) -> bool {
    ALL.get(ACTIVE.load(Ordering::Relaxed)).is_some_and(|(active, _)| *active == name)
}
