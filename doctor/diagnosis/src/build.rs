//! Builds the case of a fault: subject, both sides, goroutines, gaps, steps.

use crate::callers::CallersHold;
use crate::draft::{Context, Draft};
use crate::family::{self, Family};
use crate::frames::{clue_of, frame_of};
use crate::trees::Trees;
use crate::{dump, gaps, instances, near, race, segv, settle, stacks, steps, unlock, verdict};
use finding::{Access, AccessRow, Case, FaultingAccess, LockMode, Match, Part, Subject};
use go_crash::{Fault, FaultKind, Frame};
use std::sync::Arc;

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

/// Words and orders what a draft holds.
pub(crate) fn finish(
    context: &Context<'_>,
    family: Family,
    fault: Option<(&Fault, u64)>,
    mut draft: Draft,
) -> Case {
    let verdict = match fault {
        Some((fault, _)) => verdict::of_fault(
            family,
            fault,
            &draft.subject,
            draft.faulting.as_ref(),
            &draft.sides.candidates,
        ),
        None => verdict::of_dump(&draft.subject, &draft.near),
    };
    if let (Some((fault, _)), Family::Concurrent) = (fault, family) {
        let seen =
            draft.near.iter().any(|near| near.role == finding::GoroutineRole::InMapOperation);
        if !seen && !matches!(draft.subject, Subject::NotAMap { .. }) && fault.goroutine.is_some() {
            draft.gaps.extend(gaps::single_goroutine(context.crash));
        }
    }
    let accesses = rows(context, &draft);
    let operation =
        draft.faulting.as_ref().and_then(|f| f.access.as_ref()).map(|access| access.operation);
    let operation = operation.or(fault.and_then(|(fault, _)| fault.operation));
    let worded = steps::of(context, family, fault.map(|(fault, _)| fault), &draft, &accesses);
    Case {
        verdict,
        fault: fault.map(|(fault, times)| facts(fault, times)),
        faulting: draft.faulting,
        other_sides: draft.sides.candidates,
        excluded: draft.sides.excluded,
        accesses,
        instances: instances::of(&context.stacks, &draft.near),
        goroutines: near::groups(draft.near),
        gaps: draft.gaps,
        repair: worded.repair,
        steps: worded.steps,
        next: worded.next,
        runbook: family::runbook(family, operation).to_owned(),
        subject: draft.subject,
    }
}

/// What the text says of a fault, in the words every report shares.
fn facts(fault: &Fault, times: u64) -> finding::Fault {
    let frames: &[Frame] = match (&fault.goroutine, &fault.race) {
        (Some(goroutine), _) => &goroutine.frames,
        (None, Some(race)) => {
            race.sides.first().map(|side| side.frames.as_slice()).unwrap_or_default()
        }
        (None, None) => &[],
    };
    finding::Fault {
        kind: family::name(fault.kind).into(),
        message: Arc::clone(&fault.message),
        operation: fault.operation,
        map_function: fault.map_function.clone(),
        key: fault.key,
        comma_ok: fault.comma_ok,
        goroutine: fault.goroutine.as_ref().and_then(|goroutine| goroutine.id),
        stack: stacks::own(frames),
        times,
        text_line: fault.text_line,
    }
}

/// Every access to the map with its part in the case.
fn rows(context: &Context<'_>, draft: &Draft) -> Vec<AccessRow> {
    let (Some(program), Some(map)) = (context.program, draft.subject.map()) else {
        return Vec::new();
    };
    let trees = Trees::new(program);
    let callers = CallersHold::new(&trees);
    let same = |a: &Access, b: &Access| a.site == b.site && a.operation == b.operation;
    let faulting = draft.faulting.as_ref().and_then(|faulting| faulting.access.as_ref());
    program
        .accesses(&map.id)
        .iter()
        .map(|source| {
            let access = &source.access;
            let part = if faulting.is_some_and(|faulting| same(faulting, access)) {
                Part::Faulting
            } else if draft
                .sides
                .candidates
                .iter()
                .any(|side| side.access.as_ref().is_some_and(|other| same(other, access)))
            {
                Part::OtherSide
            } else if draft.sides.excluded.iter().any(|excluded| same(&excluded.access, access)) {
                Part::Excluded
            } else {
                Part::Bystander
            };
            let callers_hold = callers
                .of(source.function)
                .into_iter()
                .map(|lock| match lock.mode {
                    LockMode::Read => format!("{} (read)", lock.path),
                    LockMode::Write => lock.path,
                })
                .collect();
            AccessRow { access: access.clone(), part, callers_hold }
        })
        .collect()
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
