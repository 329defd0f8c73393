//! **Double free.** A value that leaves a map twice is freed twice, or belongs to two threads that both think it
//! theirs.
//!
//! It came to queues and stacks whose `pop` raced with itself, and to a channel by the repair of a leak:
//! RUSTSEC-2018-0009, RUSTSEC-2021-0093, RUSTSEC-2025-0024.

use crate::counted::Counted;
use crate::few;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use tophash::{Compute, Entry, HashMap, Operation};

#[test]
fn every_key_and_value_is_dropped_once() {
    let alive = Arc::new(AtomicUsize::new(0));
    let mut map = HashMap::new();
    for round in 0..3 {
        for number in 0..500 {
            let _ = map.insert(Counted::new(number, &alive), Counted::new(round, &alive));
        }
    }
    for number in 0..100 {
        assert!(map.remove(&Counted::new(number, &alive)).is_some());
        let key = Counted::new(number + 100, &alive);
        assert!(map.update(&key, |_| Counted::new(9, &alive)).is_some());
        assert!(map.try_insert(key, Counted::new(1, &alive)).is_err());
        let key = Counted::new(number + 200, &alive);
        let kept = map.get_or_insert(key, Counted::new(8, &alive));
        assert_eq!(kept.number, 2);
    }
    let copy = map.clone();
    map.shrink_to_fit();
    map.reserve(few(10_000, 600) as usize);
    assert_eq!(
        alive.load(Ordering::Relaxed),
        2 * 2 * 400,
        "retired entries are freed by shrink_to_fit"
    );
    let mut drained = map.drain();
    assert!(drained.next().is_some());
    drop(drained);
    assert_eq!(alive.load(Ordering::Relaxed), 2 * 400);
    let mut owned = copy.into_iter();
    assert!(owned.next().is_some());
    drop(owned);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

/// The ways to take an entry out; whether this one got it.
fn take(map: &HashMap<u64, Counted>, way: usize) -> bool {
    match way {
        0 => map.remove(&1).is_some(),
        1 => map.remove_if(&1, |_, _| true).is_some(),
        2 => matches!(map.compute(1, |_| Operation::<_, ()>::Remove), Compute::Removed(Some(_))),
        _ => match map.entry(1) {
            Entry::Occupied(entry) => entry.remove().is_ok(),
            Entry::Vacant(_) => false,
        },
    }
}

#[test]
fn of_threads_that_take_the_same_entry_one_gets_it() {
    const THREADS: usize = 4;
    let alive = Arc::new(AtomicUsize::new(0));
    let map = HashMap::new();
    let (barrier, taken) = (Barrier::new(THREADS), AtomicUsize::new(0));
    let rounds = few(2_000, 20);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (map, alive, barrier, taken) = (&map, &alive, &barrier, &taken);
            scope.spawn(move || {
                for round in 0..rounds {
                    if thread == 0 {
                        assert!(map.insert(1, Counted::new(round, alive)).is_none());
                    }
                    barrier.wait();
                    taken.fetch_add(usize::from(take(map, thread)), Ordering::Relaxed);
                    barrier.wait();
                    if thread == 0 {
                        assert!(map.is_empty(), "nobody took it in round {round}");
                    }
                }
            });
        }
    });
    assert_eq!(taken.into_inner() as u64, rounds);
    drop(map);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}
