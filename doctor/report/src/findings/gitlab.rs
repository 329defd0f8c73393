//! Code Quality reports of GitLab.
//!
//! Source: GitLab Docs, Code Quality, "Code Quality report format".

use finding::{Finding, Findings, Grade};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Renders findings as one JSON list. Findings of one fingerprint are told apart by their order.
///
/// # Errors
/// Serialisation of these types cannot fail in itself; whatever `serde_json` reports is returned.
pub fn findings_gitlab(findings: &Findings) -> Result<String, serde_json::Error> {
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    let issue = |finding: &'_ Finding| -> (String, u32) {
        let fingerprint = finding.fingerprint();
        let before = times.entry(fingerprint.clone()).or_default();
        let this = *before;
        *before = before.saturating_add(1);
        (fingerprint, this)
    };
    let numbered: Vec<(String, u32)> = findings.findings.iter().map(issue).collect();
    let issues: Vec<Issue<'_>> = findings
        .findings
        .iter()
        .zip(numbered)
        .map(|(finding, (fingerprint, number))| Issue {
            description: format!("{}: {}; {}", finding.code, finding.message, finding.help),
            check_name: &finding.code,
            fingerprint: format!("{fingerprint}:{number}"),
            severity: match finding.grade {
                Grade::High => "critical",
                Grade::Medium => "major",
                Grade::Low => "minor",
            },
            location: Location {
                path: &finding.access.site.file,
                lines: Lines { begin: finding.access.site.line },
            },
        })
        .collect();
    let mut out = serde_json::to_string_pretty(&issues)?;
    out.push('\n');
    Ok(out)
}
