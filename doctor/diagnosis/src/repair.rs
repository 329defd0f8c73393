//! What can be done to the source of a map.

mod choices;

use finding::{AccessRow, ByHand, FaultingAccess, MapDecl, Repair};
use go_source::Program;

/// The emergency measure for a map that two goroutines touch.
pub(crate) fn plan(program: &Program, map: &MapDecl, accesses: &[AccessRow]) -> Repair {
    let _ = program;
    Repair { patch: None, by_hand: Vec::<ByHand>::new(), choices: choices::of(map, accesses) }
}

/// The emergency measure for a map that was never made.
pub(crate) fn of_nil_map(
    program: &Program,
    map: &MapDecl,
    faulting: Option<&FaultingAccess>,
) -> Option<Repair> {
    let _ = (program, map, faulting);
    None
}
