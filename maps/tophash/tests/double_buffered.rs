//! `DoubleBuffered`: what a user relies on.
#![cfg(feature = "locked")]

#[path = "support/any.rs"]
mod any;
#[path = "support/kinds.rs"]
mod kinds;
#[path = "support/owned.rs"]
mod owned;

use kinds::{as_the_model, operations};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tophash::DoubleBuffered;
use tophash_verify::fault::{Constant, Identity, Truncated};
use tophash_verify::{Key, Value};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_sequence_does_what_it_does_on_the_model(operations in operations()) {
        as_the_model(&DoubleBuffered::<u64, u64>::new(), &operations);
        as_the_model(&DoubleBuffered::<u64, u64, Constant>::default(), &operations);
    }
}

#[test]
fn words_pass_the_battery() {
    kinds::passes_the_battery(DoubleBuffered::<u64, u64>::new);
}

#[test]
fn badly_hashed_words_pass_the_battery() {
    kinds::passes_the_battery(DoubleBuffered::<u64, u64, Truncated<3, 0>>::default);
}

#[test]
fn owned_entries_pass_the_battery_and_every_life_ends_once() {
    owned::passes_the_battery(DoubleBuffered::<Key, Value>::new);
}

#[test]
fn panics_leave_both_copies_whole() {
    owned::stays_whole_in_panics(DoubleBuffered::<Key, Value, Identity>::default);
}

/// A writer keeps a sum in single steps of which each is seen by a view or not; the view never sees a part of one.
#[test]
fn a_view_is_of_one_moment() {
    const ROUNDS: u64 = if cfg!(miri) { 40 } else { 20_000 };
    let map: DoubleBuffered<u64, u64> = (0..20).map(|key| (key, 0)).collect();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    map.view(|view| {
                        // Written in this order, so each is at most one behind the one before it.
                        let values: Vec<u64> =
                            (0..20).map(|key| *view.get(&key).unwrap()).collect();
                        assert!(values.windows(2).all(|two| two[0] >= two[1]), "{values:?}");
                        assert!(values[0] - values[19] <= 1, "{values:?}");
                        assert_eq!((view.len(), view.iter().count()), (20, 20));
                    });
                }
            });
        }
        for round in 1..=ROUNDS / 20 {
            for key in 0..20 {
                map.insert(key, round);
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_write_in_a_closure_that_reads_panics_instead_of_waiting_for_itself() {
    let attempt = || {
        let map: DoubleBuffered<u64, u64> = (0..3).map(|key| (key, key)).collect();
        let other: DoubleBuffered<u64, u64> = DoubleBuffered::new();
        map.get_with(&1, |value| {
            other.insert(*value, map.get(&2).unwrap());
            let failed = catch_unwind(AssertUnwindSafe(|| map.insert(1, 7))).unwrap_err();
            let text = failed.downcast_ref::<&str>().unwrap();
            assert!(text.contains("would wait for itself"), "{text}");
        });
        assert!(catch_unwind(AssertUnwindSafe(|| map.view(|_| map.clear()))).is_err());
        assert_eq!((map.insert(1, 7), map.get(&1), other.get(&1)), (Some(1), Some(7), Some(2)));
    };
    attempt();
    // More threads at a time than have stripes of their own.
    let barrier = std::sync::Barrier::new(40);
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                barrier.wait();
                attempt();
                barrier.wait();
            });
        }
    });
}

#[test]
fn what_is_replaced_is_dropped_by_the_next_two_writers() {
    let value = Arc::new(());
    let map = DoubleBuffered::new();
    map.insert(1, Some(Arc::clone(&value)));
    assert_eq!(Arc::strong_count(&value), 3, "one in the table, one for the other");
    drop(map.insert(1, None));
    drop(map.insert(2, None));
    assert_eq!(Arc::strong_count(&value), 1);
    map.insert(3, Some(Arc::clone(&value)));
    drop(map);
    assert_eq!(Arc::strong_count(&value), 1);
}
