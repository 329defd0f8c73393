//! What `check` found, in the format that was asked for.

use super::args::CheckFormat;
use super::repository;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::output;
use crate::tree::Tree;
use finding::{Finding, Findings, Grade};
use go_lint::RULES;
use go_source::SourceTree as _;
use report::{FullOptions, RuleInfo, Styles, Tool};
use std::path::Path;

/// Prints findings to standard output; snippets come from the tree that was read, whose root is `root`.
pub(crate) fn findings(
    findings: &Findings,
    tree: &Tree,
    root: &Path,
    settings: &Settings,
) -> Result<()> {
    let because = |error: serde_json::Error| Error::new("cannot write JSON").because(&error);
    let because_xml = |error: std::io::Error| Error::new("cannot write XML").because(&error);
    let all = |_: &str| true;
    // Services that show the repository want paths from its root.
    let prefix = match settings.format {
        CheckFormat::Github | CheckFormat::Gitlab | CheckFormat::Sarif => repository::prefix(root),
        _ => String::new(),
    };
    let findings = &*repository::below(findings, &prefix);
    let text = match settings.format {
        CheckFormat::Full => {
            let source = |file: &str| tree.files.read(file).ok();
            report::findings_full(findings, &source, &full_options())
        }
        CheckFormat::Concise => report::findings_concise(findings),
        CheckFormat::Github => report::findings_github(findings),
        CheckFormat::Gitlab => report::findings_gitlab(findings).map_err(because)?,
        CheckFormat::Json => report::findings_json(findings).map_err(because)?,
        CheckFormat::Sarif => {
            let source = |file: &str| tree.files.read(file.strip_prefix(&prefix)?).ok();
            report::findings_sarif(findings, &source, &tool(&all, findings)).map_err(because)?
        }
        CheckFormat::Junit => {
            let ran = |code: &str| settings.rules().selects(code);
            report::findings_junit(findings, &tool(&ran, findings)).map_err(because_xml)?
        }
        CheckFormat::Checkstyle => report::findings_checkstyle(findings).map_err(because_xml)?,
    };
    output::data(&text)
}

/// Prints findings that came and findings that went, for a person: the former as the format has it, the latter in a line.
pub(crate) fn changes(
    new: &Findings,
    gone: &Findings,
    tree: &Tree,
    format: CheckFormat,
) -> Result<()> {
    let mut text = String::new();
    for line in report::findings_concise(gone).lines() {
        text.push_str(&format!("gone: {line}\n"));
    }
    if format == CheckFormat::Concise {
        text.push_str(&report::findings_concise(new));
    } else {
        let source = |file: &str| tree.files.read(file).ok();
        for finding in &new.findings {
            text.push_str(&report::finding_full(finding, &source, &full_options()));
        }
    }
    output::data(&text)
}

fn full_options() -> FullOptions {
    FullOptions { styles: Styles::colored(), width: output::width() }
}

/// The program, with the rules that are wanted and the codes of other tools that were found, ordered by code.
fn tool(wanted: &dyn Fn(&str) -> bool, findings: &Findings) -> Tool {
    let info = |rule: &go_lint::Rule| RuleInfo {
        code: rule.code.to_owned(),
        name: rule.name.to_owned(),
        summary: rule.summary.to_owned(),
        page: go_lint::page(rule.code).unwrap_or_default(),
    };
    let mut rules: Vec<RuleInfo> =
        RULES.iter().filter(|rule| wanted(rule.code)).map(info).collect();
    rules.extend(foreign(findings).map(|finding| RuleInfo {
        code: finding.code.to_string(),
        name: finding.rule.to_string(),
        summary: format!("reported of a map by {}", finding.rule),
        page: format!(
            "What {} reported of a map, as `tophash check --merge` joined it.",
            finding.rule
        ),
    }));
    rules.sort_by(|a, b| a.code.cmp(&b.code));
    rules.dedup_by(|a, b| a.code == b.code);
    Tool { version: env!("CARGO_PKG_VERSION").to_owned(), rules }
}

/// The findings that other tools told.
fn foreign(findings: &Findings) -> impl Iterator<Item = &Finding> {
    let of_rule = |finding: &&Finding| RULES.iter().any(|rule| rule.code == &*finding.code);
    findings.findings.iter().filter(move |finding| !of_rule(finding))
}

/// How many findings each rule has, on standard error.
pub(crate) fn statistics(findings: &Findings) {
    let mut codes: Vec<(&str, &str)> = RULES.iter().map(|rule| (rule.code, rule.name)).collect();
    codes.extend(foreign(findings).map(|finding| (&*finding.code, &*finding.rule)));
    let others = codes.get_mut(RULES.len()..).unwrap_or_default();
    others.sort_unstable();
    codes.dedup();
    for (code, name) in codes {
        let of = findings.findings.iter().filter(|finding| &*finding.code == code);
        let (mut high, mut other) = (0u64, 0u64);
        for finding in of {
            let slot = if finding.grade == Grade::High { &mut high } else { &mut other };
            *slot = slot.saturating_add(1);
        }
        if high.saturating_add(other) > 0 {
            output::say(format_args!("{code} {name:<26} {high} high, {other} other"));
        }
    }
}
