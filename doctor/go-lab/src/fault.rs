//! What ends a run before its operations are done.

use crate::memory::Missing;
use go_runtime::fault::{Channel, Message, find};

/// Why the code of a goroutine stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Its step is over.
    Yield,
    /// The program ends.
    Fault(Fault),
}

/// What ended the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The runtime says so, in these words.
    Fatal(&'static str),
    /// A panic with these words.
    Panic(&'static str),
    /// Memory was touched that is not there.
    Missing(Missing),
    /// An operation goes on for ever.
    Endless,
}

impl Fault {
    /// The message of the runtime, as `go-runtime` has it.
    pub fn message(self) -> Option<&'static Message> {
        match self {
            Self::Fatal(text) => find(Channel::Fatal, text),
            Self::Panic(text) => find(Channel::Panic, text),
            Self::Missing(_) | Self::Endless => None,
        }
    }

    /// The line that Go prints: `fatal error: concurrent map writes`.
    pub fn line(self) -> Option<String> {
        match self {
            Self::Fatal(text) => Some(format!("fatal error: {text}")),
            Self::Panic(text) => Some(format!("panic: {text}")),
            Self::Missing(_) | Self::Endless => None,
        }
    }
}

pub(crate) const WRITES: &str = "concurrent map writes";
pub(crate) const READ_AND_WRITE: &str = "concurrent map read and map write";
pub(crate) const ITERATION_AND_WRITE: &str = "concurrent map iteration and map write";
pub(crate) const CLONE_AND_WRITE: &str = "concurrent map clone and map write";
pub(crate) const BAD_MAP_STATE: &str = "bad map state";
pub(crate) const OLDOVERFLOW: &str = "oldoverflow is not nil";
pub(crate) const NIL_MAP: &str = "assignment to entry in nil map";
pub(crate) const UNLOCKED_MUTEX: &str = "sync: unlock of unlocked mutex";
pub(crate) const UNLOCKED_RWMUTEX: &str = "sync: Unlock of unlocked RWMutex";
pub(crate) const RUNLOCKED_RWMUTEX: &str = "sync: RUnlock of unlocked RWMutex";
pub(crate) const DEADLOCK: &str = "all goroutines are asleep - deadlock!";

/// The runtime ends the program.
pub(crate) fn fatal<T>(text: &'static str) -> Result<T, Stop> {
    Err(Stop::Fault(Fault::Fatal(text)))
}
