//! Steps for two goroutines at one map.

use super::{command, package_dir, step};
use crate::context::Context;
use crate::draft::Draft;
use crate::words;
use finding::{Command, Repair, Step, Steps, Subject};
use go_crash::FaultKind;
use go_repair::stress;

pub(super) fn steps(
    context: &Context<'_>,
    kind: Option<FaultKind>,
    draft: &Draft,
    repair: Option<&Repair>,
) -> Steps {
    Steps {
        detect: detect(context, kind, draft),
        stop: stop(context, kind, draft, repair),
        repair: lasting(draft, repair),
        verify: verify(context, draft),
        watch: watch(),
    }
}

fn detect(context: &Context<'_>, kind: Option<FaultKind>, draft: &Draft) -> Step {
    let input = &context.options.input;
    match kind {
        Some(FaultKind::DataRace) => {
            let text = "The race detector saw both sides: nothing more is needed to act.";
            let reports = command(
                format!("grep -c 'WARNING: DATA RACE' {input}"),
                "how many reports this log holds",
            );
            return step(vec![text.to_owned()], vec![reports]);
        }
        Some(FaultKind::MapCorruption | FaultKind::SegvInMap) => {
            let text = "The runtime met a map in a state that its own operations do not leave. Two goroutines in it are the usual cause; \
                        unsafe code, cgo or a stray write can do the same. A build with -race under the same load tells which.";
            let race = command("go build -race ./...", "the build to put under load");
            return step(vec![text.to_owned()], vec![race]);
        }
        _ => {}
    }
    let mut text = Vec::new();
    let mut commands = Vec::new();
    let certain = draft
        .sides
        .candidates
        .first()
        .is_some_and(|side| side.confidence == finding::Confidence::Certain);
    if certain {
        text.push("Both sides are in the text: nothing more is needed to act.".to_owned());
    } else {
        text.push(
            "The fault itself is certain: the runtime saw two goroutines in one map. Which the other one was is inferred; to see it, \
             run the service with GOTRACEBACK=all, or a build with -race under the same load."
                .to_owned(),
        );
        commands
            .push(command("GOTRACEBACK=all ./SERVICE", "the next crash prints every goroutine"));
    }
    commands.push(command(
        format!("grep -c 'fatal error: concurrent map' {input}"),
        "how often it happened in this log",
    ));
    step(text, commands)
}

fn stop(
    context: &Context<'_>,
    kind: Option<FaultKind>,
    draft: &Draft,
    repair: Option<&Repair>,
) -> Step {
    let name = words::subject(&draft.subject);
    let patch = repair.and_then(|repair| repair.patch.as_ref());
    let mut text = Vec::new();
    let mut commands = Vec::new();
    match (patch, &draft.subject) {
        (Some(patch), _) => {
            let rest = if patch.complete {
                ""
            } else {
                " What it leaves is listed below it, to be done by hand."
            };
            text.push(format!("Apply the patch below and ship it. {}{rest}", patch.summary));
            commands.push(apply(context));
            commands.push(command("gofmt -l . && go vet ./...", "nothing to say, ready to ship"));
        }
        (None, Subject::Named { .. }) => {
            text.push(format!("Put one lock around every access to {name}; the table of accesses says where it is missing."));
        }
        (None, Subject::Ambiguous { .. }) => {
            text.push(format!("Put a lock around every access to {name}: until it is known which one it is, guard each of them."));
        }
        (None, _) if context.program.is_some() => text.push(unnamed(context, draft)),
        (None, _) => {
            text.push(format!(
                "Name the map first: tophash explain {} --source DIR gives its declaration, every access, and a patch.",
                context.options.input
            ));
        }
    }
    let until = match kind {
        Some(FaultKind::DataRace) => {
            "Until that is out: in a build without the detector the same race can end the process with a fatal error that no recover() stops."
        }
        _ => {
            "Until that is out: the error kills the whole process, and no recover() stops it. Keep restarts fast, keep several replicas, and \
             take load or the feature away that calls the other side, if it has a switch."
        }
    };
    text.push(until.to_owned());
    step(text, commands)
}

/// The patch put into the tree. A text that came from standard input cannot be read again.
fn apply(context: &Context<'_>) -> Command {
    let (input, source) = (&context.options.input, &context.options.source);
    if input == "-" {
        return command(
            format!("git -C {source} apply fix.patch"),
            "the diff below as --format patch prints it, saved as fix.patch",
        );
    }
    command(
        format!("tophash explain {input} --source {source} --format patch | git -C {source} apply"),
        "the diff below",
    )
}

fn lasting(draft: &Draft, repair: Option<&Repair>) -> Step {
    let name = words::subject(&draft.subject);
    let choose = if repair.is_some() { " How to choose what stands inside:" } else { "" };
    step(
        vec![format!(
            "Let no code reach {name} but through methods that lock: a type of its own that holds map and lock, both unexported, hands out \
             copies and never the map itself. Then a missing lock cannot be written again.{choose}"
        )],
        Vec::new(),
    )
}

fn verify(context: &Context<'_>, draft: &Draft) -> Step {
    let code = draft
        .subject
        .map()
        .zip(context.program)
        .and_then(|(map, program)| stress::test(program, map));
    let directory = package_dir(draft).unwrap_or_else(|| "./...".to_owned());
    let mut text = Vec::new();
    let mut commands = Vec::new();
    match &code {
        Some(code) => {
            let name = stress::name(&code.text).unwrap_or_default();
            text.push(
                "Run every function that touches the map from many goroutines under the race detector. The test below does: it is meant to \
                 fail without the repair, and must stay silent with it."
                    .to_owned(),
            );
            commands.push(command(
                format!("go test -race -count=5 -run '^{name}$' {directory}"),
                "no DATA RACE, no fatal error",
            ));
        }
        None => {
            text.push(
                "Run the functions of both sides from many goroutines under the race detector; without the repair it reports, with it it must \
                 stay silent."
                    .to_owned(),
            );
            commands.push(command(
                format!("go test -race -count=5 {directory}"),
                "no DATA RACE, no fatal error",
            ));
        }
    }
    Step { text, commands, code }
}

fn watch() -> Step {
    step(
        vec![
            "Alert on the text \"fatal error: concurrent map\" in the log and on restarts with exit code 2. Keep GOTRACEBACK=all set, so that the \
             next crash shows both sides, and keep one replica built with -race in staging."
                .to_owned(),
        ],
        Vec::new(),
    )
}

/// What to do about a map that the source at hand does not name.
fn unnamed(context: &Context<'_>, draft: &Draft) -> String {
    let other_tree = draft.gaps.iter().any(|gap| {
        matches!(gap.kind, finding::GapKind::FileNotInSource | finding::GapKind::SourceMismatch)
    });
    if other_tree {
        return format!(
            "Give the tree that was built: tophash explain {} --source DIR, with --rev REV for the \
             commit that ran, or --path-map FROM=TO where paths were changed by the build.",
            context.options.input
        );
    }
    let place = draft.faulting.as_ref().map(|faulting| words::whereabouts(&faulting.frame));
    format!(
        "The source does not tell which map it was{}: follow where it comes from there, and put one \
         lock around every access to it. A build with -race names both sides by their lines.",
        place.unwrap_or_default()
    )
}
