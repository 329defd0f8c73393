//! Builds the case of a fault: which part of the diagnosis drafts it.

use crate::context::Context;
use crate::draft::Draft;
use crate::family::{self, Family};
use crate::finish::finish;
use crate::frames::{clue_of, frame_of};
use crate::{dump, gaps, near, race, segv, settle, stacks, unlock};
use finding::{Case, FaultingAccess, Match, Subject};
use go_crash::{Fault, FaultKind};

/// The case of one fault that was reported `times` times.
pub(crate) fn of_fault(context: &Context<'_>, fault: &Fault, times: u64) -> Case {
    let mut family = family::of(fault.kind);
    if family == Family::Other
        && context.program.is_some_and(|program| segv::is_in_map(context, program, fault))
    {
        family = Family::Concurrent;
    }
    let draft = match (family, context.program) {
        (Family::Waiting, Some(program)) => {
            dump::deadlock(context, program, fault).unwrap_or_else(|| not_a_map(fault, family))
        }
        (Family::Other | Family::Waiting, _) => not_a_map(fault, family),
        (Family::Race, program) if !fault.concerns_map() => match program {
            Some(program) => race::of_variable(context, program, fault)
                .unwrap_or_else(|| not_a_map(fault, family)),
            None => not_a_map(fault, family),
        },
        (Family::Race, Some(program)) => race::of_map(context, program, fault),
        (Family::Unlock, Some(program)) => unlock::draft(context, program, fault),
        (Family::Unlock, None) => not_a_map(fault, family),
        (_, Some(program)) => settle::of_source(context, program, fault, family),
        (_, None) => without_source(context, fault, family),
    };
    finish(context, family, Some((fault, times)), draft)
}

fn not_a_map(fault: &Fault, family: Family) -> Draft {
    let why = match family {
        Family::Race => {
            "the race is not inside a map operation: it is about other memory".to_owned()
        }
        Family::Waiting => "every goroutine waits; the locks they wait for are below".to_owned(),
        Family::Unlock => "a lock was released that nobody held".to_owned(),
        _ => match fault.kind {
            FaultKind::OutOfMemory => {
                "the process ran out of memory; a heap profile names what holds it".to_owned()
            }
            _ => "nothing in the text says that a map is concerned".to_owned(),
        },
    };
    let mut draft = Draft::new(Subject::NotAMap { why });
    draft.faulting = frame_of(fault).map(|frame| FaultingAccess {
        frame: stacks::site(frame),
        access: None,
        matched: Match::None,
    });
    draft
}

fn without_source(context: &Context<'_>, fault: &Fault, family: Family) -> Draft {
    let frame = frame_of(fault);
    let why = "without the source only the place in the text is known".to_owned();
    let mut draft = Draft::new(Subject::Unnamed { clue: clue_of(fault, frame), why });
    draft.faulting = frame.map(|frame| FaultingAccess {
        frame: stacks::site(frame),
        access: None,
        matched: Match::None,
    });
    draft.gaps.push(gaps::no_source(context.options));
    draft.near = near::without_source(&context.stacks, fault);
    if family == Family::Concurrent {
        draft.sides.candidates = settle::in_map_elsewhere(&draft.near);
    }
    draft
}
