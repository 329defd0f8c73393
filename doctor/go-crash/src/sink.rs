//! Where a reader's events go.

use crate::model::{Fault, Goroutine, Note, StackGroup};
use std::sync::Arc;

/// Receives what the reader finds, in the order of the text.
///
/// A fault is reported after the goroutine it belongs to. Of a newest-first text, each section
/// comes in the order of the text, and its lines in the order they were printed.
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
    /// The group of the goroutine received last, when further goroutines with the very same stack
    /// may be reported by [`Sink::again`]. A sink that wants every goroutine whole returns `None`.
    fn group_of_last(&self) -> Option<GroupId> {
        None
    }
    /// Another goroutine with the stack of this group was printed; its arguments were not read.
    fn again(&mut self, group: GroupId, goroutine: Again<'_>) {
        let _ = (group, goroutine);
    }
}

/// A sink's own number for a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupId(pub usize);

/// A goroutine whose stack is known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again<'a> {
    /// Its id.
    pub id: u64,
    /// Its state: `chan receive`.
    pub state: &'a str,
    /// How long it has been waiting, in whole minutes.
    pub wait_minutes: Option<u32>,
}
