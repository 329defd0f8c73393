//! A fault: why the process died, or what the detector reported.

use super::{Frame, Goroutine, Race};
use finding::{KeyHint, Operation};
use go_runtime::FaultKind;
use std::sync::Arc;

/// Why the process died, or what was reported on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// The message as printed, without `fatal error: ` or `panic: `. Empty when the heading was cut
    /// off and the kind was read from the frames.
    pub message: Arc<str>,
    /// False when the message is missing and the kind follows from the frames.
    pub message_printed: bool,
    /// What was being done to the map, where the frames or the message tell.
    pub operation: Option<Operation>,
    /// The runtime's map function in the stack that told it.
    pub map_function: Option<Arc<str>>,
    /// What the function's name says of the key type.
    pub key: Option<KeyHint>,
    /// The comma-ok form of a read, where the function's name tells and the version lets it.
    pub comma_ok: Option<bool>,
    /// The goroutine that died, whole; `None` when the text holds none.
    pub goroutine: Option<Arc<Goroutine>>,
    /// First frame of that stack which is not Go's own; it may be a dependency's.
    pub user_frame: Option<Frame>,
    /// First frame of the program's own module, where it can be told from dependencies.
    pub program_frame: Option<Frame>,
    /// The race report, for [`FaultKind::DataRace`].
    pub race: Option<Arc<Race>>,
    /// The `[signal …]` line.
    pub signal: Option<Signal>,
    /// What `recover` did, for panics.
    pub recovery: Recovery,
    /// How often the same message was printed in a row: concurrent faults print it once each.
    pub repeats: u32,
    /// Line of the text where it is reported, from 1.
    pub text_line: u64,
}

/// What happened to a panic on its way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Recovery {
    /// It killed the process, as far as the text tells.
    #[default]
    None,
    /// Recovered and raised again: the process died of it.
    Repanicked,
    /// Recovered and logged, as `net/http` and middleware do: the process lives.
    Logged,
}

/// A `[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x…]` line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signal {
    /// `SIGSEGV`, `SIGBUS`, `SIGABRT`; on Windows the exception code, `0xc0000005`.
    pub name: Arc<str>,
    /// The faulting address.
    pub address: Option<u64>,
    /// The program counter.
    pub pc: Option<u64>,
}
