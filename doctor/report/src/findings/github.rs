//! Annotations of GitHub Actions: a workflow command a finding.
//!
//! Source: GitHub Docs, Workflow commands for GitHub Actions, "Setting an error message"; escapes as in `actions/toolkit`,
//! `packages/core/src/command.ts`.

use crate::text::clean;
use finding::{Findings, Grade};
use std::fmt::Write as _;

/// Renders findings as workflow commands, one line each: errors where the grade is high, warnings where it is medium,
/// notices where it is low.
pub fn findings_github(findings: &Findings) -> String {
    let mut out = String::new();
    for finding in &findings.findings {
        let level = match finding.grade {
            Grade::High => "error",
            Grade::Medium => "warning",
            Grade::Low => "notice",
        };
        let site = &finding.access.site;
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "::{level} file={},line={},col={},title={}::{}",
            property(&site.file),
            site.line,
            site.column.max(1),
            property(&format!("{} {}", finding.code, finding.rule)),
            data(&format!("{} ({}); {}", finding.message, finding.grade.word(), finding.help))
        );
    }
    out
}

fn data(text: &str) -> String {
    clean(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
