//! The stack that is followed: a part of it is read at once, and more where that does not reach.

use crate::memory::{Memory, bytes, number};
use std::ops::Range;

/// Bytes that are read at once: most stacks are shorter.
const CHUNK: u64 = 1 << 11;

/// A part of a stack.
pub(super) struct Window<'m, M: ?Sized> {
    memory: &'m M,
    /// What may be read.
    bounds: Range<u64>,
    start: u64,
    held: Vec<u8>,
    /// Bytes that were read in all.
    pub(super) read: u64,
}

impl<'m, M: Memory + ?Sized> Window<'m, M> {
    pub(super) fn new(memory: &'m M, bounds: Range<u64>) -> Self {
        Self { memory, bounds, start: 0, held: Vec::new(), read: 0 }
    }

    /// Whether an address is in the stack.
    pub(super) fn has(&self, address: u64) -> bool {
        self.bounds.contains(&address)
    }

    /// The word at an address; none outside of the stack.
    pub(super) fn word(&mut self, address: u64) -> Option<u64> {
        let end = address.checked_add(8)?;
        if !self.has(address) || end > self.bounds.end {
            return None;
        }
        let inside = |window: &Self| number(&window.held, address.checked_sub(window.start)?, 8);
        if let Some(word) = inside(self) {
            return Some(word);
        }
        // What is asked for next lies a word below as often as above.
        let start = address.saturating_sub(8).max(self.bounds.start);
        self.load(start);
        inside(self).or_else(|| {
            // Memory may end before the stack is said to.
            self.take(address, 8);
            inside(self)
        })
    }

    /// Reads the part that begins at an address.
    pub(super) fn load(&mut self, start: u64) {
        let longest = self.bounds.end.saturating_sub(start).min(CHUNK);
        if self.has(start) {
            self.take(start, longest);
        }
    }

    fn take(&mut self, start: u64, length: u64) {
        if let Ok(held) = bytes(self.memory, start, length) {
            self.read = self.read.saturating_add(length);
            (self.start, self.held) = (start, held);
        }
    }
}
