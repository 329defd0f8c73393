//! `SnapshotMap`: what a user relies on.
#![cfg(feature = "std")]

#[path = "support/any.rs"]
mod any;
#[path = "support/kinds.rs"]
mod kinds;
#[path = "support/owned.rs"]
mod owned;

use kinds::{as_the_model, operations};
use proptest::prelude::*;
use std::collections::HashMap as Model;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tophash::SnapshotMap;
use tophash_verify::fault::{Constant, Identity, Truncated};
use tophash_verify::{Key, Value};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_sequence_does_what_it_does_on_the_model(operations in operations()) {
        as_the_model(&SnapshotMap::<u64, u64>::new(), &operations);
        as_the_model(&SnapshotMap::<u64, u64, Constant>::default(), &operations);
        as_the_model(&SnapshotMap::<u64, u64, Truncated<2, 1>>::default(), &operations);
    }

    #[test]
    fn snapshots_stay_what_the_map_was(steps in prop::collection::vec((0..60u64, any::<bool>()), 1..200)) {
        let map = SnapshotMap::new();
        let mut model = Model::new();
        let mut kept = Vec::new();
        for (round, (key, put)) in steps.into_iter().enumerate() {
            if put {
                map.insert(key, round);
                model.insert(key, round);
            } else {
                map.remove(&key);
                model.remove(&key);
            }
            kept.push((map.snapshot(), model.clone()));
        }
        drop(map);
        for (snapshot, model) in kept {
            prop_assert_eq!(snapshot.len(), model.len());
            prop_assert_eq!(snapshot.iter().len(), model.len());
            let met: Model<u64, usize> = snapshot.iter().map(|(key, value)| (*key, *value)).collect();
            prop_assert_eq!(&met, &model);
            prop_assert!((0..60).all(|key| snapshot.get(&key) == model.get(&key)));
        }
    }
}

#[test]
fn words_pass_the_battery() {
    kinds::passes_the_battery(SnapshotMap::<u64, u64>::new);
}

#[test]
fn badly_hashed_words_pass_the_battery() {
    kinds::passes_the_battery(SnapshotMap::<u64, u64, Truncated<3, 0>>::default);
}

#[test]
fn owned_entries_pass_the_battery_and_every_life_ends_once() {
    owned::passes_the_battery(SnapshotMap::<Key, Value>::new);
}

#[test]
fn panics_leave_it_whole() {
    owned::stays_whole_in_panics(SnapshotMap::<Key, Value, Identity>::default);
}

#[test]
fn a_snapshot_outlives_many_writes_and_the_map() {
    const WRITES: u64 = if cfg!(miri) { 2_000 } else { 1_000_000 };
    let map: SnapshotMap<u64, u64> = (0..1_000).map(|key| (key, 0)).collect();
    let snapshot = map.snapshot();
    for write in 1..=WRITES {
        map.insert(write % 1_500, write);
        if write % 7 == 0 {
            map.remove(&(write % 1_300));
        }
    }
    let memory = map.memory();
    assert_eq!((memory.snapshots, memory.versions, memory.waiting), (1, 1, 0));
    // Every entry was replaced or removed, and no version between the snapshot's and the newest is left.
    assert_eq!(memory.held_entries, 1_000, "{memory:?}");
    assert!(memory.held_bytes < 2 * memory.bytes, "{memory:?}");
    drop(map);
    assert!((0..1_000).all(|key| snapshot.get(&key) == Some(&0)));
    assert_eq!((snapshot.len(), snapshot.iter().count()), (1_000, 1_000));
}

/// A batch keeps a sum; whoever sees another one has seen a part of a batch.
#[test]
fn batches_are_seen_whole_or_not_at_all() {
    const ROUNDS: u64 = if cfg!(miri) { 30 } else { 20_000 };
    const ACCOUNTS: u64 = 50;
    let map: SnapshotMap<u64, u64> = (0..ACCOUNTS).map(|account| (account, 100)).collect();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let snapshot = map.snapshot();
                    assert_eq!(
                        snapshot.iter().map(|(_, balance)| balance).sum::<u64>(),
                        100 * ACCOUNTS
                    );
                    assert_eq!(snapshot.len(), ACCOUNTS as usize);
                }
            });
        }
        let writers = [1, 2].map(|writer| {
            let map = &map;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let (from, to) = (round * writer % ACCOUNTS, (round + writer) % ACCOUNTS);
                    map.batch(|edit| {
                        let balance = *edit.get(&from).unwrap();
                        let moved = balance.min(round % 30);
                        edit.insert(from, balance - moved);
                        edit.insert(to, *edit.get(&to).unwrap() + moved);
                    });
                }
            })
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(map.snapshot().iter().map(|(_, balance)| balance).sum::<u64>(), 100 * ACCOUNTS);
}

#[test]
fn a_batch_that_panics_publishes_nothing_and_breaks_nothing() {
    let map: SnapshotMap<u64, u64> = (0..100).map(|key| (key, key)).collect();
    let before = map.snapshot();
    let failed = catch_unwind(AssertUnwindSafe(|| {
        map.batch(|edit| {
            edit.clear();
            edit.insert(7, 8);
            panic!("on purpose");
        })
    }));
    assert!(failed.is_err());
    assert!(map.snapshot() == before);
    assert_eq!(map.batch(|edit| edit.remove(&7).map(|held| *held)), Some(7));
    assert_eq!(map.len(), 99);
}

#[test]
fn a_batch_reads_its_map_and_is_told_when_it_writes_to_it() {
    let map: SnapshotMap<&str, u64> = [("a", 1)].into_iter().collect();
    map.batch(|edit| {
        edit.insert("a", 2);
        assert_eq!((map.get("a"), edit.get("a"), map.len(), edit.len()), (Some(1), Some(&2), 1, 1));
        // Another map is another matter.
        SnapshotMap::new().insert(1, 1);
    });
    let failed = catch_unwind(AssertUnwindSafe(|| map.batch(|_| map.insert("a", 3).is_some())));
    let message = *failed
        .unwrap_err()
        .downcast::<String>()
        .or_else(|any| any.downcast::<&str>().map(|text| Box::new(text.to_string())))
        .unwrap();
    assert!(message.contains("write to the edit"), "{message}");
    assert_eq!((map.insert("a", 4).as_deref(), map.get("a")), (Some(&2), Some(4)));
}

#[test]
fn closures_may_use_the_map() {
    let map: SnapshotMap<u64, u64> = (0..10).map(|key| (key, key)).collect();
    let seen = map.get_with(&1, |value| {
        map.insert(1, 100);
        map.clear();
        *value + map.len() as u64
    });
    assert_eq!(seen, Some(1));
    map.insert(2, 5);
    let mut calls = 0;
    let old = map.update(&2, |value| {
        calls += 1;
        if calls == 1 {
            map.insert(2, 50);
        }
        value + 1
    });
    assert_eq!((old.as_deref(), map.get(&2), calls), (Some(&50), Some(51), 2));
}

#[test]
fn memory_tells_what_snapshots_hold() {
    let map: SnapshotMap<u64, u64> = SnapshotMap::new();
    map.batch(|edit| (0..10_000).for_each(|key| drop(edit.insert(key, key))));
    let nothing = map.memory();
    assert_eq!((nothing.snapshots, nothing.held_entries, nothing.held_bytes), (0, 0, 0));
    let first = map.snapshot();
    let again = first.clone();
    assert_eq!((map.memory().snapshots, map.memory().held_bytes), (2, 0), "all is shared");
    (0..10).for_each(|key| drop(map.insert(key, 0)));
    let ten = map.memory();
    assert_eq!((ten.snapshots, ten.versions, ten.held_entries), (2, 1, 10));
    assert!(ten.held_bytes < ten.bytes / 20, "{ten:?}");
    let second = map.snapshot();
    (0..20).for_each(|key| drop(map.remove(&key)));
    let both = map.memory();
    // Ten that the first alone has, ten that the second alone has, and ten that both have.
    assert_eq!((both.snapshots, both.versions, both.held_entries), (3, 2, 30));
    drop((first, again));
    assert_eq!((map.memory().snapshots, map.memory().held_entries), (1, 20));
    map.clear();
    assert_eq!(map.memory().held_entries, 10_000);
    drop(second);
    let end = map.memory();
    assert_eq!((end.snapshots, end.versions, end.held_entries, end.held_bytes), (0, 0, 0, 0));
}

#[test]
fn entries_of_one_hash_are_shared_and_counted_too() {
    let map = SnapshotMap::<u64, u64, Constant>::default();
    (0..40).for_each(|key| drop(map.insert(key, key)));
    let snapshot = map.snapshot();
    map.insert(3, 30);
    assert_eq!(map.memory().held_entries, 1);
    assert!((0..40).all(|key| snapshot.get(&key) == Some(&key)));
    let map = SnapshotMap::<u64, u64, Truncated<1, 1>>::default();
    (0..40).for_each(|key| drop(map.insert(key, key)));
    let snapshots: Vec<_> = (0..40).map(|key| (map.snapshot(), map.remove(&key)).0).collect();
    assert_eq!((map.len(), map.memory().held_entries), (0, 40));
    assert!(snapshots.iter().enumerate().all(|(gone, snapshot)| snapshot.len() == 40 - gone));
}

#[test]
fn what_is_replaced_is_freed_while_the_map_lives() {
    let value = Arc::new(());
    let map = SnapshotMap::new();
    for round in 0..if cfg!(miri) { 500 } else { 20_000u64 } {
        map.insert(round % 50, Arc::clone(&value));
        map.get(&(round % 60));
    }
    assert!(Arc::strong_count(&value) <= 60, "{} are kept", Arc::strong_count(&value));
    let held = map.get_held(&7).unwrap();
    drop(map);
    assert_eq!((Arc::strong_count(&value), *held.key()), (2, 7));
}

#[test]
fn a_read_that_does_not_end_keeps_what_is_superseded_and_no_longer() {
    let map: SnapshotMap<u64, u64> = [(1, 1)].into_iter().collect();
    map.get_with(&1, |_| {
        (0..100).for_each(|round| drop(map.insert(2, round)));
        assert!(map.memory().waiting >= 99, "{:?}", map.memory());
    });
    assert_eq!(map.memory().waiting, 0);
}
