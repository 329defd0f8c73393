//! The keys that are met most often, found in constant room: the Space-Saving sketch.
//!
//! Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005. A sketch
//! holds a fixed number of keys with a count each. A key that is not held takes the place, and the count, of the one that is
//! met least, and notes that count as its error. So, of `n` keys met with room for `m`:
//!
//! 1. a held key was met at most `count` times and at least `count - error` times;
//! 2. no error exceeds the least count, which does not exceed `n / m`, and a key that is not held was met no more often;
//! 3. every key that was met more than `n / m` times is held.
//!
//! A binary heap holds the counts, so that meeting a key takes time logarithmic in `m`. Keys are told apart by 64 bits of their
//! hash, seeded at random: no code of the key's runs in here, except that a key that is let go is handed out.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;

/// A key as it is held.
pub(super) struct Slot<K> {
    pub(super) hash: u64,
    pub(super) key: Arc<K>,
    /// How often it was met at most.
    pub(super) count: u64,
    /// By how much the count may be too large.
    pub(super) error: u64,
    /// How often it was met with a value in the map, since it is held.
    pub(super) hits: u64,
    /// Whether the last eight times it had a value; the last time is the lowest bit.
    pub(super) recent: u8,
}

/// The keys that are met most often.
pub(super) struct Sketch<K> {
    room: usize,
    /// How many keys were met in all.
    pub(super) met: u64,
    pub(super) slots: Vec<Slot<K>>,
    /// Numbers of slots; none has a smaller count than its parent.
    heap: Vec<u32>,
    /// Where in the heap each slot is.
    place: Vec<u32>,
    /// Which slot holds a hash.
    index: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
}

/// Hashes are hashed already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl<K> Sketch<K> {
    /// A sketch of at most so many keys. Allocates as they come.
    pub(super) fn new(room: usize) -> Self {
        Self {
            room: room.clamp(1, u32::MAX as usize),
            met: 0,
            slots: Vec::new(),
            heap: Vec::new(),
            place: Vec::new(),
            index: HashMap::default(),
        }
    }

    /// Meets a key that is held; does nothing, and says so, if it is not.
    pub(super) fn meet(&mut self, hash: u64, hit: bool) -> bool {
        let Some(&slot) = self.index.get(&hash) else { return false };
        self.met += 1;
        self.slots[slot as usize].meet(hit);
        self.sink(self.place[slot as usize] as usize);
        true
    }

    /// Meets a key, and holds it. Hands out the key that it lets go.
    pub(super) fn hold(&mut self, hash: u64, key: Arc<K>, hit: bool) -> Option<Arc<K>> {
        if self.meet(hash, hit) {
            return Some(key);
        }
        self.met += 1;
        let mut fresh = Slot { hash, key, count: 0, error: 0, hits: 0, recent: 0 };
        if self.slots.len() < self.room {
            fresh.meet(hit);
            let slot = self.slots.len() as u32;
            self.index.insert(hash, slot);
            self.slots.push(fresh);
            self.place.push(self.heap.len() as u32);
            self.heap.push(slot);
            self.rise(self.heap.len() - 1);
            return None;
        }
        let slot = self.heap[0];
        let least = &mut self.slots[slot as usize];
        (fresh.count, fresh.error) = (least.count, least.count);
        fresh.meet(hit);
        let gone = core::mem::replace(least, fresh);
        self.index.remove(&gone.hash);
        self.index.insert(hash, slot);
        self.sink(0);
        Some(gone.key)
    }

    /// The slot of a hash.
    pub(super) fn find(&self, hash: u64) -> Option<&Slot<K>> {
        self.index.get(&hash).map(|slot| &self.slots[*slot as usize])
    }

    /// How often a key that is not held was met at most.
    pub(super) fn least(&self) -> u64 {
        match self.heap.first() {
            Some(&slot) if self.slots.len() == self.room => self.slots[slot as usize].count,
            _ => 0,
        }
    }

    fn count_at(&self, place: usize) -> u64 {
        self.slots[self.heap[place] as usize].count
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.heap.swap(one, other);
        for place in [one, other] {
            self.place[self.heap[place] as usize] = place as u32;
        }
    }

    /// Restores the heap below a count that has grown.
    fn sink(&mut self, mut place: usize) {
        loop {
            let children = [2 * place + 1, 2 * place + 2];
            let below = children.into_iter().filter(|child| *child < self.heap.len());
            let Some(least) = below.min_by_key(|child| self.count_at(*child)) else { return };
            if self.count_at(least) >= self.count_at(place) {
                return;
            }
            self.swap(place, least);
            place = least;
        }
    }

    /// Restores the heap above a count that is new.
    fn rise(&mut self, mut place: usize) {
        while place > 0 && self.count_at(place) < self.count_at((place - 1) / 2) {
            self.swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }
}

impl<K> Slot<K> {
    fn meet(&mut self, hit: bool) {
        self.count += 1;
        self.hits += u64::from(hit);
        self.recent = self.recent << 1 | u8::from(hit);
    }

    /// How often it was met at least.
    pub(super) fn sure(&self) -> u64 {
        self.count - self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    /// The stated bounds, against an exact count.
    fn check(sketch: &Sketch<u64>, exact: &BTreeMap<u64, u64>) {
        let bound = sketch.met / sketch.room as u64;
        assert!(sketch.least() <= bound);
        for slot in &sketch.slots {
            let truth = exact[&slot.key];
            assert!(
                slot.sure() <= truth
                    && truth <= slot.count
                    && slot.error <= sketch.least().max(bound)
            );
        }
        for (key, count) in exact {
            assert!(sketch.find(*key).is_some() || *count <= sketch.least(), "{key}: {count}");
        }
        for place in 1..sketch.heap.len() {
            assert!(sketch.count_at((place - 1) / 2) <= sketch.count_at(place));
            assert_eq!(sketch.place[sketch.heap[place] as usize] as usize, place);
        }
    }

    #[test]
    fn bounds_hold_for_any_stream() {
        for seed in 1..=50u64 {
            let (mut sketch, mut exact) = (Sketch::new(1 + seed as usize % 17), BTreeMap::new());
            let mut random = seed;
            for step in 0..3_000u64 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // Some keys often, most seldom, and phases in which all change.
                let key = (random >> 33) % (1 << (1 + (random >> 60))) + step / 1_000 * 7;
                *exact.entry(key).or_insert(0u64) += 1;
                if !sketch.meet(key, step % 3 == 0) {
                    sketch.hold(key, Arc::new(key), step % 3 == 0);
                }
            }
            check(&sketch, &exact);
        }
    }
}
