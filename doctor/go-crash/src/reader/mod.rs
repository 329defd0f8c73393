//! The reader: bytes in, events out.
//!
//! Pieces may be cut anywhere, so nothing may depend on where. Every step looks at the text from
//! the beginning of a line on and either takes some of it or waits: it takes only what it would
//! take whatever came behind the bytes at hand. What waits is held and looked at again together
//! with the next piece. So the steps, and with them the events, are the same for every cut.

mod known;

use crate::assemble::Fed;
use crate::bytes::{from, upto};
use crate::lanes::Lanes;
use crate::memo::Memo;
use crate::model::{Note, NoteKind};
use crate::numbers::Numbers;
use crate::order::{Order, Outcome};
use crate::quiet::Ear;
use crate::sink::Sink;
use crate::unwrap::unwrap;
use known::{Lesson, MOST_BYTES, Step};
use memchr::{memchr, memmem};

/// A line longer than this is read in parts: a whole crash may stand in one line, but a text
/// without line ends must not grow the memory.
const LONGEST_LINE: usize = 4 << 20;

/// Reads a text that comes in pieces and hands what it finds to a [`Sink`].
///
/// Memory does not grow with the text, but for the goroutine at hand and the distinct names seen.
#[derive(Debug)]
pub struct Reader<S> {
    sink: S,
    numbers: Numbers,
    lanes: Lanes,
    /// Lines held back until their order is known.
    order: Option<Order>,
    memo: Memo,
    ear: Ear,
    lesson: Lesson,
    /// What is left of the pieces so far, from the beginning of a line on.
    held: Vec<u8>,
    waits_for: WaitsFor,
    /// Parts of the line at hand have been read: what is left is no beginning.
    amid_line: bool,
    lines: u64,
    /// The text is UTF-16, of which what is not ASCII is lost.
    wide: Option<bool>,
}

/// What must come before what is held is worth looking at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WaitsFor {
    LineEnd,
    /// The blank line behind the goroutine at hand.
    BlankLine,
    /// So many bytes in all.
    Length(usize),
}

impl<S: Sink> Reader<S> {
    /// A reader that hands its findings to `sink`.
    pub fn new(sink: S) -> Self {
        Self {
            sink,
            numbers: Numbers::default(),
            lanes: Lanes::default(),
            order: None,
            memo: Memo::default(),
            ear: Ear::default(),
            lesson: Lesson::default(),
            held: Vec::new(),
            waits_for: WaitsFor::LineEnd,
            amid_line: false,
            lines: 0,
            wide: None,
        }
    }

    /// Reads the next piece. Pieces may end anywhere: the events are the same for every cut.
    pub fn push(&mut self, bytes: &[u8]) {
        // No UTF-8 text begins with half a UTF-16 byte order mark; shells on Windows write those.
        let Some(first) = bytes.first() else {
            return;
        };
        if *self.wide.get_or_insert(matches!(first, 0xff | 0xfe)) {
            let narrow: Vec<u8> =
                bytes.iter().copied().filter(|byte| !matches!(byte, 0 | 0xff | 0xfe)).collect();
            self.push_narrow(&narrow);
        } else {
            self.push_narrow(bytes);
        }
    }

    fn push_narrow(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !self.held.is_empty() && !rest.is_empty() {
            let (length, suffices) = self.wanted(rest);
            self.held.extend_from_slice(upto(rest, length));
            rest = from(rest, length);
            if !suffices {
                continue;
            }
            let mut text = std::mem::take(&mut self.held);
            let left = self.read(&text, false).len();
            let taken = bytes.len().saturating_sub(rest.len());
            if left <= taken {
                // Of the earlier pieces nothing is left: go on in this one.
                rest = from(bytes, taken.saturating_sub(left));
                text.clear();
            } else {
                text.drain(..text.len().saturating_sub(left));
            }
            // Keep the allocation for the next line that is cut.
            self.held = text;
        }
        if self.held.is_empty() {
            let left = self.read(rest, false);
            self.held.extend_from_slice(left);
        }
    }

    /// How many bytes of `piece` to hold with the others, and whether they are worth a look then.
    fn wanted(&self, piece: &[u8]) -> (usize, bool) {
        let held = self.held.len();
        let most = match self.waits_for {
            WaitsFor::LineEnd => LONGEST_LINE.saturating_add(1),
            WaitsFor::BlankLine => MOST_BYTES,
            WaitsFor::Length(length) => length,
        };
        let room = most.saturating_sub(held);
        let piece = upto(piece, room);
        let found = match (self.waits_for, piece) {
            (WaitsFor::LineEnd, _) => memchr(b'\n', piece).map(|at| at.saturating_add(1)),
            (WaitsFor::BlankLine, [b'\n', ..]) if self.held.ends_with(b"\n") => Some(1),
            (WaitsFor::BlankLine, _) => memmem::find(piece, b"\n\n").map(|at| at.saturating_add(2)),
            (WaitsFor::Length(_), _) => None,
        };
        match found {
            Some(length) => (length, true),
            None => (piece.len(), piece.len() == room),
        }
    }

    /// Reads what can be read of `text`, all of it but an unended line when it has `ended`, and
    /// returns what is left.
    fn read<'a>(&mut self, text: &'a [u8], ended: bool) -> &'a [u8] {
        self.waits_for = WaitsFor::LineEnd;
        let mut rest = text;
        loop {
            if !self.amid_line && self.order.is_none() && self.lanes.is_idle() {
                let quiet = self.ear.quiet(rest);
                self.lines = self.lines.saturating_add(quiet.lines);
                rest = from(rest, quiet.length);
            }
            let window = upto(rest, LONGEST_LINE.saturating_add(1));
            let Some(end) = memchr(b'\n', window) else {
                if window.len() <= LONGEST_LINE {
                    return rest;
                }
                self.logical_lines(upto(window, LONGEST_LINE), self.lines.saturating_add(1));
                self.amid_line = true;
                rest = from(rest, LONGEST_LINE);
                continue;
            };
            let line = upto(rest, end);
            if !self.amid_line && line.starts_with(b"goroutine ") {
                match self.pass_known(line, rest, ended) {
                    Step::Passed(length) => {
                        rest = from(rest, length);
                        continue;
                    }
                    Step::Wait(waits_for) => {
                        self.waits_for = waits_for;
                        return rest;
                    }
                    Step::Unknown => {}
                }
            }
            self.amid_line = false;
            self.line(line);
            rest = from(rest, end.saturating_add(1));
        }
    }

    /// Ends the text and returns the sink.
    pub fn finish(mut self) -> S {
        let held = std::mem::take(&mut self.held);
        let last = self.read(&held, true);
        if !last.is_empty() {
            self.line(last);
        }
        if let Some(order) = self.order.take() {
            if !order.is_reversed() {
                self.lanes.allow_orphans();
            }
            for (number, line) in order.finish() {
                self.lanes.feed(&line, number, &mut self.sink);
            }
        }
        self.lanes.finish(&mut self.sink);
        self.sink.end(self.lines);
        self.sink
    }

    fn line(&mut self, line: &[u8]) {
        self.lines = self.lines.saturating_add(1);
        self.logical_lines(line, self.lines);
    }

    fn logical_lines(&mut self, line: &[u8], number: u64) {
        unwrap(line, &mut |piece| {
            let piece = self.numbers.strip(piece);
            Self::logical(piece, number, &mut self.order, &mut self.lanes, &mut self.sink);
        });
    }

    fn logical(
        line: &[u8],
        number: u64,
        order: &mut Option<Order>,
        lanes: &mut Lanes,
        sink: &mut S,
    ) {
        let outcome = match order {
            None => {
                if lanes.feed(line, number, sink) == Fed::Read {
                    return;
                }
                order.insert(Order::default()).push(line, number)
            }
            Some(order) => {
                let before = order.is_reversed();
                let outcome = order.push(line, number);
                if !before && order.is_reversed() {
                    sink.note(Note { kind: NoteKind::Reversed, text_line: number });
                    lanes.allow_orphans();
                }
                outcome
            }
        };
        match outcome {
            Outcome::Wait => {}
            Outcome::Reordered(lines) => {
                for (number, line) in lines {
                    lanes.feed(&line, number, sink);
                }
            }
            Outcome::InOrder(lines) => {
                *order = None;
                lanes.allow_orphans();
                for (number, line) in lines {
                    lanes.feed(&line, number, sink);
                }
            }
        }
    }
}
