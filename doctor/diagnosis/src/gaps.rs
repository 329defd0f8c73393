//! What the text and the tree could not tell, and how to get it.

use crate::Options;
use finding::{Gap, GapKind};
use go_crash::{CrashText, NoteKind};
use go_source::Program;

/// Gaps of the text as a whole.
pub(crate) fn of_text(crash: &CrashText, options: &Options) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for note in &crash.notes {
        let at = if note.text_line > 0 {
            format!(" (line {} of {})", note.text_line, options.input)
        } else {
            String::new()
        };
        let gap = match note.kind {
            NoteKind::HeadingMissing => Gap::new(
                GapKind::Disordered,
                format!(
                    "A stack begins without its heading{at}: the goroutine's number and state are not known."
                ),
                "",
            ),
            NoteKind::Truncated => Gap::new(
                GapKind::Truncated,
                format!("The text ends in the middle of a goroutine{at}."),
                "Take the log from the container runtime rather than from a viewer that cuts it.",
            ),
            NoteKind::Reversed => Gap::new(
                GapKind::Disordered,
                "The text was newest line first and was read in reverse.",
                "",
            ),
            // Said with the case it concerns.
            NoteKind::SingleGoroutine => continue,
            NoteKind::LimitReached => Gap::new(
                GapKind::LimitReached,
                "The text holds more distinct stacks than are kept: the rest is counted only.",
                "",
            ),
            NoteKind::MessageWithoutStack => Gap::new(
                GapKind::Truncated,
                format!("A fault is named without its stack{at}."),
                "Look for the lines after the message, in stderr.",
            ),
            _ => continue,
        };
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }
    gaps
}

/// Gaps of the tree as a whole: a note of each kind, counted.
pub(crate) fn of_program(program: &Program) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for note in program.notes() {
        let (kind, how) = match note.kind {
            go_source::NoteKind::MissingPackages => (
                GapKind::MissingDependencies,
                "Types that come from them are unknown; `go mod vendor` puts them into the tree.",
            ),
            _ => (GapKind::UnreadableSource, ""),
        };
        if let Some(same) = gaps.iter_mut().filter(|gap| gap.kind == kind).nth(3) {
            same.how = "There are more of this kind.".to_owned();
            continue;
        }
        gaps.push(Gap::new(kind, sentence(&note.to_string()), how));
    }
    gaps
}

/// Of the faulting goroutine alone: the other racer is not in the text.
pub(crate) fn single_goroutine(crash: &CrashText) -> Option<Gap> {
    let said = crash.notes.iter().any(|note| note.kind == NoteKind::SingleGoroutine);
    (said || crash.goroutine_count <= 1).then(|| {
        Gap::new(
            GapKind::SingleGoroutine,
            "Only the faulting goroutine is in the text, so the other one can only be inferred from the source. From Go 1.26 on \
             a map fault prints no other.",
            "Set GOTRACEBACK=all in the environment of the service, and the next crash shows both.",
        )
    })
}

/// No source was given.
pub(crate) fn no_source(options: &Options) -> Gap {
    Gap::new(
        GapKind::NoSource,
        "Without the source the map has no name.",
        format!(
            "tophash explain {} --source DIR names it and everything that touches it.",
            options.input
        ),
    )
}

/// A fragment as a sentence. One that begins with a path keeps it as it is.
fn sentence(fragment: &str) -> String {
    let begins_with_path =
        fragment.split([' ', ':']).next().is_some_and(|word| word.contains(['/', '.']));
    if begins_with_path {
        return format!("{}.", fragment.trim_end_matches('.'));
    }
    let mut chars = fragment.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if fragment.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}
