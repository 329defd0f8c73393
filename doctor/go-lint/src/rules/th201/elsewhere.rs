//! Fields that are made by whoever finds them nil: who writes to one without looking may be the first.
//!
//! It is known by its shape, whatever the type is called: other functions of the program compare the field with nil and make
//! it, and structs without it are made or come from outside.

use super::found::was_found;
use super::{Grounds, is_decoded};
use crate::words;
use finding::{Grade, MapDecl, Operation};
use go_source::{
    Assigned, Base, CallKind, FunctionId, Nilness, Program, SourceAccess, SourceFile,
    VariableOrigin,
};
use std::collections::BTreeSet;

/// Functions above a write that are asked whether they see to it that the map is made, at most.
const MAX_FUNCTIONS: usize = 64;

/// A map that other functions make where it is nil.
pub(super) fn is_made(
    program: &Program,
    map: &MapDecl,
    nilness: &Nilness,
    accesses: &[&SourceAccess],
    write: &SourceAccess,
) -> Option<(Grade, Grounds)> {
    let function = write.function.filter(|_| write.calls.is_empty())?;
    let gives = |access: &&&SourceAccess| {
        access.access.operation == Operation::Replace && access.assigned != Assigned::Nil
    };
    let given: BTreeSet<FunctionId> =
        accesses.iter().filter(gives).filter_map(|access| access.function).collect();
    let checked: BTreeSet<FunctionId> = nilness.checked.iter().copied().collect();
    // Somebody has met it when it was nil.
    checked.intersection(&given).next()?;
    let foreign = program.file(&map.site.file).is_some_and(SourceFile::is_vendored);
    let from_outside = foreign || is_decoded(program, map);
    if !from_outside && nilness.lacking.iter().all(|maker| given.contains(maker)) {
        return None;
    }
    if was_found(program, accesses, write) || is_fresh(program, write) {
        return None;
    }
    let thinks = Thinks { program, functions: checked.union(&given).copied().collect() };
    if thinks.sees_to_it(function, write.placement.operation.start, &mut BTreeSet::new()) {
        return None;
    }
    // Where most who write do not look, the program has another way to see to it.
    let blind: BTreeSet<FunctionId> = accesses
        .iter()
        .filter(|access| access.access.operation == Operation::Write)
        .filter_map(|access| access.function)
        .filter(|writer| !thinks.functions.contains(writer))
        .collect();
    let habit = checked.intersection(&given).count() >= blind.len();
    let exported = words::name_of(map).chars().next().is_some_and(char::is_uppercase);
    let likely = habit && (exported || from_outside) && is_handed_in(program, write);
    Some((
        if likely { Grade::Medium } else { Grade::Low },
        (
            "is not looked at here, where others make it if it is nil",
            "other functions compare the field with nil and make it",
        ),
    ))
}

/// The functions that compare a map with nil or give it a value.
struct Thinks<'p> {
    program: &'p Program,
    functions: BTreeSet<FunctionId>,
}

impl Thinks<'_> {
    /// Whether the map is made before a place of a function is reached: by the function, by one that it calls before, or by
    /// all of its callers. Who calls itself is as those who call it first.
    fn sees_to_it(
        &self,
        function: FunctionId,
        before: u32,
        seen: &mut BTreeSet<FunctionId>,
    ) -> bool {
        let around: Vec<FunctionId> =
            std::iter::successors(Some(function), |at| self.program.function_by_id(*at)?.parent)
                .collect();
        if around.iter().any(|at| self.functions.contains(at)) {
            return true;
        }
        let calls_one = self.functions.iter().any(|maker| {
            self.program.callers(*maker).iter().any(|call| {
                call.at < before && call.caller.is_some_and(|caller| around.contains(&caller))
            })
        });
        if calls_one {
            return true;
        }
        let Some(outer) = around.last().filter(|_| seen.len() < MAX_FUNCTIONS) else {
            return false;
        };
        if !seen.insert(*outer) {
            return true;
        }
        let callers = self.program.callers(*outer);
        let one_does = |call: &&go_source::Call| {
            call.caller.is_some_and(|caller| {
                seen.contains(&caller) || self.sees_to_it(caller, call.at, seen)
            })
        };
        !callers.is_empty() && callers.iter().all(one_does)
    }
}

/// Whether the function makes the struct itself, and so knows whether it has a map.
fn is_fresh(program: &Program, write: &SourceAccess) -> bool {
    let Some(Base::Variable { id, .. }) = write.base else { return false };
    program.variable(id).is_some_and(|variable| variable.origin == VariableOrigin::Fresh)
}

/// Whether the struct is handed to a function that nobody in the program calls: nobody has seen to it that it has a map.
fn is_handed_in(program: &Program, write: &SourceAccess) -> bool {
    let Some(Base::Variable { id, .. }) = write.base else { return false };
    let Some(variable) = program.variable(id) else { return false };
    // Who keeps a struct for himself knows what it has.
    let own = || write.object.as_ref().is_some_and(|object| !object.contains('.'));
    let given = match variable.origin {
        VariableOrigin::Parameter(_) => true,
        VariableOrigin::Receiver => own(),
        _ => false,
    };
    given
        && variable.function.is_some_and(|function| {
            program.callers(function).iter().all(|call| call.kind == CallKind::Value)
        })
}
