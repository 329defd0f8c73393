//! Findings as editors show them: by file, with the other places, as severe as their grade.

use super::overlay::Overlay;
use super::pages::Pages;
use super::positions::{Encoding, Lines};
use super::uri;
use finding::{Finding, Grade, Site};
use go_source::Program;
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Who says it.
pub(super) const SOURCE: &str = "tophash";

/// A finding with its diagnostic.
pub(super) struct Diagnosed {
    /// Its place in the list of findings.
    pub(super) finding: usize,
    pub(super) diagnostic: Diagnostic,
}

/// Turns findings into diagnostics, by the paths of their files.
pub(super) fn of(
    findings: &[Finding],
    program: &Program,
    overlay: &Overlay,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnosed>> {
    let mut places = Places { program, overlay, encoding, files: BTreeMap::new() };
    let mut pages = Pages::default();
    let mut found: BTreeMap<PathBuf, Vec<Diagnosed>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let access = &finding.access;
        let Some(Location { range, .. }) = places.of(&access.site, &access.expression) else {
            continue;
        };
        let related = finding.related.iter().filter_map(|related| {
            let location = places.of(&related.site, &related.expression)?;
            Some(DiagnosticRelatedInformation { location, message: related.label.clone() })
        });
        let related: Vec<_> = related.collect();
        let diagnostic = Diagnostic {
            range,
            severity: Some(severity(finding.grade)),
            code: Some(NumberOrString::String(finding.code.to_string())),
            code_description: pages.of(&finding.code).map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: format!("{} [{}]; {}", finding.message, finding.grade.word(), finding.help),
            related_information: (!related.is_empty()).then_some(related),
            data: Some(json!({
                "rule": finding.rule,
                "grade": finding.grade,
                "map": finding.map.id,
                "because": finding.because,
                "help": finding.help,
            })),
            ..Diagnostic::default()
        };
        let of_file = found.entry(overlay.path(&access.site.file)).or_default();
        of_file.push(Diagnosed { finding: at, diagnostic });
    }
    found
}

fn severity(grade: Grade) -> DiagnosticSeverity {
    match grade {
        Grade::High => DiagnosticSeverity::ERROR,
        Grade::Medium => DiagnosticSeverity::WARNING,
        Grade::Low => DiagnosticSeverity::INFORMATION,
    }
}

/// Places in files, whose lines are counted once.
struct Places<'p> {
    program: &'p Program,
    overlay: &'p Overlay,
    encoding: Encoding,
    files: BTreeMap<String, Lines<'p>>,
}

impl Places<'_> {
    fn of(&mut self, site: &Site, expression: &str) -> Option<Location> {
        if !self.files.contains_key(&*site.file) {
            let lines = Lines::new(self.program.file(&site.file)?.text(), self.encoding);
            self.files.insert(site.file.to_string(), lines);
        }
        let lines = self.files.get(&*site.file)?;
        let uri = uri::of_path(&self.overlay.path(&site.file))?;
        Some(Location { uri, range: lines.expression(site.line, site.column, expression) })
    }
}
