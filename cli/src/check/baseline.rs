//! Baselines of `tophash check`: the findings that a tree had when the gate was put up, by what stays the same when lines
//! move.
//!
//! A text file, one fingerprint a line, as often as it occurs, sorted: whoever mends one takes a line away, and two
//! branches merge.

use super::known::Known;
use crate::error::{Error, Result};
use finding::Findings;
use std::io::Write as _;
use std::path::Path;

/// The first line.
const HEADER: &str = "# tophash baseline 1: what 'tophash check' knew; written by --write-baseline";

/// Takes the findings out that a baseline knows. Yields how many of its lines have no finding any more.
pub(crate) fn apply(findings: &mut Findings, path: &Path) -> Result<usize> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::new(format!("cannot read the baseline {}", path.display()))
            .because(&error)
            .hint("tophash check --write-baseline FILE writes one")
    })?;
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(Error::new(format!("{} is no baseline", path.display()))
            .hint("tophash check --write-baseline FILE writes one"));
    }
    let mut known = Known::default();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        known.add(line, String::new());
    }
    let taken = known.take_out(findings, &[]);
    findings.known = findings.known.saturating_add(taken);
    Ok(known.left())
}

/// Writes a baseline of all findings, beside the file and renamed.
pub(crate) fn write(findings: &Findings, path: &Path) -> Result<()> {
    let mut lines: Vec<String> =
        findings.findings.iter().map(finding::Finding::fingerprint).collect();
    lines.sort_unstable();
    let mut text = format!("{HEADER}\n");
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).and_then(|mut beside| {
            beside.write_all(text.as_bytes())?;
            beside.persist(path).map_err(|error| error.error)?;
            Ok(())
        });
    written.map_err(|error| {
        Error::new(format!("cannot write the baseline {}", path.display())).because(&error)
    })
}
