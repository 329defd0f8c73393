//! Which frame of a stack a question is asked of, and what it tells.

use crate::{instances, stacks};
use finding::{MapClue, MapKind};
use go_crash::{Fault, Frame, user_frame};
use std::sync::Arc;

/// The frame a fault is resolved by: the program's own where there is one, else the first that is
/// not Go's.
pub(crate) fn frame_of(fault: &Fault) -> Option<&Frame> {
    fault.user_frame.as_ref().or(fault.program_frame.as_ref())
}

pub(crate) fn clue_of(fault: &Fault, frame: Option<&Frame>) -> MapClue {
    MapClue {
        site: frame.map(stacks::site),
        function: frame.map(|frame| Arc::clone(&frame.symbol)),
        operation: fault.operation,
        key: fault.key,
        comma_ok: fault.comma_ok,
        type_name: None,
        address: fault
            .goroutine
            .as_ref()
            .and_then(|goroutine| instances::address(&goroutine.frames)),
    }
}

/// Which kind of map the frames above the program's own speak of.
pub(crate) fn kind_of(frames: &[Frame]) -> MapKind {
    if stacks::in_sync_map(frames) { MapKind::SyncMap } else { MapKind::Builtin }
}

/// The first frame of a race's side that is not Go's own.
pub(crate) fn side_frame(frames: &[Frame]) -> Option<&Frame> {
    user_frame(frames)
}
