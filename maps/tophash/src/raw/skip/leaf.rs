//! A leaf: a few entries in slots, with the order in which to read them, under one word of state.
//!
//! ```text
//!   state   live slots | lock | dead | moving | side | version
//!   order   one of two lists of slots by rank; the side says which holds
//!   slots   key words, value words; in no order
//! ```
//!
//! # Reading
//! A reader loads the state, reads what it says is there, and loads the state again: if that is another one, but for the
//! lock, it reads again. It does not care whether a writer has the lock, for a writer stores nothing that the state of the
//! time before leads to: a new entry goes into a slot that is not live, the new order into the side that does not hold, and
//! one store of the state makes both valid. So a reader never waits, and begins again only after a change was done. A
//! value that is replaced is one store of its word, or of the box's.
//!
//! What was read of a slot is only followed, or compared by code of the user's, after the state was seen to be the same.
//!
//! # Writing
//! A writer locks the leaf from exactly the state in which it has searched it, so that what it found is so. It stores a
//! few words and then the new state, which unlocks. No code of the user's runs meanwhile, and nothing is allocated.
//!
//! # Splitting and joining
//! See [`super::shape`], which changes the links. While a leaf is *moving*, some of its live entries may be another leaf's
//! already: those that are not below its upper bound.

mod locked;
mod state;

pub(super) use locked::Locked;
pub(super) use state::State;

use super::Words;
use super::order::{SLOTS, WORDS, slot_in};
use crate::raw::bucket::prefetch;
#[cfg(not(tophash_tsan))]
use crate::sync::fence;
use crate::sync::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use core::cmp;
use core::ptr::NonNull;

/// How what may be changed meanwhile is read: in order, where a checker of races does not know fences.
const RACING: Ordering = if cfg!(tophash_tsan) { Ordering::Acquire } else { Ordering::Relaxed };

/// A leaf. See the module.
#[repr(C, align(64))]
pub(super) struct Leaf {
    state: AtomicU64,
    /// The leaf to the right, or null.
    pub(super) next: AtomicPtr<Leaf>,
    /// The lower bound of the leaf to the right, if there is one: the key word of an entry.
    pub(super) high: AtomicU64,
    /// The lower bound, which never changes; nothing in the first leaf, which has none.
    pub(super) low: u64,
    /// A byte of each slot's key word, by which integers are found.
    tags: [AtomicU64; WORDS],
    orders: [[AtomicU64; WORDS]; 2],
    keys: [AtomicU64; SLOTS],
    values: [AtomicU64; SLOTS],
    pub(super) birth: u64,
    /// Whether the index leads here: see [`super::shape`].
    pub(super) indexed: AtomicUsize,
}

/// The byte by which a key word is found.
#[inline(always)]
fn tag(word: u64) -> u64 {
    word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56
}

/// Something has changed since the state was read.
pub(super) struct Changed;

/// Where an entry is, or where it would be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    At { slot: usize },
    Before { rank: usize },
}

impl Leaf {
    pub(super) fn new(low: u64, birth: u64) -> Self {
        let words = || core::array::from_fn(|_| AtomicU64::new(0));
        Self {
            state: AtomicU64::new(0),
            next: AtomicPtr::new(core::ptr::null_mut()),
            high: AtomicU64::new(0),
            low,
            tags: core::array::from_fn(|_| AtomicU64::new(0)),
            orders: core::array::from_fn(|_| core::array::from_fn(|_| AtomicU64::new(0))),
            keys: words(),
            values: words(),
            birth,
            indexed: AtomicUsize::new(0),
        }
    }

    #[inline(always)]
    pub(super) fn state(&self) -> State {
        State(self.state.load(Ordering::Acquire))
    }

    /// Whether all that was read since the leaf had a state belongs to it.
    #[inline(always)]
    pub(super) fn is_still(&self, state: State) -> bool {
        #[cfg(not(tophash_tsan))]
        fence(Ordering::Acquire);
        State(self.state.load(RACING)).is(state)
    }

    #[inline(always)]
    pub(super) fn slot_at(&self, state: State, rank: usize) -> usize {
        slot_in(self.orders[state.side()][rank / 8 % WORDS].load(RACING), rank)
    }

    #[inline(always)]
    pub(super) fn key(&self, slot: usize) -> u64 {
        self.keys[slot].load(RACING)
    }

    #[inline(always)]
    pub(super) fn words(&self, slot: usize) -> Words {
        [self.keys[slot].load(RACING), self.values[slot].load(RACING)]
    }

    /// Asks the processor to fetch the values, before it is known which.
    #[inline(always)]
    pub(super) fn prefetch_values(&self) {
        for value in self.values.iter().step_by(8) {
            prefetch(core::ptr::from_ref(value).cast());
        }
    }

    /// Asks the processor to fetch the order and the keys, before it is known which.
    #[inline(always)]
    pub(super) fn prefetch_keys(&self) {
        prefetch(core::ptr::from_ref(&self.orders).cast());
        for key in self.keys.iter().step_by(8) {
            prefetch(core::ptr::from_ref(key).cast());
        }
    }

    /// The slot of a key that is this very word, among those that are live in that state.
    #[inline(always)]
    pub(super) fn slot_of(&self, state: State, word: u64) -> Option<usize> {
        const LOW: u64 = u64::from_ne_bytes([1; 8]);
        const REST: u64 = u64::from_ne_bytes([0x7F; 8]);
        let wanted = tag(word) * LOW;
        let mut slots = 0;
        for (nth, tags) in self.tags.iter().enumerate() {
            let other = tags.load(RACING) ^ wanted;
            // The upper bit of each byte that is nothing, and then these bits side by side.
            let same = !((other & REST).wrapping_add(REST) | other | REST);
            slots |= (same >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (nth * 8);
        }
        slots &= state.live();
        while slots != 0 {
            let slot = slots.trailing_zeros() as usize;
            if self.key(slot % (SLOTS + 1)) == word {
                return Some(slot);
            }
            slots &= slots - 1;
        }
        None
    }

    /// The place of what `compare` says the order of, among entries that it says the order of.
    ///
    /// `compare` is given the word of a key that was live in that state.
    #[inline(always)]
    pub(super) fn search(
        &self,
        state: State,
        mut compare: impl FnMut(&u64) -> Result<cmp::Ordering, Changed>,
    ) -> Result<Place, Changed> {
        let (mut from, mut to) = (0, state.count());
        while from < to {
            let rank = from.midpoint(to);
            let slot = self.slot_at(state, rank);
            let word = self.key(slot);
            if !self.is_still(state) {
                return Err(Changed);
            }
            match compare(&word)? {
                cmp::Ordering::Less => from = rank + 1,
                cmp::Ordering::Greater => to = rank,
                cmp::Ordering::Equal => return Ok(Place::At { slot }),
            }
        }
        Ok(Place::Before { rank: from })
    }

    /// The place of an integer, without a branch, which would be foretold wrongly every other time. `precedes` is also asked
    /// of words that are no key.
    #[inline(always)]
    pub(super) fn search_word(
        &self,
        state: State,
        word: u64,
        mut precedes: impl FnMut(&u64) -> bool,
    ) -> Place {
        let (mut from, mut size) = (0, state.count());
        while size > 0 {
            let half = size.div_ceil(2);
            let before = precedes(&self.key(self.slot_at(state, from + half - 1)));
            from += half & 0usize.wrapping_sub(usize::from(before));
            size -= half;
        }
        let slot = self.slot_at(state, from);
        let is_there = from < state.count() && self.key(slot) == word;
        if is_there { Place::At { slot } } else { Place::Before { rank: from } }
    }

    /// The leaf to the right and its lower bound, if there is one. `may_follow` says whether the link may be followed.
    ///
    /// A leaf that is moving says by its link alone where it ends, since its own word of that may be late. Another one's
    /// links belong together if it still has the state afterwards, but for joining, which changes the bound first: see
    /// [`super::shape`].
    ///
    /// # Safety
    /// A link that may be followed leads to a leaf which is alive.
    #[inline(always)]
    pub(super) unsafe fn right(
        &self,
        state: State,
        may_follow: impl FnOnce() -> bool,
    ) -> Result<Option<(NonNull<Self>, u64)>, Changed> {
        let high = self.high.load(Ordering::Acquire);
        let Some(right) = NonNull::new(self.next.load(Ordering::Acquire)) else { return Ok(None) };
        if !may_follow() {
            return Err(Changed);
        }
        if state.is_moving() {
            // SAFETY: the caller vouches for it.
            return Ok(Some((right, unsafe { right.as_ref() }.low)));
        }
        if self.is_still(state) { Ok(Some((right, high))) } else { Err(Changed) }
    }

    /// Locks the leaf if it has this very state, and nobody has it locked.
    #[inline]
    pub(super) fn lock(&self, from: State) -> Option<Locked<'_>> {
        let from = State(from.0 & !State::LOCK);
        let locked = from.0 | State::LOCK;
        let order = (Ordering::Acquire, Ordering::Relaxed);
        let had = self.state.compare_exchange(from.0, locked, order.0, order.1).is_ok();
        had.then(|| Locked { leaf: self, state: from })
    }

    /// What only the one who owns the leaf may ask: the words of its entries.
    pub(super) fn owned(&mut self) -> impl Iterator<Item = Words> {
        let state = self.state();
        (0..state.count()).map(move |rank| self.words(self.slot_at(state, rank)))
    }
}
