//! One file of the tree: its text and the way between offsets, lines and columns.

use crate::{LineTable, Span};
use std::sync::Arc;

/// One Go file that belongs to the loaded program.
#[derive(Debug)]
pub struct SourceFile {
    pub(crate) path: Arc<str>,
    pub(crate) package: Arc<str>,
    pub(crate) vendored: bool,
    pub(crate) text: String,
    pub(crate) lines: LineTable,
}

impl SourceFile {
    /// Its path in the tree.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Import path of its package.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// Whether it is a copy of somebody else's module, which the next `go mod vendor` writes anew.
    pub fn is_vendored(&self) -> bool {
        self.vendored
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its lines.
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// The comments that hold a text, each with its line and whether it stands alone there.
    ///
    /// Parses the file where the text occurs in it at all: linear in its length.
    pub fn comments_with(&self, text: &str) -> Vec<(u32, bool, &str)> {
        if !self.text.contains(text) {
            return Vec::new();
        }
        let file = go_syntax::parse(self.text.as_str());
        let comments = file.comments().spans().iter().filter_map(|comment| {
            let words = self.slice(Span { start: comment.start, end: comment.end });
            let line = self.lines.line_col(comment.start).line;
            let start = usize::try_from(comment.start).ok()?;
            let before = self.text.get(..start)?;
            let alone = before.rsplit('\n').next().is_none_or(|before| before.trim().is_empty());
            words.contains(text).then_some((line, alone, words))
        });
        comments.collect()
    }

    /// The text of a span; empty where the span is not one of this file.
    pub fn slice(&self, span: Span) -> &str {
        let range = usize::try_from(span.start).ok().zip(usize::try_from(span.end).ok());
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }
}
