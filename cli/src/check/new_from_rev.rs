//! `--new-from-rev`: findings that the tree of a revision has too are not new.

use super::cached;
use super::known::{Known, lines};
use super::settings::Settings;
use crate::error::Result;
use crate::tree::{self, Rev, Tree};
use finding::{Finding, Findings, Role, Site};
use go_source::{Program, SourceTree as _};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

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
    let all = had.findings.clone();
    settings.narrow(&mut had);
    let mut known = Known::new(&had.findings, &lines(&had.findings, &before));
    let taken = known.take_out(findings, &lines(&findings.findings, tree));
    findings.old = findings.old.saturating_add(taken);
    if !findings.merged.is_empty() {
        let below: Vec<Finding> =
            all.into_iter().filter(|finding| !had.findings.contains(finding)).collect();
        tree::fetch(&mut before)?;
        merged(findings, tree, &below, &before, settings);
    }
    Ok(())
}

/// Takes out what tools report that the revision has too, though no tool was run there: findings of rules that it has with a
/// lower grade, and others whose lines stand in the same functions of the same files.
fn merged(
    findings: &mut Findings,
    tree: &Tree,
    below: &[Finding],
    before: &Tree,
    settings: &Settings,
) {
    let program = tree::load_files(&before.files, &settings.build, settings.tests, Vec::new());
    let known: BTreeSet<(String, String)> =
        below.iter().map(Finding::fingerprint).zip(lines(below, before)).collect();
    let count = findings.findings.len();
    let texts = lines(&findings.findings, tree);
    let told: BTreeSet<(Arc<str>, Site)> = findings
        .merged
        .iter()
        .map(|merged| (Arc::clone(&merged.told_by), merged.told_at.clone()))
        .collect();
    let mut texts = texts.into_iter();
    findings.findings.retain(|finding| {
        let text = texts.next().unwrap_or_default();
        if !told.contains(&(Arc::clone(&finding.code), finding.access.site.clone())) {
            return true;
        }
        if go_lint::page(&finding.code).is_some() {
            return !known.contains(&(finding.fingerprint(), text));
        }
        let others = finding.related.iter().filter(|related| related.role == Role::OtherSide);
        let mut places = others.map(|related| &related.site).chain([&finding.access.site]);
        !places.all(|site| stood(&program, site, tree))
    });
    let taken = count.saturating_sub(findings.findings.len());
    findings.old = findings.old.saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
}

/// Whether the line of a place stood in the same function of the same file; what lies in no file of the tree did.
fn stood(before: &Program, site: &Site, tree: &Tree) -> bool {
    let Ok(now) = tree.files.read(&site.file) else { return true };
    let now = String::from_utf8_lossy(&now);
    let at = usize::try_from(site.line).unwrap_or(usize::MAX).saturating_sub(1);
    let Some(text) = now.lines().nth(at).map(str::trim) else { return false };
    let Some(file) = before.file(&site.file) else { return false };
    let mut lines = (1u32..).zip(file.text().lines());
    lines.any(|(number, line)| {
        let function = || before.function_at(&site.file, number).map(|function| &function.symbol);
        line.trim() == text && function() == site.function.as_ref()
    })
}
