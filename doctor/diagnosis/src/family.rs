//! Kinds of fault as the diagnosis treats them, and their stable names.

use crate::sides::Wanted;
use finding::Operation;
use go_crash::FaultKind;

/// What is to be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Family {
    /// Two goroutines at one map: fatal errors, corruption, faults inside map functions.
    Concurrent,
    /// A report of the race detector.
    Race,
    /// A write to a map that was never made.
    NilMap,
    /// A key that cannot be hashed.
    Unhashable,
    /// A lock that was released without being held.
    Unlock,
    /// Goroutines that wait: a deadlock, or a dump without a fault.
    Waiting,
    /// Nothing to do with a map, as far as the text tells.
    Other,
}

/// The family of a kind.
pub(crate) fn of(kind: FaultKind) -> Family {
    match kind {
        FaultKind::ConcurrentMapWrites
        | FaultKind::ConcurrentMapReadAndWrite
        | FaultKind::ConcurrentMapIterationAndWrite
        | FaultKind::ConcurrentMapCloneAndWrite
        | FaultKind::MapCorruption
        | FaultKind::SegvInMap => Family::Concurrent,
        FaultKind::DataRace => Family::Race,
        FaultKind::NilMapWrite => Family::NilMap,
        FaultKind::UnhashableKey => Family::Unhashable,
        FaultKind::UnlockOfUnlocked => Family::Unlock,
        FaultKind::Deadlock => Family::Waiting,
        _ => Family::Other,
    }
}

/// The stable name of a kind.
pub(crate) fn name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::ConcurrentMapWrites => "concurrent_map_writes",
        FaultKind::ConcurrentMapReadAndWrite => "concurrent_map_read_and_map_write",
        FaultKind::ConcurrentMapIterationAndWrite => "concurrent_map_iteration_and_map_write",
        FaultKind::ConcurrentMapCloneAndWrite => "concurrent_map_clone_and_map_write",
        FaultKind::MapCorruption => "map_corruption",
        FaultKind::NilMapWrite => "nil_map_write",
        FaultKind::UnhashableKey => "unhashable_key",
        FaultKind::DataRace => "data_race",
        FaultKind::Checkptr => "checkptr",
        FaultKind::SegvInMap => "memory_fault_in_map",
        FaultKind::UnlockOfUnlocked => "unlock_of_unlocked",
        FaultKind::Deadlock => "deadlock",
        FaultKind::OutOfMemory => "out_of_memory",
        FaultKind::StackOverflow => "stack_overflow",
        FaultKind::Segv => "memory_fault",
        FaultKind::OtherPanic => "panic",
        FaultKind::OtherFatal => "fatal_error",
        _ => "other",
    }
}

/// What the other side of a fault must have done.
pub(crate) fn wanted(kind: FaultKind, operation: Option<Operation>) -> Wanted {
    match kind {
        FaultKind::DataRace if operation.is_some_and(Operation::mutates) => Wanted::Anything,
        FaultKind::DataRace => Wanted::ChangeOrReplace,
        _ => Wanted::Change,
    }
}

/// Operations that the faulting goroutine may have been in. Empty: nothing is known.
pub(crate) fn operations(kind: FaultKind, told: Option<Operation>) -> Vec<Operation> {
    match told {
        Some(operation) => vec![operation],
        None => kind.operations().to_vec(),
    }
}

/// How grave a family is: those that kill the process at a map come first.
pub(crate) fn order(family: Family) -> u8 {
    match family {
        Family::Concurrent => 0,
        Family::Race => 1,
        Family::NilMap | Family::Unhashable => 2,
        Family::Unlock => 3,
        Family::Waiting => 4,
        Family::Other => 5,
    }
}

/// The runbook of a family; the table of all where none is about it alone.
pub(crate) fn runbook(family: Family, operation: Option<Operation>) -> &'static str {
    match (family, operation) {
        (Family::Concurrent | Family::Race, Some(Operation::Iterate | Operation::Clone)) => {
            "docs/runbooks/mutation-while-ranging.md"
        }
        (Family::Concurrent | Family::Race, _) => "docs/runbooks/concurrent-write.md",
        // The table of symptoms, which leads on.
        _ => "docs/runbooks/README.md",
    }
}
