//! The words every reader and every report of the doctor share, and nothing else.
//!
//! A reader (of source, crash text, profiles, cores, live processes) speaks of maps in its own
//! language and hands out a [`MapClue`]. The diagnosis resolves clues to a [`MapDecl`], named by
//! its [`MapId`], and joins everything known about that map into one [`Case`].
//!
//! *Design constraints.* No I/O, no logic beyond what keeps a word well-formed, and no dependency
//! but `serde`, so that every crate of the doctor can depend on this one.

mod access;
mod case;
mod clue;
mod deadlock;
mod detail;
mod finding;
mod gap;
mod goroutine;
mod inspection;
mod instance;
mod map;
mod merged;
mod observation;
mod overview;
mod repair;
mod site;
mod subject;

pub use access::{Access, ConcurrentRoot, HeldLock, LockMode, LockSet, Operation, RootKind};
pub use case::{
    AccessRow, Case, Confidence, Diagnosis, Excluded, FaultingAccess, Instance, MapGuard, Match,
    Part, Verdict,
};
pub use clue::{KeyHint, MapClue};
pub use deadlock::{Deadlock, DeadlockLock, DeadlockMember, DeadlockWriter};
pub use detail::{Detail, EntrySample, Picture, PictureCell, PictureUnit};
pub use finding::{Finding, Findings, Grade, Related, Role};
pub use gap::{Gap, GapKind};
pub use goroutine::{
    CodeOf, GoroutineInspection, GoroutineStack, InMapFunction, InspectedGoroutine, Label,
    StackFrame, StackFrames, StateCount,
};
pub use inspection::{Change, InspectedMap, Inspection, MapState};
pub use instance::{ByShape, Exactness, Growth, Inside, MapInstance, Probes, Retained, TypeBy};
pub use map::{DeclKind, MapDecl, MapId, MapKind, MapType};
pub use merged::{Merged, RACE};
pub use observation::{
    DumpStatistics, Fault, GoroutineGroup, GoroutineRole, LockWait, Meets, OtherSide,
};
pub use overview::{Locking, Overview, OverviewRow};
pub use repair::{ByHand, Choice, Code, Command, Patch, Repair, Step, Steps};
pub use site::Site;
pub use subject::{Candidate, Reason, ReasonKind, Subject};
