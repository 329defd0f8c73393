//! A parsed file: its source, its tree, its lines, comments and errors.

use crate::comment::Comments;
use crate::error::{ErrorList, SyntaxError};
use crate::line::{LineCol, LineTable};
use crate::span::Span;
use crate::tree::{RawNode, Tree};
use crate::trivia;

/// One parsed Go file. Cheap to share behind an `Arc`; [`crate::Node`] and all views borrow from it.
#[derive(Clone, Debug)]
pub struct File {
    pub(crate) src: Vec<u8>,
    pub(crate) tree: Tree,
    pub(crate) lines: LineTable,
    pub(crate) comments: Comments,
    pub(crate) errors: ErrorList,
    pub(crate) steps: u64,
}

impl File {
    /// The source as given to [`crate::parse`].
    #[must_use]
    pub fn src(&self) -> &[u8] {
        &self.src
    }

    /// How many nodes the tree has.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.tree.nodes.len().saturating_sub(1)
    }

    /// What is wrong with the source, by position. Empty exactly if the source is Go.
    ///
    /// At most 200 are kept; [`File::omitted_errors`] counts the rest.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors.list
    }

    /// How many errors were found beyond those that [`File::errors`] lists.
    #[must_use]
    pub fn omitted_errors(&self) -> usize {
        self.errors.omitted
    }

    /// All comments, by position.
    #[must_use]
    pub fn comments(&self) -> &Comments {
        &self.comments
    }

    /// Where the lines start.
    #[must_use]
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// Line and column of a byte offset, both from 1. O(log lines).
    #[must_use]
    pub fn line_col(&self, offset: u32) -> LineCol {
        self.lines.line_col(offset)
    }

    /// The bytes of a span, or as many of them as the file has.
    #[must_use]
    pub fn bytes(&self, span: Span) -> &[u8] {
        let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX).min(self.src.len());
        self.src.get(at(span.start)..at(span.end)).unwrap_or_default()
    }

    /// The text of a span: all of it, or what precedes the first byte that is not UTF-8.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.bytes(span).utf8_chunks().next().map_or("", |chunk| chunk.valid())
    }

    /// The offset of the first token at or behind `offset`: space and comments are skipped.
    ///
    /// Every bracket and operator of a node stands between two children, so this finds it.
    #[must_use]
    pub fn token_at(&self, offset: u32) -> u32 {
        trivia::skip(&self.src, offset)
    }

    /// Heap bytes held besides the source: nodes, comments, lines and errors.
    #[must_use]
    pub fn tree_bytes(&self) -> usize {
        let nodes = self.tree.nodes.capacity().saturating_mul(size_of::<RawNode>());
        let long = self.tree.long.capacity().saturating_mul(size_of::<(u32, u32)>());
        let errors = self.errors.list.capacity().saturating_mul(size_of::<SyntaxError>());
        [nodes, long, errors, self.lines.heap_bytes(), self.comments.heap_bytes()]
            .iter()
            .fold(0, |sum, part| sum.saturating_add(*part))
    }

    /// Tokens read plus nodes made, looked at again or moved, recovery included: grows linearly with the source, whatever it is.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }
}
