//! The goroutines of a program that runs, or that left a core dump: what each does, what it waits for, and the functions that
//! it is in.
//!
//! # How a stack is read without stopping the program
//! A goroutine that waits has its registers in its own `runtime.g`, and its stack does not change. So all of these are read,
//! then the stacks, and then the registers once more: where they are others, the goroutine ran meanwhile, and is read again a
//! few times. One that runs has its registers on a processor; the kernel tells them only while its thread waits in the
//! system, and then they are read before and after the stack likewise. Of the others the stack is not told.
//!
//! In a core all registers are there. A thread that handles a signal stands on another stack; what it did before lies where
//! the kernel put it down, and a goroutine whose thread works for the scheduler has its registers in its `runtime.g`.

mod describe;
mod labels;
mod layout;
mod list;
mod registers;
mod unwind;
mod window;

pub use describe::Names;
pub use labels::Labels;
pub use layout::bases;
pub use list::goroutines;
pub use registers::{Registers, Standing, Threads, standing};
pub use unwind::{End, Frame};

pub(crate) use registers::of_note;

use std::sync::Arc;

/// A goroutine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goroutine {
    /// Its number.
    pub id: u64,
    /// What it waits for, or else its state, in the program's own words: `chan receive`, `running`.
    pub state: Arc<str>,
    /// Since when it has waited, by the clock of the program's system since it was started, in nanoseconds; the collector
    /// notes that when it comes by, so that it is later than in truth, and none for short waits.
    pub waits_since: Option<u64>,
    /// The number that the kernel gives the thread that it is on.
    pub thread: Option<u64>,
    /// Whether it stays on one thread.
    pub locked_to_thread: bool,
    /// Its labels.
    pub labels: Labels,
    /// The instruction behind the `go` statement that started it.
    pub created_at: Option<u64>,
    /// The goroutine that started it, where the release notes that: since Go 1.21.
    pub parent: Option<u64>,
    /// The function that it begins in.
    pub begins_in: u64,
    /// The place of its stack among all of them.
    pub stack: usize,
    /// The maps that functions of its stack were called with, as far as the stack tells: the frame from the innermost on, and
    /// the address of the map.
    pub maps: Vec<(usize, u64)>,
}

/// A stack that goroutines have: one value for all that stand at the same instructions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Stack {
    /// The functions that it is in, innermost first.
    pub frames: Vec<Frame>,
    /// Where it ended.
    pub end: End,
}

/// The goroutines of a program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Goroutines {
    /// All that are not done, in the order in which the program keeps them.
    pub all: Vec<Goroutine>,
    /// Their stacks.
    pub stacks: Vec<Stack>,
    /// The message that ended the program, if one of them was about to.
    pub fault: Option<String>,
    /// How many there are beyond those that the budget allows.
    pub left_out: u64,
    /// How many could not be read.
    pub unreadable: u64,
    /// Bytes of goroutines and stacks that were read.
    pub bytes: u64,
}
