//! The manifests of the fixtures: the truth about each program, written by hand.
//!
//! The format is described in `fixtures/go/README.md`.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A fixture: one program, what is true of its maps, and the ways it is made to fail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fixture {
    /// Folder of the manifest, which is that of the main package unless `package` says otherwise.
    #[serde(skip)]
    pub(super) folder: PathBuf,
    /// Folder of the module.
    #[serde(skip)]
    pub(super) module: PathBuf,
    /// What goes wrong, in a sentence.
    pub(super) summary: String,
    /// Folder of the main package, below the manifest.
    #[serde(default)]
    pub(super) package: PathBuf,
    /// Needs a C compiler.
    #[serde(default)]
    pub(super) cgo: bool,
    /// The program is the package's test binary.
    #[serde(default)]
    pub(super) test: bool,
    /// Additional flags for `go build`.
    #[serde(default)]
    pub(super) build: Vec<String>,
    /// The maps that the cases are about.
    #[serde(default, rename = "map")]
    pub(super) maps: Vec<Map>,
    /// The ways to run it.
    #[serde(rename = "case")]
    pub(super) cases: Vec<Case>,
}

/// A declared map and everything that touches it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Map {
    /// Its `MapId`.
    pub(super) id: String,
    /// The identifier that the declaration introduces.
    pub(super) name: String,
    /// Its type as written.
    #[serde(rename = "type")]
    pub(super) map_type: String,
    /// `file:line` of the declaration, below the manifest.
    pub(super) at: String,
    /// Every access in the program.
    #[serde(default, rename = "access")]
    pub(super) accesses: Vec<Access>,
}

/// One operation on a map at one place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Access {
    /// `file:line`, below the manifest.
    pub(super) at: String,
    /// read, write, delete, iterate, clear, clone, length or replace.
    pub(super) operation: Operation,
    /// The innermost function by its runtime symbol.
    pub(super) function: String,
    /// What other releases of Go call that function.
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    /// The expression that denotes the map, as written.
    pub(super) expression: String,
    /// Locks held, as `write c.mu` or `read c.mu`.
    #[serde(default)]
    pub(super) locks: Vec<String>,
    /// Locks that every caller holds there.
    #[serde(default)]
    pub(super) callers: Vec<String>,
    /// Why nobody could name the map when this access is the one that is caught.
    pub(super) undecidable: Option<String>,
}

/// The operations, named as in `finding::Operation`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operation {
    Read,
    Write,
    Delete,
    Iterate,
    Clear,
    Clone,
    Length,
    Replace,
}

/// One way to run the program, and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// Names the recordings; unique among all fixtures.
    pub(super) name: String,
    /// What kind of failure it is.
    pub(super) kind: Kind,
    /// The map it is about, by its id; absent where there is none or `undecidable`.
    pub(super) map: Option<String>,
    /// Why nobody could name the map from the output and the source.
    pub(super) undecidable: Option<String>,
    /// The accesses that meet, by their `at`. Any of them may be the one that is caught.
    #[serde(default)]
    pub(super) sides: Vec<String>,
    /// A run counts when a line of its output contains one of these.
    pub(super) messages: Vec<String>,
    /// How many lines must contain one.
    #[serde(default = "once")]
    pub(super) times: usize,
    /// Arguments of the program.
    #[serde(default)]
    pub(super) args: Vec<String>,
    /// Environment of the program.
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    /// Built with the race detector.
    #[serde(default)]
    pub(super) race: bool,
    /// A signal to send once the program has printed `ready`.
    pub(super) signal: Option<String>,
    /// Which of its output is kept.
    #[serde(default)]
    pub(super) output: Output,
    /// How many seconds one run may take.
    #[serde(default = "usual_patience")]
    pub(super) patience: u64,
    /// Levels of GOTRACEBACK to record at.
    #[serde(default = "usual_levels")]
    pub(super) levels: Vec<Level>,
    /// Releases to record on; all where absent.
    pub(super) versions: Option<Vec<String>>,
}

/// What kind of failure a case shows.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// One of the runtime's own checks for concurrent use of a map.
    Concurrent,
    /// A throw, panic or fault that a race on the map's inside leads to.
    Corrupted,
    /// `assignment to entry in nil map`.
    NilMap,
    /// `hash of unhashable type`.
    UnhashableKey,
    /// A report of the race detector.
    Race,
    /// A pointer check of `-d=checkptr`.
    Checkptr,
    /// Unlocking a lock that is not locked.
    Unlock,
    /// All goroutines are asleep.
    Deadlock,
    /// A dump of a program in which nothing failed.
    Dump,
    /// Another panic.
    Panic,
}

/// What is kept of a program's output.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Output {
    #[default]
    Stderr,
    Stdout,
    /// Both, in the order they were written.
    Both,
}

/// A level of GOTRACEBACK.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    None,
    Single,
    All,
    System,
    Crash,
}

impl Level {
    /// The word that GOTRACEBACK takes.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Single => "single",
            Self::All => "all",
            Self::System => "system",
            Self::Crash => "crash",
        }
    }
}

fn once() -> usize {
    1
}

fn usual_patience() -> u64 {
    20
}

fn usual_levels() -> Vec<Level> {
    vec![Level::Single, Level::All]
}

impl Case {
    /// The levels to record at on that release: none when the case is not for it.
    pub(super) fn levels_on(&self, version: &str) -> Vec<Level> {
        match &self.versions {
            Some(versions) if !versions.iter().any(|v| v == version) => Vec::new(),
            _ => self.levels.clone(),
        }
    }
}

/// Reads every `manifest.toml` below `folder`, in the order of their paths.
pub(super) fn read_all(folder: &Path) -> Result<Vec<Fixture>> {
    let mut fixtures = Vec::new();
    let mut names = BTreeSet::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_name() == "manifest.toml" {
            let fixture = read(entry.path())?;
            for case in &fixture.cases {
                ensure!(names.insert(case.name.clone()), "two cases are named {}", case.name);
            }
            fixtures.push(fixture);
        }
    }
    Ok(fixtures)
}

fn read(path: &Path) -> Result<Fixture> {
    let text = fs::read_to_string(path)?;
    let mut fixture: Fixture =
        toml::from_str(&text).with_context(|| format!("{} is no manifest", path.display()))?;
    fixture.folder = path.parent().context("a manifest stands in a folder")?.to_owned();
    fixture.module = fixture
        .folder
        .ancestors()
        .find(|folder| folder.join("go.mod").is_file())
        .with_context(|| format!("{} is in no Go module", path.display()))?
        .to_owned();
    Ok(fixture)
}
