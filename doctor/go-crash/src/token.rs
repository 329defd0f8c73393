//! The pieces a crash text is made of, as found in one line.

use crate::model::RaceActor;
use go_runtime::fault::Channel;

/// A piece of a crash text. Everything borrows from the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `goroutine 7 [running]:`
    Heading(Heading<'a>),
    /// `main.(*Cache).Put(0xc000012345, ...)`; `sure` when it is a frame even if its place never
    /// comes: nothing else stands on its line, or no prose looks like it.
    Call { symbol: &'a [u8], args: Option<&'a [u8]>, sure: bool },
    /// `/src/main.go:12 +0x45 fp=0x… sp=0x… pc=0x…`
    Place(Place<'a>),
    /// `main.(*Cache).Put` at the end of a line, without parentheses: a frame where a stack is listed
    /// by a logger, else nothing.
    Name(&'a [u8]),
    /// `+0x45` on a line of its own, where a paste wrapped the place before it.
    Offset(u64),
    /// `created by main.serve in goroutine 1`
    Created { symbol: &'a [u8], parent: Option<u64> },
    /// `...23 frames elided...`
    Elided(Option<u32>),
    /// `[originating from goroutine 24]:`
    Origin(u64),
    /// `goroutine running on other thread; stack unavailable`
    Unavailable,
    /// `runtime stack:`, the stack of the thread itself.
    ThreadStack,
    /// `fatal error: …`, `panic: …` and the ways in which logs announce a recovered panic.
    Message(Message<'a>),
    /// `[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x…]`
    Signal { name: &'a [u8], address: Option<u64>, pc: Option<u64> },
    /// `SIGSEGV: segmentation violation` on a line of its own.
    ProcessSignal(&'a [u8]),
    /// `PC=0x46c1a1 m=0 sigcode=0`, the line after it.
    SignalCounter(u64),
    /// `WARNING: DATA RACE`; in a comment it may be an example.
    RaceWarning { quoted: bool },
    /// `Previous write at 0x00c000034030 by goroutine 7:`
    RaceSide { write: bool, atomic: bool, previous: bool, address: Option<u64>, by: RaceActor },
    /// `Goroutine 7 (running) created at:`
    RaceCreated { id: u64, running: Option<bool> },
    /// `[failed to restore the stack]`
    StackLost,
    /// `==================`
    RaceRule,
    /// `goroutine profile: total 12`
    ProfileTotal(u64),
    /// `3 @ 0x43c7b6 0x46b2d4`
    ProfileRecord { count: u64 },
    /// `# labels: {"k":"v"}`
    ProfileLabels(&'a [u8]),
    /// A frame of a record: `# 0x46b2d4 sync.runtime_Semacquire+0x25 /src/sema.go:62`, set apart by tabs.
    ProfileFrame { pc: u64, symbol: &'a [u8], offset: Option<u64>, place: Option<Place<'a>> },
    /// `in mapassign`, the bare name below a place, as gocheck lists its stacks.
    BareName,
    /// An empty line.
    Blank,
    /// A fence of a Markdown code block.
    Fence,
}

/// A goroutine's heading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heading<'a> {
    pub(crate) id: u64,
    pub(crate) gp: Option<u64>,
    pub(crate) m: Option<u64>,
    pub(crate) mp: Option<u64>,
    /// What stands between the brackets.
    pub(crate) status: &'a [u8],
    /// What stands between the brackets and the colon.
    pub(crate) labels: &'a [u8],
}

/// Where a frame stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a [u8],
    pub(crate) line: u32,
    pub(crate) offset: Option<u64>,
    pub(crate) fp: Option<u64>,
    pub(crate) sp: Option<u64>,
    pub(crate) pc: Option<u64>,
    /// Nothing but the place stands on its line, behind whatever prefix.
    pub(crate) alone: bool,
}

impl Place<'_> {
    /// True when it can be told from a log line that begins with a file and a line number.
    pub(crate) fn is_certain(&self) -> bool {
        self.offset.is_some() || self.pc.is_some()
    }
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) channel: Channel,
    /// Without what announces it and without `[recovered]`.
    pub(crate) text: &'a [u8],
    /// The runtime says that it was recovered and raised again.
    pub(crate) recovered: bool,
    /// It is announced by a program that recovered it, not by the runtime.
    pub(crate) logged: bool,
    /// It stands where the runtime prints it, at the beginning of a line or behind a log's prefix;
    /// otherwise it may be quoted, and only a stack that follows makes it a fault.
    pub(crate) printed: bool,
    /// Nothing but blanks stands before it; otherwise a log's prefix does.
    pub(crate) bare: bool,
    /// It stands one tab deep: the panic before it is its cause.
    pub(crate) nested: bool,
}
