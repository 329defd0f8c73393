//! `--new-from-rev`: findings that the tree of a revision has too are not new.

use super::cached;
use super::known::{Known, lines};
use super::settings::Settings;
use crate::error::Result;
use crate::tree::{self, Rev, Tree};
use finding::Findings;
use std::path::Path;

/// Takes the findings out that `rev` has too: those that the same check of its tree shows, wherever in it.
///
/// # Errors
///
/// When the tree of the revision cannot be read.
pub(crate) fn apply(
    findings: &mut Findings,
    tree: &Tree,
    root: &Path,
    rev: &str,
    settings: &Settings,
) -> Result<()> {
    let mut before = tree::list(root, Some(Rev { name: rev, option: "--new-from-rev" }))?;
    if findings.findings.is_empty() {
        return Ok(());
    }
    if before.go_files() == 0 {
        findings.notes.push(format!("{rev} has no Go files here, so every finding is new"));
        return Ok(());
    }
    let mut had = cached::check(&mut before, settings)?;
    settings.narrow(&mut had);
    let mut known = Known::new(&had.findings, &lines(&had.findings, &before));
    let lines = lines(&findings.findings, tree);
    let taken = known.take_out(findings, &lines);
    findings.old = findings.old.saturating_add(taken);
    Ok(())
}
