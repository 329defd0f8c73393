//! The maps that are told apart, and replayed against each other.

use serde::Serialize;

/// A kind of map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[non_exhaustive]
pub enum Kind {
    /// `tophash::HashMap`.
    HashMap,
    /// `tophash::Sharded`.
    Sharded,
    /// `tophash::Locked`.
    Locked,
    /// `tophash::SnapshotMap`.
    SnapshotMap,
    /// `tophash::SyncMap`.
    SyncMap,
    /// `std::sync::RwLock` around `std::collections::HashMap`.
    #[serde(rename = "RwLock<HashMap>")]
    Std,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::HashMap, Self::Sharded, Self::Locked, Self::SnapshotMap, Self::SyncMap, Self::Std];

    /// What it is called.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::HashMap => "HashMap",
            Self::Sharded => "Sharded",
            Self::Locked => "Locked",
            Self::SnapshotMap => "SnapshotMap",
            Self::SyncMap => "SyncMap",
            Self::Std => "RwLock<HashMap>",
        }
    }
}
