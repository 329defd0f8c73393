//! Goroutines with the same stack, counted together.

use super::{Creator, Frame};
use std::sync::Arc;

/// Goroutines whose stacks are the same but for the arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackGroup {
    /// How many there are.
    pub count: u64,
    /// Their states with counts, the most frequent first.
    pub states: Vec<(Arc<str>, u64)>,
    /// The shortest wait printed, in minutes; `None` when none of them prints one.
    pub wait_min: Option<u32>,
    /// The longest wait printed, in minutes.
    pub wait_max: Option<u32>,
    /// Ids of the first few.
    pub first_ids: Vec<u64>,
    /// Labels, from a `debug=1` goroutine profile.
    pub labels: Vec<(Arc<str>, Arc<str>)>,
    /// The stack, innermost frame first; the arguments are the first goroutine's.
    pub frames: Vec<Frame>,
    /// True when the runtime left frames out.
    pub frames_elided: bool,
    /// What started them; `parent` is the first goroutine's.
    pub creator: Option<Creator>,
}

impl StackGroup {
    /// True when any frame of the stack is one of the runtime's map functions.
    pub fn in_map_function(&self) -> bool {
        self.frames.iter().any(|frame| go_runtime::map_function(&frame.symbol).is_some())
    }

    /// The first frame that is not Go's own.
    pub fn user_frame(&self) -> Option<&Frame> {
        super::user_frame(&self.frames)
    }
}
