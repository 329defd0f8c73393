//! `--watch`: checks again when files change, and tells what came and what went.

use super::args::{Check, CheckFormat};
use super::known::{Known, lines};
use super::patterns::Patterns;
use super::print;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::tree::{self, Tree};
use crate::{exit, output};
use finding::Findings;
use notify::event::{EventKind, ModifyKind};
use notify::{Config, Event, PollWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// After a change, nothing is done until none has come for so long: saving all files is one change.
const QUIET: Duration = Duration::from_millis(150);
/// What never is quiet is checked this long after its first change.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often folders are looked at that the system does not watch.
const POLL: Duration = Duration::from_secs(2);

/// Checks until the program is ended, or the reader of its output has gone.
///
/// # Errors
///
/// When the first check fails, or nobody can tell what changes. What makes a later check fail is said, and the next change
/// awaited.
pub(crate) fn run(arguments: &Check, patterns: &Patterns) -> Result<u8> {
    let format = format(arguments)?;
    let (sender, changes) = channel();
    // Before the first check: what changes meanwhile is not missed.
    let _watcher = watch(&patterns.root, &sender)?;
    let (tree, first) = check(arguments, patterns)?;
    for note in &first.notes {
        output::say(format_args!("note: {note}"));
    }
    print::changes(&first, &Findings::default(), &tree, format)?;
    let mut last = Shown { lines: lines(&first.findings, &tree), findings: first };
    say_state(&last.findings, patterns);
    while !output::is_closed() && wait(&changes) {
        match check(arguments, patterns) {
            Ok((tree, findings)) => {
                let now = Shown { lines: lines(&findings.findings, &tree), findings };
                let (new, gone) = (now.without(&last), last.without(&now));
                if !new.findings.is_empty() || !gone.findings.is_empty() {
                    print::changes(&new, &gone, &tree, format)?;
                    say_state(&now.findings, patterns);
                }
                last = now;
            }
            Err(error) => output::say(format_args!("error: {error}")),
        }
    }
    Ok(exit::EXPLAINED)
}

/// A person reads along, and no program.
fn format(arguments: &Check) -> Result<CheckFormat> {
    match arguments.format {
        None | Some(CheckFormat::Full) => Ok(CheckFormat::Full),
        Some(CheckFormat::Concise) => Ok(CheckFormat::Concise),
        Some(_) => Err(Error::new("--watch goes on, and this format has an end")
            .hint("use --format full or --format concise")),
    }
}

/// One check, by the settings as they are now.
fn check(arguments: &Check, patterns: &Patterns) -> Result<(Tree, Findings)> {
    let settings = Settings::new(arguments, &patterns.root)?;
    let mut tree = tree::list(&patterns.root, None)?;
    let mut findings = super::find(&mut tree, patterns, &settings, None)?;
    super::leave_out_known(&mut findings, &tree, patterns, &settings)?;
    Ok((tree, findings))
}

/// Findings with their lines of source.
struct Shown {
    findings: Findings,
    lines: Vec<String>,
}

impl Shown {
    /// Those that another check does not have.
    fn without(&self, other: &Self) -> Findings {
        let mut left = self.findings.clone();
        Known::new(&other.findings.findings, &other.lines).take_out(&mut left, &self.lines);
        left
    }
}

fn say_state(findings: &Findings, patterns: &Patterns) {
    output::say(format_args!(
        "{} in {}; Ctrl-C ends",
        super::count(findings.findings.len()),
        patterns.root.display()
    ));
}

/// Waits for a change, and then until all is quiet. False when there will be none.
fn wait(changes: &Receiver<()>) -> bool {
    if changes.recv().is_err() {
        return false;
    }
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match changes.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

/// Watches a folder, by the system's means or, where those do not suffice, by looking at it again and again.
fn watch(root: &Path, sender: &Sender<()>) -> Result<Box<dyn Watcher>> {
    let tell = |sender: Sender<()>, root: &Path| {
        let root = root.to_owned();
        move |event: notify::Result<Event>| {
            if event.map_or(true, |event| matters(&event, &root)) {
                // Nobody listens any more when the program ends.
                let _ = sender.send(());
            }
        }
    };
    let by_system =
        notify::recommended_watcher(tell(sender.clone(), root)).and_then(|mut watcher| {
            watcher.watch(root, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
    match by_system {
        Ok(watcher) => Ok(Box::new(watcher)),
        Err(error) => {
            output::say(format_args!(
                "note: the system does not watch {}: {error}; it is looked at every {} seconds",
                root.display(),
                POLL.as_secs()
            ));
            let config = Config::default().with_poll_interval(POLL);
            let cannot = |error: notify::Error| {
                Error::new(format!("cannot watch {}", root.display())).because(&error)
            };
            let mut watcher =
                PollWatcher::new(tell(sender.clone(), root), config).map_err(cannot)?;
            watcher.watch(root, RecursiveMode::Recursive).map_err(cannot)?;
            Ok(Box::new(watcher))
        }
    }
}

/// Whether an event may change what is found: one of a file that is read, or of a folder that comes, goes or is renamed.
fn matters(event: &Event, root: &Path) -> bool {
    let folders = match event.kind {
        EventKind::Access(_) => return false,
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Any => true,
        EventKind::Modify(kind) => matches!(kind, ModifyKind::Name(_) | ModifyKind::Any),
        EventKind::Other => return true,
    };
    event.paths.iter().any(|path| {
        let below = path.strip_prefix(root).unwrap_or(path);
        let hidden =
            |part: std::path::Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let read = tree::is_source_file(&name) || name == "tophash.toml";
        !below.components().any(hidden) && (read || (folders && !path.is_file()))
    })
}
