//! The full format: a case as a person reads it at a terminal, at three in the morning.
//!
//! The first lines answer what is asked first: which map, declared where, what happened, who the
//! other side most likely is, what to do now. Everything after them is the evidence, then the five
//! steps.

mod evidence;
mod steps;

use crate::source::SourceText;
use crate::style::{Styles, paint};
use crate::text::{clean, count, grouped, hanging};
use crate::words::{
    declared_as, guard, heading, other_side, place, runs_from, subject_name, type_text,
};
use finding::{Case, Confidence, Diagnosis, DumpStatistics, Gap, Subject};

/// How the report is laid out.
#[derive(Clone, Debug)]
pub struct FullOptions {
    /// Styles; plain by default.
    pub styles: Styles,
    /// Columns of the terminal, 100 by default; less than 60 is taken as 60.
    pub width: usize,
}

impl Default for FullOptions {
    fn default() -> Self {
        Self { styles: Styles::plain(), width: 100 }
    }
}

/// Width of the column of labels at the left.
const LABEL: usize = 15;

/// Renders a diagnosis for a person.
pub fn full(diagnosis: &Diagnosis, source: &dyn SourceText, options: &FullOptions) -> String {
    let mut page = Page {
        out: String::new(),
        source,
        styles: options.styles,
        width: options.width.clamp(60, 200),
    };
    let several = diagnosis.cases.len() > 1;
    for (index, case) in diagnosis.cases.iter().enumerate() {
        if several {
            let title = format!("case {} of {}", index.saturating_add(1), diagnosis.cases.len());
            page.line(&paint(page.styles.dim, title));
        }
        page.case(case);
    }
    if let Some(statistics) = &diagnosis.statistics {
        page.statistics(statistics);
    }
    page.gaps("About the input", &diagnosis.notes);
    while page.out.ends_with("\n\n") {
        page.out.pop();
    }
    page.out
}

/// The report as it grows.
struct Page<'a> {
    out: String,
    source: &'a dyn SourceText,
    styles: Styles,
    width: usize,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn title(&mut self, text: &str) {
        self.blank();
        let title = paint(self.styles.strong, text);
        self.line(&title);
    }

    /// A paragraph after a bullet or a label of `indent` columns.
    fn hanging(&mut self, first: &str, indent: usize, text: &str) {
        hanging(&mut self.out, first, indent, text, self.width);
    }

    fn labelled(&mut self, label: &str, style: anstyle::Style, text: &str) {
        let padding = " ".repeat(LABEL.saturating_sub(label.chars().count()));
        let first = format!("{}{padding}", paint(style, label));
        self.hanging(&first, LABEL, text);
    }

    fn case(&mut self, case: &Case) {
        self.head(case);
        self.places(case);
        self.access_table(case);
        self.goroutine_table(case);
        self.gaps("What could not be told", &case.gaps);
        self.steps(case);
        self.blank();
        let styles = self.styles;
        self.labelled("next", styles.action, &case.next);
        self.labelled("runbook", styles.dim, &case.runbook);
        self.blank();
    }

    /// Which map, declared where, what happened, who the other side is, what to do.
    fn head(&mut self, case: &Case) {
        let styles = self.styles;
        let name = subject_name(&case.subject);
        let title =
            format!("{}: {}", paint(styles.error, heading(case)), paint(styles.strong, name));
        self.line(&title);
        match &case.subject {
            Subject::Named { map, .. } => {
                let text =
                    format!("{} at {}, {}", type_text(map), place(&map.site), declared_as(map));
                self.labelled("declared", styles.strong, &text);
                if let Some(lock) = &case.guard {
                    self.labelled("lock", styles.strong, &guard(lock));
                }
            }
            Subject::Ambiguous { candidates, why } => {
                for (index, candidate) in candidates.iter().enumerate() {
                    let map = &candidate.map;
                    let reasons: Vec<_> =
                        candidate.reasons.iter().map(|reason| reason.text.as_str()).collect();
                    let reasons = if reasons.is_empty() {
                        String::new()
                    } else {
                        format!(": {}", reasons.join(", "))
                    };
                    let text =
                        format!("{} {} at {}{reasons}", map.path, type_text(map), place(&map.site));
                    self.labelled(if index == 0 { "candidates" } else { "" }, styles.strong, &text);
                }
                self.labelled("why not one", styles.dim, why);
            }
            Subject::Unnamed { why, .. } => self.labelled("unnamed", styles.strong, why),
            Subject::NotAMap { why } => self.labelled("no map", styles.strong, why),
        }
        let mut sentence = case.verdict.sentence.clone();
        if case.verdict.confidence != Confidence::Certain {
            sentence.push_str(&format!(" ({}", case.verdict.confidence.word()));
            if !case.verdict.because.is_empty() {
                sentence.push_str(&format!(": {}", case.verdict.because));
            }
            sentence.push(')');
        }
        self.labelled("what happened", styles.strong, &sentence);
        match case.other_sides.as_slice() {
            [] => {}
            [first, rest @ ..] => {
                let more = match rest.len() {
                    0 => String::new(),
                    more => {
                        format!("; {} more below", grouped(u64::try_from(more).unwrap_or(u64::MAX)))
                    }
                };
                self.labelled(
                    "other side",
                    styles.warning,
                    &format!("{} ({}){more}", other_side(first), first.confidence.word()),
                );
                if let Some(root) = &first.root {
                    self.labelled("  runs from", styles.dim, &runs_from(root));
                }
            }
        }
        if let Some(now) = case.steps.stop.text.first() {
            self.labelled("do now", styles.action, now);
        }
    }

    fn statistics(&mut self, statistics: &DumpStatistics) {
        self.title("The goroutines as a whole");
        let text = format!(
            "{}, {}.",
            count(statistics.goroutines, "goroutine", "goroutines"),
            count(statistics.distinct_stacks, "distinct stack", "distinct stacks")
        );
        self.hanging("  ", 2, &text);
        for wait in &statistics.lock_waits {
            let guards = if wait.guards.is_empty() {
                String::new()
            } else {
                format!(", which guards {}", wait.guards.join(", "))
            };
            let longest = wait.longest_minutes.map_or_else(String::new, |minutes| {
                format!(", the longest for {}", count(u64::from(minutes), "minute", "minutes"))
            });
            let waiting = count(wait.waiting, "goroutine waits", "goroutines wait");
            let text = format!(
                "{waiting} for {}{guards}: {} % of all{longest}.",
                wait.lock, wait.share_percent
            );
            let bullet =
                if wait.is_alarming() { paint(self.styles.error, "! ") } else { "- ".to_owned() };
            self.hanging(&format!("  {bullet}"), 4, &text);
            for site in &wait.sites {
                let function = site
                    .function
                    .as_deref()
                    .map(|function| format!(" in {}", clean(function)))
                    .unwrap_or_default();
                self.hanging("      ", 6, &format!("{}{function}", place(site)));
            }
        }
        self.blank();
    }

    fn gaps(&mut self, title: &str, gaps: &[Gap]) {
        if gaps.is_empty() {
            return;
        }
        self.title(title);
        for gap in gaps {
            let text = if gap.how.is_empty() {
                gap.text.clone()
            } else {
                format!("{} {}", gap.text, gap.how)
            };
            self.hanging("  - ", 4, &text);
        }
    }
}
