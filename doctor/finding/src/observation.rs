//! What a reader saw: a fault, goroutines near a map, the goroutines of a dump as a whole.

use crate::{Access, ConcurrentRoot, Confidence, KeyHint, Operation, Reason, Site};
use serde::Serialize;
use std::sync::Arc;

/// A fault as the text reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Stable name of its kind, such as `concurrent_map_writes`.
    pub kind: Arc<str>,
    /// The message as printed; empty when it was cut off.
    pub message: Arc<str>,
    /// What the faulting goroutine was doing to the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The runtime's map function in the stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map_function: Option<Arc<str>>,
    /// What that function's name tells of the key type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyHint>,
    /// Whether a read had the comma-ok form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comma_ok: Option<bool>,
    /// The goroutine that died.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goroutine: Option<u64>,
    /// Its stack without Go's own frames, innermost first.
    pub stack: Vec<Site>,
    /// How often it was reported.
    pub times: u64,
    /// Line of the text that reports it first, from 1.
    pub text_line: u64,
}

/// A candidate for the other side of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherSide {
    /// The access in the source; `None` where only the text knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Where: the access's place in the source, or the frame as printed.
    pub site: Site,
    /// What it does there, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Goroutines of the text that stand there; empty when the text shows none.
    pub goroutines: Vec<u64>,
    /// How sure it is that this one took part.
    pub confidence: Confidence,
    /// What the source shows of its meeting the faulting access.
    pub meets: Meets,
    /// What runs it beside other code, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<ConcurrentRoot>,
    /// Why it is a candidate, the strongest reason first.
    pub reasons: Vec<Reason>,
}

/// What the source shows of two accesses of one map that may run at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meets {
    /// Nothing: what runs one of them, or whose object it touches, could not be followed.
    #[default]
    Unknown,
    /// They run at once, and their object may be one; or a call on the way may be another's.
    Presumed,
    /// They run at once at one object.
    Seen,
}

/// Goroutines of the text with the same stack that have to do with a map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoroutineGroup {
    /// What they have to do with it.
    pub role: GoroutineRole,
    /// How many there are.
    pub count: u64,
    /// Ids of the first few.
    pub ids: Vec<u64>,
    /// Their state as printed, such as `sync.RWMutex.Lock`; the most frequent one of the group.
    pub state: Arc<str>,
    /// Shortest and longest wait in minutes, where printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_minutes: Option<(u32, u32)>,
    /// The frame that ties them to the map.
    pub frame: Site,
    /// What they do to the map there, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The lock they wait for, where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<Arc<str>>,
    /// Where they were started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<Site>,
}

/// What goroutines have to do with a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GoroutineRole {
    /// It died of the fault.
    Faulting,
    /// Inside one of the runtime's map functions, called by a function that touches this map.
    InMapOperation,
    /// On the line of an access to this map.
    OnAccess,
    /// Waiting for a lock that guards this map.
    WaitingForLock,
    /// Inside a function that touches this map.
    InFunction,
    /// Started the faulting goroutine.
    Creator,
}

impl GoroutineRole {
    /// The words used in reports.
    pub fn words(self) -> &'static str {
        match self {
            Self::Faulting => "faulting",
            Self::InMapOperation => "in the map",
            Self::OnAccess => "at an access",
            Self::WaitingForLock => "waiting for its lock",
            Self::InFunction => "in a function that touches it",
            Self::Creator => "started the faulting one",
        }
    }
}

/// The goroutines of a text as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DumpStatistics {
    /// How many the text holds.
    pub goroutines: u64,
    /// How many different stacks they have.
    pub distinct_stacks: u64,
    /// Locks that goroutines wait for, the most waited for first.
    pub lock_waits: Vec<LockWait>,
}

/// Goroutines that wait for one lock, as the source names it or by the line that takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockWait {
    /// The lock as the source writes it, `c.mu`; the call's frame where there is no source.
    pub lock: Arc<str>,
    /// The maps it guards, by name.
    pub guards: Vec<String>,
    /// How many goroutines wait for it.
    pub waiting: u64,
    /// The longest wait in minutes, where printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_minutes: Option<u32>,
    /// Their share of all goroutines of the text, in percent, rounded down.
    pub share_percent: u8,
    /// Where the first few of them wait.
    pub sites: Vec<Site>,
}

impl LockWait {
    /// The share above which a wait is called out: most of the process stands still.
    pub const ALARM_PERCENT: u8 = 70;

    /// True when so many wait that the process as a whole stands still.
    pub fn is_alarming(&self) -> bool {
        self.share_percent > Self::ALARM_PERCENT
    }
}
