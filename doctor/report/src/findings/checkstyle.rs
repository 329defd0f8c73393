//! Reports of Checkstyle, which review tools read from linters of every kind.
//!
//! Source: Checkstyle, `XMLLogger.java`: the elements `file` and `error` with their attributes.

use super::xml::{document, related, text};
use finding::{Finding, Findings, Grade};
use std::io;

/// Renders findings as a Checkstyle report: errors where the grade is high, warnings where it is medium, infos where it is
/// low. The format has one place for each; the others stand in its message.
///
/// # Errors
/// Writing to memory cannot fail in itself; whatever the writer reports is returned.
pub fn findings_checkstyle(findings: &Findings) -> io::Result<String> {
    let same_file = |a: &Finding, b: &Finding| -> bool { a.access.site.file == b.access.site.file };
    document(|xml| {
        xml.create_element("checkstyle").with_attribute(("version", "8.0")).write_inner_content(
            |xml| {
                for group in findings.findings.chunk_by(same_file) {
                    let Some(first) = group.first() else { continue };
                    xml.create_element("file")
                        .with_attribute(("name", text(&first.access.site.file).as_str()))
                        .write_inner_content(|xml| {
                            for finding in group {
                                let site = &finding.access.site;
                                xml.create_element("error")
                                    .with_attribute(("line", site.line.to_string().as_str()))
                                    .with_attribute(("column", site.column.to_string().as_str()))
                                    .with_attribute(("severity", severity(finding.grade)))
                                    .with_attribute(("message", message(finding).as_str()))
                                    .with_attribute((
                                        "source",
                                        text(&format!("tophash.{}", finding.code)).as_str(),
                                    ))
                                    .write_empty()?;
                            }
                            Ok(())
                        })?;
                }
                Ok(())
            },
        )?;
        Ok(())
    })
}

fn severity(grade: Grade) -> &'static str {
    match grade {
        Grade::High => "error",
        Grade::Medium => "warning",
        Grade::Low => "info",
    }
}

/// All of a finding in one line.
fn message(finding: &Finding) -> String {
    let mut parts = vec![format!("{} ({})", finding.message, finding.grade.word())];
    parts.extend(related(finding));
    parts.push(finding.help.clone());
    text(&parts.join("; "))
}
