//! Findings that are not new, by what stays the same when lines move.

use crate::tree::Tree;
use finding::{Finding, Findings};
use go_source::SourceTree as _;
use std::collections::BTreeMap;

/// Findings that are known: for each fingerprint the lines of source that it was about, as often as it occurs; empty where
/// nobody knows the line.
#[derive(Default)]
pub(crate) struct Known(BTreeMap<String, Vec<String>>);

impl Known {
    /// Findings that are known, each with its line of source.
    pub(crate) fn new(findings: &[Finding], lines: &[String]) -> Self {
        let mut known = Self::default();
        for (finding, line) in findings.iter().zip(lines) {
            known.add(&finding.fingerprint(), line.clone());
        }
        known
    }

    /// Adds a finding, with the line of source that it is about.
    pub(crate) fn add(&mut self, fingerprint: &str, line: String) {
        self.0.entry(fingerprint.to_owned()).or_default().push(line);
    }

    /// Takes the findings out that are known, each known one once, and yields how many they were.
    ///
    /// Where there are more of one fingerprint than are known, those stay whose line of source is another. `lines` has the
    /// line of each finding, where lines are known at all.
    pub(crate) fn take_out(&mut self, findings: &mut Findings, lines: &[String]) -> u64 {
        let mut known = vec![false; findings.findings.len()];
        for same_line in [true, false] {
            let mut lines = lines.iter();
            for (finding, known) in findings.findings.iter().zip(&mut known) {
                let line = lines.next().map_or("", String::as_str);
                let Some(left) = self.0.get_mut(&finding.fingerprint()).filter(|_| !*known) else {
                    continue;
                };
                if let Some(at) = left.iter().position(|other| !same_line || other == line) {
                    left.remove(at);
                    *known = true;
                }
            }
        }
        let count = known.iter().filter(|known| **known).count();
        let mut known = known.into_iter();
        findings.findings.retain(|_| !known.next().unwrap_or(false));
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// How many were known and are found no more.
    pub(crate) fn left(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

/// The line of source that each finding is about, without its indentation.
pub(crate) fn lines(findings: &[Finding], tree: &Tree) -> Vec<String> {
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
