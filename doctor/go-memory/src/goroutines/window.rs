//! The stack that is followed: a part of it is read at once, and more where that does not reach.

use crate::memory::{Memory, bytes, number};
use std::ops::Range;

/// Bytes that are read at once: most stacks are shorter.
const CHUNK: u64 = 1 << 10;

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
        let longest = self.bounds.end.checked_sub(address)?.min(CHUNK);
        // Memory may end before the stack is said to.
        for length in [longest, 8] {
            if let Ok(held) = bytes(self.memory, address, length) {
                self.read = self.read.saturating_add(length);
                (self.start, self.held) = (address, held);
                return inside(self);
            }
        }
        None
    }
}
