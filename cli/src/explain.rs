//! `tophash explain`: one crash text, with the source of the program where there is one.

use crate::args::{Explain, Source};
use crate::error::{Error, Result};
use crate::recognise::{Kind, recognise};
use crate::tree::{self, Rev, Tree};
use crate::{crash_text, exit, output, render};
use diagnosis::Options;
use go_crash::{CrashText, Frame, NoteKind};
use go_source::Program;
use std::path::{Path, PathBuf};

/// Reads, joins and prints.
pub(crate) fn run(arguments: &Explain) -> Result<u8> {
    let file = arguments.file.as_deref().unwrap_or(Path::new("-"));
    if let Kind::Other(what) = recognise(file)? {
        output::say(format_args!("nothing found: {} is {what}", file.display()));
        return Ok(exit::NOTHING_FOUND);
    }
    let crash = crash_text::read(Some(file))?;
    if holds_nothing(&crash) {
        output::say(nothing(&crash));
        return Ok(exit::NOTHING_FOUND);
    }
    let root = source_root(&arguments.source);
    let tree = match &root {
        Some(root) => Some(tree::open(root, arguments.source.rev.as_deref().map(Rev::to_read))?),
        None if arguments.source.rev.is_some() => {
            return Err(Error::new("--rev is given, but no source tree")
                .hint("name the repository with --source DIR, or stand in its module"));
        }
        None => None,
    };
    let program = tree.as_ref().map(|tree| load(tree, &arguments.source, &crash));
    say_what_does_not_fit(&arguments.source, root.as_deref().zip(tree.as_ref()), &crash);
    let options = Options {
        path_map: arguments.source.path_map.clone(),
        input: name_of(file),
        source: root.as_deref().map_or_else(|| Options::default().source, name_of),
    };
    let diagnosis = diagnosis::diagnose(&crash, program.as_ref(), &options);
    render::print(&diagnosis, tree.as_ref(), arguments.format)
}

/// Says on standard error what of the arguments has no effect.
fn say_what_does_not_fit(source: &Source, tree: Option<(&Path, &Tree)>, crash: &CrashText) {
    if let Some((root, tree)) = tree
        && tree.go_files() == 0
    {
        output::say(format_args!("note: there are no Go files below {}", root.display()));
    }
    for (from, _) in &source.path_map {
        if !frames(crash).any(|frame| frame.file.starts_with(from.as_str())) {
            output::say(format_args!("note: --path-map: no path of the text begins with {from}"));
        }
    }
}

/// True when the text holds neither a fault nor a goroutine.
pub(crate) fn holds_nothing(crash: &CrashText) -> bool {
    crash.faults.is_empty() && crash.goroutine_count == 0
}

/// What is said of a text that holds nothing.
pub(crate) fn nothing(crash: &CrashText) -> String {
    let mut text = match crash.lines {
        0 => "nothing found: the input is empty".to_owned(),
        1 => "nothing found: 1 line, and no Go fault, goroutine or race report in it".to_owned(),
        lines => format!(
            "nothing found: {lines} lines, and no Go fault, goroutine or race report in them"
        ),
    };
    text.push_str(match crash.lines {
        0 => "\n  hint: a Go program prints its crash to standard error: is that in this log?",
        _ => "\n  hint: give the log from 'fatal error:', 'panic:' or 'goroutine 1 [' to its end",
    });
    let quoted = crash.notes.iter().filter(|note| note.kind == NoteKind::MessageWithoutStack);
    for note in quoted {
        text.push_str(&format!(
            "\nnote: line {} has the message of a fault, but no stack follows; if it is a real crash, give the lines after it too",
            note.text_line
        ));
    }
    text
}

/// Loads the program, with its test files where the crash went through one, and what it vendors
/// where the crash went through that.
pub(crate) fn load(tree: &Tree, source: &Source, crash: &CrashText) -> Program {
    for note in &tree.notes {
        output::say(format_args!("note: {note}"));
    }
    tree::load(tree, &source.build, mentions_tests(crash), diagnosis::mentions(crash))
}

/// A path as a command line names it.
pub(crate) fn name_of(path: &Path) -> String {
    path.display().to_string()
}

/// True when a stack of the text goes through a test file.
fn mentions_tests(crash: &CrashText) -> bool {
    frames(crash).any(|frame| frame.file.ends_with("_test.go"))
}

/// Every frame of the text.
fn frames(crash: &CrashText) -> impl Iterator<Item = &Frame> {
    let in_goroutines = crash.goroutines.iter().flat_map(|goroutine| &goroutine.frames);
    let in_groups = crash.groups.iter().flat_map(|group| &group.frames);
    let in_races = crash.races().flat_map(|race| race.sides.iter().flat_map(|side| &side.frames));
    in_goroutines.chain(in_groups).chain(in_races)
}

/// The source tree to read: the one that is named, else the module that the user stands in.
fn source_root(source: &Source) -> Option<PathBuf> {
    if source.source.is_some() {
        return source.source.clone();
    }
    let here = std::env::current_dir().ok()?;
    let root = here.ancestors().find(|folder| is_module(folder))?;
    output::say(format_args!(
        "note: reading the source tree {}, where you are; --source DIR names another",
        root.display()
    ));
    Some(root.to_owned())
}

fn is_module(folder: &Path) -> bool {
    folder.join("go.mod").is_file() || folder.join("go.work").is_file()
}
