//! The findings of a tree, from the cache where nothing has changed since they were made.
//!
//! What decides the findings of a tree is this build of the program, the settings that reach the rules, the paths of the
//! tree, and the bytes of the files that were read. Of a revision, the object of its folder stands for the last two. On
//! disk, the cache has the stamp of each file, its length and times, and the hash of its bytes:
//!
//! - A file whose stamp is the same is taken for unchanged without being read, if the stamp was old when it was taken.
//! - All others are read and hashed: those with another stamp, such as after a checkout that changed nothing, and those that
//!   were changed within [`RACY`] before the check began, because such a file may be changed again at the same time on the
//!   file system's clock, and to the same length.
//!
//! So a change is missed only if it leaves the length and all times as they were. Of those the time of the last change to
//! anything about a file cannot be set by programs; where the system does not tell it (Windows), a program that sets the
//! other time back after a change of the same length deceives the cache. So does a file server whose clock is behind by
//! more than [`RACY`]. `--no-cache` reads everything.

use super::settings::Settings;
use crate::cache::{Cache, hash};
use crate::error::Result;
use crate::tree::{self, DiskTree, Files, Stamp, Tree};
use finding::Findings;
use go_source::SourceTree;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Files that were changed so shortly before a check are read again by the next: file systems count time in up to this.
const RACY: Duration = Duration::from_secs(2);

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Entry<'e> {
    /// When the check began, in nanoseconds since 1970.
    begun: u64,
    /// The hash of the paths of the tree.
    paths: Cow<'e, str>,
    /// The files that were read.
    #[serde(borrow)]
    files: Vec<KnownFile<'e>>,
    findings: Findings,
}

/// A file as it was read.
#[derive(Clone, Serialize, Deserialize)]
struct KnownFile<'e> {
    #[serde(borrow)]
    path: Cow<'e, str>,
    stamp: Stamp,
    #[serde(borrow)]
    hash: Cow<'e, str>,
}

/// The findings of a tree, of all grades, with notes about all that was left out.
///
/// # Errors
///
/// When git's objects cannot be read.
pub(crate) fn check(tree: &mut Tree, settings: &Settings) -> Result<Findings> {
    let mut findings = match &settings.cache {
        Some(cache) => with_cache(cache, tree, settings)?,
        None => {
            tree::fetch(tree)?;
            super::check(&tree.files, settings)
        }
    };
    findings.notes.splice(0..0, tree.notes.iter().cloned());
    Ok(findings)
}

fn with_cache(cache: &Cache, tree: &mut Tree, settings: &Settings) -> Result<Findings> {
    let begun = now();
    let what = what(tree, settings);
    let kept = cache.get(&what);
    // What is whole and cannot be read was never written by this build.
    let entry = kept.as_deref().and_then(|kept| serde_json::from_str::<Entry<'_>>(kept).ok());
    if let Some(mut entry) = entry
        && let Some(new_stamps) = entry.unchanged(&tree.files)
    {
        if new_stamps {
            entry.begun = begun;
            keep(cache, &what, &entry);
        }
        return Ok(entry.findings);
    }
    let notes = tree.notes.len();
    tree::fetch(tree)?;
    let reading =
        Reading { tree: &tree.files, files: Mutex::default(), failed: AtomicBool::new(false) };
    let findings = super::check(&reading, settings);
    // What could not be read today may be there tomorrow.
    let whole = !reading.failed.into_inner() && tree.notes.len() == notes;
    if !whole {
        return Ok(findings);
    }
    let files = reading.files.into_inner().unwrap_or_else(PoisonError::into_inner);
    let entry = Entry { begun, paths: paths(&tree.files), files, findings };
    keep(cache, &what, &entry);
    Ok(entry.findings)
}

/// What decides the findings, but for the paths and bytes of the files on disk.
fn what(tree: &Tree, settings: &Settings) -> String {
    let place = match &tree.files {
        Files::Disk(disk) => json!({ "folder": disk.root().to_string_lossy() }),
        Files::Git(git) => json!({ "object": git.object() }),
        Files::Memory(_) => json!(null),
    };
    let build = &settings.build;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "build": env!("TOPHASH_BUILD"),
        "select": settings.select,
        "ignore": settings.ignore,
        "tests": settings.tests,
        "escapes": settings.escapes.as_ref().map(|escapes| &escapes.hash),
        "tags": build.tags,
        "target": [&build.goos, &build.goarch],
        "place": place,
    })
    .to_string()
}

fn keep(cache: &Cache, what: &str, entry: &Entry<'_>) {
    // Writing to a text cannot fail.
    if let Ok(text) = serde_json::to_string(entry) {
        cache.put(what, &text);
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    nanoseconds(since)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The hash of the paths of a tree on disk.
fn paths(files: &Files) -> Cow<'static, str> {
    match files {
        Files::Disk(disk) => hash(disk.paths().join("\n").as_bytes()).into(),
        Files::Git(_) | Files::Memory(_) => "".into(),
    }
}

impl Entry<'_> {
    /// Whether the files are still what they were: `None` where one is not, true where some have new stamps.
    fn unchanged(&mut self, files: &Files) -> Option<bool> {
        let disk = match files {
            Files::Disk(disk) => disk,
            Files::Git(_) => return Some(false),
            Files::Memory(_) => return None,
        };
        if self.paths != paths(files) {
            return None;
        }
        let settled = self.begun.saturating_sub(nanoseconds(RACY));
        let stamps: Option<Vec<Option<Stamp>>> =
            self.files.par_iter().map(|file| file.unchanged(disk, settled)).collect();
        let mut some = false;
        for (file, stamp) in self.files.iter_mut().zip(stamps?) {
            if let Some(stamp) = stamp {
                file.stamp = stamp;
                some = true;
            }
        }
        Some(some)
    }
}

impl KnownFile<'_> {
    /// `None` where the file is another; its stamp where that had to be found out by its bytes.
    fn unchanged(&self, disk: &DiskTree, settled: u64) -> Option<Option<Stamp>> {
        if self.stamp.last() < settled && disk.stamp(&self.path).ok()? == self.stamp {
            return Some(None);
        }
        let (bytes, stamp) = disk.read_stamped(&self.path).ok()?;
        (hash(&bytes) == self.hash).then_some(Some(stamp))
    }
}

/// A tree that remembers what was read of it.
struct Reading<'t> {
    tree: &'t Files,
    /// The files that were read, where they are on disk.
    files: Mutex<Vec<KnownFile<'static>>>,
    failed: AtomicBool,
}

impl SourceTree for Reading<'_> {
    fn files(&self) -> Vec<String> {
        self.tree.files()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let read = match self.tree {
            Files::Git(_) | Files::Memory(_) => self.tree.read(path),
            Files::Disk(disk) => disk.read_stamped(path).map(|(bytes, stamp)| {
                let hash = hash(&bytes).into();
                let known = KnownFile { path: path.to_owned().into(), stamp, hash };
                self.files.lock().unwrap_or_else(PoisonError::into_inner).push(known);
                bytes
            }),
        };
        if read.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        read
    }
}
