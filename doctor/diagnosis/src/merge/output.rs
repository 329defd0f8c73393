//! The output of other tools, as the readers have it.

use go_crash::{CrashText, Fault, NoteKind, Race};
use go_reports::Reports;

/// One output of other tools.
#[derive(Clone, Debug)]
pub struct ToolOutput {
    /// How it was named: its file, or `-`.
    pub(crate) name: String,
    /// What linters say in it.
    pub(crate) reports: Reports,
    /// What it holds of crashes and races.
    texts: Vec<Text>,
}

/// A text with what the readers of crashes make of it.
#[derive(Clone, Debug)]
struct Text {
    crash: CrashText,
    /// The line of the whole that each line comes from; empty where it is the whole.
    lines: Vec<u64>,
}

impl ToolOutput {
    /// Reads an output, whatever tools it comes from.
    pub fn read(name: &str, bytes: &[u8]) -> Self {
        let reports = go_reports::read(bytes);
        // Packages that are tested at once print by turns: each is read for itself.
        let texts = if reports.tests.is_empty() {
            vec![Text { crash: go_crash::read_grouped(bytes), lines: Vec::new() }]
        } else {
            let tests = reports.tests.iter();
            let read = |test: &go_reports::TestOutput| Text {
                crash: go_crash::read_grouped(test.text.as_bytes()),
                lines: test.text_lines.clone(),
            };
            tests.map(read).collect()
        };
        Self { name: name.to_owned(), reports, texts }
    }

    /// The races, each with the text that holds it, its report, and the line of the whole.
    pub(crate) fn races(&self) -> impl Iterator<Item = (&CrashText, &Fault, u64)> {
        self.texts.iter().flat_map(|text| {
            let with_line = |fault: &'_ Fault| {
                let race: &Race = fault.race.as_deref()?;
                Some(text.line(race.text_line))
            };
            let faults = text.crash.faults.iter();
            faults.filter_map(move |fault| Some((&text.crash, fault, with_line(fault)?)))
        })
    }

    /// What a person should know of the output.
    pub(crate) fn notes(&self) -> Vec<String> {
        let name = &self.name;
        let mut notes: Vec<String> = Vec::new();
        for note in &self.reports.notes {
            notes.push(format!("{name}:{}: {}", note.text_line, note.what));
        }
        for text in &self.texts {
            for note in &text.crash.notes {
                if note.kind == NoteKind::Truncated {
                    let line = text.line(note.text_line);
                    notes.push(format!("{name}:{line}: a report that is cut off"));
                }
            }
            let crashes = text.crash.faults.iter();
            if crashes.filter(|fault| fault.race.is_none()).any(Fault::concerns_map) {
                notes.push(format!(
                    "{name} has a crash too; tophash explain {name} --source . explains it"
                ));
            }
        }
        let empty = self.reports.lines == 0;
        let crashed = self.texts.iter().any(|text| !text.crash.faults.is_empty());
        if !self.reports.known && !empty && !crashed {
            notes.push(format!(
                "{name} holds nothing that is known of go vet, staticcheck, golangci-lint, SARIF or the race detector"
            ));
        }
        notes
    }
}

impl Text {
    fn line(&self, line: u64) -> u64 {
        let at = usize::try_from(line).unwrap_or(usize::MAX).checked_sub(1);
        at.and_then(|at| self.lines.get(at)).copied().unwrap_or(line)
    }
}
