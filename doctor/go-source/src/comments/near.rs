//! The comments near a declaration, by lines.

use crate::{Function, Program, SourceFile};

/// Lines of one comment that are read, at most.
const MAX_LINES: u32 = 40;
/// Lines around a field that are looked at for the types of others, at most.
const MAX_AROUND: u32 = 200;

/// A comment without its slashes, its lines joined.
#[derive(Debug)]
pub(super) struct Comment<'t> {
    /// Its text.
    pub(super) text: std::borrow::Cow<'t, str>,
    /// The line that it begins on.
    pub(super) line: u32,
}

/// The lines of a file of the program's own.
#[derive(Clone, Copy)]
pub(super) struct Lines<'p> {
    file: &'p SourceFile,
}

impl<'p> Lines<'p> {
    /// `None` for files of others.
    pub(super) fn of(program: &'p Program, path: &str) -> Option<Self> {
        program.file(path).filter(|file| !file.is_vendored()).map(|file| Self { file })
    }

    /// The text of a line; empty where there is none.
    fn line(self, line: u32) -> &'p str {
        let start =
            |line: u32| self.file.lines().line_start(line).and_then(|at| usize::try_from(at).ok());
        let text = self.file.text();
        let Some(from) = start(line) else { return "" };
        let to = start(line.saturating_add(1)).unwrap_or(text.len());
        text.get(from..to).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// The text of a comment that has a line to itself.
    fn comment(self, line: u32) -> Option<&'p str> {
        self.line(line).trim_start().strip_prefix("//")
    }

    /// The comment behind a declaration on its line.
    pub(super) fn trailing(self, line: u32, column: u32) -> Option<Comment<'p>> {
        let from = usize::try_from(column.saturating_sub(1)).ok()?;
        let text = self.line(line).get(from..)?;
        let mut quote: Option<char> = None;
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            match quote {
                Some(open) if c == open && (before != '\\' || open == '`') => quote = None,
                Some(_) => {}
                None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
                None if c == '/' && before == '/' => {
                    let text = text.get(at.saturating_add(1)..)?.into();
                    return Some(Comment { text, line });
                }
                None => {}
            }
            before = c;
        }
        None
    }

    /// The comment directly above a line.
    pub(super) fn above(self, line: u32) -> Option<Comment<'p>> {
        let mut first = line;
        while line.saturating_sub(first) < MAX_LINES
            && first > 1
            && self.comment(first.saturating_sub(1)).is_some()
        {
            first = first.saturating_sub(1);
        }
        self.joined(first, line)
    }

    /// The comments of the lines from one on, up to another.
    fn joined(self, first: u32, end: u32) -> Option<Comment<'p>> {
        let lines: Vec<&str> = (first..end).map_while(|line| self.comment(line)).collect();
        match lines.as_slice() {
            [] => None,
            [one] => Some(Comment { text: (*one).into(), line: first }),
            many => Some(Comment { text: many.join("\n").into(), line: first }),
        }
    }

    /// Comments of their own lines further up in the group of a field: between it and an empty line, or the head of the
    /// struct.
    pub(super) fn heads_of_group(self, line: u32) -> Vec<Comment<'p>> {
        let mut found = Vec::new();
        let mut at = self.above(line).map_or(line, |comment| comment.line);
        for _ in 0..MAX_LINES {
            at = at.saturating_sub(1);
            let text = self.line(at).trim();
            if at == 0 || text.is_empty() || text.ends_with(['{', '(']) {
                break;
            }
            if text.starts_with("//") {
                let Some(comment) = self.above(at.saturating_add(1)) else { break };
                at = comment.line;
                found.push(comment);
            }
        }
        found
    }

    /// Whether an empty line lies between two.
    pub(super) fn has_blank(self, low: u32, high: u32) -> bool {
        (low..high).any(|line| self.line(line).trim().is_empty())
    }

    /// The struct or block that a line stands in, roughly.
    pub(super) fn around(self, line: u32) -> String {
        let opens = |line: &u32| self.line(*line).trim_end().ends_with(['{', '(']);
        let up = (line.saturating_sub(MAX_AROUND)..line).rev();
        let from = up.clone().find(opens).unwrap_or(line.saturating_sub(MAX_AROUND));
        let down = line..line.saturating_add(MAX_AROUND);
        let closes = |line: &u32| self.line(*line).trim_start().starts_with(['}', ')']);
        let to = down.clone().find(closes).unwrap_or(line);
        let code = |line: u32| self.line(line).split("//").next().unwrap_or_default();
        (from..to).map(code).collect::<Vec<_>>().join("\n")
    }

    /// What stands before the body of a function.
    pub(super) fn signature(self, function: &Function) -> String {
        let span = crate::Span { start: function.span.start, end: function.body.start };
        self.file.slice(span).to_owned()
    }

    /// The comment before a function, and the one at the beginning of its body.
    pub(super) fn of_function(self, function: &Function) -> Vec<Comment<'p>> {
        let (first, last) = function.lines;
        let body = self.file.lines().line(function.body.start).saturating_add(1);
        let end = body.saturating_add(MAX_LINES).min(last);
        [self.above(first), self.joined(body, end)].into_iter().flatten().collect()
    }

    /// The line from on which a function is not to be checked: its first, or the one of a comment inside.
    pub(super) fn trusted(self, function: &Function) -> Option<u32> {
        let (first, last) = function.lines;
        let trusts = |text: &str| text.lines().any(super::phrases::trusts);
        if self.above(first).is_some_and(|comment| trusts(&comment.text)) {
            return Some(first);
        }
        let body = self.file.slice(function.body);
        if !body.contains("+checklocksforce") {
            return None;
        }
        (first..=last)
            .find(|line| self.trailing(*line, 1).is_some_and(|comment| trusts(&comment.text)))
    }
}
