//! The five steps of a case: detect, stop, repair, verify, watch.

mod concurrent;
mod nil_map;
mod other;

use crate::context::Context;
use crate::draft::Draft;
use crate::family::Family;

use finding::{AccessRow, Command, Repair, Step, Steps, Subject};
use go_crash::Fault;

/// The steps with what they refer to.
pub(crate) struct Worded {
    pub(crate) steps: Steps,
    pub(crate) repair: Option<Repair>,
    pub(crate) next: String,
}

/// Words the steps of a draft.
pub(crate) fn of(
    context: &Context<'_>,
    family: Family,
    fault: Option<&Fault>,
    draft: &Draft,
    accesses: &[AccessRow],
) -> Worded {
    let named = draft.subject.map().zip(context.program);
    let mut repair = match (family, named) {
        (Family::Concurrent | Family::Race, Some((map, program))) => {
            Some(go_repair::of_shared_map(program, map, accesses))
        }
        (Family::NilMap, Some((map, program))) => {
            go_repair::of_nil_map(program, map, draft.faulting.as_ref())
        }
        _ => None,
    };
    if let Some(repair) = &mut repair {
        repair.by_hand.dedup();
    }
    let steps = match family {
        Family::Concurrent | Family::Race => {
            let kind = fault.map(|fault| fault.kind);
            concurrent::steps(context, kind, draft, repair.as_ref())
        }
        Family::NilMap => nil_map::steps(context, draft, repair.as_ref()),
        Family::Unhashable => other::unhashable(context, draft),
        Family::Unlock => other::unlock(context, draft),
        Family::Waiting => other::waiting(context, draft, fault),
        Family::Other => other::no_map(context, fault),
    };
    Worded { next: next(context, draft, &steps), steps, repair }
}

/// The one command to run next.
fn next(context: &Context<'_>, draft: &Draft, steps: &Steps) -> String {
    let options = context.options;
    let without_source =
        context.program.is_none() && !matches!(draft.subject, Subject::NotAMap { .. });
    if without_source {
        return format!("tophash explain {} --source DIR", options.input);
    }
    if draft.gaps.iter().any(|gap| gap.kind == finding::GapKind::SourceMismatch) {
        return format!("tophash explain {} --source {} --rev REV", options.input, options.source);
    }
    steps.verify.commands.first().or(steps.detect.commands.first()).map_or_else(
        || format!("tophash explain {} --format markdown", options.input),
        |command| command.run.clone(),
    )
}

/// A step of paragraphs and commands.
pub(crate) fn step(text: Vec<String>, commands: Vec<Command>) -> Step {
    Step { text, commands, code: None }
}

/// A command and what it shows.
pub(crate) fn command(run: impl Into<String>, shows: impl Into<String>) -> Command {
    Command { run: run.into(), shows: shows.into() }
}

/// The directory of the map's package, as go commands take it: `./internal/status`.
pub(crate) fn package_dir(draft: &Draft) -> Option<String> {
    let file = &draft.subject.map()?.site.file;
    Some(match file.rsplit_once('/') {
        Some((directory, _)) => format!("./{directory}"),
        None => ".".to_owned(),
    })
}
