//! **A search without an end.** A table that is full of what was removed, or of keys that collide, has nowhere left
//! for a search to stop.
//!
//! Redox's tfs issue 30, Go's issues 69534 and 73427.

use crate::{few, within_a_minute};
use std::hash::BuildHasher;
use tophash::HashMap;
use tophash_verify::fault::{Constant, Identity, Truncated};

#[test]
fn colliding_keys_are_survived_and_told_of() {
    const KEYS: u64 = few(1_500, 30);
    let map: HashMap<String, u64, Constant> = HashMap::default();
    for key in 0..KEYS {
        assert!(map.insert(key.to_string(), key).is_none());
    }
    // So few as an interpreter gets through fit beside each other.
    assert!(map.stats().overflowed > 0 || cfg!(miri));
    assert!(map.stats().longest_probe > 1, "{:?}", map.stats());
    assert!((0..KEYS).all(|key| map.get(&key.to_string()) == Some(key)));
    assert_eq!(map.iter().count(), KEYS as usize);
    map.clear();
    assert_eq!((map.len(), map.iter().count()), (0, 0));
}

/// A few keys at a time, each of them new: removed entries would pile up if their places were not used again.
fn new_keys_for_ever<S: BuildHasher + Default>(rounds: u64) {
    let map: HashMap<u64, u64, S> = HashMap::default();
    let mut most = 0;
    for key in 0..rounds {
        assert!(map.insert(key, key).is_none());
        if key >= 5 {
            assert_eq!(map.remove(&(key - 5)).as_deref(), Some(&(key - 5)));
        }
        assert_eq!(map.get(&(key + 1)), None);
        if key % 64 == 0 {
            most = most.max(map.stats().bytes);
        }
    }
    assert_eq!(map.len(), 5);
    assert!(most <= 16_384, "{most} bytes for six entries");
}

#[test]
fn what_was_removed_leaves_its_place() {
    within_a_minute(|| {
        new_keys_for_ever::<tophash::RandomState>(few(400_000, 150));
        new_keys_for_ever::<Identity>(few(100_000, 60));
        new_keys_for_ever::<Truncated<2, 2>>(few(100_000, 60));
        new_keys_for_ever::<Constant>(few(100_000, 60));
    });
}

#[test]
fn a_miss_ends_in_a_table_that_is_as_full_as_it_gets() {
    within_a_minute(|| {
        let map: HashMap<u64, u64, Constant> = HashMap::default();
        let keys = few(600, 60);
        for key in 0..keys {
            map.insert(key, key);
        }
        assert!((keys..2 * keys).all(|key| !map.contains_key(&key) && map.remove(&key).is_none()));
        assert_eq!(map.len() as u64, keys);
    });
}
