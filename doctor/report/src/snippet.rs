//! Source snippets: a few lines around each place, with what is to be said about it.

use crate::source::SourceText;
use crate::style::Styles;
use crate::text::{clean, count};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use finding::{Access, Site};
use std::ops::Range;

/// Lines shown above and below a place.
const AROUND: usize = 2;
/// Bytes of a line that are kept; beyond it lies generated code nobody reads at night.
const LINE_BYTES: usize = 400;

/// A place to show, with the text to stand at it.
pub(crate) struct Mark<'a> {
    pub(crate) site: &'a Site,
    /// The expression at the site, to underline it whole.
    pub(crate) expression: &'a str,
    pub(crate) label: String,
    /// True for the place the title speaks of.
    pub(crate) primary: bool,
}

impl<'a> Mark<'a> {
    pub(crate) fn access(access: &'a Access, label: String, primary: bool) -> Self {
        Self { site: &access.site, expression: &access.expression, label, primary }
    }
}

/// The snippets of all marks whose text is at hand, under one title; `None` when there is none.
///
/// Marks of one file that lie close share a snippet.
pub(crate) fn render(
    title: &str,
    marks: &[Mark<'_>],
    source: &dyn SourceText,
    styles: &Styles,
    width: usize,
) -> Option<String> {
    render_group(Some(title), marks, source, styles, width)
}

/// The same under no title.
pub(crate) fn render_without_title(
    marks: &[Mark<'_>],
    source: &dyn SourceText,
    styles: &Styles,
    width: usize,
) -> Option<String> {
    render_group(None, marks, source, styles, width)
}

fn render_group(
    title: Option<&str>,
    marks: &[Mark<'_>],
    source: &dyn SourceText,
    styles: &Styles,
    width: usize,
) -> Option<String> {
    let mut windows: Vec<Window> = Vec::new();
    for mark in marks {
        let line = usize::try_from(mark.site.line).unwrap_or(0);
        let Some(file) = (line > 0).then(|| source.bytes(&mark.site.file)).flatten() else {
            continue;
        };
        let shared = windows.iter_mut().find(|w| *w.file == *mark.site.file && w.near(line));
        match shared {
            Some(window) => window.grow(&file, line),
            None => windows.extend(Window::around(&mark.site.file, &file, line)),
        }
    }
    let none = Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new();
    let mut group = match title {
        Some(title) => Level::ERROR.no_name().primary_title(clean(title)).elements(none),
        None => Group::with_level(Level::ERROR).elements(none),
    };
    let mut shown = 0usize;
    for window in &windows {
        let text = window.text();
        let mut annotations = Vec::new();
        for mark in marks.iter().filter(|mark| *mark.site.file == *window.file) {
            if let Some(span) = window.span(&text, mark) {
                let kind =
                    if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                annotations.push(kind.span(span).label(clean(&mark.label)));
                shown = shown.saturating_add(1);
            }
        }
        group = group.element(
            Snippet::source(text)
                .path(clean(&window.file))
                .line_start(window.first)
                .fold(false)
                .annotations(annotations),
        );
    }
    if shown == 0 {
        return None;
    }
    let renderer = if styles.snippets { Renderer::styled() } else { Renderer::plain() };
    let mut out = renderer.term_width(width).render(&[group]);
    out.push('\n');
    let left = marks.len().saturating_sub(shown);
    if left > 0 {
        out.push_str(&format!(
            "({} without source text here)\n",
            count(u64::try_from(left).unwrap_or(u64::MAX), "place", "places")
        ));
    }
    Some(out)
}

/// Consecutive lines of one file.
struct Window {
    file: String,
    /// Number of the first line, from 1.
    first: usize,
    lines: Vec<String>,
}

impl Window {
    /// The lines around one; `None` where the file has no such line.
    fn around(file: &str, bytes: &[u8], line: usize) -> Option<Self> {
        let first = line.saturating_sub(AROUND).max(1);
        let last = line.saturating_add(AROUND);
        let lines = cut_lines(bytes, first, last);
        let reaches = first.saturating_add(lines.len()) > line;
        reaches.then(|| Self { file: file.to_owned(), first, lines })
    }

    fn last(&self) -> usize {
        self.first.saturating_add(self.lines.len()).saturating_sub(1)
    }

    /// True when a line lies so close that one snippet shows both.
    fn near(&self, line: usize) -> bool {
        let reach = AROUND.saturating_mul(2).saturating_add(1);
        line.saturating_add(reach) >= self.first && line <= self.last().saturating_add(reach)
    }

    fn grow(&mut self, bytes: &[u8], line: usize) {
        let first = self.first.min(line.saturating_sub(AROUND).max(1));
        let last = self.last().max(line.saturating_add(AROUND));
        self.lines = cut_lines(bytes, first, last);
        self.first = first;
    }

    fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The bytes of a mark in this window's text.
    fn span(&self, text: &str, mark: &Mark<'_>) -> Option<Range<usize>> {
        let line = usize::try_from(mark.site.line).ok()?;
        let index = line.checked_sub(self.first)?;
        let content = self.lines.get(index)?;
        let before: usize =
            self.lines.iter().take(index).map(|line| line.len().saturating_add(1)).sum();
        let column = usize::try_from(mark.site.column).unwrap_or(0);
        let within = span_in_line(content, column, mark.expression);
        let span = before.saturating_add(within.start)..before.saturating_add(within.end);
        (text.is_char_boundary(span.start) && text.is_char_boundary(span.end)).then_some(span)
    }
}

/// Lines `first..=last`, from 1: valid UTF-8, no control characters but tabs, of bounded length.
fn cut_lines(bytes: &[u8], first: usize, last: usize) -> Vec<String> {
    let wanted = last.saturating_sub(first).saturating_add(1);
    bytes
        .split(|byte| *byte == b'\n')
        .skip(first.saturating_sub(1))
        .take(wanted)
        .map(|line| {
            let kept = line.get(..LINE_BYTES).unwrap_or(line);
            let text = String::from_utf8_lossy(kept);
            // A control character becomes one space, so that columns stay where they are.
            text.chars()
                .map(|c| if c.is_control() && c != '\t' { ' ' } else { c })
                .collect::<String>()
                .trim_end()
                .to_owned()
        })
        .collect()
}

/// The part of a line to underline: the expression at or after the column, else the word there,
/// else the whole line.
fn span_in_line(line: &str, column: usize, expression: &str) -> Range<usize> {
    let indent = line.len().saturating_sub(line.trim_start().len());
    let start = match column {
        0 => indent,
        _ => column.saturating_sub(1),
    };
    let Some(rest) = line.get(start..).filter(|rest| !rest.is_empty()) else {
        return indent..line.len().max(indent.saturating_add(1)).min(line.len());
    };
    if column == 0 && expression.is_empty() {
        return indent..line.len();
    }
    if let Some(at) = (!expression.is_empty()).then(|| rest.find(expression)).flatten() {
        let from = start.saturating_add(at);
        return from..from.saturating_add(expression.len());
    }
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let length = if word == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { word };
    start..start.saturating_add(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &'static [u8], line: u32, column: u32, expression: &str) -> Option<String> {
        let site = Site { column, ..Site::line("f.go", line) };
        let mark = Mark { site: &site, expression, label: "here".into(), primary: true };
        let source = |file: &str| (file == "f.go").then(|| bytes.to_vec());
        render("title", &[mark], &source, &Styles::plain(), 100)
    }

    #[test]
    fn a_place_is_underlined_as_far_as_its_expression_goes() {
        let shown = one(b"package p\n\nfunc f() {\n\tc.m[k] = v\n}\n", 4, 2, "c.m").unwrap();
        assert!(shown.contains("c.m[k] = v"), "{shown}");
        assert!(shown.contains("^^^ here"), "{shown}");
    }

    #[test]
    fn odd_text_is_shown_and_never_panics() {
        assert!(one(b"", 1, 1, "x").is_some());
        assert!(one(b"", 7, 1, "x").is_none());
        assert!(one(b"a\xff\xfeb := m[k]\n", 1, 9, "m").is_some());
        assert!(one(b"a\xff\xfeb := m[k]\n", 1, 3, "nothing").is_some());
        assert!(one(b"m[k]", 1, 4_000_000_000, "m").is_some());
        assert!(one(b"m[k]", u32::MAX, 1, "m").is_none());
        assert!(one("ä := m[k]".as_bytes(), 1, 2, "m").is_some());
        let long: &'static [u8] = Vec::leak([b"m[k] ".repeat(100_000), b"\n".to_vec()].concat());
        assert!(one(long, 1, 300_000, "m").unwrap().len() < 2000);
    }

    #[test]
    fn escapes_in_source_do_not_reach_the_terminal() {
        assert!(!one(b"m[\"\x1b[2J\"] = 1\n", 1, 1, "m").unwrap().contains('\x1b'));
    }
}
