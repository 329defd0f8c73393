//! An access: one operation on one map at one site, with the locks held there.

use crate::{MapId, Site};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// What is done to a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `m[k]` as a value.
    Read,
    /// `m[k] = v`, `m[k] += v`, `m[k]++`.
    Write,
    /// `delete(m, k)`.
    Delete,
    /// `for … range m`, `maps.Keys`, implicit iteration by reflection.
    Iterate,
    /// `clear(m)`.
    Clear,
    /// `maps.Clone(m)`.
    Clone,
    /// `len(m)`.
    Length,
    /// The map variable itself is assigned: `m = make(…)`, `m = fresh`.
    Replace,
}

impl Operation {
    /// True when the operation changes the map or the variable that holds it.
    pub fn mutates(self) -> bool {
        matches!(self, Self::Write | Self::Delete | Self::Clear | Self::Replace)
    }

    /// The word used in reports: `read`, `write`, …
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Iterate => "iterate",
            Self::Clear => "clear",
            Self::Clone => "clone",
            Self::Length => "length",
            Self::Replace => "replace",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockMode {
    /// `RLock`: other readers may be inside.
    Read,
    /// `Lock`: nobody else is inside.
    Write,
}

/// A lock that is held at an access.
///
/// Its identity is the access path from the enclosing function's view, `c.mu` or `registryMu`,
/// never its type: two `Registry` values have two locks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeldLock {
    /// Access path as written: `c.mu`, `s.state.mu`, `registryMu`.
    pub path: Arc<str>,
    /// How it is held.
    pub mode: LockMode,
    /// Where it was taken.
    pub site: Site,
}

/// The locks held at an access.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "known", content = "held")]
pub enum LockSet {
    /// Exactly these are held by the function itself; callers may hold more.
    Held(Vec<HeldLock>),
    /// The analysis could not tell: a lock is taken or released in a way it does not follow.
    Unknown,
}

impl LockSet {
    /// True when it is certain that the function itself holds no lock.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Held(held) if held.is_empty())
    }
}

/// What makes code run beside other code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RootKind {
    /// A `go` statement.
    Go,
    /// A function that runs its argument in a goroutine of its own: `errgroup.Go`, `WaitGroup.Go`, `time.AfterFunc`.
    Callback,
    /// An HTTP or RPC handler.
    Handler,
}

/// The reason an access may run beside others: the root from which its function is reachable.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConcurrentRoot {
    /// What kind of root.
    pub kind: RootKind,
    /// Where the goroutine is started or the handler registered.
    pub site: Site,
    /// Function symbols from the root to the access, outermost first.
    pub path: Vec<Arc<str>>,
    /// True when the root may start several goroutines: in a loop, a handler, or itself reached often.
    pub many: bool,
}

/// One operation on one map at one site.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Access {
    /// The declared map.
    pub map: MapId,
    /// What is done.
    pub operation: Operation,
    /// Where; `site.function` is the runtime symbol of the innermost function or closure.
    pub site: Site,
    /// The expression that denotes the map, as written: `c.entries`.
    pub expression: Arc<str>,
    /// The locks that the innermost function holds there.
    pub locks: LockSet,
    /// Why this access may run beside others, where a root was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<ConcurrentRoot>,
    /// True where the access cannot meet another: package initialisation, or the map has not left its constructor.
    pub before_sharing: bool,
}
