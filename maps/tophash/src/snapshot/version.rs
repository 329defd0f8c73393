//! One version of the map: a trie and what it consists of.

use super::trie::{Branch, Child, Pair, Tally};
use alloc::sync::Arc;
use core::hash::Hash;
use core::mem::size_of;
use equivalent::Equivalent;

/// What an `Arc` has beside what it leads to.
const OWNERS: usize = 2 * size_of::<usize>();

/// One version. A copy shares everything with it, and takes constant time.
pub(super) struct Version<K, V> {
    pub(super) root: Branch<K, V>,
    pub(super) tally: Tally,
}

impl<K, V> Clone for Version<K, V> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), tally: self.tally }
    }
}

/// Bytes of so many parts of a trie, without what keys and values own elsewhere.
pub(super) fn bytes<K, V>(tally: &Tally) -> usize {
    tally.entries * (OWNERS + size_of::<Pair<K, V>>())
        + tally.branches * OWNERS
        + tally.children * size_of::<Child<K, V>>()
}

impl<K, V> Version<K, V> {
    pub(super) fn empty() -> Self {
        Self { root: Branch::empty(), tally: Tally { branches: 1, ..Tally::default() } }
    }

    #[inline]
    pub(super) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&Arc<Pair<K, V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.root.find(hash, key)
    }

    pub(super) fn insert(&mut self, pair: Arc<Pair<K, V>>) -> Option<Arc<Pair<K, V>>>
    where
        K: Eq,
    {
        self.root.insert(pair, 0, &mut self.tally)
    }

    pub(super) fn remove<Q>(&mut self, hash: u64, key: &Q) -> Option<Arc<Pair<K, V>>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        // Looked for first, so that nothing is copied where there is nothing to be taken out.
        self.find(hash, key)?;
        self.root.remove(hash, key, 0, &mut self.tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    /// What a trie consists of, counted by walking it; and that it is as it says it is.
    fn count(branch: &Branch<u64, u64>, level: u32, tally: &mut Tally) -> usize {
        tally.branches += 1;
        tally.children += branch.children.len();
        let entries = branch.children.iter().map(|child| match child {
            Child::Entry(_) => {
                tally.entries += 1;
                1
            }
            Child::Branch(below) => {
                assert!(!branch.is_list(), "a list has entries alone");
                count(below, level + 1, tally)
            }
        });
        let entries = entries.sum();
        assert!(level == 0 || entries >= 2, "{entries} entries under {level} branches");
        assert!(branch.is_list() || branch.bitmap.count_ones() as usize == branch.children.len());
        entries
    }

    /// Keys lead to hashes that agree in many upper bits, in all, or in none.
    fn hash(key: u64, kind: u64) -> u64 {
        match kind {
            0 => key.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            1 => key % 3,
            2 => ((key % 4) << 60) | (key / 4 % 4),
            _ => 7,
        }
    }

    #[test]
    fn versions_are_as_the_model_and_old_ones_stay_as_they_were() {
        for kind in 0..4 {
            let mut version = Version::<u64, u64>::empty();
            let mut model = BTreeMap::new();
            let mut old = Vec::new();
            let mut random = 0x1234_5678_u64;
            for round in 0..if cfg!(miri) { 150 } else { 4_000 } {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round | 1);
                let key = random >> 33 & 63;
                if random >> 50 & 3 == 0 {
                    let removed = version.remove(hash(key, kind), &key).map(|pair| pair.value);
                    assert_eq!(removed, model.remove(&key));
                } else {
                    let pair = Arc::new(Pair { hash: hash(key, kind), key, value: round });
                    let replaced = version.insert(pair).map(|pair| pair.value);
                    assert_eq!(replaced, model.insert(key, round));
                }
                if round % 500 == 3 {
                    old.push((version.clone(), model.clone()));
                }
                let mut tally = Tally::default();
                count(&version.root, 0, &mut tally);
                assert_eq!((tally, tally.entries), (version.tally, model.len()), "{kind}, {round}");
                let found = |key: &u64| version.find(hash(*key, kind), key).map(|pair| pair.value);
                assert!((0..64).all(|key| found(&key) == model.get(&key).copied()));
            }
            old.push((version, model));
            for (version, model) in old {
                let mut met = BTreeMap::new();
                version.root.for_each(&mut |pair| {
                    met.insert(pair.key, pair.value);
                });
                assert_eq!(met, model, "{kind}");
            }
        }
    }

    #[test]
    fn a_child_is_as_large_as_a_branch() {
        assert_eq!(size_of::<Child<u64, [u64; 9]>>(), size_of::<Branch<u64, [u64; 9]>>());
    }
}
