//! Cases of a dump without a fault: per map, who is in it and who waits for its lock.

use crate::context::Context;
use crate::deadlock;
use crate::draft::Draft;
use crate::family::Family;
use crate::finish::finish;
use crate::near::{self, Near};
use crate::stacks;
use finding::{Candidate, Case, GoroutineRole, MapId, Reason, ReasonKind, Subject};
use go_crash::Fault;
use go_source::Program;

/// Cases of the maps that goroutines are in or wait for, the most crowded first.
pub(crate) fn cases(context: &Context<'_>, known: &[Case]) -> Vec<Case> {
    let Some(program) = context.program else { return Vec::new() };
    let mut found: Vec<(u64, Draft)> = Vec::new();
    for map in maps(context) {
        if known.iter().any(|case| case.subject.map().is_some_and(|decl| decl.id == map)) {
            continue;
        }
        let Some(decl) = program.decl(&map) else { continue };
        let near = near::find(context, &map, None);
        let crowd = crowd(&near);
        let reasons = vec![Reason::new(
            ReasonKind::Line,
            "goroutines of the dump are in it or wait for its lock",
        )];
        let mut draft = Draft::new(Subject::Named { map: decl.clone(), reasons });
        draft.near = near;
        found.push((crowd, draft));
    }
    // Goroutines that can never go on come before any crowd.
    let stuck = |draft: &Draft| !deadlock::of_subject(context, &draft.subject).is_empty();
    found.sort_by_key(|(crowd, draft)| std::cmp::Reverse((stuck(draft), *crowd)));
    let mut drafts: Vec<Draft> = found.into_iter().map(|(_, draft)| draft).collect();
    // Those of locks that guard no map have a case of their own.
    let mut left = context.deadlocks.clone();
    left.retain(|deadlock| {
        let in_known = known.iter().any(|case| case.deadlocks.contains(deadlock));
        let of_draft =
            |draft: &Draft| deadlock::of_subject(context, &draft.subject).contains(deadlock);
        !in_known && !drafts.iter().any(of_draft)
    });
    if !left.is_empty() {
        let why = "no goroutine of the deadlock stands at a map".to_owned();
        let mut draft = Draft::new(Subject::NotAMap { why });
        draft.deadlocks = left;
        drafts.insert(0, draft);
    }
    drafts.into_iter().map(|draft| finish(context, Family::Waiting, None, draft)).collect()
}

/// The draft of a deadlock: the map whose lock most goroutines wait for, where one stands out.
pub(crate) fn deadlock(context: &Context<'_>, program: &Program, fault: &Fault) -> Option<Draft> {
    let mut found: Vec<(u64, MapId, Vec<Near>)> = Vec::new();
    for map in maps(context) {
        let near = near::find(context, &map, Some(fault));
        found.push((crowd(&near), map, near));
    }
    found.sort_by_key(|(crowd, ..)| std::cmp::Reverse(*crowd));
    let most = found.first()?.0;
    let equal = found.iter().take_while(|(crowd, ..)| *crowd == most).count();
    let who = if most == 1 { "1 goroutine waits" } else { "goroutines wait" };
    let candidates: Vec<_> = found
        .iter()
        .take(equal)
        .filter_map(|(_, map, _)| {
            let text = format!("{who} for a lock that guards it");
            let reasons = vec![Reason::new(ReasonKind::Line, text)];
            Some(Candidate { map: program.decl(map)?.clone(), reasons })
        })
        .collect();
    let mut draft = Draft::new(match <[Candidate; 1]>::try_from(candidates) {
        Ok([one]) => Subject::Named { map: one.map, reasons: one.reasons },
        Err(candidates) => Subject::Ambiguous {
            candidates,
            why: "one lock guards them, and it is the lock that is waited for".to_owned(),
        },
    });
    draft.near = found.into_iter().next().map(|(_, _, near)| near).unwrap_or_default();
    Some(draft)
}

/// How many goroutines are in the map or wait for its lock.
pub(crate) fn crowd(near: &[Near]) -> u64 {
    let here = |near: &&Near| {
        matches!(near.role, GoroutineRole::InMapOperation | GoroutineRole::WaitingForLock)
    };
    near.iter().filter(here).map(|near| near.count).fold(0, u64::saturating_add)
}

/// The maps that stacks are inside of, or whose lock they wait for.
fn maps(context: &Context<'_>) -> Vec<MapId> {
    let mut found: Vec<MapId> = Vec::new();
    let mut add = |map: &MapId| {
        if !found.contains(map) {
            found.push(map.clone());
        }
    };
    for stack in &context.stacks {
        if let Some(frame) = stacks::waits_for_lock(stack.frames) {
            let site = stacks::site(frame);
            let place = context.place(&site);
            if let Some((_, maps)) = near::lock_taken(&place, site.line) {
                maps.iter().for_each(&mut add);
            }
        }
        if let Some((function, frame)) = stacks::in_map_operation(stack.frames) {
            let place = context.place(&stacks::site(frame));
            let fitting: Vec<_> = place
                .on_line
                .iter()
                .filter(|access| Some(access.access.operation) == function.operation())
                .collect();
            if let [one] = fitting.as_slice() {
                add(&one.access.map);
            }
        }
    }
    found
}
