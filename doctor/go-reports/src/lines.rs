//! Lines of plain text: `file:line:column: message` and the headings around them.

use crate::model::{Columns, Entry};
use crate::tool;
use finding::Site;
use std::sync::Arc;

/// Longest message that is kept, in characters.
const LONGEST: usize = 2000;

/// What a line is.
pub(crate) enum Line {
    /// Something that a tool reports.
    Entry(Entry),
    /// A line that tools print beside what they report.
    Known,
    /// A tool says what it could not do.
    Failed(String),
    /// Something else.
    Other,
}

/// What the lines before say of the next.
#[derive(Default)]
pub(crate) struct Lines {
    /// The package of the last `# package` line.
    package: Option<Arc<str>>,
    /// The file of the stylish form.
    file: Option<Arc<str>>,
}

/// A text without colours, and with plain line ends.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                // Parameters, then one letter; a sequence that is cut off ends with its line.
                while let Some(c) = rest.next_if(|c| *c != '\n') {
                    if ('@'..='~').contains(&c) {
                        break;
                    }
                }
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            c => out.push(c),
        }
    }
    out
}

/// A message in one line, of a length that fits.
pub(crate) fn message(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    match out.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", out.get(..end).unwrap_or_default()),
        None => out,
    }
}

impl Lines {
    /// Reads the next line.
    pub(crate) fn read(&mut self, line: &str, number: u64) -> Line {
        let line = line.trim_end();
        let line = without_time(line);
        if let Some(heading) = line.strip_prefix("# ") {
            self.package = package(heading);
            return Line::Known;
        }
        if let Some(file) = stylish_file(line) {
            self.file = Some(file.into());
            return Line::Other;
        }
        if let Some((file, (at, check, text))) = self.file.as_ref().zip(stylish_entry(line)) {
            let (tool, check) = tool::staticcheck(check);
            let site = Site { column: at.1, ..Site::line(Arc::clone(file), at.0) };
            return Line::Entry(self.entry(tool, check, site, text, number));
        }
        if !line.starts_with([' ', '\t']) {
            self.file = None;
        }
        let said = line.strip_prefix("vet: ");
        match placed(said.unwrap_or(line)) {
            Some((site, text)) => {
                let (tool, check, text) = tool::of_line(text);
                // A place without a column is a log line, unless a linter signs it.
                if site.column == 0 && &*tool == "vet" {
                    return Line::Other;
                }
                Line::Entry(self.entry(tool, check, site, text, number))
            }
            None => match said {
                Some(text) => Line::Failed(format!("go vet failed: {}", message(text))),
                None if is_known(line) => Line::Known,
                None => Line::Other,
            },
        }
    }

    /// Says which package the next lines are about.
    pub(crate) fn of_package(&mut self, name: &str) {
        self.package = package(name);
    }

    fn entry(
        &self,
        tool: Arc<str>,
        check: Arc<str>,
        site: Site,
        text: &str,
        text_line: u64,
    ) -> Entry {
        Entry {
            tool,
            check,
            site,
            columns: Columns::Bytes,
            package: self.package.clone(),
            message: message(text),
            text_line,
        }
    }
}

/// The import path of a heading: `example.com/a`, `[example.com/a]`, `example.com/a [example.com/a.test]`.
fn package(heading: &str) -> Option<Arc<str>> {
    let first = heading.split_whitespace().next()?.trim_matches(['[', ']']);
    let path = first.strip_suffix("_test").unwrap_or(first);
    (!path.is_empty()).then(|| path.into())
}

/// `stock/shelf.go:30:3: message`, also without a column.
pub(crate) fn placed(line: &str) -> Option<(Site, &str)> {
    let (at, _) = line.match_indices(".go:").next()?;
    let (file, rest) = line.split_at_checked(at.checked_add(".go".len())?)?;
    if file.starts_with(char::is_whitespace) || file.contains(": ") || file.contains('"') {
        return None;
    }
    let (number, rest) = leading_number(rest.strip_prefix(':')?)?;
    let (column, rest) = match rest.strip_prefix(':').and_then(leading_number) {
        Some((column, rest)) => (column, rest),
        None => (0, rest),
    };
    let text = rest.strip_prefix(": ")?;
    (number > 0 && !text.trim().is_empty())
        .then(|| (Site { column, ..Site::line(file, number) }, text))
}

/// A place alone, as JSON has it: `stock/shelf.go:30:3`.
pub(crate) fn place(text: &str) -> Option<Site> {
    let (rest, last) = text.rsplit_once(':')?;
    let last = last.parse().ok()?;
    match rest.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
        Some((file, Ok(line))) if !file.is_empty() => {
            Some(Site { column: last, ..Site::line(file, line) })
        }
        _ => (!rest.is_empty()).then(|| Site::line(rest, last)),
    }
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.get(..text.len().saturating_sub(rest.len()))?;
    Some((digits.parse().ok()?, rest))
}

/// A line without the time that build servers put before it.
fn without_time(line: &str) -> &str {
    let Some((first, rest)) = line.split_once(' ') else { return line };
    let digits = |from: usize, to: usize| {
        first.get(from..to).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let time = digits(0, 4)
        && digits(5, 7)
        && first.get(10..11) == Some("T")
        && digits(11, 13)
        && first.ends_with('Z');
    if time { rest } else { line }
}

/// The heading of the stylish form: a Go file, and nothing else.
fn stylish_file(line: &str) -> Option<&str> {
    (line.ends_with(".go") && !line.starts_with([' ', '\t', '#']) && !line.contains(": "))
        .then_some(line)
}

/// `  (17, 3)  S1036   unnecessary guard around map access`.
fn stylish_entry(line: &str) -> Option<((u32, u32), &str, &str)> {
    let (place, rest) = line.strip_prefix("  (")?.split_once(')')?;
    let (number, column) = place.split_once(", ")?;
    let (check, text) = rest.trim_start().split_once(char::is_whitespace)?;
    (tool::is_check(check) || check == "compile").then_some((
        (number.parse().ok()?, column.parse().ok()?),
        check,
        text,
    ))
}

/// What `go test`, golangci-lint and the race detector print around what they find.
fn is_known(line: &str) -> bool {
    let begins = [
        "ok  \t",
        "FAIL",
        "PASS",
        "?   \t",
        "--- FAIL",
        "--- PASS",
        "=== ",
        "0 issues",
        "WARNING: DATA RACE",
        "exit status ",
        "-: ",
    ];
    begins.iter().any(|begin| line.starts_with(begin)) || line.ends_with("[no test files]")
}
