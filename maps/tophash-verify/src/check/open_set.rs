//! Sets of open operations, by slot: one word where 64 slots are enough, a list of words where they are not.

use std::hash::Hash;

/// A small set of slots. A set within another is not greater than it.
pub(super) trait OpenSet: Clone + Ord + Hash + Default {
    fn has(&self, slot: usize) -> bool;
    fn add(&mut self, slot: usize);
    fn remove(&mut self, slot: usize);
    /// Whether the other holds all that this holds.
    fn is_within(&self, other: &Self) -> bool;
}

impl OpenSet for u64 {
    fn has(&self, slot: usize) -> bool {
        self >> slot & 1 == 1
    }
    fn add(&mut self, slot: usize) {
        *self |= 1 << slot;
    }
    fn remove(&mut self, slot: usize) {
        *self &= !(1 << slot);
    }
    fn is_within(&self, other: &Self) -> bool {
        self & !other == 0
    }
}

/// Any number of slots; the last word is never zero, so that equal sets are equal values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Wide(Vec<u64>);

impl OpenSet for Wide {
    fn has(&self, slot: usize) -> bool {
        self.0.get(slot / 64).is_some_and(|word| word.has(slot % 64))
    }
    fn add(&mut self, slot: usize) {
        if self.0.len() <= slot / 64 {
            self.0.resize(slot / 64 + 1, 0);
        }
        self.0[slot / 64].add(slot % 64);
    }
    fn remove(&mut self, slot: usize) {
        if let Some(word) = self.0.get_mut(slot / 64) {
            word.remove(slot % 64);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
    fn is_within(&self, other: &Self) -> bool {
        self.0.len() <= other.0.len()
            && self.0.iter().zip(&other.0).all(|(word, other)| word.is_within(other))
    }
}
