//! What keeps an access apart from the faulting one, and how far that can be relied on.

use crate::locking;
use go_locks::Apart;
use go_source::SourceAccess;

/// What keeps an access apart from the faulting one.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) why: String,
    pub(crate) by: Ground,
}

/// What it rests on that an access is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// The source alone: one lock for certain, or the map is not shared yet.
    Source,
    /// A lock that may be another object's.
    Lock,
    /// That no other ways were found than those that do not meet.
    Ways,
}

impl Kept {
    pub(crate) fn new(by: Ground, why: impl Into<String>) -> Self {
        Self { why: why.into(), by }
    }

    /// An access that meets no other, whatever runs: its map is not shared yet.
    pub(crate) fn before_sharing(source: &SourceAccess) -> Self {
        let symbol = source.access.site.function.as_deref().unwrap_or_default();
        let package =
            source.function.is_none() || symbol.ends_with(".init") || symbol.contains(".init.");
        let why = if package {
            "it runs while packages are initialised, before anything is started"
        } else {
            "it runs before the map is known to anybody else"
        };
        Self::new(Ground::Source, why)
    }

    /// What keeps the ways to two accesses apart, where something does.
    pub(crate) fn by_ways(apart: &Apart) -> Option<Self> {
        let why = match apart {
            Apart::Locked(guard) => {
                format!("{} is held on the ways to both", locking::short(guard))
            }
            Apart::Objects => "the ways that lead to it end at other objects".to_owned(),
            Apart::Before(start) => {
                format!("one of the two is over before the other is started at {start}")
            }
            Apart::Waited(start) => {
                format!("what is started at {start} is waited for before the other goes on")
            }
            Apart::OneGoroutine => {
                "one goroutine runs both, and does one after the other".to_owned()
            }
            Apart::Unknown => return None,
        };
        Some(Self::new(Ground::Ways, why))
    }
}
