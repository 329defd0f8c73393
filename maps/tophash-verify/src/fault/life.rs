//! Keys and values that know whether they are alive and whole.
//!
//! Each carries a seal over its own words. Dropping overwrites the seal, so whoever looks at a dropped, freed or torn
//! one sees it before anything else of it is trusted. `hash`, `eq`, `cmp` and `clone` look twice with a
//! [delay](crate::chaos::point) between: a map that frees too early is given time to do so.

use super::kit::{Kit, Site};
use crate::chaos;
use crate::rng::mix;
use std::cmp;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const DEAD: u64 = 0xDEAD_DEAD_DEAD_DEAD;

/// The words of a life, and the seal over them.
#[derive(Debug)]
struct Life {
    key: u64,
    word: u64,
    number: u64,
    kit: &'static Kit,
    seal: AtomicU64,
}

impl Life {
    fn new(kit: &'static Kit, key: u64, word: u64) -> Self {
        let number = kit.ledger.begin();
        Self { key, word, number, kit, seal: AtomicU64::new(Self::seal(key, word, number)) }
    }

    fn seal(key: u64, word: u64, number: u64) -> u64 {
        mix(key ^ mix(word ^ mix(number)))
    }

    fn is_whole(&self) -> bool {
        self.seal.load(Relaxed) == Self::seal(self.key, self.word, self.number)
    }

    /// Looks, waits, looks again; notes what is not whole.
    fn look(&self) -> bool {
        let first = self.is_whole();
        chaos::point();
        let whole = first && self.is_whole();
        if !whole {
            note_corrupt(self);
        }
        whole
    }
}

/// Looks at anything that was not whole, over all kits: a broken life's own kit cannot be trusted.
static CORRUPT: AtomicU64 = AtomicU64::new(0);

fn note_corrupt(life: &Life) {
    CORRUPT.fetch_add(1, Relaxed);
    // A life that was dropped but is still in place names its kit truly; freed memory may name anything.
    if life.seal.load(Relaxed) == DEAD {
        life.kit.ledger.corrupt(life.number);
    }
}

/// How many looks at broken keys and values there have been in this process, whatever their kit.
pub(crate) fn corrupt_looks() -> u64 {
    CORRUPT.load(Relaxed)
}

impl Drop for Life {
    fn drop(&mut self) {
        let seal = self.seal.swap(DEAD, Relaxed);
        if seal == DEAD || seal == Self::seal(self.key, self.word, self.number) {
            self.kit.ledger.end(self.number);
        } else {
            CORRUPT.fetch_add(1, Relaxed);
        }
    }
}

/// A key of a [`Kit`]: a number with a life. Equal keys have equal numbers.
#[derive(Debug)]
pub struct Key(Life);

/// A value of a [`Kit`]: a word that belongs to one key, with a life.
#[derive(Debug)]
pub struct Value(Life);

impl Key {
    pub(super) fn new(kit: &'static Kit, key: u64) -> Self {
        Self(Life::new(kit, key, 0))
    }

    /// Its number; `None` if it is not alive and whole.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.0.look().then_some(self.0.key)
    }
}

impl Value {
    pub(super) fn new(kit: &'static Kit, key: u64, word: u64) -> Self {
        Self(Life::new(kit, key, word))
    }

    /// Its word; `None` if it is not alive and whole, or belongs to another key.
    #[must_use]
    pub fn word(&self, key: u64) -> Option<u64> {
        (self.0.look() && self.0.key == key).then_some(self.0.word)
    }

    /// A value like this one whose word is `delta` larger, wrapping: for `fetch_add` over values.
    #[must_use]
    pub fn plus(&self, delta: u64) -> Self {
        Self(Life::new(self.0.kit, self.0.key, self.0.word.wrapping_add(delta)))
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.0.look() {
            self.0.kit.hit(Site::Hash);
        }
        state.write_u64(self.0.key);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let whole = self.0.look() && other.0.look();
        if whole {
            self.0.kit.hit(Site::Eq);
        }
        whole && self.0.key == other.0.key
    }
}

impl Eq for Key {}

/// As the numbers. A call of it is one of `eq` to the [`Kit`].
impl Ord for Key {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        // Both are looked at, though the first may not be whole.
        if self.0.look() & other.0.look() {
            self.0.kit.hit(Site::Eq);
        }
        self.0.key.cmp(&other.0.key)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        let whole = self.0.look() && other.0.look();
        if whole {
            self.0.kit.hit(Site::Eq);
        }
        whole && self.0.key == other.0.key && self.0.word == other.0.word
    }
}

impl Eq for Value {}

impl Clone for Life {
    fn clone(&self) -> Self {
        if !self.look() {
            // A copy of something broken is broken too, and no life begins.
            return Self {
                key: self.key,
                word: self.word,
                number: u64::MAX,
                kit: self.kit,
                seal: AtomicU64::new(0),
            };
        }
        self.kit.hit(Site::Clone);
        Self::new(self.kit, self.key, self.word)
    }
}

impl Clone for Key {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        if self.0.is_whole() {
            self.0.kit.hit(Site::Drop);
        }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        if self.0.is_whole() {
            self.0.kit.hit(Site::Drop);
        }
    }
}
