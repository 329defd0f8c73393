//! What all maps tell, written to files: every so often, and when a call waits too long.
//!
//! A dump is one JSON object: `taken` (seconds since 1970), `reason` (`period`, `alarm` or `request`), `alarm` (a sentence, or
//! null), `left_out` (maps there was no room for), and `maps`, each as [`Report::to_json`](super::Report::to_json) writes it. Its
//! file is written beside its place and renamed, so that nobody reads half of one, and named by its time; the oldest are removed.

use super::alarm::{Alarm, Event};
use super::clock::seconds_since_1970;
use super::json::Json;
use super::registry::Registry;
use super::report::Report;
use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::{Instant, SystemTime};

/// How a dump's file is called, and what it is called until it is whole.
const PREFIX: &str = "tophash-";
const WHOLE: &str = ".json";
const PART: &str = ".part";

/// Where dumps are written, and when: see [`Registry::dump`].
#[derive(Clone, Debug)]
pub struct Dump {
    directory: PathBuf,
    every: Option<Duration>,
    on_alarm: bool,
    keep: usize,
    most_bytes: usize,
}

impl Dump {
    /// Dumps into this directory, which is made if it is not there: on alarms only, at most ten files of a mebibyte each.
    pub fn to(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            every: None,
            on_alarm: true,
            keep: 10,
            most_bytes: 1 << 20,
        }
    }

    /// One every so often.
    #[must_use]
    pub fn every(self, period: Duration) -> Self {
        Self { every: Some(period), ..self }
    }

    /// Whether an alarm is a reason for one. There is one in ten seconds at most.
    #[must_use]
    pub fn on_alarm(self, on: bool) -> Self {
        Self { on_alarm: on, ..self }
    }

    /// How many files are kept; at least one.
    #[must_use]
    pub fn keep(self, files: usize) -> Self {
        Self { keep: files.max(1), ..self }
    }

    /// How large a file may be. Maps for which there is no room are left out, the last ones first.
    #[must_use]
    pub fn most_bytes(self, bytes: usize) -> Self {
        Self { most_bytes: bytes, ..self }
    }
}

/// The dumps of a registry.
pub(super) struct Dumper {
    dump: Dump,
    /// When there was one for an alarm.
    alarmed: Option<Instant>,
}

/// How many dumps there were of a registry.
#[derive(Default)]
pub(super) struct Dumped {
    pub(super) written: AtomicU64,
    pub(super) failed: AtomicU64,
}

/// Why there is a dump.
pub(super) enum Reason<'a> {
    Period,
    Alarm(&'a Alarm),
    Request,
}

/// A dump could not be written.
#[derive(Debug)]
pub struct DumpError {
    path: PathBuf,
    source: io::Error,
}

impl DumpError {
    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// The file, or the directory, that could not be written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = match self.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space there",
            io::ErrorKind::PermissionDenied => "let the program write there",
            _ => "name another directory",
        };
        write!(f, "cannot write the dump {}: {}; {hint}", self.path.display(), self.source)
    }
}

impl core::error::Error for DumpError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Dumper {
    pub(super) fn is_on_alarm(&self) -> bool {
        self.dump.on_alarm
    }
}

impl Registry {
    /// Has what all maps tell written to files from now on, in place of what was said before.
    ///
    /// Files are written by the registry's own thread. One that cannot be written, as on a full disk, is counted in
    /// `tophash_dump_failures_total` and told to the handlers of [`Registry::on_event`].
    pub fn dump(&self, dump: Dump) {
        let mut dumper =
            self.inner().notifier.dumper.lock().unwrap_or_else(PoisonError::into_inner);
        *dumper = Some(Dumper { dump, alarmed: None });
        drop(dumper);
        self.wake();
    }

    /// Writes what all maps tell to a file now, as [`Registry::dump`] has said; says which. `None` if nothing was said.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn dump_now(&self) -> Result<Option<PathBuf>, Arc<DumpError>> {
        self.write_dump(&Reason::Request)
    }

    pub(super) fn dump_for(&self, reason: &Reason<'_>) {
        if let Err(error) = self.write_dump(reason) {
            self.tell(&Event::DumpFailed(error), &[]);
        }
    }

    pub(super) fn dump_period(&self) -> Option<Duration> {
        let dumper = self.inner().notifier.dumper.lock().unwrap_or_else(PoisonError::into_inner);
        dumper.as_ref().and_then(|dumper| dumper.dump.every)
    }

    fn write_dump(&self, reason: &Reason<'_>) -> Result<Option<PathBuf>, Arc<DumpError>> {
        let Some(dump) = self.wanted(reason) else { return Ok(None) };
        let text = text(&self.reports(), reason, dump.most_bytes);
        let dumped = &self.inner().dumped;
        let number = dumped.written.load(Relaxed) + dumped.failed.load(Relaxed);
        match write(&dump, number, &text, |path| {
            OpenOptions::new().write(true).create_new(true).open(path)
        }) {
            Ok(path) => {
                dumped.written.fetch_add(1, Relaxed);
                Ok(Some(path))
            }
            Err(error) => {
                dumped.failed.fetch_add(1, Relaxed);
                Err(Arc::new(error))
            }
        }
    }

    /// How to dump for this reason, if at all.
    fn wanted(&self, reason: &Reason<'_>) -> Option<Dump> {
        const GAP: Duration = Duration::from_secs(10);
        let mut dumper =
            self.inner().notifier.dumper.lock().unwrap_or_else(PoisonError::into_inner);
        let dumper = dumper.as_mut()?;
        if matches!(reason, Reason::Alarm(_)) {
            if !dumper.dump.on_alarm || dumper.alarmed.is_some_and(|last| last.elapsed() < GAP) {
                return None;
            }
            dumper.alarmed = Some(Instant::now());
        }
        Some(dumper.dump.clone())
    }
}

fn text(reports: &[Report], reason: &Reason<'_>, most_bytes: usize) -> String {
    let (word, alarm) = match reason {
        Reason::Period => ("period", None),
        Reason::Alarm(alarm) => ("alarm", Some(alarm.to_string())),
        Reason::Request => ("request", None),
    };
    let maps: Vec<String> = reports.iter().map(Report::to_json).collect();
    let head = |left_out: usize| {
        let head = Json::Object(vec![
            ("taken", Json::from(seconds_since_1970(SystemTime::now()))),
            ("reason", Json::from(word)),
            ("alarm", Json::from(alarm.clone())),
            ("left_out", Json::from(left_out)),
        ]);
        format!("{head}")
    };
    let mut kept = maps.len();
    let mut bytes =
        head(maps.len()).len() + 12 + maps.iter().map(|map| map.len() + 1).sum::<usize>();
    while kept > 0 && bytes > most_bytes {
        kept -= 1;
        bytes -= maps[kept].len() + 1;
    }
    let mut text = head(maps.len() - kept);
    text.pop();
    text.push_str(",\"maps\":[");
    text.push_str(&maps[..kept].join(","));
    text.push_str("]}\n");
    text
}

/// Writes beside the place, renames, and removes the oldest files.
fn write(
    dump: &Dump,
    number: u64,
    text: &str,
    open: impl FnOnce(&Path) -> io::Result<File>,
) -> Result<PathBuf, DumpError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| DumpError { path, source }
    };
    fs::create_dir_all(&dump.directory).map_err(fail(&dump.directory))?;
    let millis =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let stem = format!("{PREFIX}{millis:013}-{}-{number}", std::process::id());
    let path = dump.directory.join(format!("{stem}{WHOLE}"));
    let part = dump.directory.join(format!("{stem}{PART}"));
    let written = open(&part).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, &path)
    });
    if let Err(source) = written {
        // What could not be written whole is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&part);
        return Err(fail(&path)(source));
    }
    remove_oldest(dump, &path);
    Ok(path)
}

/// Removes files of ours beyond those that are kept, and never the new one; and what a process that ended meanwhile left unfinished
/// before them. A file that cannot be removed is tried again next time.
fn remove_oldest(dump: &Dump, new: &Path) {
    let Ok(files) = fs::read_dir(&dump.directory) else { return };
    let files: Vec<PathBuf> = files.map_while(Result::ok).map(|file| file.path()).collect();
    let ours = |end: &str| {
        let is_ours = |path: &&PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
            name.starts_with(PREFIX) && name.ends_with(end) && *path != new
        };
        let mut ours: Vec<&PathBuf> = files.iter().filter(is_ours).collect();
        ours.sort_unstable();
        ours
    };
    let whole = ours(WHOLE);
    let surplus = (whole.len() + 1).saturating_sub(dump.keep);
    let (gone, kept) = whole.split_at(surplus.min(whole.len()));
    let parts = ours(PART);
    let stale = parts.iter().filter(|part| kept.first().is_some_and(|first| *part < first));
    for path in gone.iter().chain(stale) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_says_so_and_leaves_nothing_behind() {
        let directory = std::env::temp_dir().join(format!("tophash-full-{}", std::process::id()));
        let dump = Dump::to(&directory);
        let full = |_: &Path| OpenOptions::new().write(true).open("/dev/full");
        let error = write(&dump, 0, "text", full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(error.to_string().ends_with("; free some space there"), "{error}");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
        fs::remove_dir(&directory).unwrap();
    }
}
