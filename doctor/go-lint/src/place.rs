//! Which files are left out: generated ones, and those of dependencies.

use go_source::Program;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The files that are left out, with their reasons.
pub(crate) struct Skip {
    files: BTreeSet<Arc<str>>,
    generated: usize,
    vendored: usize,
}

impl Skip {
    /// Looks at the first lines of every file.
    pub(crate) fn new(program: &Program) -> Self {
        let mut found = Self { files: BTreeSet::new(), generated: 0, vendored: 0 };
        for file in program.files() {
            if file.is_vendored() {
                found.vendored = found.vendored.saturating_add(1);
            } else if is_generated(file.text()) {
                found.generated = found.generated.saturating_add(1);
            } else {
                continue;
            }
            found.files.insert(Arc::from(file.path()));
        }
        found
    }

    pub(crate) fn skips(&self, file: &str) -> bool {
        self.files.contains(file)
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut say = |files: usize, what: &str| {
            let (files, were) = match files {
                0 => return,
                1 => ("1".to_owned(), "file was"),
                many => (many.to_string(), "files were"),
            };
            notes.push(format!("{files} {what} {were} read and not checked"));
        };
        say(self.generated, "generated");
        say(self.vendored, "vendored");
        notes
    }
}

/// By the convention of `go generate`: a line `// Code generated … DO NOT EDIT.` before the package clause.
fn is_generated(text: &str) -> bool {
    text.lines()
        .take_while(|line| !line.starts_with("package "))
        .any(|line| line.starts_with("// Code generated ") && line.ends_with(" DO NOT EDIT."))
}

/// Whether a file holds tests.
pub(crate) fn is_test(path: &str) -> bool {
    path.ends_with("_test.go")
}

/// Whether a file by its path serves tests: helpers, fakes and mocks, whose maps one test at a time uses.
pub(crate) fn serves_tests(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = |name: &str| {
        ["test", "testutil", "testutils", "testhelper", "testhelpers"]
            .iter()
            .any(|ending| name.ends_with(ending))
            || ["tests", "testing", "e2e", "mock", "mocks", "fake", "fakes"].contains(&name)
    };
    let stem = file.strip_suffix(".go").unwrap_or(file);
    folders.split('/').any(folder)
        || stem.contains("test_util")
        || stem.contains("testutil")
        || stem.contains("test_helper")
        || stem.starts_with("mock_")
        || stem.ends_with("_mock")
}
