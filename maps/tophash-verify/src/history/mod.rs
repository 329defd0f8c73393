//! What happened: operations on keys with their times and what they saw, and iterations.

mod print;
mod record;

pub use record::{Lane, Recorder};

use std::collections::HashMap;

/// An operation on one key. Each returns the value it found, before its own effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Reads.
    Get,
    /// Sets the value.
    Insert(u64),
    /// Sets the value where there is none.
    TryInsert(u64),
    /// Removes the value.
    Remove,
    /// Sets `new` where the value is `expected`.
    CompareExchange {
        /// The value that must be found.
        expected: u64,
        /// The value it becomes.
        new: u64,
    },
    /// Adds, wrapping, where there is a value.
    FetchAdd(u64),
}

impl Op {
    /// The value of the key after the operation found `before`.
    #[must_use]
    pub fn after(self, before: Option<u64>) -> Option<u64> {
        match (self, before) {
            (Self::Get, _) => before,
            (Self::Insert(value), _) | (Self::TryInsert(value), None) => Some(value),
            (Self::TryInsert(_), Some(_)) => before,
            (Self::Remove, _) => None,
            (Self::CompareExchange { expected, new }, Some(value)) if value == expected => {
                Some(new)
            }
            (Self::CompareExchange { .. }, _) => before,
            (Self::FetchAdd(delta), Some(value)) => Some(value.wrapping_add(delta)),
            (Self::FetchAdd(_), None) => None,
        }
    }
}

/// What an operation is known to have found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// It returned, and this is the value it found.
    Found(Option<u64>),
    /// Nothing is known: it never returned, it panicked, or its result has been forgotten. It may have taken effect
    /// once within its time, or not at all.
    Unknown,
}

/// An operation with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Nanoseconds from the start of the recording to the call.
    pub start: u64,
    /// Nanoseconds from the start of the recording to the return; `u64::MAX` if it never returned.
    pub end: u64,
    /// The key.
    pub key: u64,
    /// What was asked.
    pub op: Op,
    /// What was answered.
    pub seen: Seen,
    /// Which thread did it.
    pub thread: u32,
}

impl Operation {
    /// The same operation with its result forgotten: it may have taken effect once within its time, or not at all.
    ///
    /// A minimal failing history forgets operations rather than cutting them out: with a write cut out, an innocent
    /// read of its value would look guilty.
    #[must_use]
    pub fn forgotten(self) -> Self {
        Self { seen: Seen::Unknown, ..self }
    }

    /// The value after the operation, where its result is known and it changed anything.
    #[must_use]
    pub fn wrote(&self) -> Option<Option<u64>> {
        match self.seen {
            Seen::Found(before) => Some(self.op.after(before)).filter(|after| *after != before),
            Seen::Unknown => None,
        }
    }
}

/// One whole iteration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Iteration {
    /// Nanoseconds from the start of the recording to its start.
    pub start: u64,
    /// Nanoseconds from the start of the recording to its end.
    pub end: u64,
    /// Which thread did it.
    pub thread: u32,
    /// The keys met, with their values, in order.
    pub met: Vec<(u64, u64)>,
}

/// What all threads did, in no order but that of each one's own time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The operations.
    pub operations: Vec<Operation>,
    /// The iterations.
    pub iterations: Vec<Iteration>,
    /// The values of keys at the beginning; a key that is not here was absent.
    pub initial: HashMap<u64, u64>,
}

impl History {
    /// Puts the lanes of all threads together.
    #[must_use]
    pub fn from_lanes(lanes: impl IntoIterator<Item = Lane>) -> Self {
        let mut history = Self::default();
        for lane in lanes {
            let (operations, iterations) = lane.into_parts();
            if history.operations.is_empty() {
                history.operations = operations;
            } else {
                history.operations.extend_from_slice(&operations);
            }
            history.iterations.extend(iterations);
        }
        history
    }
}
