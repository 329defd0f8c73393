//! A small module with findings, and runs of the check on it.

use crate::common::{Out, run_in};
pub(crate) use crate::common::{UNEVEN, module_of, write};
use std::path::Path;

/// Where the two findings are.
pub(crate) const AT: [&str; 2] = ["t.go:17", "t.go:21"];

/// Checks the module in a folder.
pub(crate) fn check(folder: &Path, arguments: &[&str]) -> Out {
    run_in(folder, &[&["check"], arguments].concat())
}

/// Checks the module in a folder, and gives `file:line` of each finding.
pub(crate) fn places(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let out = check(folder, &[&["--format", "concise"], arguments].concat());
    assert!(out.code <= 1, "{arguments:?}: {}", out.stderr);
    out.stdout
        .lines()
        .map(|line| line.splitn(3, ':').take(2).collect::<Vec<_>>().join(":"))
        .collect()
}
