//! **A write that is lost while the map grows.** A thread writes to the table that is being left, and what it wrote
//! is not in the one that is being filled; or one entry is in both, and a change or a removal reaches only one.
//!
//! cornelk/hashmap's issue 54, xsync's 111, pulsar's 2387.

use crate::few;
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use tophash::{HashMap, Operation};

#[test]
fn counters_lose_no_step() {
    const THREADS: u64 = 4;
    const STEPS: u64 = few(40_000, 160);
    let counts: HashMap<u64, u64> = HashMap::new();
    let boxed: HashMap<String, u64> = HashMap::new();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (counts, boxed) = (&counts, &boxed);
            scope.spawn(move || {
                for step in 0..STEPS {
                    counts.fetch_add((step * 7 + thread) % 1_000, 1);
                    if step % 8 == 0 {
                        boxed.compute((step % 50).to_string(), |count| {
                            Operation::<_, ()>::Insert(count.copied().unwrap_or(0) + 1)
                        });
                    }
                    if step % 16 == 0 {
                        boxed.update("0", |count| count + 1);
                    }
                }
            });
        }
    });
    assert_eq!(counts.values().map(|count| *count).sum::<u64>(), THREADS * STEPS);
    let total = boxed.values().map(|count| *count).sum::<u64>();
    // The first updates may have found nothing.
    let least = THREADS * STEPS / 8;
    assert!((least..=least + THREADS * STEPS / 16).contains(&total), "{total}");
}

/// Four threads write, change and take out keys of their own in a map that grows from nothing, a fifth looks.
fn each_writes_its_own<V: Clone + PartialEq + Debug + Send + Sync>(value: fn(u64) -> V) {
    const THREADS: u64 = 4;
    let keys = few(40_000, 160);
    let map: HashMap<u64, V> = HashMap::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let map = &map;
                scope.spawn(move || {
                    for key in (thread..keys).step_by(THREADS as usize) {
                        assert!(map.insert(key, value(0)).is_none());
                        let old = map.update(&key, |_| value(key)).map(|old| old.cloned());
                        assert_eq!(old, Some(value(0)), "key {key}");
                        // An earlier one of this thread's, which growth may have moved meanwhile.
                        let earlier = key / 2 / THREADS * THREADS + thread;
                        if key % 3 == 0 {
                            map.remove(&earlier);
                            assert_eq!(map.get(&earlier), None, "key {earlier}");
                            assert!(map.insert(earlier, value(earlier)).is_none());
                        }
                        assert_eq!(map.get(&earlier), Some(value(earlier)), "key {earlier}");
                    }
                })
            })
            .collect();
        let (map, done) = (&map, &done);
        scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                for key in (0..keys).step_by(97) {
                    let seen = map.get(&key);
                    assert!(seen.is_none_or(|seen| seen == value(key) || seen == value(0)));
                }
            }
        });
        let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        ended.into_iter().for_each(|ended| ended.unwrap());
    });
    assert_eq!(map.len() as u64, keys);
    assert!((0..keys).all(|key| map.get(&key) == Some(value(key))));
    assert!(map.stats().moved > 0, "nothing grew: {:?}", map.stats());
}

#[test]
fn threads_find_what_they_wrote_while_the_map_grew() {
    each_writes_its_own(|value| value);
    each_writes_its_own(|value| value.to_string());
}
