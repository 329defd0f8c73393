//! One line a finding: `file:line:column: CODE: message [grade]`.

use crate::text::clean;
use crate::words::place;
use finding::Findings;
use std::fmt::Write as _;

/// Renders findings, one line each.
pub fn findings_concise(findings: &Findings) -> String {
    let mut out = String::new();
    for finding in &findings.findings {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}: {}: {} [{}]",
            place(&finding.access.site),
            clean(&finding.code),
            clean(&finding.message),
            finding.grade.word()
        );
    }
    out
}
