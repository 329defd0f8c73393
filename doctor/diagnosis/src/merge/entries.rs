//! Entries of linters: findings of their own, or grounds for what a rule claims.

use super::about::{self, About};
use super::{Joining, Paths, ToolOutput, Why, called, place};
use finding::{DeclKind, Finding, Grade, Merged, Related, Role, Site};
use go_reports::Entry;
use go_source::Program;
use std::collections::HashMap;
use std::sync::Arc;

/// What makes two entries one: the code, the place and the message.
type Key = (String, Arc<str>, u32, u32, String);

/// Joins the entries of all outputs: golangci-lint repeats what staticcheck says.
pub(crate) fn join(
    program: &Program,
    findings: &mut Vec<Finding>,
    outputs: &[ToolOutput],
    paths: Paths<'_>,
    joining: &mut Joining,
) {
    // Where the merged entry is, for those that are about a map.
    let mut seen: HashMap<Key, Option<usize>> = HashMap::new();
    for output in outputs {
        for entry in &output.reports.entries {
            let tool = &*entry.tool;
            if entry.site.file.is_empty() || entry.site.line == 0 {
                joining.leave(tool, Why::NoPlace);
                continue;
            }
            let package = entry.package.as_deref();
            let Some(file) = place::file(program, paths, &entry.site, package) else {
                let test = entry.site.file.ends_with("_test.go") && !paths.tests;
                joining.leave(tool, if test { Why::InTests } else { Why::Elsewhere });
                continue;
            };
            let site = &entry.site;
            let message = entry.message.clone();
            let key = (entry.name(), Arc::clone(&file), site.line, site.column, message);
            if let Some(known) = seen.get(&key) {
                if let Some(merged) = known.and_then(|at| joining.merged.get_mut(at)) {
                    merged.times = merged.times.saturating_add(1);
                }
                continue;
            }
            let about = about::map(program, &file, entry);
            let at = about.as_ref().map(|_| joining.merged.len());
            seen.insert(key, at);
            match about {
                Some(about) => {
                    joining.merged.push(told(findings, &file, entry, &about, &output.name));
                }
                None => joining.leave(tool, Why::NoMap),
            }
        }
    }
}

/// Tells an entry: by the finding that claims the same, or by one of its own.
fn told(
    findings: &mut Vec<Finding>,
    file: &Arc<str>,
    entry: &Entry,
    about: &About<'_>,
    output: &str,
) -> Merged {
    let code = entry.name();
    let own = finding(entry, about, output);
    let access = &about.access;
    let same = findings.iter_mut().find(|finding| {
        finding.map.id == about.map.id
            && finding.access.site.file == access.site.file
            && finding.access.site.line == access.site.line
            && claims_the_same(&finding.code, entry)
    });
    let (told_by, told_at) = match same {
        Some(finding) => {
            finding.because.push(format!(
                "{} reports it too ({}): {}",
                called(&entry.tool),
                entry.check,
                entry.message
            ));
            finding.grade = finding.grade.max(own.grade);
            (Arc::clone(&finding.code), finding.access.site.clone())
        }
        None => {
            let told = (Arc::clone(&own.code), own.access.site.clone());
            findings.push(own);
            told
        }
    };
    Merged {
        map: about.map.id.clone(),
        tool: Arc::clone(&entry.tool),
        code: code.into(),
        site: Site { file: Arc::clone(file), ..entry.site.clone() },
        message: entry.message.clone(),
        report: output.into(),
        report_line: entry.text_line,
        times: 1,
        told_by,
        told_at,
    }
}

/// Whether a rule's finding at the same line about the same map says what an entry says.
fn claims_the_same(code: &str, entry: &Entry) -> bool {
    match code {
        "TH201" => writes_nil(entry),
        "TH113" => &*entry.check == "copylocks",
        _ => code == entry.name(),
    }
}

/// Whether an entry says that a nil map is written: it follows from the source then.
fn writes_nil(entry: &Entry) -> bool {
    &*entry.check == "SA5000"
        || (&*entry.check == "nilness" && entry.message == "nil dereference in map update")
}

fn finding(entry: &Entry, about: &About<'_>, output: &str) -> Finding {
    let map = about.map;
    let name = match map.decl {
        DeclKind::Local | DeclKind::Parameter => {
            map.path.rsplit('.').next().unwrap_or(&map.path).split('#').next().unwrap_or_default()
        }
        _ => &map.path,
    };
    let tool = called(&entry.tool);
    let help = match (&*entry.tool, &*entry.check) {
        ("vet", "") => "mend it as go vet says".to_owned(),
        ("vet", "copylocks") => {
            "hand on a pointer rather than a copy: 'go tool vet help copylocks' tells more"
                .to_owned()
        }
        ("vet", check) => format!("mend it as go vet says: 'go tool vet help {check}' tells more"),
        ("staticcheck", check) if !check.is_empty() => {
            format!("mend it as staticcheck says: 'staticcheck -explain {check}' tells more")
        }
        _ => format!("mend it as {tool} says"),
    };
    Finding {
        code: entry.name().into(),
        rule: tool.into(),
        map: map.clone(),
        access: about.access.clone(),
        message: format!("{name}: {}", entry.message),
        grade: if writes_nil(entry) { Grade::High } else { Grade::Medium },
        because: vec![
            format!("{tool} says so: {output}:{}", entry.text_line),
            about.because.clone(),
        ],
        related: vec![Related {
            role: Role::Declaration,
            site: map.site.clone(),
            expression: name.rsplit('.').next().unwrap_or(name).into(),
            label: "the map is declared here".to_owned(),
        }],
        help,
    }
}
