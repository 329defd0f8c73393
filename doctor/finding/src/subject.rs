//! The subject of a case: the declared map, or what is known when it has no name yet.

use crate::{MapClue, MapDecl};
use serde::Serialize;

/// Which map a case is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Subject {
    /// The declared map.
    Named {
        /// Its declaration.
        map: MapDecl,
        /// Why it is this one.
        reasons: Vec<Reason>,
    },
    /// One of several declared maps.
    Ambiguous {
        /// The maps it may be, the likeliest first.
        candidates: Vec<Candidate>,
        /// Why they cannot be told apart.
        why: String,
    },
    /// A map that no declaration could be found for.
    Unnamed {
        /// What is known of it.
        clue: MapClue,
        /// Why it has no name.
        why: String,
    },
    /// The text is not about a map.
    NotAMap {
        /// What it is about.
        why: String,
    },
}

/// A map the case may be about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Its declaration.
    pub map: MapDecl,
    /// What speaks for it.
    pub reasons: Vec<Reason>,
}

/// What speaks for or against something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What kind of evidence it is.
    pub kind: ReasonKind,
    /// A sentence fragment in lower case.
    pub text: String,
}

impl Reason {
    /// A reason of this kind.
    pub fn new(kind: ReasonKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// What kind of evidence speaks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The line of the stack holds the access.
    Line,
    /// The function of the stack holds the access.
    Function,
    /// The operation agrees with the fault.
    Operation,
    /// The key type agrees with the runtime function.
    Key,
    /// The comma-ok form agrees with the runtime function.
    CommaOk,
    /// A race report names this side.
    Race,
    /// A goroutine of the dump is inside the runtime's map function at this access.
    InMapOperation,
    /// A goroutine of the dump stands on the line of this access.
    OnLine,
    /// A goroutine of the dump is inside the function of this access.
    InFunction,
    /// It is seen to meet the faulting access at one object.
    Meets,
    /// It meets the faulting access, if both are at one object.
    MayMeet,
    /// Something seems to keep it apart from the faulting access.
    Apart,
    /// Its function's name says at which time of its object's life it runs.
    Phase,
    /// The access is reachable from a `go` statement or a handler.
    Concurrent,
    /// The function may run in many goroutines, so that it races with itself.
    RacesWithItself,
    /// It holds no lock.
    Unlocked,
    /// Its locks have none in common with the faulting access.
    DisjointLocks,
    /// The locks in common are held for reading only.
    ReadLocked,
    /// The locks could not be followed.
    LocksUnknown,
}

impl Subject {
    /// The declared map, where it is known.
    pub fn map(&self) -> Option<&MapDecl> {
        match self {
            Self::Named { map, .. } => Some(map),
            Self::Ambiguous { .. } | Self::Unnamed { .. } | Self::NotAMap { .. } => None,
        }
    }
}
