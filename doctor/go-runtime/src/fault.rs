//! Messages of the runtime, and the fault each announces.

use crate::Versions;
use finding::Operation;

/// What kind of fault a text reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// `fatal error: concurrent map writes`: two goroutines changed one map.
    ConcurrentMapWrites,
    /// `fatal error: concurrent map read and map write`.
    ConcurrentMapReadAndWrite,
    /// `fatal error: concurrent map iteration and map write`.
    ConcurrentMapIterationAndWrite,
    /// `fatal error: concurrent map clone and map write`.
    ConcurrentMapCloneAndWrite,
    /// The map's own structure was found broken, as a race (or unsafe code) leaves it.
    MapCorruption,
    /// `panic: assignment to entry in nil map`.
    NilMapWrite,
    /// `panic: runtime error: hash of unhashable type …`.
    UnhashableKey,
    /// `WARNING: DATA RACE`, a report of the race detector.
    DataRace,
    /// `fatal error: checkptr: …`.
    Checkptr,
    /// A memory fault inside one of the runtime's map functions.
    SegvInMap,
    /// `fatal error: sync: unlock of unlocked mutex` and its family.
    UnlockOfUnlocked,
    /// `fatal error: all goroutines are asleep - deadlock!` and its family.
    Deadlock,
    /// `fatal error: runtime: out of memory` and its family.
    OutOfMemory,
    /// `fatal error: stack overflow`.
    StackOverflow,
    /// A nil dereference or other memory fault outside of map functions.
    Segv,
    /// Any other panic.
    OtherPanic,
    /// Any other fatal error.
    OtherFatal,
}

impl FaultKind {
    /// True when the kind by itself says that a map is concerned. A [`FaultKind::DataRace`] may
    /// concern one too: its stacks tell.
    pub fn concerns_map(self) -> bool {
        matches!(
            self,
            Self::ConcurrentMapWrites
                | Self::ConcurrentMapReadAndWrite
                | Self::ConcurrentMapIterationAndWrite
                | Self::ConcurrentMapCloneAndWrite
                | Self::MapCorruption
                | Self::NilMapWrite
                | Self::UnhashableKey
                | Self::SegvInMap
        )
    }

    /// True when the runtime caught two goroutines in one map, or what such a pair left behind.
    pub fn is_concurrent(self) -> bool {
        matches!(
            self,
            Self::ConcurrentMapWrites
                | Self::ConcurrentMapReadAndWrite
                | Self::ConcurrentMapIterationAndWrite
                | Self::ConcurrentMapCloneAndWrite
                | Self::MapCorruption
                | Self::SegvInMap
        )
    }

    /// The operations that the faulting goroutine may have been in, as far as the kind tells.
    pub fn operations(self) -> &'static [Operation] {
        match self {
            Self::ConcurrentMapWrites => &[Operation::Write, Operation::Delete, Operation::Clear],
            Self::ConcurrentMapReadAndWrite => &[Operation::Read],
            Self::ConcurrentMapIterationAndWrite => &[Operation::Iterate],
            Self::ConcurrentMapCloneAndWrite => &[Operation::Clone],
            Self::NilMapWrite => &[Operation::Write],
            Self::UnhashableKey => &[Operation::Read, Operation::Write, Operation::Delete],
            _ => &[],
        }
    }
}

/// Whether a message follows `fatal error: ` or `panic: `.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// `fatal error: `: nothing can recover it.
    Fatal,
    /// `panic: `: `recover` may stop it.
    Panic,
}

/// How a message is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Match {
    Whole,
    Prefix,
}

/// A message of the runtime or the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The text, whole or the part before what varies.
    pub text: &'static str,
    how: Match,
    /// Fatal error or panic.
    pub channel: Channel,
    /// What it announces.
    pub kind: FaultKind,
    /// The releases that print it. Go 1.6 and 1.21 to 1.27 were read; where a range begins or ends
    /// between them it follows release notes and crash texts.
    pub versions: Versions,
    /// Where it was read, relative to GOROOT/src.
    pub file: &'static str,
    /// True when the recorded runs of the Go fixtures, of Go 1.21 and newer, show it.
    pub tested: bool,
}

/// The message at the beginning of `text`, if it is one of the table's.
///
/// `text` is what follows `fatal error: ` or `panic: `; more may follow the message, as when a
/// viewer joined lines.
pub fn find(channel: Channel, text: &str) -> Option<&'static Message> {
    let text = text.strip_prefix("runtime error: ").unwrap_or(text);
    MESSAGES.iter().find(|message| message.channel == channel && text.starts_with(message.text))
}

/// The kind that a message announces; [`FaultKind::OtherFatal`] or [`FaultKind::OtherPanic`] for
/// one that is not in the table.
pub fn classify(channel: Channel, text: &str) -> FaultKind {
    match find(channel, text) {
        Some(message) => message.kind,
        None => match channel {
            Channel::Fatal => FaultKind::OtherFatal,
            Channel::Panic => FaultKind::OtherPanic,
        },
    }
}

/// Every message known.
pub fn messages() -> &'static [Message] {
    MESSAGES
}

impl Message {
    /// True when the table holds the whole message and not only its beginning.
    pub fn is_whole(&self) -> bool {
        self.how == Match::Whole
    }
}

const fn fatal(
    text: &'static str,
    kind: FaultKind,
    first: u8,
    last: Option<u8>,
    file: &'static str,
    tested: bool,
) -> Message {
    Message {
        text,
        how: Match::Whole,
        channel: Channel::Fatal,
        kind,
        versions: Versions { first, last },
        file,
        tested,
    }
}

const fn panics(
    text: &'static str,
    kind: FaultKind,
    first: u8,
    last: Option<u8>,
    file: &'static str,
    tested: bool,
) -> Message {
    Message {
        text,
        how: Match::Whole,
        channel: Channel::Panic,
        kind,
        versions: Versions { first, last },
        file,
        tested,
    }
}

const fn begins(message: Message) -> Message {
    Message { how: Match::Prefix, ..message }
}

use FaultKind::{
    Checkptr, ConcurrentMapCloneAndWrite, ConcurrentMapIterationAndWrite,
    ConcurrentMapReadAndWrite, ConcurrentMapWrites, Deadlock, MapCorruption, NilMapWrite,
    OtherFatal, OutOfMemory, Segv, StackOverflow, UnhashableKey, UnlockOfUnlocked,
};

/// Longer messages stand before those that begin like them.
const MESSAGES: &[Message] = &[
    fatal(
        "concurrent map read and map write",
        ConcurrentMapReadAndWrite,
        6,
        None,
        "internal/runtime/maps/map.go",
        true,
    ),
    fatal(
        "concurrent map iteration and map write",
        ConcurrentMapIterationAndWrite,
        8,
        None,
        "internal/runtime/maps/table.go",
        true,
    ),
    fatal(
        "concurrent map clone and map write",
        ConcurrentMapCloneAndWrite,
        21,
        None,
        "internal/runtime/maps/map.go",
        true,
    ),
    fatal(
        "concurrent map writes",
        ConcurrentMapWrites,
        6,
        None,
        "internal/runtime/maps/map.go",
        true,
    ),
    fatal(
        "small map with no empty slot (concurrent map writes?)",
        ConcurrentMapWrites,
        24,
        Some(26),
        "internal/runtime/maps/map.go",
        true,
    ),
    fatal("oldoverflow is not nil", MapCorruption, 7, Some(25), "runtime/map_noswiss.go", false),
    fatal("overflow is not nil", MapCorruption, 5, Some(6), "runtime/hashmap.go", false),
    fatal("bad map state", MapCorruption, 6, Some(25), "runtime/map_noswiss.go", true),
    fatal("bad evacuatedN", MapCorruption, 10, Some(25), "runtime/map_noswiss.go", false),
    fatal("evacuation not done in time", MapCorruption, 6, Some(6), "runtime/hashmap.go", false),
    begins(fatal("checkptr: ", Checkptr, 14, None, "runtime/checkptr.go", true)),
    fatal(
        "sync: unlock of unlocked mutex",
        UnlockOfUnlocked,
        8,
        None,
        "internal/sync/mutex.go",
        true,
    ),
    fatal("sync: RUnlock of unlocked RWMutex", UnlockOfUnlocked, 8, None, "sync/rwmutex.go", true),
    fatal("sync: Unlock of unlocked RWMutex", UnlockOfUnlocked, 8, None, "sync/rwmutex.go", true),
    fatal(
        "sync: inconsistent mutex state",
        UnlockOfUnlocked,
        8,
        None,
        "internal/sync/mutex.go",
        false,
    ),
    fatal("all goroutines are asleep - deadlock!", Deadlock, 1, None, "runtime/proc.go", true),
    fatal(
        "no goroutines (main called runtime.Goexit) - deadlock!",
        Deadlock,
        1,
        None,
        "runtime/proc.go",
        false,
    ),
    begins(fatal("runtime: out of memory", OutOfMemory, 1, None, "runtime/mem_linux.go", false)),
    begins(fatal(
        "runtime: cannot allocate memory",
        OutOfMemory,
        4,
        None,
        "runtime/mem_linux.go",
        false,
    )),
    begins(fatal("out of memory", OutOfMemory, 4, None, "runtime/malloc.go", false)),
    fatal("stack overflow", StackOverflow, 1, None, "runtime/stack.go", false),
    fatal("fault", Segv, 1, None, "runtime/signal_unix.go", false),
    begins(fatal(
        "unexpected signal during runtime execution",
        Segv,
        1,
        None,
        "runtime/signal_unix.go",
        false,
    )),
    begins(fatal("found bad pointer in Go heap", OtherFatal, 5, None, "runtime/mbitmap.go", false)),
    panics("assignment to entry in nil map", NilMapWrite, 1, None, "runtime/map.go", true),
    begins(panics("hash of unhashable type", UnhashableKey, 1, None, "runtime/error.go", true)),
    begins(panics(
        "invariant failed: growthLeft is unexpectedly 0",
        MapCorruption,
        24,
        None,
        "internal/runtime/maps/table.go",
        false,
    )),
    begins(panics(
        "invariant failed: found ",
        MapCorruption,
        24,
        None,
        "internal/runtime/maps/table_debug.go",
        false,
    )),
    begins(panics(
        "invariant failed: slot: key not found",
        MapCorruption,
        24,
        None,
        "internal/runtime/maps/table_debug.go",
        false,
    )),
    begins(panics(
        "internal/sync.HashTrieMap: ran out of hash bits while ",
        MapCorruption,
        24,
        None,
        "internal/sync/hashtriemap.go",
        true,
    )),
    begins(panics(
        "internal/concurrent.HashMapTrie: ran out of hash bits while ",
        MapCorruption,
        23,
        Some(23),
        "internal/concurrent/hashtriemap.go",
        false,
    )),
    panics("sync: unlock of unlocked mutex", UnlockOfUnlocked, 1, Some(7), "sync/mutex.go", false),
    panics(
        "sync: RUnlock of unlocked RWMutex",
        UnlockOfUnlocked,
        1,
        Some(7),
        "sync/rwmutex.go",
        false,
    ),
    panics(
        "sync: Unlock of unlocked RWMutex",
        UnlockOfUnlocked,
        1,
        Some(7),
        "sync/rwmutex.go",
        false,
    ),
    begins(panics(
        "invalid memory address or nil pointer dereference",
        Segv,
        1,
        None,
        "runtime/panic.go",
        true,
    )),
];
