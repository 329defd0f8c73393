//! A goroutine as a dump prints it.

use super::Frame;
use std::sync::Arc;

/// A goroutine as printed, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goroutine {
    /// Its id; `None` when its heading was cut off.
    pub id: Option<u64>,
    /// Its state as printed: `running`, `chan receive`, `sync.Mutex.Lock`. Empty without a heading.
    pub state: Arc<str>,
    /// How long it has been waiting, in whole minutes; printed from one minute on.
    pub wait_minutes: Option<u32>,
    /// What stands in the heading beside state and wait.
    pub flags: GoroutineFlags,
    /// The `synctest` bubble (Go 1.25 on) or group (1.24) it belongs to.
    pub bubble: Option<u64>,
    /// Profiler labels, where the heading prints them (Go 1.26 on with `tracebacklabels=1`).
    pub labels: Vec<(Arc<str>, Arc<str>)>,
    /// Address of its `g`, printed from Go 1.22 on at `GOTRACEBACK=system` and above.
    pub gp: Option<u64>,
    /// Number of the thread that runs it.
    pub m: Option<u64>,
    /// Address of that thread's `m`.
    pub mp: Option<u64>,
    /// Its stack, innermost frame first.
    pub frames: Vec<Frame>,
    /// Frames left out by the runtime (`...23 frames elided...`); 0 when none, and in texts that
    /// say `...additional frames elided...` without a number, where `frames_elided` tells.
    pub elided: u32,
    /// True when the runtime left frames out.
    pub frames_elided: bool,
    /// What started it; `None` for the main goroutine and where the text is cut.
    pub creator: Option<Creator>,
    /// The creators' own stacks (`GODEBUG=tracebackancestors=N`), nearest first.
    pub ancestors: Vec<Ancestor>,
    /// True for `goroutine running on other thread; stack unavailable`.
    pub stack_unavailable: bool,
    /// Line of the text where it begins, from 1.
    pub text_line: u64,
}

/// Flags of a goroutine's heading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GoroutineFlags {
    /// `locked to thread`.
    pub locked: bool,
    /// `(leaked)`, Go 1.26 on.
    pub leaked: bool,
    /// `(durable)`, Go 1.25 on: durably blocked inside a `synctest` bubble.
    pub durable: bool,
    /// `(scan)`: the collector is scanning its stack.
    pub scan: bool,
}

/// The `created by` line of a goroutine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Creator {
    /// The function with the `go` statement, and its site; `args` is always `None`.
    pub frame: Frame,
    /// The goroutine that started it (`in goroutine N`, Go 1.21 on).
    pub parent: Option<u64>,
}

/// The stack that an ancestor had when it started the next goroutine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ancestor {
    /// The ancestor's id.
    pub id: u64,
    /// Its stack, innermost frame first.
    pub frames: Vec<Frame>,
    /// What started the ancestor.
    pub creator: Option<Creator>,
}

impl Goroutine {
    /// True when any frame of the stack is one of the runtime's map functions.
    pub fn in_map_function(&self) -> bool {
        self.frames.iter().any(|frame| go_runtime::map_function(&frame.symbol).is_some())
    }

    /// The first frame that is not Go's own.
    pub fn user_frame(&self) -> Option<&Frame> {
        super::user_frame(&self.frames)
    }
}
