//! What a text of other tools says.

use finding::Site;
use std::sync::Arc;

/// All that a text said, in the order it said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// What the tools report.
    pub entries: Vec<Entry>,
    /// What tests printed under `go test -json`, one for each package.
    pub tests: Vec<TestOutput>,
    /// What could not be read, and what the tools could not do.
    pub notes: Vec<Note>,
    /// Whether anything of the text was known: a clean run of `go test` has no entries.
    pub known: bool,
    /// Lines of the text.
    pub lines: u64,
}

/// One thing that a tool reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The tool, as codes begin: `vet`, `staticcheck`, `golangci`, or the name that a SARIF log gives, in small letters.
    pub tool: Arc<str>,
    /// Its check: `copylocks`, `SA5000`; empty where the text does not tell.
    pub check: Arc<str>,
    /// Where, as the text has it; without a file where it names none.
    pub site: Site,
    /// What the column counts.
    pub columns: Columns,
    /// The import path of the package, where the text tells.
    pub package: Option<Arc<str>>,
    /// What it says, in one line.
    pub message: String,
    /// Line of the text, from 1.
    pub text_line: u64,
}

/// What columns count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// Bytes, as Go's tools do.
    #[default]
    Bytes,
    /// UTF-16 code units, as SARIF does unless it says otherwise.
    Utf16,
    /// Unicode code points.
    CodePoints,
}

/// What the tests of one package printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestOutput {
    /// The package.
    pub package: String,
    /// The text.
    pub text: String,
    /// For each line of it the line of the whole text that it comes from.
    pub text_lines: Vec<u64>,
}

/// Something to know about the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Line of the text, from 1.
    pub text_line: u64,
    /// What it is, a fragment.
    pub what: String,
}

impl Entry {
    /// The code of a finding that tells it: `vet:copylocks`; the tool alone where the check is not known.
    pub fn name(&self) -> String {
        if self.check.is_empty() {
            self.tool.to_string()
        } else {
            format!("{}:{}", self.tool, self.check)
        }
    }
}
