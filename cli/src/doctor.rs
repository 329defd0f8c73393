//! `tophash doctor`: recognises what each path is, joins what it can, ends with what to do.

mod overview;
mod recognise;

use crate::args::{Doctor, Format, Source};
use crate::error::{Error, Result};
use crate::tree::{self, Tree};
use crate::{crash_text, exit, explain, output, render};
use diagnosis::Options;
use finding::Diagnosis;
use go_crash::CrashText;
use recognise::Kind;
use std::path::Path;

/// Reads everything, says what each path is, joins every text with the source.
pub(crate) fn run(arguments: &Doctor) -> Result<u8> {
    let mut texts = Vec::new();
    let mut source: Option<(&Path, Tree)> = None;
    for path in &arguments.paths {
        let name = path.display();
        match recognise::recognise(path)? {
            Kind::Folder => {
                let tree = tree::open(path, None)?;
                let files = tree.files.files().iter().filter(|file| file.ends_with(".go")).count();
                output::say(format_args!("{name}: source tree, Go files: {files}"));
                if let Some((first, _)) = source.as_ref().filter(|_| files > 0) {
                    return Err(Error::new(format!(
                        "{} and {name} are both source trees",
                        first.display()
                    ))
                    .hint("give the folder that holds both, or run the program for each"));
                }
                source = source.or_else(|| (files > 0).then_some((path.as_path(), tree)));
            }
            Kind::Text => {
                let crash = crash_text::read(Some(path))?;
                if explain::holds_nothing(&crash) {
                    output::say(format_args!("{name}: {}", explain::nothing(&crash)));
                } else {
                    output::say(format_args!("{name}: {}", contents(&crash)));
                    texts.push((path.as_path(), crash));
                }
            }
            Kind::Other(what) => output::say(format_args!("{name}: {what}")),
        }
    }
    match (texts.as_slice(), &source) {
        ([], None) => Ok(exit::NOTHING_FOUND),
        ([], Some((_, tree))) => overview::run(tree, arguments.format),
        (texts, source) => join(texts, source.as_ref(), arguments.format),
    }
}

/// Joins every text with the source and prints all cases as one report.
fn join(
    texts: &[(&Path, CrashText)],
    source: Option<&(&Path, Tree)>,
    format: Format,
) -> Result<u8> {
    let tree = source.map(|(_, tree)| tree);
    let mut all = Diagnosis::default();
    for (path, crash) in texts {
        let program = tree.map(|tree| explain::load(tree, &Source::default(), crash));
        let options = Options {
            input: explain::name_of(path),
            source: source
                .map_or_else(|| Options::default().source, |(root, _)| explain::name_of(root)),
            ..Options::default()
        };
        let diagnosis = diagnosis::diagnose(crash, program.as_ref(), &options);
        all.cases.extend(diagnosis.cases);
        all.notes.extend(
            diagnosis
                .notes
                .into_iter()
                .filter(|note| !all.notes.contains(note))
                .collect::<Vec<_>>(),
        );
        all.statistics = all.statistics.or(diagnosis.statistics);
    }
    output::data(&render::render(&all, tree, format)?)?;
    Ok(exit::EXPLAINED)
}

/// What a text holds, in a phrase.
fn contents(crash: &CrashText) -> String {
    let faults = match crash.faults.as_slice() {
        [] => "no fault".to_owned(),
        [fault] => format!("1 fault ({})", fault.message),
        faults => format!("{} faults", faults.len()),
    };
    let goroutines = match crash.goroutine_count {
        1 => "1 goroutine".to_owned(),
        count => format!("{count} goroutines"),
    };
    format!("crash text, {faults}, {goroutines}")
}
