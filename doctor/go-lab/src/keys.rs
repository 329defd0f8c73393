//! The hashes of keys: given, so that a scenario says which keys meet in a bucket, or taken from a running program.

use rustc_hash::FxHashMap;

/// The hashes of keys.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// By key, whatever the seed.
    given: Vec<u64>,
    /// By seed and key.
    seeded: FxHashMap<(u64, u64), u64>,
}

impl Keys {
    /// Keys 0, 1, 2 … with these hashes. Key 0 is what an empty cell holds.
    pub fn given(hashes: Vec<u64>) -> Self {
        Self { given: hashes, seeded: FxHashMap::default() }
    }

    /// Sets the hash that a key has under a seed.
    pub fn insert(&mut self, seed: u64, key: u64, hash: u64) {
        self.seeded.insert((seed, key), hash);
    }

    /// The hash of a key; 0 for one that is not known, such as the word of a cell that was never written.
    pub(crate) fn hash(&self, key: u64, seed: u64) -> u64 {
        let at = usize::try_from(key).unwrap_or(usize::MAX);
        match self.given.get(at) {
            Some(hash) => *hash,
            None => self.seeded.get(&(seed, key)).copied().unwrap_or(0),
        }
    }

    /// The keys that were given, without that of an empty cell.
    pub(crate) fn all(&self) -> std::ops::Range<u64> {
        1..u64::try_from(self.given.len()).unwrap_or(1)
    }
}
