//! Findings with their source, as a person reads them at a terminal.

use crate::full::FullOptions;
use crate::snippet::{self, Mark};
use crate::source::SourceText;
use crate::style::paint;
use crate::text::{clean, count, hanging};
use crate::words::{declared_as, place, short_function, type_text};
use finding::{Finding, Findings, Grade, MapId};
use std::collections::{BTreeMap, BTreeSet};

/// Columns of the labels under a snippet.
const LABEL: usize = 10;

/// Renders findings for a person: each with its places, why it is graded as it is, and what to do; then the count.
pub fn findings_full(
    findings: &Findings,
    source: &dyn SourceText,
    options: &FullOptions,
) -> String {
    let width = options.width.clamp(60, 200);
    let mut out = String::new();
    for finding in &findings.findings {
        out.push_str(&finding_full(finding, source, options));
    }
    by_map(&mut out, findings, options);
    let maps = count(findings.maps, "map", "maps");
    let accesses = count(findings.accesses, "access", "accesses");
    let number = u64::try_from(findings.findings.len()).unwrap_or(u64::MAX);
    let mut summary = format!(
        "{} in {accesses} to {maps} that are changed after they are shared.",
        count(number, "finding", "findings")
    );
    if findings.withheld > 0 {
        summary.push_str(&format!(
            " {} of a lower grade not shown; --grade low shows all.",
            count(findings.withheld, "more is", "more are")
        ));
    }
    if findings.known > 0 {
        let known = count(findings.known, "more is", "more are");
        summary.push_str(&format!(" {known} in the baseline."));
    }
    if findings.old > 0 {
        let old = count(findings.old, "more is", "more are");
        summary.push_str(&format!(" {old} in the revision of --new-from-rev too."));
    }
    if findings.excluded > 0 {
        let excluded = count(findings.excluded, "more is", "more are");
        summary.push_str(&format!(" {excluded} left out by paths of tophash.toml."));
    }
    if findings.suppressed > 0 {
        let suppressed = count(findings.suppressed, "more is", "more are");
        summary.push_str(&format!(" {suppressed} suppressed by comments."));
    }
    hanging(&mut out, "", 0, &summary, width);
    out
}

/// Lists what is said of each map, where other tools have a say in it: `TH101 (race), vet:copylocks`.
fn by_map(out: &mut String, findings: &Findings, options: &FullOptions) {
    if findings.merged.is_empty() {
        return;
    }
    let mut maps: BTreeMap<&MapId, Vec<(String, u64)>> = BTreeMap::new();
    for finding in &findings.findings {
        let tools: BTreeSet<&str> = findings
            .merged
            .iter()
            .filter(|merged| {
                merged.told_by == finding.code
                    && merged.told_at == finding.access.site
                    && merged.map == finding.map.id
                    && merged.code != finding.code
            })
            .map(|merged| &*merged.code)
            .collect();
        let mut said = clean(&finding.code);
        if !tools.is_empty() {
            let tools: Vec<&str> = tools.into_iter().collect();
            said.push_str(&format!(" ({})", clean(&tools.join(", "))));
        }
        let of_map = maps.entry(&finding.map.id).or_default();
        match of_map.iter_mut().find(|(known, _)| *known == said) {
            Some((_, times)) => *times = times.saturating_add(1),
            None => of_map.push((said, 1)),
        }
    }
    out.push_str(&format!("{}\n", paint(options.styles.strong, "by map")));
    for (map, said) in maps {
        let times = |(said, times): &(String, u64)| {
            if *times > 1 { format!("{times} × {said}") } else { said.clone() }
        };
        let said: Vec<String> = said.iter().map(times).collect();
        let line = format!("{}: {}", clean(map.as_str()), said.join(", "));
        hanging(out, "  ", 4, &line, options.width.clamp(60, 200));
    }
    out.push('\n');
}

/// Renders one finding for a person, with an empty line at its end.
pub fn finding_full(finding: &Finding, source: &dyn SourceText, options: &FullOptions) -> String {
    let width = options.width.clamp(60, 200);
    let mut out = String::new();
    let styles = options.styles;
    let style = if finding.grade == Grade::High { styles.error } else { styles.warning };
    let head = format!("{} {}", finding.code, finding.rule);
    out.push_str(&format!(
        "{}: {}\n",
        paint(style, clean(&head)),
        paint(styles.strong, clean(&finding.message))
    ));
    let main = Mark::access(&finding.access, "here".to_owned(), true);
    let others = finding.related.iter().map(|related| Mark {
        site: &related.site,
        expression: &related.expression,
        label: related.label.clone(),
        primary: false,
    });
    let marks: Vec<Mark<'_>> = std::iter::once(main).chain(others).collect();
    match snippet::render_without_title(&marks, source, &styles, width) {
        Some(snippet) => out.push_str(&snippet),
        None => {
            for mark in &marks {
                hanging(&mut out, "  ", 2, &format!("{}: {}", place(mark.site), mark.label), width);
            }
        }
    }
    let mut labelled = |label: &str, style, text: &str| {
        let padding = " ".repeat(LABEL.saturating_sub(label.chars().count()));
        hanging(
            &mut out,
            &format!("  {}{padding}", paint(style, label)),
            LABEL.saturating_add(2),
            text,
            width,
        );
    };
    let map = &finding.map;
    let named = format!("{} {}, {}", clean(&map.id.to_string()), type_text(map), declared_as(map));
    labelled("map", styles.dim, &named);
    if let Some(root) = &finding.access.root {
        let path: Vec<String> = root.path.iter().map(|symbol| short_function(symbol)).collect();
        labelled(
            "runs",
            styles.dim,
            &format!("from {} by {}", place(&root.site), path.join(" → ")),
        );
    }
    let grounds = format!("{} ({})", finding.because.join("; "), finding.grade.word());
    labelled("grounds", styles.dim, &grounds);
    labelled("help", styles.action, &finding.help);
    out.push('\n');
    out
}
