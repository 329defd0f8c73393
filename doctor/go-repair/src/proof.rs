//! The proof of a plan: the program with its edits is checked again, and what does not hold is taken out.

use crate::plan::{self, Edited, Plan};
use crate::trees::Trees;
use finding::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// Checks of the edited program, at most.
const ROUNDS: usize = 4;

impl Plan {
    /// Keeps the changes that do what they are for: their findings are gone in the edited program, and no others have come.
    /// `check` says what is found once these files are edited, by the same rules as `findings`.
    ///
    /// Yields what is found in the end.
    pub fn prove(
        &mut self,
        trees: &Trees<'_>,
        findings: &[Finding],
        check: &mut dyn FnMut(&[Edited]) -> Vec<Finding>,
    ) -> Vec<Finding> {
        let found = self.hold(trees, findings, check);
        plan::by_place(&mut self.left);
        found
    }

    fn hold(
        &mut self,
        trees: &Trees<'_>,
        findings: &[Finding],
        check: &mut dyn FnMut(&[Edited]) -> Vec<Finding>,
    ) -> Vec<Finding> {
        for _ in 0..ROUNDS {
            if self.changes.is_empty() {
                break;
            }
            let after = check(&self.edited(trees));
            let before = count(findings.iter());
            let repaired = self.changes.iter().flat_map(|change| &change.findings);
            let repaired = count(repaired.filter_map(|at| findings.get(*at)));
            let mut still: BTreeSet<String> = BTreeSet::new();
            let mut new: BTreeSet<String> = BTreeSet::new();
            for (print, number) in count(after.iter()) {
                let known = before.get(&print).copied().unwrap_or(0);
                let gone = repaired.get(&print).copied().unwrap_or(0);
                if gone > 0 && number > known.saturating_sub(gone) {
                    still.insert(print);
                } else if number > known {
                    let of = after.iter().filter(|finding| finding.fingerprint() == print);
                    let of = of.filter(|finding| !has_moved(findings, &after, finding));
                    new.extend(of.map(|finding| finding.map.id.to_string()));
                }
            }
            if still.is_empty() && new.is_empty() {
                return after;
            }
            let of = |at: &usize| findings.get(*at);
            let before = self.changes.len();
            self.give_up("the finding would still be there", |change| {
                change.findings.iter().filter_map(of).any(|f| still.contains(&f.fingerprint()))
            });
            self.give_up("another finding would take its place", |change| {
                change.findings.iter().filter_map(of).any(|f| new.contains(f.map.id.as_str()))
            });
            let files: BTreeSet<&str> = after
                .iter()
                .filter(|finding| new.contains(finding.map.id.as_str()))
                .map(|finding| &*finding.access.site.file)
                .collect();
            if self.changes.len() == before {
                self.give_up("another finding would take its place", |change| {
                    change.edits.files.keys().any(|file| files.contains(file.as_str()))
                });
            }
            if self.changes.len() == before {
                // Whose edit it is that brings something new is not known.
                self.give_up("the edits together would bring new findings", |_| true);
            }
        }
        if !self.changes.is_empty() {
            self.give_up("the edits together would bring new findings", |_| true);
        }
        findings.to_vec()
    }
}

/// True for a finding that there was before of another map: a loop that goes over a copy now has no order either.
fn has_moved(before: &[Finding], after: &[Finding], finding: &Finding) -> bool {
    let alike = |other: &&Finding| {
        let (one, two) = (&other.access, &finding.access);
        other.code == finding.code
            && one.operation == two.operation
            && (&one.site.file, &one.site.function) == (&two.site.file, &two.site.function)
    };
    before.iter().filter(alike).count() >= after.iter().filter(alike).count()
}

/// Findings by what stays the same when lines move, with their numbers.
fn count<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let number = found.entry(finding.fingerprint()).or_default();
        *number = number.saturating_add(1);
    }
    found
}
