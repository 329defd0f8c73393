//! `tophash doctor`: recognises what each path is, joins what it can, ends with what to do.

mod overview;

use crate::args::{Doctor, Format, Source};
use crate::error::{Error, Result};
use crate::recognise::{Kind, recognise};
use crate::tree::{self, Tree};
use crate::{crash_text, exit, explain, output, render};
use diagnosis::Options;
use finding::Diagnosis;
use go_crash::CrashText;
use std::path::{Path, PathBuf};

/// What the paths of the command line turned out to hold.
#[derive(Default)]
struct Inputs<'p> {
    texts: Vec<(&'p Path, CrashText)>,
    source: Option<(&'p Path, Tree)>,
    /// Paths by their real names: what is given twice is read once.
    seen: Vec<PathBuf>,
}

/// Reads everything, says what each path is, joins every text with the source.
///
/// A path that cannot be read is said and the others are still explained; the exit code tells.
pub(crate) fn run(arguments: &Doctor) -> Result<u8> {
    let mut inputs = Inputs::default();
    let mut failed = false;
    for path in &arguments.paths {
        if let Err(error) = inputs.take(path) {
            output::say(format_args!("error: {error}"));
            failed = true;
        }
    }
    let code = match (inputs.texts.as_slice(), &inputs.source) {
        ([], None) => exit::NOTHING_FOUND,
        ([], Some((root, tree))) => overview::run(root, tree, arguments)?,
        (texts, source) => join(texts, source.as_ref(), arguments.format)?,
    };
    Ok(if failed { exit::ERROR } else { code })
}

impl<'p> Inputs<'p> {
    fn take(&mut self, path: &'p Path) -> Result<()> {
        let name = path.display();
        if let Ok(real) = path.canonicalize() {
            if self.seen.contains(&real) {
                return Ok(());
            }
            self.seen.push(real);
        }
        match recognise(path)? {
            Kind::Folder => return self.take_folder(path),
            Kind::Other(what) => output::say(format_args!("{name}: {what}")),
            Kind::Text => {
                let crash = crash_text::read(Some(path))?;
                if explain::holds_nothing(&crash) {
                    output::say(format_args!("{name}: {}", explain::nothing(&crash)));
                } else {
                    output::say(format_args!("{name}: {}", contents(&crash)));
                    self.texts.push((path, crash));
                }
            }
        }
        Ok(())
    }

    fn take_folder(&mut self, path: &'p Path) -> Result<()> {
        let name = path.display();
        let tree = tree::open(path, None)?;
        let files = match tree.go_files() {
            0 => {
                output::say(format_args!("{name}: a folder without Go files"));
                return Ok(());
            }
            1 => "1 Go file".to_owned(),
            files => format!("{files} Go files"),
        };
        output::say(format_args!("{name}: source tree, {files}"));
        if let Some((first, _)) = &self.source {
            return Err(Error::new(format!(
                "{name} is a second source tree; {} is read",
                first.display()
            ))
            .hint("give the folder that holds both, or run the program for each"));
        }
        self.source = Some((path, tree));
        Ok(())
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
    render::print(&all, tree, format)
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
