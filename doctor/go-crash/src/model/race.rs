//! A report of Go's race detector.

use super::Frame;
use finding::{KeyHint, Operation};
use std::sync::Arc;

/// One `WARNING: DATA RACE` report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Race {
    /// The conflicting accesses, in the order printed: the current one, then the previous one(s).
    pub sides: Vec<RaceSide>,
    /// Where the goroutines were created.
    pub goroutines: Vec<RaceGoroutine>,
    /// Line of the text where it begins, from 1.
    pub text_line: u64,
}

/// One side of a race.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RaceSide {
    /// True for a write.
    pub write: bool,
    /// True for `atomic read` and `atomic write`.
    pub atomic: bool,
    /// True for `Previous …`.
    pub previous: bool,
    /// The address; old reports print none.
    pub address: Option<u64>,
    /// Who did it.
    pub by: RaceActor,
    /// The stack, innermost frame first; empty when `stack_lost`.
    pub frames: Vec<Frame>,
    /// True for `[failed to restore the stack]`.
    pub stack_lost: bool,
    /// What was being done to a map, when the innermost frames are in the runtime's map functions.
    pub operation: Option<Operation>,
    /// The runtime's map function that told it.
    pub map_function: Option<Arc<str>>,
    /// What the function's name says of the key type.
    pub key: Option<KeyHint>,
    /// The comma-ok form of a read.
    pub comma_ok: Option<bool>,
}

/// Who took part in a race.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RaceActor {
    /// The text does not say, or is cut.
    #[default]
    Unknown,
    /// `main goroutine`.
    Main,
    /// `goroutine N`.
    Goroutine(u64),
}

/// A `Goroutine N (running) created at:` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RaceGoroutine {
    /// Its number.
    pub id: u64,
    /// True for `running`, false for `finished`; `None` where the text does not say.
    pub running: Option<bool>,
    /// The stack of the `go` statement.
    pub created_at: Vec<Frame>,
}

impl RaceSide {
    /// The first frame that is not Go's own.
    pub fn user_frame(&self) -> Option<&Frame> {
        super::user_frame(&self.frames)
    }
}

impl Race {
    /// True when a side stands in one of the runtime's map functions.
    pub fn concerns_map(&self) -> bool {
        self.sides.iter().any(|side| side.operation.is_some())
    }

    /// The side that names the map function, the current access first.
    pub fn map_side(&self) -> Option<&RaceSide> {
        self.sides.iter().find(|side| side.operation.is_some())
    }
}
