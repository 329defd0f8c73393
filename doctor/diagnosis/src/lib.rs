//! Resolves clues to maps and joins them into cases.
//!
//! ```text
//! CrashText ─► stacks ──► resolve: frame → file, line → access → map ─┐
//! Program ────────────────────────────────────────────────────────────┼─► case: verdict, steps, repair
//!    └─► locking (go-locks) ─► sides: who else, ranked, with reasons ─┘
//! ```
//!
//! [`diagnose`] takes what a crash text says and, where there is one, the program it came from. It
//! never fails: without source the case has no name but is still useful, and whatever could not be
//! told is a [`Gap`](finding::Gap) that says how to get it.
//!
//! *Design constraints.* No I/O. A claim is made only where text and source agree; where they do
//! not, the nearest reading is given with less confidence and said as such.

mod build;
mod context;
mod deadlock;
mod draft;
mod dump;
mod encounter;
mod family;
mod finish;
mod frames;
mod gaps;
mod instances;
mod kept;
mod keys;
mod locking;
mod mentions;
mod merge;
mod near;
mod options;
mod overview;
mod place;
mod race;
mod resolve;
mod segv;
mod settle;
mod sides;
mod stacks;
mod statistics;
mod steps;
mod unlock;
mod verdict;
mod words;

pub use finding::Diagnosis;
pub use mentions::mentions;
pub use merge::{Joined, Paths, ToolOutput, join};
pub use options::Options;
pub use overview::overview;

use context::Context;
use family::Family;
use finding::{Case, Site};
use go_crash::{CrashText, Fault, FaultKind};
use go_source::Program;

/// Joins a crash text and the program it came from into cases, the gravest first.
///
/// Time grows with the number of distinct stacks and with the accesses to the maps concerned.
pub fn diagnose(crash: &CrashText, program: Option<&Program>, options: &Options) -> Diagnosis {
    let mut context = Context::new(crash, program, options);
    let waiting = |fault: &Fault| matches!(family::of(fault.kind), Family::Waiting);
    if let (Some(program), true) = (program, crash.faults.iter().all(waiting)) {
        context.deadlocks = deadlock::find(&context, program);
    }
    let mut cases: Vec<(Family, Case)> = Vec::new();
    for (fault, times) in distinct(&crash.faults) {
        let case = build::of_fault(&context, fault, times);
        let family = family::of(fault.kind);
        match cases.iter_mut().find(|(_, known)| same(known, &case)) {
            Some((_, known)) => merge(known, &case),
            None => cases.push((family, case)),
        }
    }
    if cases.iter().all(|(family, _)| matches!(family, Family::Waiting)) {
        let known: Vec<_> = cases.iter().map(|(_, case)| case.clone()).collect();
        cases.extend(dump::cases(&context, &known).into_iter().map(|case| (Family::Waiting, case)));
    }
    cases.sort_by_key(|(family, _)| family::order(*family));
    let mut notes = gaps::of_text(crash, options);
    notes.extend(program.map(gaps::of_program).unwrap_or_default());
    Diagnosis {
        cases: cases.into_iter().map(|(_, case)| case).collect(),
        notes,
        statistics: statistics::of(&context),
    }
}

/// Faults that differ in kind or place, each with the number of times it was reported.
fn distinct(faults: &[Fault]) -> Vec<(&Fault, u64)> {
    let mut found: Vec<(&Fault, u64)> = Vec::new();
    for fault in faults {
        let times = u64::from(fault.repeats.max(1));
        match found.iter_mut().find(|(known, _)| key(known) == key(fault)) {
            Some((_, known)) => *known = known.saturating_add(times),
            None => found.push((fault, times)),
        }
    }
    // A message that stands by itself beside one with its stack is the same fault, said twice.
    let with_stack: Vec<_> =
        found.iter().filter(|(fault, _)| !stackless(fault)).map(|(fault, _)| fault.kind).collect();
    found.retain(|(fault, _)| !stackless(fault) || !with_stack.contains(&fault.kind));
    found
}

fn stackless(fault: &Fault) -> bool {
    fault.goroutine.is_none() && fault.race.is_none()
}

/// What makes two reports of a fault the same: kind, frame, and the other sides of a race.
fn key(fault: &Fault) -> (FaultKind, Vec<Site>) {
    let mut sites: Vec<_> = frames::frame_of(fault).map(stacks::site).into_iter().collect();
    if let Some(race) = &fault.race {
        sites.extend(race.sides.iter().filter_map(|side| side.user_frame()).map(stacks::site));
        sites.sort();
    }
    for site in &mut sites {
        site.pc = None;
    }
    (fault.kind, sites)
}

/// True when two cases are one: the same map and fault, noticed at the same access.
fn same(known: &Case, case: &Case) -> bool {
    let kind = |case: &Case| case.fault.as_ref().map(|fault| fault.kind.clone());
    let place = |case: &Case| {
        case.faulting
            .as_ref()
            .and_then(|faulting| faulting.access.as_ref())
            .map(|access| access.site.clone())
    };
    known.subject.map().is_some()
        && known.subject.map().map(|map| &map.id) == case.subject.map().map(|map| &map.id)
        && kind(known) == kind(case)
        && place(known) == place(case)
}

fn merge(known: &mut Case, case: &Case) {
    let times = case.fault.as_ref().map_or(0, |fault| fault.times);
    if let Some(fault) = &mut known.fault {
        fault.times = fault.times.saturating_add(times);
    }
    for group in &case.goroutines {
        if !known.goroutines.contains(group) {
            known.goroutines.push(group.clone());
        }
    }
}
