//! From a draft to a case: verdict, every access with its part, goroutines, gaps, steps.

use crate::context::Context;
use crate::draft::Draft;
use crate::family::{self, Family};
use crate::{deadlock, gaps, instances, locking, near, stacks, steps, verdict};
use finding::{Access, AccessRow, Case, Part, Subject};
use go_crash::{Fault, Frame};
use go_repair::callers::CallersHold;
use go_repair::trees::Trees;
use std::sync::Arc;

/// Words and orders what a draft holds.
pub(crate) fn finish(
    context: &Context<'_>,
    family: Family,
    fault: Option<(&Fault, u64)>,
    mut draft: Draft,
) -> Case {
    if family == Family::Waiting && draft.deadlocks.is_empty() {
        draft.deadlocks = match draft.subject {
            Subject::NotAMap { .. } => context.deadlocks.clone(),
            _ => deadlock::of_subject(context, &draft.subject),
        };
    }
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
    let verdict = verdict::of_deadlock(&draft.deadlocks).unwrap_or(verdict);
    if let (Some((fault, _)), Family::Concurrent) = (fault, family) {
        let seen =
            draft.near.iter().any(|near| near.role == finding::GoroutineRole::InMapOperation);
        if !seen && !matches!(draft.subject, Subject::NotAMap { .. }) && fault.goroutine.is_some() {
            draft.gaps.extend(gaps::single_goroutine(context.crash));
        }
    }
    let accesses = rows(context, &draft);
    let guard = draft.subject.map().and_then(|map| {
        let map = context.locking()?.map(&map.id)?;
        locking::guard(&map)
    });
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
        guard,
        accesses,
        instances: instances::of(&context.stacks, &draft.near),
        deadlocks: draft.deadlocks,
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
            let callers_hold = context.locking().map_or_else(Vec::new, |locking| {
                locking::callers_hold(locking, map, source, &callers)
            });
            AccessRow { access: access.clone(), part, callers_hold }
        })
        .collect()
}
