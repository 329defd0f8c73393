//! A block: operations of a stretch of time, each in the fewest bytes that tell it from the one before.

use super::format::{BLOCK, KEY_SIZE, VALUE_SIZE, brings_value, crc32, put};
use crate::observe::calls::Outcome;
use alloc::vec::Vec;

/// Bytes of operations after which a block is full. No operation takes more than 64.
pub(super) const FULL: usize = 16 << 10;
const MOST_OF_ONE: usize = 64;

/// The operations of a block that is being filled.
#[derive(Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    pub(super) records: u64,
    /// Operations that were dropped before this block.
    pub(super) dropped: u64,
    /// When the first one ended, and the last one.
    base: u64,
    last: u64,
    /// The thread of the last one, if there is a last one.
    thread: u32,
    key_bytes: u64,
    value_bytes: u64,
}

impl Block {
    /// Adds an operation, by its code. Times that go back stand still.
    #[inline]
    pub(super) fn push(
        &mut self,
        (code, outcome): (u8, Outcome),
        at: u64,
        thread: u32,
        key: Key,
        value_bytes: u64,
    ) {
        if self.records == 0 {
            self.bytes.reserve(FULL + MOST_OF_ONE);
            (self.base, self.last, self.key_bytes, self.value_bytes) = (at, at, 0, 0);
        }
        if self.records == 0 || self.thread != thread {
            self.bytes.push(0);
            put(&mut self.bytes, u64::from(thread));
            self.thread = thread;
        }
        let tag = self.bytes.len();
        self.bytes.push(code);
        put(&mut self.bytes, at.saturating_sub(self.last));
        self.last = self.last.max(at);
        match key {
            Key::All { entries } => put(&mut self.bytes, entries),
            Key::Of { hash, bytes } => {
                self.bytes.extend_from_slice(&hash.to_le_bytes());
                if bytes != self.key_bytes {
                    self.bytes[tag] |= KEY_SIZE;
                    put(&mut self.bytes, bytes);
                    self.key_bytes = bytes;
                }
                if brings_value(outcome) && value_bytes != self.value_bytes {
                    self.bytes[tag] |= VALUE_SIZE;
                    put(&mut self.bytes, value_bytes);
                    self.value_bytes = value_bytes;
                }
            }
        }
        self.records += 1;
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= FULL
    }

    /// What was pushed since the last time, in a block of its own.
    pub(super) fn take(&mut self) -> Self {
        core::mem::take(self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records == 0 && self.dropped == 0
    }

    /// As it stands in the file.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut block = Vec::with_capacity(self.bytes.len() + MOST_OF_ONE);
        block.push(BLOCK);
        for number in [self.bytes.len() as u64, self.records, self.base, self.dropped] {
            put(&mut block, number);
        }
        block.extend_from_slice(&self.bytes);
        let sum = crc32(&block);
        block.extend_from_slice(&sum.to_le_bytes());
        block
    }
}

/// What an operation was done with.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Of { hash: u64, bytes: u64 },
    All { entries: u64 },
}
