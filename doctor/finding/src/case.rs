//! A case: everything known about one map, with a verdict and the five steps that follow.

use crate::{
    Access, Deadlock, DumpStatistics, Fault, Gap, GoroutineGroup, OtherSide, Repair, Site, Steps,
    Subject,
};
use serde::Serialize;
use std::sync::Arc;

/// What came of joining one text with one source tree.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diagnosis {
    /// One case a map and fault, the gravest first.
    pub cases: Vec<Case>,
    /// What concerns the whole text or the whole tree rather than one case.
    pub notes: Vec<Gap>,
    /// The goroutines of the text as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics: Option<DumpStatistics>,
}

/// All that is known about one map.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// Which map.
    pub subject: Subject,
    /// What happened, in a sentence.
    pub verdict: Verdict,
    /// The fault, where the text holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Where the faulting goroutine touched the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faulting: Option<FaultingAccess>,
    /// Who else was at the map, the likeliest first.
    pub other_sides: Vec<OtherSide>,
    /// Accesses that cannot have been the other side, each with the reason.
    pub excluded: Vec<Excluded>,
    /// The lock that guards the map by what its accesses hold, where one holds any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<MapGuard>,
    /// Every access of the program to this map, in the order of the source.
    pub accesses: Vec<AccessRow>,
    /// Goroutines that hold and wait for locks in a circle, where the map's lock is among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deadlocks: Vec<Deadlock>,
    /// Goroutines of the text that have to do with this map.
    pub goroutines: Vec<GoroutineGroup>,
    /// How often each address of such a map was seen in the text, where it prints them. One
    /// declaration has as many maps as values of its type exist; they are never added up.
    pub instances: Vec<Instance>,
    /// What could not be told, and how to get it.
    pub gaps: Vec<Gap>,
    /// What can be done to the source, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
    /// Detect, stop, repair, verify, watch.
    pub steps: Steps,
    /// The command to run next.
    pub next: String,
    /// The runbook for this kind of fault, such as `docs/runbooks/concurrent-write.md`.
    pub runbook: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// One sentence, complete with its full stop.
    pub sentence: String,
    /// How sure the whole is.
    pub confidence: Confidence,
    /// What keeps it from being surer; empty for [`Confidence::Certain`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// How sure a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// One of several readings, or a guess by nearness.
    Possible,
    /// The evidence agrees, but a part of it is inferred.
    Likely,
    /// It follows from the text and the source.
    Certain,
}

impl Confidence {
    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// The access at which the fault was noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultingAccess {
    /// The user's frame as the text prints it.
    pub frame: Site,
    /// The access in the source; `None` without source or where several are possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// How the frame was met with the source.
    pub matched: Match,
}

/// How well a frame of the text met the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// No source was given, or the file or function is not in it.
    None,
    /// The line holds no access to a map; the nearest one in the same function was taken.
    Nearest,
    /// The line holds accesses, but not of the operation the fault names.
    OtherOperation,
    /// The line holds the access.
    Exact,
}

/// An access that was ruled out as the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excluded {
    /// The access.
    pub access: Access,
    /// Why it cannot have been the other side, as a fragment: `holds c.mu for writing, as …`.
    pub why: String,
}

/// The lock that guards a map, inferred from what its accesses hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MapGuard {
    /// The declaration of its mutex, named like a map: `example.com/orders/status.Cache.mu`.
    pub lock: Arc<str>,
    /// The same without the package: `Cache.mu`.
    pub name: Arc<str>,
    /// Accesses that hold it.
    pub under: u64,
    /// Accesses of which it is known whether they do.
    pub of: u64,
    /// Changes that hold it for writing.
    pub changes: u64,
    /// Whether it is declared beside the map.
    pub beside: bool,
}

/// One access in the table of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessRow {
    /// The access.
    pub access: Access,
    /// What part it plays in this case.
    pub part: Part,
    /// Locks that every known caller of the function holds when it calls it, as the callers write them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub callers_hold: Vec<String>,
}

/// What part an access plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The fault was noticed here.
    Faulting,
    /// A candidate for the other side.
    OtherSide,
    /// Ruled out as the other side.
    Excluded,
    /// Has no part in it.
    Bystander,
}

/// One map in the process, by the address the text prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Address of the runtime's map header.
    pub address: u64,
    /// How many stacks of the text name it.
    pub stacks: u64,
}
