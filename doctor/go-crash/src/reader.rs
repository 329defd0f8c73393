//! The reader: bytes in, events out.

use crate::assemble::Fed;
use crate::bytes::{from, upto};
use crate::lanes::Lanes;
use crate::memo::Memo;
use crate::model::{Note, NoteKind};
use crate::numbers::Numbers;
use crate::order::{Order, Outcome};
use crate::quiet::Ear;
use crate::scan::heading_of;
use crate::sink::Sink;
use crate::unwrap::unwrap;
use memchr::memmem;

/// A line longer than this is read in pieces: a whole crash may stand in one line, but a text
/// without line ends must not grow the memory.
const LONGEST_LINE: usize = 4 << 20;

/// Most bytes of a goroutine that is worth learning: a hundred frames.
const LONGEST_LESSON: usize = 32 << 10;

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
    /// The bytes of the goroutine read last, to be learned when the next one begins.
    lesson: Vec<u8>,
    /// The line at which that goroutine ends; the lesson counts only when nothing came after it.
    lesson_end: u64,
    /// The part of the last line that came without its end.
    carry: Vec<u8>,
    lines: u64,
    /// The text is UTF-16, of which what is not ASCII is lost.
    wide: Option<bool>,
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
            lesson: Vec::new(),
            lesson_end: 0,
            carry: Vec::new(),
            lines: 0,
            wide: None,
        }
    }

    /// Reads the next piece. Pieces may end anywhere.
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
        loop {
            if self.carry.is_empty() {
                if self.order.is_none() && self.lanes.is_idle() {
                    let quiet = self.ear.quiet(rest);
                    self.lines = self.lines.saturating_add(quiet.lines);
                    rest = from(rest, quiet.length);
                }
                if rest.starts_with(b"goroutine ") {
                    rest = self.known_goroutines(rest);
                }
            }
            let Some(end) = memchr::memchr(b'\n', rest) else {
                break;
            };
            let line = upto(rest, end);
            if self.carry.is_empty() {
                self.line(line);
            } else {
                self.carry_over(line);
                let whole = std::mem::take(&mut self.carry);
                self.line(&whole);
                // Keep the allocation for the next line that is cut.
                self.carry = whole;
                self.carry.clear();
            }
            rest = from(rest, end.saturating_add(1));
        }
        self.carry_over(rest);
    }

    /// Passes over goroutines whose stacks have been read before; `text` begins with a heading.
    fn known_goroutines<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let mut rest = text;
        let between = self.lanes.only().is_some_and(|only| only.is_between_goroutines());
        if self.order.is_some() || !between {
            self.lesson.clear();
            return rest;
        }
        let Some((_, after_heading)) = heading_of(rest) else {
            return rest;
        };
        if !after_heading.starts_with(b"\n") {
            return rest;
        }
        self.end_goroutine();
        while let Some(hit) = self.memo.recognise(rest) {
            self.sink.again(hit.group, hit.goroutine);
            if let Some(only) = self.lanes.only() {
                only.count_again();
            }
            self.lines = self.lines.saturating_add(hit.lines);
            rest = from(rest, hit.length);
        }
        if let Some(end) = memmem::find(upto(rest, LONGEST_LESSON), b"\n\n") {
            let block = upto(rest, end.saturating_add(2));
            self.lesson.extend_from_slice(upto(rest, end.saturating_add(1)));
            self.lesson_end = memchr::memchr_iter(b'\n', block)
                .fold(self.lines, |lines, _| lines.saturating_add(1));
        }
        rest
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
        if one_more && !self.lesson.is_empty() && self.lesson_end == self.lines {
            if let Some(group) = self.sink.group_of_last() {
                self.memo.learn(&self.lesson, group);
            }
        }
        self.lesson.clear();
    }

    /// Ends the text and returns the sink.
    pub fn finish(mut self) -> S {
        if !self.carry.is_empty() {
            let last = std::mem::take(&mut self.carry);
            self.line(&last);
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

    fn carry_over(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while self.carry.len().saturating_add(rest.len()) > LONGEST_LINE {
            let room = LONGEST_LINE.saturating_sub(self.carry.len());
            self.carry.extend_from_slice(upto(rest, room));
            rest = from(rest, room);
            let piece = std::mem::take(&mut self.carry);
            self.logical_lines(&piece);
            self.carry = piece;
            self.carry.clear();
        }
        self.carry.extend_from_slice(rest);
    }

    fn line(&mut self, line: &[u8]) {
        self.lines = self.lines.saturating_add(1);
        self.logical_lines(line);
    }

    fn logical_lines(&mut self, line: &[u8]) {
        unwrap(line, &mut |piece| {
            let piece = self.numbers.strip(piece);
            Self::logical(piece, self.lines, &mut self.order, &mut self.lanes, &mut self.sink);
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
