//! `FixedMap` and `BoxedFixedMap`: what a user relies on.

#[path = "support/any.rs"]
mod any;
#[path = "support/kinds.rs"]
mod kinds;
#[path = "support/plain.rs"]
mod plain;

use kinds::{as_the_model, operations};
use plain::{Halves, Id};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::thread;
use tophash::{BoxedFixedMap, ConcurrentMap, FixedMap, Full};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_sequence_does_what_it_does_on_the_model(operations in operations()) {
        as_the_model(&FixedMap::<u64, u64, 2>::new(), &operations);
        as_the_model(&BoxedFixedMap::<u64, u64>::with_capacity(1_000), &operations);
    }
}

#[test]
fn words_pass_the_battery() {
    kinds::passes_the_battery(|| BoxedFixedMap::<u64, u64>::with_capacity(65_536));
}

#[test]
fn full_is_an_error_and_replacing_is_not() {
    let map = FixedMap::<u32, u32, 1>::new();
    for key in 0..64 {
        assert_eq!(map.insert(key, key), Ok(None));
    }
    assert_eq!((map.insert(64, 0), map.try_insert(65, 0), map.len()), (Err(Full), Err(Full), 64));
    assert_eq!(map.fetch_update(66, |_| Some(1)), Err(Full));
    assert_eq!(ConcurrentMap::insert(&map, 67, 1), Err(Full));
    for round in 1..1_000 {
        assert_eq!(map.insert(7, round), Ok(Some(if round == 1 { 7 } else { round - 1 })));
    }
    assert_eq!(
        (map.remove(&3), map.insert(64, 1), map.insert(65, 1)),
        (Some(3), Ok(None), Err(Full))
    );
    map.clear();
    assert!(map.is_empty() && (0..100).all(|key| !map.contains_key(&key)));
    assert!((100..164).all(|key| map.insert(key, 0).is_ok()));
    assert_eq!(Full.to_string(), "the map is full; remove entries, or make it with more room");
}

#[test]
fn any_plain_type_goes_in_and_comes_out() {
    let map = FixedMap::<Id, Halves, 1>::new();
    let halves = Halves { low: 7, high: u32::MAX };
    assert_eq!(
        (map.insert(Id(u64::MAX), halves), map.get(&Id(u64::MAX))),
        (Ok(None), Some(halves))
    );
    let small = BoxedFixedMap::<[u8; 3], i16>::with_capacity(0);
    assert_eq!((small.capacity(), small.insert([1, 2, 3], -1)), (64, Ok(None)));
    assert_eq!((small.get(&[1, 2, 3]), small.get(&[1, 2, 4])), (Some(-1), None));
    assert_eq!(small.compare_exchange([1, 2, 3], -1, 5), Ok(Ok(-1)));
    assert_eq!(small.compare_exchange([1, 2, 3], -1, 6), Ok(Err(Some(5))));
    assert_eq!(small.compare_exchange([9; 3], -1, 6), Ok(Err(None)));
    assert_eq!(format!("{small:?}"), "{[1, 2, 3]: 5}");
    let floats = FixedMap::<f64, (), 1>::new();
    assert!(floats.insert(f64::NAN, ()).is_ok() && floats.insert(0.0, ()).is_ok());
    assert!(floats.contains_key(&f64::NAN) && !floats.contains_key(&-0.0));
}

#[test]
fn too_much_is_refused() {
    let error = BoxedFixedMap::<u64, u64>::try_with_capacity(usize::MAX).unwrap_err();
    assert_eq!(error.kind(), tophash::AllocErrorKind::CapacityOverflow);
}

/// As many threads as there are nodes to spare replace values of a full map.
#[test]
fn a_full_map_is_changed_by_many_at_once() {
    const ROUNDS: u64 = if cfg!(miri) { 20 } else { 5_000 };
    let map = FixedMap::<u64, u64, 1>::new();
    (0..64).for_each(|key| assert_eq!(map.insert(key, 0), Ok(None)));
    thread::scope(|scope| {
        for thread in 0..8 {
            let map = &map;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let add = |value: Option<u64>| Some(value? + 1);
                    assert!(map.fetch_update((round + thread) % 64, add).unwrap().is_some());
                    assert_eq!(map.insert(100 + thread, 1), Err(Full));
                }
            });
        }
    });
    let mut sum = 0;
    map.for_each(|_, value| sum += value);
    assert_eq!((sum, map.len()), (8 * ROUNDS, 64));
}

/// What is never taken out is met by every walk, whatever comes and goes around it.
#[test]
fn a_walk_meets_what_stays_exactly_once() {
    const ROUNDS: usize = if cfg!(miri) { 5 } else { 500 };
    let map = FixedMap::<u64, u64, 2>::new();
    (0..40).for_each(|key| assert_eq!(map.insert(key * 3, key), Ok(None)));
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 1..=2u64 {
            let (map, done) = (&map, &done);
            scope.spawn(move || {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    for key in 0..40 {
                        map.insert(key * 3 + thread, key).unwrap();
                    }
                    for key in 0..40 {
                        map.remove(&(key * 3 + thread));
                    }
                }
            });
        }
        for _ in 0..ROUNDS {
            let mut met = BTreeMap::new();
            map.for_each(|key, _| *met.entry(key).or_insert(0) += 1);
            assert!((0..40).all(|key| met.get(&(key * 3)) == Some(&1)), "{met:?}");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_panic_in_a_closure_takes_no_room() {
    let map = FixedMap::<u64, u64, 1>::new();
    (0..63).for_each(|key| assert_eq!(map.insert(key, 0), Ok(None)));
    for _ in 0..100 {
        let update = || map.fetch_update(7, |_| panic!("on purpose"));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(update)).is_err());
    }
    assert_eq!((map.len(), map.insert(63, 1), map.insert(64, 1)), (63, Ok(None), Err(Full)));
}
