//! JUnit reports, as Jenkins and GitLab read them: a rule is a suite, a finding a test that failed.
//!
//! A rule that found nothing is a test that passed: Jenkins takes a report without tests for an error. GitLab knows a test
//! in another run by its class and name, so these hold no lines; and of two with the same names it keeps one, so the
//! second has a number.
//!
//! Source: the Jenkins JUnit plugin, `SuiteResult.java` and `CaseResult.java`; GitLab Docs, Unit test reports.

use super::sarif::{RuleInfo, Tool};
use super::xml::{Xml, document, related, text};
use crate::words::{place, short_function};
use finding::{Finding, Findings};
use quick_xml::events::BytesText;
use std::collections::BTreeMap;
use std::io;

/// Renders findings as a JUnit report. `tool` has the rules that ran; findings of other rules are left out.
///
/// # Errors
/// Writing to memory cannot fail in itself; whatever the writer reports is returned.
pub fn findings_junit(findings: &Findings, tool: &Tool) -> io::Result<String> {
    let of = |rule: &RuleInfo| -> Vec<&Finding> {
        findings.findings.iter().filter(|finding| *finding.code == *rule.code).collect()
    };
    let suites: Vec<(&RuleInfo, Vec<&Finding>)> =
        tool.rules.iter().map(|rule| (rule, of(rule))).collect();
    let tests: usize = suites.iter().map(|(_, failed)| failed.len().max(1)).sum();
    let failures: usize = suites.iter().map(|(_, failed)| failed.len()).sum();
    document(|xml| {
        xml.create_element("testsuites")
            .with_attribute(("name", "tophash"))
            .with_attribute(("tests", tests.to_string().as_str()))
            .with_attribute(("failures", failures.to_string().as_str()))
            .with_attribute(("errors", "0"))
            .write_inner_content(|xml| {
                suites.iter().try_for_each(|(rule, failed)| suite(xml, rule, failed))
            })?;
        Ok(())
    })
}

fn suite(xml: &mut Xml, rule: &RuleInfo, failed: &[&Finding]) -> io::Result<()> {
    let name = text(&format!("{} {}", rule.code, rule.name));
    xml.create_element("testsuite")
        .with_attribute(("name", name.as_str()))
        .with_attribute(("tests", failed.len().max(1).to_string().as_str()))
        .with_attribute(("failures", failed.len().to_string().as_str()))
        .with_attribute(("errors", "0"))
        .with_attribute(("skipped", "0"))
        .write_inner_content(|xml| {
            if failed.is_empty() {
                xml.create_element("testcase")
                    .with_attribute(("name", text(&rule.summary).as_str()))
                    .with_attribute(("classname", name.as_str()))
                    .write_empty()?;
            }
            let mut times: BTreeMap<String, u32> = BTreeMap::new();
            for finding in failed {
                let time = times.entry(finding.fingerprint()).or_default();
                *time = time.saturating_add(1);
                failure(xml, finding, *time)?;
            }
            Ok(())
        })?;
    Ok(())
}

/// One finding, the `time`-th of its fingerprint.
fn failure(xml: &mut Xml, finding: &Finding, time: u32) -> io::Result<()> {
    let site = &finding.access.site;
    let mut name = finding.message.clone();
    if let Some(function) = &site.function {
        name.push_str(&format!(", in {}", short_function(function)));
    }
    if time > 1 {
        name.push_str(&format!(" ({time})"));
    }
    let mut lines = vec![format!("{}: {}", place(site), finding.message)];
    lines.extend(related(finding));
    lines.push(format!("grounds: {} ({})", finding.because.join("; "), finding.grade.word()));
    lines.push(format!("help: {}", finding.help));
    let body: Vec<String> = lines.iter().map(|line| text(line)).collect();
    xml.create_element("testcase")
        .with_attribute(("name", text(&name).as_str()))
        .with_attribute(("classname", text(&finding.map.id.to_string()).as_str()))
        .with_attribute(("file", text(&site.file).as_str()))
        .with_attribute(("line", site.line.to_string().as_str()))
        .write_inner_content(|xml| {
            xml.create_element("failure")
                .with_attribute((
                    "message",
                    text(&format!("{}: {}", place(site), finding.message)).as_str(),
                ))
                .with_attribute(("type", finding.grade.word()))
                .write_text_content(BytesText::new(&body.join("\n")))?;
            Ok(())
        })?;
    Ok(())
}
