//! Changing a leaf under its lock: a few stores, and one of the state that makes them valid and unlocks.

use super::super::Words;
use super::super::order::{Order, SLOTS, WORDS};
use super::{Leaf, State, tag};
use crate::sync::{AtomicPtr, AtomicU64, Ordering};

/// A leaf under its lock, which dropping this gives back with nothing changed.
#[must_use = "the lock is given back at once"]
pub(in crate::raw::skip) struct Locked<'l> {
    pub(in crate::raw::skip) leaf: &'l Leaf,
    pub(in crate::raw::skip) state: State,
}

impl Locked<'_> {
    fn order(&self) -> Order {
        let words = &self.leaf.orders[self.state.side()];
        Order(core::array::from_fn(|word| words[word].load(Ordering::Relaxed)))
    }

    /// Stores an order into the side that does not hold.
    fn put_order(&self, order: Order) {
        let words = &self.leaf.orders[1 - self.state.side()];
        for (word, new) in words.iter().zip(order.0) {
            word.store(new, Ordering::Release);
        }
    }

    /// Stores the new state, which makes all before it valid and unlocks. Says whether an era has to be closed.
    fn publish(self, state: State) -> bool {
        let next = state.next();
        self.leaf.state.store(next.0, Ordering::Release);
        core::mem::forget(self);
        next.0 / State::VERSION % State::VERSIONS == 0
    }

    /// Puts an entry in; there must be a slot for it.
    #[inline]
    pub(in crate::raw::skip) fn insert(self, rank: usize, words: Words) -> bool {
        let slot = ((!self.state.live()).trailing_zeros() as usize).min(SLOTS - 1);
        // Readers of a state in which this slot was live, and what it was, see in it that there is a later one.
        self.leaf.keys[slot].store(words[0], Ordering::Release);
        self.leaf.values[slot].store(words[1], Ordering::Release);
        let (tags, place) = (&self.leaf.tags[slot / 8], slot % 8 * 8);
        let others = tags.load(Ordering::Relaxed) & !(0xFF << place);
        tags.store(others | tag(words[0]) << place, Ordering::Release);
        self.put_order(self.order().with(rank, slot));
        let state = State((self.state.0 | 1 << slot) ^ State::SIDE);
        self.publish(state)
    }

    /// Puts an entry in the place of one with an equal key.
    #[inline]
    pub(in crate::raw::skip) fn replace(self, slot: usize, words: Words) -> bool {
        self.leaf.keys[slot].store(words[0], Ordering::Release);
        self.leaf.values[slot].store(words[1], Ordering::Release);
        let state = self.state;
        self.publish(state)
    }

    /// Takes an entry out.
    #[inline]
    pub(in crate::raw::skip) fn remove(self, slot: usize) -> bool {
        let order = self.order();
        let rank = (0..self.state.count()).find(|rank| order.at(*rank) == slot);
        self.put_order(order.without(rank.unwrap_or(SLOTS)));
        let state = State((self.state.0 & !(1 << slot)) ^ State::SIDE);
        self.publish(state)
    }

    /// Takes all entries out.
    pub(in crate::raw::skip) fn clear(self) -> bool {
        let state = State(self.state.0 & !State::LIVE);
        self.publish(state)
    }

    /// Joins an empty leaf, which this one is linked to, to this one: its keys are to be looked for here from now on. Unlocks
    /// both.
    pub(in crate::raw::skip) fn join(self, dead: Locked<'_>) -> bool {
        let next = dead.leaf.next.load(Ordering::Relaxed);
        if !next.is_null() {
            self.leaf.high.store(dead.leaf.high.load(Ordering::Relaxed), Ordering::Release);
        }
        // After the bound: who has the old bound with the new link sees that he has gone too far.
        self.leaf.next.store(next, Ordering::Release);
        // Last, so that who finds the leaf dead finds all else done.
        let state = State(dead.state.0 | State::DEAD);
        dead.publish(state);
        let state = self.state;
        self.publish(state)
    }

    /// The key word at a rank.
    pub(in crate::raw::skip) fn key_at(&self, rank: usize) -> u64 {
        self.leaf.key(self.order().at(rank))
    }

    /// The words of all entries.
    pub(in crate::raw::skip) fn all(&self) -> impl Iterator<Item = Words> {
        let order = self.order();
        (0..self.state.count()).map(move |rank| self.leaf.words(order.at(rank)))
    }

    /// Moves the entries from `rank` on to a new leaf, which has none yet and which nobody sees, links it in, and unlocks.
    pub(in crate::raw::skip) fn split(mut self, rank: usize, right: *mut Leaf) -> bool {
        let order = self.order();
        let (mut moved, mut count, mut tags) = (0u64, 0, [0; WORDS]);
        // SAFETY: the leaf was just made, and is shown to nobody before it is linked below.
        let new = unsafe { &mut *right };
        for rank in rank..self.state.count() {
            let slot = order.at(rank);
            let words = self.leaf.words(slot);
            moved |= 1 << slot;
            new.keys[count] = AtomicU64::new(words[0]);
            new.values[count] = AtomicU64::new(words[1]);
            tags[count / 8] |= tag(words[0]) << (count % 8 * 8);
            count += 1;
        }
        let plain = Order::plain();
        for (word, slots) in new.orders[0].iter_mut().zip(plain.0) {
            *word = AtomicU64::new(slots);
        }
        new.tags = tags.map(AtomicU64::new);
        new.state = AtomicU64::new((1 << count) - 1);
        new.high = AtomicU64::new(self.leaf.high.load(Ordering::Relaxed));
        new.next = AtomicPtr::new(self.leaf.next.load(Ordering::Relaxed));
        let low = new.low;
        // Told before any of them can be changed in the new leaf.
        self.state = State(self.state.0 | State::MOVING).next();
        self.leaf.state.store(self.state.0 | State::LOCK, Ordering::Release);
        self.leaf.next.store(right, Ordering::Release);
        self.leaf.high.store(low, Ordering::Release);
        let state = State(self.state.0 & !moved & !State::MOVING);
        self.publish(state)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.leaf.state.store(self.state.0, Ordering::Release);
    }
}
