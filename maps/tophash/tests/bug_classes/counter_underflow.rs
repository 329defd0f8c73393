//! **A count that runs under.** A removal is counted by one thread before the insertion is by another, the sum of
//! both is below zero for a moment, and `len` says 2⁶⁴ − 1: the caller allocates by it, or waits for it to become
//! zero.
//!
//! flurry's issues 83, 84, 86 and 90, where the count also decided when to grow.

use crate::few;
use std::sync::atomic::{AtomicU64, Ordering};
use tophash::HashMap;

/// Some threads put in what others take out, more threads than have a count of their own.
fn never_below_zero<V: Send + Sync>(value: fn(u64) -> V) {
    const PAIRS: u64 = 6;
    let each = few(15_000, 12);
    let map: HashMap<u64, V> = HashMap::new();
    let left = AtomicU64::new(2 * PAIRS);
    std::thread::scope(|scope| {
        let (map, left) = (&map, &left);
        for pair in 0..PAIRS {
            scope.spawn(move || {
                (0..each).for_each(|key| drop(map.insert(pair * each + key, value(key))));
                left.fetch_sub(1, Ordering::Relaxed);
            });
            scope.spawn(move || {
                for key in 0..each {
                    while map.remove(&(pair * each + key)).is_none() {
                        std::thread::yield_now();
                    }
                }
                left.fetch_sub(1, Ordering::Relaxed);
            });
        }
        let most = (PAIRS * each) as usize;
        while left.load(Ordering::Relaxed) > 0 {
            let (len, stats) = (map.len(), map.stats());
            assert!(len <= most && stats.entries <= most, "{len} entries, {stats:?}");
            assert!(stats.load() < 1_000.0, "{stats:?}");
        }
    });
    assert_eq!((map.len(), map.is_empty(), map.iter().count()), (0, true, 0));
}

#[test]
fn a_length_is_never_below_zero_and_exact_in_the_end() {
    never_below_zero(|value| value);
    never_below_zero(|value| value.to_string());
}

#[test]
fn a_length_counts_what_each_way_of_changing_does() {
    fn with<V: Clone>(value: fn(u64) -> V) {
        let mut map: HashMap<u64, V> = (0..100).map(|key| (key, value(key))).collect();
        let is = |map: &HashMap<u64, V>, len: usize| {
            assert_eq!((map.len(), map.stats().entries, map.iter().count()), (len, len, len));
        };
        is(&map, 100);
        (0..200).for_each(|key| drop(map.insert(key, value(0))));
        let new = (0..200).filter(|key| map.try_insert(*key, value(0)).is_ok()).count();
        assert_eq!(new, 0);
        is(&map, 200);
        (150..250).for_each(|key| drop(map.remove(&key)));
        (150..250).for_each(|key| drop(map.remove(&key)));
        is(&map, 150);
        map.remove_if(&0, |_, _| true);
        map.remove_if(&1, |_, _| false);
        map.update(&2, |_| value(1));
        map.update(&1_000, |_| value(1));
        let _ = map.get_or_insert_with(3, || value(1));
        let _ = map.get_or_insert_with(1_000, || value(1));
        is(&map, 150);
        map.retain(|key, _| key % 2 == 0);
        is(&map, 75);
        map.reserve(few(1_000, 60) as usize);
        is(&map, 75);
        map.shrink_to_fit();
        is(&map, 75);
        drop(map.drain().next());
        is(&map, 0);
        map.insert(1, value(1));
        map.clear();
        map.clear();
        is(&map, 0);
    }
    with(|value| value);
    with(|value| value.to_string());
}
