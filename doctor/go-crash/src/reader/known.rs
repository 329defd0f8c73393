//! Goroutines whose stacks have been read before are passed over, and those read are learned.
//!
//! That takes a whole goroutine, the blank line behind it and the beginning of the next: a text
//! that ends sooner waits, so that the same goroutines are passed over wherever a piece ends.

use super::{Reader, WaitsFor};
use crate::bytes::{from, upto};
use crate::memo::Hit;
use crate::scan::heading_of;
use crate::sink::Sink;
use memchr::{memchr, memchr_iter, memmem};

/// Most bytes of a goroutine that is worth knowing, its blank line included: a hundred frames.
pub(super) const MOST_BYTES: usize = 32 << 10;

/// What must stand behind the blank line: `goroutine ` and a digit.
const NEXT: usize = 11;

/// Longest heading, its line end included: a status and labels.
const LONGEST_HEADING: usize = 16 << 10;

/// The goroutine read last, to be learned when the next one begins.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    /// Its bytes, without the blank line.
    text: Vec<u8>,
    /// The line at which it ends; the lesson counts only when nothing came after it.
    end: u64,
}

/// What becomes of a goroutine.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// So many bytes were passed over.
    Passed(usize),
    /// Its lines are to be read.
    Unknown,
    /// The text does not tell yet.
    Wait(WaitsFor),
}

impl<S: Sink> Reader<S> {
    /// Passes over goroutines whose stacks have been read before; `text` begins with `line`.
    pub(super) fn pass_known(&mut self, line: &[u8], text: &[u8], ended: bool) -> Step {
        let between = self.lanes.only().is_some_and(|only| only.is_between_goroutines());
        if self.order.is_some() || !between {
            self.lesson.text.clear();
            return Step::Unknown;
        }
        if !is_heading(line) {
            return Step::Unknown;
        }
        self.end_goroutine();
        let mut passed = 0_usize;
        let mut known = self.recognise(text);
        while let Some(hit) = known {
            let end = passed.saturating_add(hit.length);
            let behind = from(text, end);
            known = self.recognise(behind);
            // What only begins like a heading does not end a stack.
            if known.is_none() {
                match begins_with_heading(behind) {
                    Some(true) => {}
                    None if !ended && passed == 0 => return Step::Wait(WaitsFor::LineEnd),
                    _ => break,
                }
            }
            self.sink.again(hit.group, hit.goroutine);
            if let Some(only) = self.lanes.only() {
                only.count_again();
            }
            self.lines = self.lines.saturating_add(hit.lines);
            passed = end;
        }
        if passed > 0 {
            self.numbers.end();
            self.lanes.begun_bare();
            return Step::Passed(passed);
        }
        match memmem::find(upto(text, MOST_BYTES), b"\n\n") {
            Some(end) => {
                let length = end.saturating_add(2);
                let told = length.saturating_add(NEXT);
                if !ended && text.len() < told {
                    return Step::Wait(WaitsFor::Length(told));
                }
                self.lesson.text.extend_from_slice(upto(text, end.saturating_add(1)));
                self.lesson.end = memchr_iter(b'\n', upto(text, length))
                    .fold(self.lines, |lines, _| lines.saturating_add(1));
            }
            None if !ended && text.len() < MOST_BYTES => return Step::Wait(WaitsFor::BlankLine),
            None => {}
        }
        Step::Unknown
    }

    fn recognise<'a>(&self, text: &'a [u8]) -> Option<Hit<'a>> {
        self.memo.recognise(text).filter(|hit| hit.length <= MOST_BYTES)
    }

    /// Ends the goroutine at hand; the sink may want equal ones by its group from now on.
    fn end_goroutine(&mut self) {
        let Some(assembler) = self.lanes.only() else {
            return;
        };
        let before = assembler.counts();
        assembler.end_goroutine(&mut self.sink);
        let (goroutines, faults) = assembler.counts();
        let one_more = before.0.checked_add(1) == Some(goroutines) && before.1 == faults;
        if one_more && !self.lesson.text.is_empty() && self.lesson.end == self.lines {
            if let Some(group) = self.sink.group_of_last() {
                self.memo.learn(&self.lesson.text, group);
            }
        }
        self.lesson.text.clear();
    }
}

fn is_heading(line: &[u8]) -> bool {
    heading_of(line).is_some_and(|(_, rest)| rest.is_empty())
}

/// `None` when the first line of `text` has not ended yet.
fn begins_with_heading(text: &[u8]) -> Option<bool> {
    let window = upto(text, LONGEST_HEADING);
    match memchr(b'\n', window) {
        Some(end) => Some(is_heading(upto(window, end))),
        None => (window.len() == LONGEST_HEADING).then_some(false),
    }
}
