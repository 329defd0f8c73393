//! Goes over a text from line to line: what begins as JSON is read as such, the rest as lines.

use crate::lines::{Line, Lines};
use crate::model::{Entry, Note, Reports, TestOutput};
use crate::{json, lines};
use serde_json::{Deserializer, Value};
use std::collections::HashMap;

/// Notes that are kept of one text; what comes after is counted in the last.
const MAX_NOTES: usize = 20;

/// Reads a whole text.
pub fn read(bytes: &[u8]) -> Reports {
    let text = lines::plain(&String::from_utf8_lossy(bytes));
    let mut reader = Reader::default();
    let mut rest = text.as_str();
    let mut number = 1u64;
    while !rest.is_empty() {
        let braced = rest.trim_start_matches([' ', '\t']).starts_with('{');
        let value = if braced { reader.value(rest, number) } else { None };
        if let Some(length) = value {
            let (value, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            number = number.saturating_add(breaks(value));
            rest = match after.trim_start_matches([' ', '\t']).strip_prefix('\n') {
                Some(next) => {
                    number = number.saturating_add(1);
                    next
                }
                None => after,
            };
            continue;
        }
        let (line, next) = rest.split_once('\n').unwrap_or((rest, ""));
        reader.line(line, number);
        number = number.saturating_add(1);
        rest = next;
    }
    reader
        .finish(breaks(&text).saturating_add(u64::from(!text.ends_with('\n') && !text.is_empty())))
}

fn breaks(text: &str) -> u64 {
    u64::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u64::MAX)
}

/// What was read so far.
#[derive(Default)]
pub(crate) struct Reader {
    found: Reports,
    lines: Lines,
    /// The tests of each package, by its name.
    tests: HashMap<String, usize>,
    /// Notes that were not kept.
    more_notes: u64,
}

impl Reader {
    /// Adds an entry.
    pub(crate) fn entry(&mut self, entry: Entry) {
        self.found.known = true;
        self.found.entries.push(entry);
    }

    /// Adds a note.
    pub(crate) fn note(&mut self, text_line: u64, what: impl Into<String>) {
        if self.found.notes.len() < MAX_NOTES {
            self.found.notes.push(Note { text_line, what: what.into() });
        } else {
            self.more_notes = self.more_notes.saturating_add(1);
        }
    }

    /// Says that a form was known, though it may hold nothing.
    pub(crate) fn known(&mut self) {
        self.found.known = true;
    }

    /// Adds what a test printed.
    pub(crate) fn test_output(&mut self, package: &str, output: &str, text_line: u64) {
        let next = self.found.tests.len();
        let at = *self.tests.entry(package.to_owned()).or_insert(next);
        if at == next {
            let package = package.to_owned();
            self.found.tests.push(TestOutput { package, ..TestOutput::default() });
        }
        let Some(test) = self.found.tests.get_mut(at) else { return };
        let whole = test.text.is_empty() || test.text.ends_with('\n');
        let begun = breaks(output).saturating_add(u64::from(!output.ends_with('\n')));
        for _ in 0..begun.saturating_sub(u64::from(!whole)) {
            test.text_lines.push(text_line);
        }
        test.text.push_str(output);
    }

    /// Reads a line that the build of a package printed.
    pub(crate) fn build_line(&mut self, package: &str, line: &str, number: u64) {
        if !line.starts_with('#') {
            self.lines.of_package(package);
        }
        self.line(line, number);
    }

    /// Reads a line of plain text.
    pub(crate) fn line(&mut self, line: &str, number: u64) {
        match self.lines.read(line, number) {
            Line::Entry(entry) => self.entry(entry),
            Line::Known => self.known(),
            Line::Failed(what) => {
                self.known();
                self.note(number, what);
            }
            Line::Other => {}
        }
    }

    /// Reads the JSON value that a text begins with, and yields how long it is.
    fn value(&mut self, text: &str, number: u64) -> Option<usize> {
        let mut values = Deserializer::from_str(text).into_iter::<Value>();
        match values.next()? {
            Ok(value) => {
                if !json::read(self, &value, number) {
                    self.note(number, "JSON of no form that is known");
                }
                Some(values.byte_offset())
            }
            Err(error) => {
                let within = u64::try_from(error.line()).unwrap_or(u64::MAX).saturating_sub(1);
                let at = number.saturating_add(within);
                // A brace alone is common in logs; with a quotation mark behind it, it was meant.
                if error.is_eof() {
                    self.note(number, "JSON that is cut off");
                } else if text.trim_start_matches(['{', ' ', '\t', '\n']).starts_with('"') {
                    self.note(at, format!("no JSON: {}", said(&error)));
                }
                None
            }
        }
    }

    fn finish(mut self, lines: u64) -> Reports {
        let more = self.more_notes > 0;
        if let Some(last) = self.found.notes.last_mut().filter(|_| more) {
            last.what.push_str(&format!(", and {} more", self.more_notes));
        }
        self.found.lines = lines;
        self.found
    }
}

/// What an error says, without its place.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}
