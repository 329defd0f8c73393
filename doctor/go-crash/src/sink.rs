//! Where a reader's events go.

use crate::model::{Fault, Goroutine, Note, StackGroup};
use std::sync::Arc;

/// Receives what the reader finds, in the order of the text.
///
/// A fault is reported after the goroutine it belongs to. Of a newest-first text, the order is
/// the text's, not time's.
pub trait Sink {
    /// A goroutine was printed.
    fn goroutine(&mut self, goroutine: Arc<Goroutine>);
    /// A fault was reported.
    fn fault(&mut self, fault: Fault);
    /// A record of a `debug=1` goroutine profile: a stack with its count.
    fn record(&mut self, record: StackGroup);
    /// Something to know about the text.
    fn note(&mut self, note: Note);
    /// The text has ended; it had so many lines.
    fn end(&mut self, lines: u64) {
        let _ = lines;
    }
}
