//! Where the comments of a file stand.

use crate::span::Span;

/// The comments of a file by position.
#[derive(Clone, Default, Debug)]
pub struct Comments {
    pub(crate) spans: Vec<Span>,
}

impl Comments {
    /// Where they stand, delimiters included; a `//` comment ends before its line break.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Those that start within `span`. O(log comments).
    #[must_use]
    pub fn within(&self, span: Span) -> &[Span] {
        let from = self.spans.partition_point(|comment| comment.start < span.start);
        let to = self.spans.partition_point(|comment| comment.start < span.end);
        self.spans.get(from..to).unwrap_or_default()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.spans.capacity().saturating_mul(size_of::<Span>())
    }
}
