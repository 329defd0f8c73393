//! Wrong maps, all of them safe code: each has one fault of the kind that real maps have had. Where the fault needs
//! another thread in between, a chaos point stands, as a real map's shim would put one under test.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};
use std::sync::{Mutex, PoisonError};
use tophash_verify::chaos;
use tophash_verify::{Map, Unsupported};

fn unpoisoned<T>(locked: Result<T, PoisonError<T>>) -> T {
    locked.unwrap_or_else(PoisonError::into_inner)
}

/// Which fault a [`Faulty`] map has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Growing copies the table, and what was written meanwhile is lost.
    LostInGrowth,
    /// Reads go by a cache that removals do not clear at once.
    StaleCache,
    /// `remove` reads and then removes: two threads are handed the same value.
    DoubleReturn,
    /// `insert` reads the old value and then writes.
    WrongPrevious,
    /// `fetch_add` reads and then writes.
    LostAdd,
    /// Iteration goes by position while removals swap the last entry into the hole.
    MissedIteration,
    /// A slot is reused before readers that found it by its old key have read the value.
    ReusedSlot,
}

/// Slots in a vector behind short locks; right but for its fault.
pub(crate) struct Faulty {
    fault: Fault,
    map: Mutex<Vec<(u64, u64)>>,
    size: AtomicU64,
    cache: [(AtomicU64, AtomicU64); 4],
}

impl Faulty {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            fault,
            map: Mutex::default(),
            size: AtomicU64::new(8),
            cache: std::array::from_fn(|_| (AtomicU64::new(u64::MAX), AtomicU64::new(0))),
        }
    }

    fn with<R>(&self, act: impl FnOnce(&mut Vec<(u64, u64)>) -> R) -> R {
        let mut entries = unpoisoned(self.map.lock());
        act(&mut entries)
    }

    fn find(entries: &[(u64, u64)], key: u64) -> Option<usize> {
        entries.iter().position(|entry| entry.0 == key)
    }

    fn put(entries: &mut Vec<(u64, u64)>, key: u64, value: u64) -> Option<u64> {
        match Self::find(entries, key) {
            Some(at) => Some(std::mem::replace(&mut entries[at].1, value)),
            None => {
                entries.push((key, value));
                None
            }
        }
    }

    fn take(entries: &mut Vec<(u64, u64)>, key: u64) -> Option<u64> {
        Self::find(entries, key).map(|at| entries.swap_remove(at).1)
    }
}

impl Map for Faulty {
    fn get(&self, key: &u64) -> Option<u64> {
        match self.fault {
            Fault::StaleCache => {
                let (cached, value) = &self.cache[(*key % 4) as usize];
                if cached.load(Acquire) == *key {
                    return Some(value.load(Acquire));
                }
                let found = self.with(|entries| Self::find(entries, *key).map(|at| entries[at].1));
                chaos::point();
                if let Some(found) = found {
                    value.store(found, Release);
                    cached.store(*key, Release);
                }
                found
            }
            Fault::ReusedSlot => {
                let at = self.with(|entries| Self::find(entries, *key))?;
                chaos::point();
                self.with(|entries| entries.get(at).map(|entry| entry.1))
            }
            _ => self.with(|entries| Self::find(entries, *key).map(|at| entries[at].1)),
        }
    }

    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        match self.fault {
            Fault::LostInGrowth => {
                let (old, full) = self.with(|entries| {
                    let old = Self::put(entries, key, value);
                    (old, (entries.len() as u64 > self.size.load(Relaxed)).then(|| entries.clone()))
                });
                if let Some(copy) = full {
                    self.size.fetch_add(4, Relaxed);
                    chaos::point();
                    self.with(|entries| *entries = copy);
                }
                old
            }
            Fault::WrongPrevious => {
                let old = self.get(&key);
                chaos::point();
                self.with(|entries| Self::put(entries, key, value));
                old
            }
            Fault::StaleCache => {
                let old = self.with(|entries| Self::put(entries, key, value));
                self.cache[(key % 4) as usize].0.store(u64::MAX, Release);
                old
            }
            _ => self.with(|entries| Self::put(entries, key, value)),
        }
    }

    fn remove(&self, key: &u64) -> Option<u64> {
        match self.fault {
            Fault::DoubleReturn => {
                let found = self.get(key);
                chaos::point();
                self.with(|entries| Self::take(entries, *key));
                found
            }
            Fault::StaleCache => {
                let old = self.with(|entries| Self::take(entries, *key));
                self.cache[(*key % 4) as usize].0.store(u64::MAX, Release);
                old
            }
            _ => self.with(|entries| Self::take(entries, *key)),
        }
    }

    fn fetch_add(&self, key: &u64, delta: u64) -> Result<Option<u64>, Unsupported> {
        match self.fault {
            Fault::StaleCache => Err(Unsupported),
            Fault::LostAdd => {
                let found = self.get(key);
                chaos::point();
                if let Some(found) = found {
                    self.with(|entries| {
                        Self::find(entries, *key).map(|at| entries[at].1 = found + delta)
                    });
                }
                Ok(found)
            }
            _ => Ok(self.with(|entries| {
                let at = Self::find(entries, *key)?;
                let found = entries[at].1;
                entries[at].1 = found.wrapping_add(delta);
                Some(found)
            })),
        }
    }

    fn iterate(&self, meet: &mut dyn FnMut(&u64, &u64)) -> Result<(), Unsupported> {
        if self.fault == Fault::MissedIteration {
            let mut at = 0;
            while let Some((key, value)) = self.with(|entries| entries.get(at).copied()) {
                meet(&key, &value);
                at += 1;
            }
        } else {
            let copy = self.with(|entries| entries.clone());
            copy.iter().for_each(|(key, value)| meet(key, value));
        }
        Ok(())
    }
}

/// A fixed table whose values are two words, stored one after the other. Readers look at a version before and after;
/// the version counts only as far as its mask.
pub(crate) struct TwoWords {
    slots: Vec<(AtomicU64, AtomicU64, AtomicU64)>,
    write: Mutex<()>,
    mask: u64,
}

const SLOTS: usize = 1 << 15;

impl TwoWords {
    /// No version at all: values are torn.
    pub(crate) fn torn() -> Self {
        Self::new(0)
    }
    /// A version of two bits: it comes round unnoticed while a reader is held up.
    pub(crate) fn wrapping() -> Self {
        Self::new(3)
    }
    /// A version that never comes round: right.
    pub(crate) fn right() -> Self {
        Self::new(u64::MAX)
    }
    fn new(mask: u64) -> Self {
        Self {
            slots: (0..SLOTS).map(|_| Default::default()).collect(),
            write: Mutex::new(()),
            mask,
        }
    }
    fn set(&self, key: u64, value: Option<u64>) -> Option<u64> {
        let _locked = unpoisoned(self.write.lock());
        let (high, low, version) = &self.slots[key as usize % SLOTS];
        let word = (high.load(Relaxed) << 20) | low.load(Relaxed);
        let value = value.unwrap_or(0);
        version.store((version.load(Relaxed) + 1) & self.mask, Relaxed);
        fence(Release);
        high.store(value >> 20, Relaxed);
        chaos::point();
        low.store(value & 0xF_FFFF, Relaxed);
        version.store((version.load(Relaxed) + 1) & self.mask, Release);
        (word != 0).then_some(word)
    }
}

impl Map for TwoWords {
    fn get(&self, key: &u64) -> Option<u64> {
        let (high, low, version) = &self.slots[*key as usize % SLOTS];
        loop {
            let before = version.load(Acquire);
            let first = high.load(Relaxed) << 20;
            chaos::point();
            let word = first | low.load(Relaxed);
            fence(Acquire);
            if before % 2 == 0 && version.load(Relaxed) == before {
                return (word != 0).then_some(word);
            }
            std::thread::yield_now();
        }
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.set(key, Some(value))
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.set(*key, None)
    }
}
