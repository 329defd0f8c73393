//! Findings as a checker of `go vet` reports them, in text and in JSON.
//!
//! Source: `golang.org/x/tools/internal/analysis/driverutil/print.go` (`PrintPlain`, `JSONTree`), as in Go 1.27.3.

use crate::text::clean;
use finding::{Finding, Findings, Site};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What the JSON calls the checker.
const NAME: &str = "tophash";

/// Renders findings as `file:line:column: CODE: message [grade]`, each followed by its other places, whose text begins with
/// a tab. Paths are joined to `root`.
pub fn findings_vet(findings: &Findings, root: &Path) -> String {
    let mut out = String::new();
    for finding in &findings.findings {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}: {}", position(&finding.access.site, root), message(finding));
        for related in &finding.related {
            let _ = writeln!(out, "{}: \t{}", position(&related.site, root), clean(&related.label));
        }
    }
    out
}

/// Renders findings as a JSON object: the unit, the checker, its findings; an empty one where there are none.
///
/// # Errors
///
/// When JSON cannot be written, which does not happen with text and numbers.
pub fn findings_vet_json(
    findings: &Findings,
    root: &Path,
    unit: &str,
) -> Result<String, serde_json::Error> {
    let diagnostics: Vec<Diagnostic> = findings
        .findings
        .iter()
        .map(|finding| Diagnostic {
            category: finding.code.to_string(),
            place: Place::new(&finding.access.site, root, message(finding)),
            related: finding
                .related
                .iter()
                .map(|related| Place::new(&related.site, root, clean(&related.label)))
                .collect(),
        })
        .collect();
    let mut units = BTreeMap::new();
    if !diagnostics.is_empty() {
        units.insert(unit, BTreeMap::from([(NAME, diagnostics)]));
    }
    let mut text = serde_json::to_string_pretty(&units)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Diagnostic {
    category: String,
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    posn: String,
    end: String,
    message: String,
}

impl Place {
    fn new(site: &Site, root: &Path, message: String) -> Self {
        let posn = position(site, root);
        Self { end: posn.clone(), posn, message }
    }
}

fn message(finding: &Finding) -> String {
    let message = format!("{}: {} [{}]", finding.code, finding.message, finding.grade.word());
    clean(&message)
}

/// `file:line:column`, as `token.Position` prints it, whatever of it is known.
fn position(site: &Site, root: &Path) -> String {
    let path = root.join(&*site.file).to_string_lossy().into_owned();
    let site = Site { file: path.into(), ..site.clone() };
    clean(&site.to_string())
}
