//! What a crash text says, as values: goroutines, faults, race reports, groups of equal stacks, notes.

mod fault;
mod frame;
mod goroutine;
mod group;
mod race;
mod text;

pub use fault::{Fault, Recovery, Signal};
pub use frame::{Frame, FrameOwner, user_frame};
pub use goroutine::{Ancestor, Creator, Goroutine, GoroutineFlags};
pub use group::StackGroup;
pub use race::{Race, RaceActor, RaceGoroutine, RaceSide};
pub use text::{CrashText, Note, NoteKind};
