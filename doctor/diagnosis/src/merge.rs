//! What other tools say of a program, joined by map with what the rules find in it.
//!
//! ```text
//! go vet, staticcheck, SARIF ─► go-reports ─► entries ─► place ─► access on the line ─► map ─┐
//! go test -race ─────────────► go-crash ───► races ───► resolve, side by side ───────► map ─┼─► findings
//! rules ─────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! - A race at a line where a rule of the first hundred claims the same map makes that claim as sure as can be. Any other
//!   race on a map is a finding of its own.
//! - What a linter says of a map is a finding with its code; where a rule claims the same, it is one more ground for that.
//! - What is about no map is counted and left to the tool.

mod about;
mod entries;
mod output;
mod place;
mod races;
mod seen;

pub use output::ToolOutput;

use crate::Options;
use finding::{Finding, Merged};
use go_source::Program;
use std::collections::BTreeMap;

/// How paths of outputs lead to files of the tree.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    /// Prefixes of printed paths and what they stand for.
    pub options: &'a Options,
    /// The folder of the tree that relative paths begin at; empty for its root.
    pub base: &'a str,
    /// Whether the test files of the tree were read.
    pub tests: bool,
}

/// What came of joining.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// The reports that are about a map.
    pub merged: Vec<Merged>,
    /// What is about no map, and what could not be read.
    pub notes: Vec<String>,
}

/// Joins what tools say with the findings of the rules: makes those surer that they confirm, and adds the others.
///
/// Time grows with the number of reports, and for each with the findings about its map.
pub fn join(
    program: &Program,
    findings: &mut Vec<Finding>,
    outputs: &[ToolOutput],
    paths: Paths<'_>,
) -> Joined {
    let mut joining = Joining { merged: Vec::new(), counts: BTreeMap::new(), notes: Vec::new() };
    for output in outputs {
        joining.notes.extend(output.notes());
        races::join(program, findings, output, paths, &mut joining);
    }
    entries::join(program, findings, outputs, paths, &mut joining);
    let counts = joining.counts.into_iter().map(|((tool, why), count)| left(&tool, why, count));
    joining.notes.extend(counts);
    Joined { merged: joining.merged, notes: joining.notes }
}

/// Why a report is no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// It is about no map.
    NoMap,
    /// Its file is not among those that were read.
    Elsewhere,
    /// Its file is a test, and tests were not read.
    InTests,
    /// It names no place.
    NoPlace,
}

/// What was joined so far.
pub(crate) struct Joining {
    merged: Vec<Merged>,
    /// How many reports of each tool are no findings.
    counts: BTreeMap<(String, Why), u64>,
    notes: Vec<String>,
}

impl Joining {
    /// Counts a report that is no finding.
    fn leave(&mut self, tool: &str, why: Why) {
        let count = self.counts.entry((tool.to_owned(), why)).or_default();
        *count = count.saturating_add(1);
    }
}

/// How a sentence calls a tool.
fn called(tool: &str) -> &str {
    match tool {
        "vet" => "go vet",
        "golangci" => "golangci-lint",
        "race" => "the race detector",
        other => other,
    }
}

/// `31 entries of go vet are about no map; they are left to go vet`.
fn left(tool: &str, why: Why, count: u64) -> String {
    let name = called(tool);
    let (what, whats) = if tool == "race" { ("race", "races") } else { ("entry", "entries") };
    let (are, they, lie) =
        if count == 1 { ("is", "it is", "lies") } else { ("are", "they are", "lie") };
    let what = if count == 1 { what } else { whats };
    match why {
        Why::NoMap => {
            format!("{count} {what} of {name} {are} about no map; {they} left to {name}")
        }
        Why::Elsewhere => {
            format!(
                "{count} {what} of {name} {lie} in files that are not read here: of another build, or with paths for --path-map FROM=TO"
            )
        }
        Why::InTests => format!("{count} {what} of {name} {lie} in test files; --tests reads them"),
        Why::NoPlace => {
            format!("{count} {what} of {name} {are} without a place; {they} left to {name}")
        }
    }
}
