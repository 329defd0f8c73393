//! All that a text said.

use super::{Fault, Frame, Goroutine, Race, StackGroup};
use finding::Operation;
use std::sync::Arc;

/// All that a text said, in the order it said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrashText {
    /// Faults: fatal errors, panics, race reports.
    pub faults: Vec<Fault>,
    /// Goroutines printed whole: all of them, or in the grouped form those that matter (the
    /// faulting one, and those inside the runtime's map functions).
    pub goroutines: Vec<Arc<Goroutine>>,
    /// All goroutines, grouped by stack, the largest group first.
    pub groups: Vec<StackGroup>,
    /// How many goroutines the text holds.
    pub goroutine_count: u64,
    /// What could not be read, and what a reader of the result should know.
    pub notes: Vec<Note>,
    /// Lines of the text.
    pub lines: u64,
}

/// Something to know about the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// Line of the text, from 1; 0 when it concerns the whole.
    pub text_line: u64,
}

/// What a note says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteKind {
    /// A stack begins without its `goroutine N [state]:` heading.
    HeadingMissing,
    /// The text ends in the middle of a goroutine or report.
    Truncated,
    /// The text is newest line first; it was read in reverse.
    Reversed,
    /// Only the faulting goroutine was printed: the other racer is not in the text.
    SingleGoroutine,
    /// There were more distinct stacks or waiting lines than are kept; the rest is counted only.
    LimitReached,
    /// A message of a fault stands in the text without a stack: quoted, or logged by itself.
    MessageWithoutStack,
}

impl CrashText {
    /// The race reports among the faults.
    pub fn races(&self) -> impl Iterator<Item = &Race> {
        self.faults.iter().filter_map(|fault| fault.race.as_deref())
    }

    /// The first fault that concerns a map.
    pub fn map_fault(&self) -> Option<&Fault> {
        self.faults.iter().find(|fault| fault.concerns_map())
    }

    /// Where to look first: the first user frame of the map fault, else of any fault, else of a
    /// stack that begins without its heading or of the first goroutine that was running.
    pub fn suspect(&self) -> Option<&Frame> {
        let by_fault = self
            .map_fault()
            .or_else(|| self.faults.first())
            .and_then(|fault| fault.user_frame.as_ref());
        let by_race = || self.races().filter_map(Race::map_side).find_map(|side| side.user_frame());
        let by_stack = || {
            let cut = |g: &&Arc<Goroutine>| g.id.is_none() || &*g.state == "running";
            self.goroutines.iter().filter(cut).find_map(|g| g.user_frame())
        };
        by_fault.or_else(by_race).or_else(by_stack)
    }
}

impl Fault {
    /// The operations that the faulting goroutine may have been in: the one the frames tell, else
    /// those the message leaves open (a write, a delete or a clear, of `concurrent map writes`).
    pub fn possible_operations(&self) -> &[Operation] {
        match &self.operation {
            Some(operation) => std::slice::from_ref(operation),
            None => self.kind.operations(),
        }
    }

    /// True when the fault concerns a map: any map kind, or a race with a side in a map function.
    pub fn concerns_map(&self) -> bool {
        self.kind.concerns_map()
            || self.operation.is_some()
            || self.race.as_ref().is_some_and(|race| race.concerns_map())
    }
}
