//! One file of the tree: its text and the way between offsets, lines and columns.

use std::sync::Arc;

/// A range of bytes in one file, end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset past the last byte.
    pub end: u32,
}

impl Span {
    /// True when `other` lies inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// True when it holds no byte.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// Where each line of a text begins.
#[derive(Clone, Debug, Default)]
pub struct LineTable {
    starts: Vec<u32>,
}

impl LineTable {
    /// Reads the line starts of a text, in one pass.
    pub fn new(text: &str) -> Self {
        let breaks =
            text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        Self { starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// Line and byte column of an offset, both from 1. Logarithmic in the number of lines.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start =
            line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        (u32::try_from(line).unwrap_or(u32::MAX), offset.saturating_sub(start).saturating_add(1))
    }

    /// Offset of the first byte of a line, counted from 1.
    pub fn offset(&self, line: u32) -> Option<u32> {
        self.starts.get(usize::try_from(line).ok()?.checked_sub(1)?).copied()
    }

    /// How many lines there are; a text that ends with a newline has an empty last one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }
}

/// One Go file that belongs to the loaded program.
#[derive(Debug)]
pub struct SourceFile {
    pub(crate) path: Arc<str>,
    pub(crate) package: Arc<str>,
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

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its lines.
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// The text of a span; empty where the span is not one of this file.
    pub fn slice(&self, span: Span) -> &str {
        let range = usize::try_from(span.start).ok().zip(usize::try_from(span.end).ok());
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }
}
