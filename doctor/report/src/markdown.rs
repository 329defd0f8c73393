//! The Markdown format: a case as it goes into the ticket of an incident.

use crate::source::SourceText;
use crate::text::{clean, clean_block, count, grouped};
use crate::words::{
    declared_as, function_of, guard, heading, locks, other_side, part, place, runs_from,
    subject_name, third_person, type_text,
};
use finding::{Case, Confidence, Diagnosis, Repair, Step, Subject};
use std::fmt::Write as _;

/// Renders a diagnosis as Markdown, GitHub's flavour: headings, tables, fenced diffs.
pub fn markdown(diagnosis: &Diagnosis, source: &dyn SourceText) -> String {
    let mut out = String::new();
    for case in &diagnosis.cases {
        head(&mut out, case);
        quote(&mut out, case, source);
        evidence(&mut out, case);
        for (index, (name, step)) in case.steps.in_order().into_iter().enumerate() {
            let _ = writeln!(out, "### {}. {name}\n", index.saturating_add(1));
            render_step(&mut out, step);
            if let Some(repair) = &case.repair {
                match name {
                    "stop" => patch(&mut out, repair, &step.text),
                    "repair" => choices(&mut out, repair),
                    _ => {}
                }
            }
        }
        let _ = writeln!(out, "Next: {}\n\nRunbook: {}\n", code(&case.next), escape(&case.runbook));
    }
    if let Some(statistics) = &diagnosis.statistics {
        let goroutines = count(statistics.goroutines, "goroutine", "goroutines");
        let stacks = count(statistics.distinct_stacks, "distinct stack", "distinct stacks");
        let _ = writeln!(out, "## Goroutines\n\n{goroutines}, {stacks}.\n");
        for wait in &statistics.lock_waits {
            let waiting = count(wait.waiting, "goroutine waits", "goroutines wait");
            let alarm = if wait.is_alarming() { "**" } else { "" };
            let _ = writeln!(
                out,
                "- {alarm}{waiting} for {}: {} % of all{alarm}",
                code(&wait.lock),
                wait.share_percent
            );
        }
        out.push('\n');
    }
    bullets(
        &mut out,
        "## About the input",
        diagnosis.notes.iter().map(|note| format!("{} {}", escape(&note.text), escape(&note.how))),
    );
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn head(out: &mut String, case: &Case) {
    let _ = writeln!(out, "# {}: {}\n", escape(&heading(case)), code(&subject_name(&case.subject)));
    match &case.subject {
        Subject::Named { map, .. } => {
            let _ = writeln!(
                out,
                "- **Declared**: {} at {}, {}",
                code(&type_text(map)),
                code(&place(&map.site)),
                escape(&declared_as(map))
            );
            if let Some(lock) = &case.guard {
                let _ = writeln!(out, "- **Lock**: {}", escape(&guard(lock)));
            }
        }
        Subject::Ambiguous { candidates, why } => {
            for candidate in candidates {
                let map = &candidate.map;
                let reasons: Vec<_> =
                    candidate.reasons.iter().map(|reason| escape(&reason.text)).collect();
                let _ = writeln!(
                    out,
                    "- **Candidate**: {} at {}: {}",
                    code(&map.path),
                    code(&place(&map.site)),
                    reasons.join(", ")
                );
            }
            let _ = writeln!(out, "- **Why not one**: {}", escape(why));
        }
        Subject::Unnamed { why, .. } | Subject::NotAMap { why } => {
            let _ = writeln!(out, "- **Unnamed**: {}", escape(why));
        }
    }
    let sure = match case.verdict.confidence {
        Confidence::Certain => String::new(),
        other if case.verdict.because.is_empty() => format!(" ({})", other.word()),
        other => format!(" ({}: {})", other.word(), escape(&case.verdict.because)),
    };
    let _ = writeln!(out, "- **What happened**: {}{sure}", escape(&case.verdict.sentence));
    if let Some(side) = case.other_sides.first() {
        let _ = writeln!(
            out,
            "- **Other side**: {} ({})",
            escape(&other_side(side)),
            side.confidence.word()
        );
        if let Some(root) = &side.root {
            let _ = writeln!(out, "- **It runs from**: {}", escape(&runs_from(root)));
        }
    }
    if let Some(now) = case.steps.stop.text.first() {
        let _ = writeln!(out, "- **Do now**: {}", escape(now));
    }
    out.push('\n');
}

/// The faulting line and the other side's, as code.
fn quote(out: &mut String, case: &Case, source: &dyn SourceText) {
    let faulting = case
        .faulting
        .as_ref()
        .map(|f| (f.access.as_ref().map_or(&f.frame, |access| &access.site), "faulting"));
    let other = case.other_sides.first().map(|side| (&side.site, "other side"));
    let mut lines = Vec::new();
    for (site, role) in faulting.into_iter().chain(other) {
        let Some(line) = source_line(source, site) else { continue };
        lines.push(format!("{line} // {}, {role}", place(site)));
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "{}\n", fenced("go", &lines.join("\n")));
    }
}

fn source_line(source: &dyn SourceText, site: &finding::Site) -> Option<String> {
    let bytes = source.bytes(&site.file)?;
    let index = usize::try_from(site.line).ok()?.checked_sub(1)?;
    let line = bytes.split(|byte| *byte == b'\n').nth(index)?;
    let text = clean(&String::from_utf8_lossy(line.get(..400).unwrap_or(line)));
    Some(text.trim().to_owned())
}

fn evidence(out: &mut String, case: &Case) {
    bullets(
        out,
        "## The other side, the likeliest first",
        case.other_sides.iter().map(|side| {
            let reasons: Vec<_> = side.reasons.iter().map(|reason| escape(&reason.text)).collect();
            let what = side.operation.map_or("stands", third_person);
            format!(
                "{} {what} at {} ({}): {}",
                code(&function_of(&side.site)),
                code(&place(&side.site)),
                side.confidence.word(),
                reasons.join("; ")
            )
        }),
    );
    if !case.accesses.is_empty() {
        let number = u64::try_from(case.accesses.len()).unwrap_or(u64::MAX);
        let _ = writeln!(
            out,
            "## Every access ({})\n\n| where | does | function | locks | part |\n|---|---|---|---|---|",
            grouped(number)
        );
        for row in &case.accesses {
            let access = &row.access;
            let held = escape(&locks(access, &row.callers_hold));
            let _ = writeln!(
                out,
                "| {} | {} | {} | {held} | {} |",
                code(&place(&access.site)),
                access.operation,
                code(&function_of(&access.site)),
                part(row)
            );
        }
        out.push('\n');
    }
    if !case.goroutines.is_empty() {
        out.push_str("## Goroutines near it\n\n| count | role | state | where | ids |\n|---|---|---|---|---|\n");
        for group in &case.goroutines {
            let ids: Vec<_> = group.ids.iter().map(u64::to_string).collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                grouped(group.count),
                group.role.words(),
                escape(&group.state),
                code(&place(&group.frame)),
                ids.join(" ")
            );
        }
        out.push('\n');
    }
    bullets(
        out,
        "## What could not be told",
        case.gaps.iter().map(|gap| format!("{} {}", escape(&gap.text), escape(&gap.how))),
    );
    out.push_str("## What to do\n\n");
}

fn render_step(out: &mut String, step: &Step) {
    for paragraph in &step.text {
        let _ = writeln!(out, "{}\n", escape(paragraph));
    }
    if !step.commands.is_empty() {
        let lines: Vec<_> = step
            .commands
            .iter()
            .map(|c| {
                if c.shows.is_empty() { c.run.clone() } else { format!("{}  # {}", c.run, c.shows) }
            })
            .collect();
        let _ = writeln!(out, "{}\n", fenced("sh", &lines.join("\n")));
    }
    if let Some(snippet) = &step.code {
        let _ = writeln!(
            out,
            "{}:\n\n{}\n",
            code(&snippet.file),
            fenced(snippet.language, &snippet.text)
        );
    }
}

fn patch(out: &mut String, repair: &Repair, said: &[String]) {
    if let Some(patch) = &repair.patch {
        // The step itself may have said it.
        if !said.iter().any(|paragraph| paragraph.contains(&patch.summary)) {
            let _ = writeln!(out, "{}\n", escape(&patch.summary));
        }
        let _ = writeln!(out, "{}\n", fenced("diff", &patch.diff));
    }
    bullets(
        out,
        "By hand:",
        repair.by_hand.iter().map(|hand| {
            format!("{}: {}: {}", code(&place(&hand.site)), escape(&hand.why), escape(&hand.todo))
        }),
    );
}

fn choices(out: &mut String, repair: &Repair) {
    if repair.choices.is_empty() {
        return;
    }
    out.push_str("| way | when | how |\n|---|---|---|\n");
    for choice in &repair.choices {
        let mark = if choice.taken { " (the patch)" } else { "" };
        let _ = writeln!(
            out,
            "| {}{mark} | {} | {} |",
            escape(&choice.what),
            escape(&choice.when),
            escape(&choice.how)
        );
    }
    out.push('\n');
}

fn bullets(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "{title}\n");
    for item in items {
        let _ = writeln!(out, "- {}", item.trim_end());
    }
    out.push('\n');
}

/// Text in code quotes that no backtick inside can end, and no pipe can cut a table with.
fn code(text: &str) -> String {
    let text = clean(text).replace('|', "\\|");
    if text.is_empty() {
        String::new()
    } else if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// Text that Markdown shows as it is.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '<' | '>' | '|' | '[' | ']' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A fenced block whose fence is longer than any run of backticks inside.
fn fenced(language: &str, text: &str) -> String {
    let text = clean_block(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.saturating_add(1).max(3));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_break_out_of_its_place() {
        assert_eq!(escape("a|b <img> `x`"), "a\\|b \\<img\\> \\`x\\`");
        assert_eq!(code("a`b|c"), "`` a`b\\|c ``");
        assert!(fenced("go", "x\n```\ny").starts_with("````go\n"));
    }
}
