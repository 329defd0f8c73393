//! Which parts of memory are looked through, and how: in large pieces, each read once.

use super::shape::HEADER;
use super::spans::{Span, Spans};
use crate::memory::Memory;
use std::ops::Range;

/// How much is read at once.
const PIECE: u64 = 1 << 20;
/// Where a piece cannot be read as a whole, it is halved down to this size.
const LEAST: u64 = 1 << 12;
/// Spans of them that lie so near to each other are read together.
const NEAR: u64 = 1 << 16;

/// A part of memory in which headers may lie, and how far each is from the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) range: Range<u64>,
    pub(super) step: u64,
}

/// The parts in which headers can be: objects of `size` bytes, and stacks.
pub(super) fn of_spans(spans: &Spans, size: u64) -> Vec<Part> {
    let holds = |span: &&Span| span.object == 0 || (span.object == size && span.pointers);
    let part = |span: &Span| Part {
        range: span.start..span.end,
        step: if span.object == 0 { 8 } else { size },
    };
    spans.iter().filter(holds).map(part).collect()
}

/// What was read.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) read: u64,
    pub(super) unreadable: u64,
}

/// Calls `look` with each place of a part where a header may begin: its address and its bytes.
pub(super) fn headers(
    memory: &(impl Memory + ?Sized),
    parts: &[Part],
    buffer: &mut Vec<u8>,
    amount: &mut Amount,
    look: &mut impl FnMut(u64, &[u8; HEADER]),
) {
    let mut rest = parts;
    while let Some(first) = rest.first() {
        // Parts of whole objects next to each other are read at once.
        let near = |pair: &[Part]| match pair {
            [one, next] => {
                next.range.start.saturating_sub(one.range.end) <= NEAR
                    && next.range.end.saturating_sub(first.range.start) <= PIECE
            }
            _ => false,
        };
        let count = rest.windows(2).take_while(|pair| near(pair)).count().saturating_add(1);
        let (together, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        rest = after;
        let end = together.last().map_or(first.range.end, |last| last.range.end);
        if let [only] = together {
            one(memory, only, buffer, amount, look);
        } else if fill(memory, first.range.start, end.saturating_sub(first.range.start), buffer) {
            amount.read = amount.read.saturating_add(buffer.len() as u64);
            for part in together {
                let at = |address: u64| {
                    usize::try_from(address.saturating_sub(first.range.start)).unwrap_or(usize::MAX)
                };
                let bytes = buffer.get(at(part.range.start)..at(part.range.end));
                each(part.range.start, bytes.unwrap_or_default(), part.step, look);
            }
        } else {
            for part in together {
                one(memory, part, buffer, amount, look);
            }
        }
    }
}

/// A single part, in pieces. A header that lies in two pieces is in the second one too, since that begins earlier.
fn one(
    memory: &(impl Memory + ?Sized),
    part: &Part,
    buffer: &mut Vec<u8>,
    amount: &mut Amount,
    look: &mut impl FnMut(u64, &[u8; HEADER]),
) {
    let mut at = part.range.start;
    let mut size = PIECE;
    while at.saturating_add(HEADER as u64) <= part.range.end {
        let length = size.min(part.range.end.saturating_sub(at));
        if !fill(memory, at, length, buffer) {
            if size > LEAST {
                size >>= 1;
                continue;
            }
            amount.unreadable = amount.unreadable.saturating_add(length);
            at = next(part, at.saturating_add(length));
            size = PIECE;
            continue;
        }
        amount.read = amount.read.saturating_add(length);
        each(at, buffer, part.step, look);
        size = PIECE;
        let after = at.saturating_add(length).saturating_sub(HEADER as u64).saturating_add(1);
        let after = next(part, after);
        if after <= at || at.saturating_add(length) >= part.range.end {
            return;
        }
        at = after;
    }
}

/// The first place of a header in a part from an address on.
fn next(part: &Part, address: u64) -> u64 {
    let inside = address.saturating_sub(part.range.start);
    let whole = inside.checked_next_multiple_of(part.step).unwrap_or(inside);
    part.range.start.saturating_add(whole)
}

fn each(address: u64, bytes: &[u8], step: u64, look: &mut impl FnMut(u64, &[u8; HEADER])) {
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    let mut rest = bytes;
    let mut at = address;
    while let Some(header) = rest.first_chunk() {
        look(at, header);
        rest = rest.get(step..).unwrap_or_default();
        at = at.saturating_add(step as u64);
    }
}

fn fill(memory: &(impl Memory + ?Sized), address: u64, length: u64, buffer: &mut Vec<u8>) -> bool {
    let Ok(length) = usize::try_from(length.min(PIECE)) else { return false };
    buffer.resize(length, 0);
    memory.read(address, buffer).is_ok()
}
