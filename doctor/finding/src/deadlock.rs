//! Goroutines that wait for each other's locks, or one for its own.

use crate::{Confidence, HeldLock, Site};
use serde::Serialize;
use std::sync::Arc;

/// Goroutines of which none can go on: each waits for a lock that the next one holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadlock {
    /// The goroutines, each waiting for what the next one holds, the last for the first. One alone
    /// waits for a lock it holds itself.
    pub members: Vec<DeadlockMember>,
    /// Certain where text and source prove that the lock waited for is the very lock that is held;
    /// possible where only its declaration is known to be the same.
    pub confidence: Confidence,
    /// A goroutine that waits to write: it makes a second read lock of the only member wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writer: Option<DeadlockWriter>,
}

/// One goroutine of a deadlock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlockMember {
    /// Its number, where the text prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goroutine: Option<u64>,
    /// How many goroutines have this stack.
    pub count: u64,
    /// What it holds that the one before waits for, and where it took it.
    pub holds: DeadlockLock,
    /// What it waits for, and where it asks for it.
    pub waits_for: DeadlockLock,
}

/// A lock in a deadlock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlockLock {
    /// The declaration of its mutex: `example.com/orders/registry.Registry.mu`.
    pub declared: Arc<str>,
    /// The lock as written there.
    pub lock: HeldLock,
}

/// A goroutine that waits for a lock to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlockWriter {
    /// Its number, where the text prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goroutine: Option<u64>,
    /// Where it asks for the lock.
    pub site: Site,
}
