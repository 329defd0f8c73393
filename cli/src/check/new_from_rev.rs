//! `--new-from-rev`: findings that the tree of a revision has too are not new.

use super::cached;
use super::known::Known;
use super::settings::Settings;
use crate::error::Result;
use crate::tree::{self, Rev, Tree};
use finding::{Finding, Findings};
use go_source::SourceTree as _;
use std::collections::BTreeMap;
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
    let mut known = Known::default();
    for (finding, line) in had.findings.iter().zip(lines(&had.findings, &before)) {
        known.add(&finding.fingerprint(), line);
    }
    let lines = lines(&findings.findings, tree);
    let taken = known.take_out(findings, &lines);
    findings.old = findings.old.saturating_add(taken);
    Ok(())
}

/// The line of source that each finding is about, without its indentation.
fn lines(findings: &[Finding], tree: &Tree) -> Vec<String> {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    let mut lines = Vec::with_capacity(findings.len());
    for finding in findings {
        let site = &finding.access.site;
        let text = texts.entry(&site.file).or_insert_with(|| {
            String::from_utf8_lossy(&tree.files.read(&site.file).unwrap_or_default()).into_owned()
        });
        let above = usize::try_from(site.line).unwrap_or(usize::MAX).saturating_sub(1);
        lines.push(text.lines().nth(above).unwrap_or_default().trim().to_owned());
    }
    lines
}
