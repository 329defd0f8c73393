//! Sinks that gather events into a [`CrashText`].

use crate::model::{CrashText, Fault, Goroutine, Note, StackGroup};
use crate::sink::Sink;
use std::sync::Arc;

/// Keeps everything.
#[derive(Debug, Default)]
pub struct Collect {
    text: CrashText,
}

impl Collect {
    /// What was gathered.
    pub fn into_text(self) -> CrashText {
        self.text
    }
}

impl Sink for Collect {
    fn goroutine(&mut self, goroutine: Arc<Goroutine>) {
        self.text.goroutine_count = self.text.goroutine_count.saturating_add(1);
        self.text.goroutines.push(goroutine);
    }

    fn fault(&mut self, fault: Fault) {
        self.text.faults.push(fault);
    }

    fn record(&mut self, record: StackGroup) {
        self.text.goroutine_count = self.text.goroutine_count.saturating_add(record.count);
        self.text.groups.push(record);
    }

    fn note(&mut self, note: Note) {
        self.text.notes.push(note);
    }
}

/// Groups goroutines by stack; keeps whole those in faults and in map functions.
#[derive(Debug, Default)]
pub struct Group {
    inner: Collect,
}

impl Group {
    /// What was gathered.
    pub fn into_text(self) -> CrashText {
        self.inner.into_text()
    }
}

impl Sink for Group {
    fn goroutine(&mut self, goroutine: Arc<Goroutine>) {
        self.inner.goroutine(goroutine);
    }

    fn fault(&mut self, fault: Fault) {
        self.inner.fault(fault);
    }

    fn record(&mut self, record: StackGroup) {
        self.inner.record(record);
    }

    fn note(&mut self, note: Note) {
        self.inner.note(note);
    }
}
