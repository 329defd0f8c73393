//! Fields that nobody gives a map but whoever makes the struct, and that one of those leaves out. Most of what is made without
//! is never written to, so this is one sign and no more.

use super::{Grounds, is_decoded};
use crate::words;
use finding::{Grade, MapDecl, Operation};
use go_source::{Assigned, FunctionId, Nilness, Program, SourceAccess};
use std::collections::BTreeSet;

/// A map that is nil in what one of several makers makes.
pub(super) fn by_a_maker(
    program: &Program,
    map: &MapDecl,
    nilness: &Nilness,
    accesses: &[&SourceAccess],
    write: &SourceAccess,
) -> Option<(Grade, Grounds)> {
    let exported = words::name_of(map).chars().next().is_some_and(char::is_uppercase);
    if exported || is_decoded(program, map) {
        return None;
    }
    let given: BTreeSet<Option<FunctionId>> = accesses
        .iter()
        .filter(|access| access.access.operation == Operation::Replace)
        .filter(|access| access.assigned != Assigned::Nil)
        .map(|access| access.function)
        .collect();
    let owner = map.path.rsplit_once('.')?.0;
    let makers = program.makers(&format!("{}.{owner}", map.package));
    // Who else gives the map may do so before it is written.
    if given.is_empty() || !given.iter().all(|function| makers.contains(function)) {
        return None;
    }
    let calls_a_giver = |maker: FunctionId| {
        given
            .iter()
            .flatten()
            .any(|giver| program.callers(*giver).iter().any(|call| call.caller == Some(maker)))
    };
    let forgets = |maker: &&FunctionId| {
        !given.contains(&Some(**maker))
            && write.function != Some(**maker)
            && !nilness.checked.contains(maker)
            && !calls_a_giver(**maker)
            && returns(program, **maker)
    };
    nilness.lacking.iter().find(forgets)?;
    Some((
        Grade::Low,
        (
            "one of those who make its struct leaves it out",
            "others give the map where they make the struct, and nobody gives it later",
        ),
    ))
}

/// Whether a function hands out what it makes.
fn returns(program: &Program, function: FunctionId) -> bool {
    program.function_by_id(function).is_some_and(|function| function.makes_result)
}
