//! Annotations and English phrases about locks, as data.

use finding::LockMode;

/// Annotations at fields and functions that name a lock which is held; the second of a pair tells reading.
pub(super) const ANNOTATIONS: [(&str, LockMode); 4] = [
    ("+checklocks:", LockMode::Write),
    ("+checklocksread:", LockMode::Read),
    ("+checklocksrelease:", LockMode::Write),
    ("+checklocksreleaseread:", LockMode::Read),
];

/// What stands before the lock that guards a field.
pub(super) const GUARDED: &[&str] = &[
    "guarded by",
    "guarded under",
    "guarded with",
    "protected by",
    "protected under",
    "protected using",
    "protected via",
    "protected with",
    "synchronized by",
    "synchronized via",
    "synchronized with",
    "synchronised by",
    "synchronised with",
    "serialized by",
    "locked by",
    "locked with",
    "covered by",
    "accessed under",
    "must hold",
    "while holding",
    "requires holding",
];

/// What stands behind the lock that guards a field.
pub(super) const HELD: &[&str] =
    &["must be held", "should be held", "needs to be held", "has to be held", "held"];

/// What stands between a lock and what it guards.
pub(super) const GUARDS: &[&str] = &[
    "protects",
    "protect",
    "protecting",
    "guards",
    "guard",
    "guarding",
    "synchronizes",
    "synchronises",
    "serializes access to",
    "serialises access to",
    "covers",
];

/// What a lock guards that guards all beside it.
pub(super) const EVERYTHING: &[&str] = &[
    "everything",
    "all fields",
    "all the fields",
    "all of the fields",
    "all other fields",
    "all state",
    "all members",
    "all maps",
    "every other",
    "other fields",
    "the fields",
    "struct fields",
    "this struct",
    "this structure",
    "the struct",
    "the whole struct",
];

/// What stands before the lock that callers hold.
pub(super) const HOLD: &[&str] = &[
    "must hold",
    "should hold",
    "needs to hold",
    "need to hold",
    "has to hold",
    "have to hold",
    "must be holding",
    "must have",
    "must have locked",
    "must already hold",
    "must acquire",
    "must own",
    "caller holds",
    "caller hold",
    "callers hold",
    "caller has locked",
    "caller already holds",
    "is holding",
    "called holding",
    "called while holding",
    "called when holding",
    "called only while holding",
    "called with",
    "called under",
    "call with",
    "run under",
    "requires",
    "require",
    "assumes",
    "assume",
    "expects",
];

/// What stands behind the lock that callers hold.
pub(super) const BE_HELD: &[&str] = &[
    "must be held",
    "must already be held",
    "should be held",
    "should already be held",
    "needs to be held",
    "has to be held",
    "to be held",
    "be held",
    "is held",
    "is already held",
    "already held",
    "being held",
    "held",
    "must be locked",
    "should be locked",
    "has to be locked",
    "to be locked",
    "be locked",
    "is locked",
    "already locked",
    "locked",
];

/// One of these says that a lock which is held is held by callers.
pub(super) const CUES: &[&str] = &[
    "caller", "callers", "called", "must", "should", "assumes", "assume", "assuming", "requires",
    "require", "expects", "needs", "with", "under",
];

/// One of these turns a sentence round.
pub(super) const DENIALS: &[&str] = &[
    "not",
    "no",
    "never",
    "without",
    "nor",
    "cannot",
    "neither",
    "unlocked",
    "unlocks",
    "unlock",
    "releases",
    "released",
    "unprotected",
    "unguarded",
];

/// Words that may stand between a phrase and the name.
pub(super) const FILLERS: &[&str] = &[
    "the",
    "a",
    "an",
    "this",
    "that",
    "its",
    "their",
    "own",
    "both",
    "either",
    "same",
    "lock",
    "mutex",
    "locks",
    "mutexes",
    "read",
    "write",
    "by",
    "at",
    "least",
    "exclusive",
];

/// Words that mean the lock at hand, behind an article.
pub(super) const THE_LOCK: &[&str] = &["lock", "mutex", "mu", "mtx", "rwmutex", "rwlock"];
pub(super) const ARTICLES: &[&str] =
    &["the", "its", "this", "read", "write", "with", "that", "own"];
/// Behind `the lock` one of these tells of which one.
pub(super) const OF: &[&str] = &["on", "of", "for"];
