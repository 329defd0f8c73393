//! Which mutation of the raw table's own lines is active. Only built under `cfg(tophash_mutants)`.
//!
//! The mutations are what the verifier is measured by: each breaks one line that a guarantee rests on.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::OnceLock;

/// A line that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// Its name, which also stands in the line.
    pub name: &'static str,
    /// The class of bug that it plants, in the verifier's words.
    pub class: &'static str,
    /// Whether it breaks maps of boxed entries only.
    pub boxed: bool,
    /// The map that it breaks.
    pub map: &'static str,
}

const fn inline(name: &'static str, class: &'static str) -> Mutation {
    Mutation { name, class, boxed: false, map: "HashMap" }
}

const fn boxed(name: &'static str, class: &'static str) -> Mutation {
    Mutation { name, class, boxed: true, map: "HashMap" }
}

const fn of(map: &'static str, name: &'static str, class: &'static str) -> Mutation {
    Mutation { name, class, boxed: true, map }
}

/// Every mutation.
pub const ALL: &[Mutation] = &[
    inline("grow-late", "LostUpdate"),
    inline("grow-unseen", "LostUpdate"),
    inline("grow-home-only", "LostUpdate"),
    inline("double-unseen", "LostUpdate"),
    inline("shrink-untold", "LostUpdate"),
    inline("shrink-unseen", "LostUpdate"),
    inline("miss-ignores-shape", "LostUpdate"),
    inline("readers-untold", "LostUpdate"),
    inline("displace-silently", "LostUpdate"),
    inline("search-home-only", "LostUpdate"),
    inline("leave-moved-entry", "StaleRead"),
    inline("double-keeps-old", "StaleRead"),
    inline("insert-any-version", "StaleRead"),
    boxed("pin-unread", "EarlyFree"),
    boxed("scan-skips-rows", "EarlyFree"),
    boxed("free-held", "EarlyFree"),
    boxed("free-at-once", "EarlyFree"),
    boxed("release-at-once", "EarlyFree"),
    boxed("take-leaves-pointer", "EarlyFree"),
    inline("lock-any-version", "Aba"),
    inline("replace-any-version", "Aba"),
    inline("remove-any-version", "Aba"),
    boxed("retire-twice", "DoubleDrop"),
    boxed("drop-what-went-in", "DoubleDrop"),
    boxed("retire-on-conflict", "DoubleDrop"),
    inline("validate-nothing", "TornValue"),
    inline("hit-unvalidated", "TornValue"),
    inline("copy-first-word", "TornValue"),
    inline("skip-next-home", "MissedIteration"),
    inline("walk-old-shape", "MissedIteration"),
    inline("walk-home-only", "MissedIteration"),
    inline("walk-old-mapping", "MissedIteration"),
    inline("version-stands-still", "TagWrapAround"),
    inline("version-one-bit", "TagWrapAround"),
    inline("version-two-bits", "TagWrapAround"),
    of("SyncMap", "reading-uncounted", "EarlyFree"),
    of("SyncMap", "superseded-at-once", "EarlyFree"),
    of("SyncMap", "one-turn-is-enough", "EarlyFree"),
    of("SyncMap", "expunge-unmarked", "LostUpdate"),
    of("SyncMap", "recall-forgets", "LostUpdate"),
    of("SyncMap", "replace-anything", "Aba"),
    of("DoubleBuffered", "hidden-at-once", "EarlyFree"),
    of("FixedMap", "node-unvalidated", "Aba"),
    of("FixedMap", "tag-three-bits", "TagWrapAround"),
];

static ACTIVE: AtomicUsize = AtomicUsize::new(usize::MAX);
static POINT: OnceLock<fn()> = OnceLock::new();

/// Activates one mutation of [`ALL`] by its place there, or none.
pub fn activate(mutation: Option<usize>) {
    ACTIVE.store(mutation.unwrap_or(usize::MAX), Ordering::SeqCst);
}

/// Has `hook` called between the steps of the protocols from now on, unless another one is already.
pub fn at_each_point(hook: fn()) {
    let _ = POINT.set(hook);
}

/// Whether a mutation is active.
#[inline]
pub(crate) fn is_active(name: &str) -> bool {
    debug_assert!(ALL.iter().any(|mutation| mutation.name == name), "{name} is not listed");
    ALL.get(ACTIVE.load(Ordering::Relaxed)).is_some_and(|active| active.name == name)
}

/// A point between two steps of a protocol.
#[inline]
pub(crate) fn point() {
    if let Some(hook) = POINT.get() {
        hook();
    }
}
