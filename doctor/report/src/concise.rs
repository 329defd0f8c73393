//! The concise format: one line a place, `file:line:column: role: text`, for `grep` and editors.

use crate::text::{clean, count, grouped};
use crate::words::{
    function_of, guard, heading, locks, place, runs_from, subject_name, third_person, type_text,
};
use finding::{Case, Diagnosis, GoroutineGroup, OtherSide, Part, Subject};
use std::fmt::Write as _;

/// Renders a diagnosis, one line a place.
///
/// Lines without a place begin with `-:`. The order within a case: fault, declaration, other
/// sides, the remaining accesses, goroutines, gaps.
pub fn concise(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    for case in &diagnosis.cases {
        render_case(&mut out, case);
    }
    if let Some(statistics) = &diagnosis.statistics {
        for wait in &statistics.lock_waits {
            let mark = if wait.is_alarming() { "alarm" } else { "wait" };
            let place_of_first = wait.sites.first().map_or_else(|| "-".to_owned(), place);
            let share = wait.share_percent;
            let waiting = count(wait.waiting, "goroutine waits", "goroutines wait");
            let _ = writeln!(
                out,
                "{place_of_first}: {mark}: {waiting} for {} ({share} % of {})",
                clean(&wait.lock),
                grouped(statistics.goroutines)
            );
        }
    }
    for note in &diagnosis.notes {
        let _ = writeln!(out, "-: note: {}", clean(&note.text));
    }
    out
}

fn render_case(out: &mut String, case: &Case) {
    let name = subject_name(&case.subject);
    let faulting = case.faulting.as_ref();
    let fault_place = faulting.map_or_else(
        || "-".to_owned(),
        |faulting| {
            faulting
                .access
                .as_ref()
                .map_or_else(|| place(&faulting.frame), |access| place(&access.site))
        },
    );
    let confidence = case.verdict.confidence.word();
    let _ = writeln!(
        out,
        "{fault_place}: fault: {}: {} [{confidence}]",
        heading(case),
        clean(&case.verdict.sentence)
    );
    match &case.subject {
        Subject::Named { map, .. } => {
            let lock = case
                .guard
                .as_ref()
                .map_or_else(String::new, |lock| format!(", lock: {}", guard(lock)));
            let (place, map) = (place(&map.site), type_text(map));
            let _ = writeln!(out, "{place}: declaration: {name} {map}{lock}");
        }
        Subject::Ambiguous { candidates, .. } => {
            for candidate in candidates {
                let map = &candidate.map;
                let _ = writeln!(
                    out,
                    "{}: candidate: {} {}",
                    place(&map.site),
                    clean(&map.path),
                    type_text(map)
                );
            }
        }
        Subject::Unnamed { why, .. } | Subject::NotAMap { why } => {
            let _ = writeln!(out, "-: unnamed: {}", clean(why));
        }
    }
    for side in &case.other_sides {
        render_side(out, side);
    }
    for row in
        case.accesses.iter().filter(|row| matches!(row.part, Part::Bystander | Part::Excluded))
    {
        let access = &row.access;
        let held = locks(access, &row.callers_hold);
        let _ = writeln!(
            out,
            "{}: access: {} {}, locks: {held}",
            place(&access.site),
            function_of(&access.site),
            third_person(access.operation)
        );
    }
    for group in &case.goroutines {
        render_goroutines(out, group);
    }
    for gap in &case.gaps {
        let _ = writeln!(out, "-: gap: {}", clean(&gap.text));
    }
}

fn render_side(out: &mut String, side: &OtherSide) {
    let what = side.operation.map_or("stands here", third_person);
    let held = side
        .access
        .as_ref()
        .map_or_else(String::new, |access| format!(", locks: {}", locks(access, &[])));
    let confidence = side.confidence.word();
    let from =
        side.root.as_ref().map_or_else(String::new, |root| format!(", from {}", runs_from(root)));
    let _ = writeln!(
        out,
        "{}: other: {} {what}{held}{from} [{confidence}]",
        place(&side.site),
        function_of(&side.site)
    );
}

fn render_goroutines(out: &mut String, group: &GoroutineGroup) {
    let ids: Vec<_> = group.ids.iter().map(u64::to_string).collect();
    let state = clean(&group.state);
    let who = count(group.count, "goroutine", "goroutines");
    let _ = writeln!(
        out,
        "{}: {}: {who} [{state}] {}",
        place(&group.frame),
        group.role.words(),
        ids.join(" ")
    );
}
