//! The maps of a program without a crash: how each is touched, and where the locking is uneven.

use crate::{Access, MapDecl};
use serde::Serialize;
use std::sync::Arc;

/// The maps of a program that can meet themselves, the riskiest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Maps the program declares, of every kind.
    pub declared: u64,
    /// Maps among them that are a `sync.Map`, which locks itself and has no row.
    pub sync_maps: u64,
    /// Maps that are changed after they are shared; no others can race.
    pub maps: Vec<OverviewRow>,
}

/// One map of an [`Overview`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OverviewRow {
    /// The map.
    pub declaration: MapDecl,
    /// How its accesses are locked, taken together.
    pub locking: Locking,
    /// Accesses once the map is shared.
    pub accesses: u64,
    /// Those of them that change it.
    pub changes: u64,
    /// The lock that guards the map by what its accesses hold, named like a map: `example.com/orders/status.Cache.mu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<Arc<str>>,
    /// How many accesses hold [`lock`](Self::lock).
    pub under_lock: u64,
    /// Accesses under no lock, neither the function's own nor one that all its callers hold, and
    /// changes under a lock that is held for reading only; what runs beside other code first, changes first.
    pub unlocked: Vec<Access>,
    /// Whether an access is reachable from a `go` statement, a handler or a callback.
    pub beside_others: bool,
    /// Whether the package that declares it is a dependency in a `vendor` folder.
    pub vendored: bool,
}

/// How the accesses of a map are locked, the riskiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Locking {
    /// Some accesses hold a lock and others none: one side was forgotten, or does not need it.
    Mixed,
    /// No access holds a lock.
    None,
    /// Some locks could not be followed, and nothing is known to go without.
    Unknown,
    /// Every access holds a lock.
    Locked,
}

impl Locking {
    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::Locked => "locked",
        }
    }
}
