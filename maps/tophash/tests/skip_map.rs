//! The ordered map: against `std`'s as the model, before the verifier, and with everything that can go wrong in code of
//! the user's.
//!
//! `TOPHASH_DEEP=1` gives every class of the verifier ten seconds, and more seeds.

#[path = "support/any.rs"]
mod any;
#[path = "support/kinds.rs"]
mod kinds;

use any::Any;
use kinds::{as_the_model, operations, passes_the_battery, seeds};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tophash::{Altered, ConcurrentMap, Operation, SkipMap};
use tophash_verify::fault::countdown_panics;
use tophash_verify::{Key, Value, battery_owned};

/// An operation that ordered maps have.
#[derive(Clone, Debug)]
enum Op {
    Insert(u16, u16),
    Remove(u16),
    Neighbours(u16),
    Range(Bound<u16>, Bound<u16>),
    Meet(Bound<u16>, Bound<u16>, Vec<bool>),
    PopFirst,
    PopLast,
    Clear,
}

fn bound(keys: u16) -> impl Strategy<Value = Bound<u16>> {
    prop_oneof![
        4 => (0..keys).prop_map(Bound::Included),
        4 => (0..keys).prop_map(Bound::Excluded),
        1 => Just(Bound::Unbounded),
    ]
}

fn ordered(keys: u16) -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        12 => (0..keys, any::<u16>()).prop_map(|(key, value)| Op::Insert(key, value)),
        7 => (0..keys).prop_map(Op::Remove),
        4 => (0..keys).prop_map(Op::Neighbours),
        1 => (bound(keys), bound(keys)).prop_map(|(from, to)| Op::Range(from, to)),
        1 => (bound(keys), bound(keys), prop::collection::vec(any::<bool>(), 0..80))
            .prop_map(|(from, to, ends)| Op::Meet(from, to, ends)),
        2 => Just(Op::PopFirst),
        2 => Just(Op::PopLast),
    ];
    let op = prop_oneof![400 => op, 1 => Just(Op::Clear)];
    prop::collection::vec(op, 0..1_500)
}

/// Whether `std` would panic.
fn is_wrong_way_round(from: Bound<u64>, to: Bound<u64>) -> bool {
    match (from, to) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Excluded(from), Bound::Excluded(to)) => from >= to,
        (
            Bound::Included(from) | Bound::Excluded(from),
            Bound::Included(to) | Bound::Excluded(to),
        ) => from > to,
    }
}

/// Runs a sequence on a map whose keys are made of numbers in their order, and on `std`'s.
fn as_the_ordered_model<K, V>(
    map: &SkipMap<K, V>,
    operations: &[Op],
    key: fn(u64) -> K,
    number: fn(&K) -> u64,
    value: fn(u64) -> V,
    word: fn(&V) -> u64,
) where
    K: Ord,
{
    let mut model = BTreeMap::<u64, u64>::new();
    let pair = |entry: tophash::skip::Ref<'_, K, V>| (number(entry.key()), word(entry.value()));
    let of = |entry: Option<(&u64, &u64)>| entry.map(|(key, value)| (*key, *value));
    let wide = |bound: &Bound<u16>| match *bound {
        Bound::Included(key) => Bound::Included(u64::from(key)),
        Bound::Excluded(key) => Bound::Excluded(u64::from(key)),
        Bound::Unbounded => Bound::Unbounded,
    };
    let made = |bound: Bound<u64>| bound.map(key);
    for op in operations {
        match op {
            Op::Insert(k, v) => {
                let (k, v) = (u64::from(*k), u64::from(*v));
                assert_eq!(map.insert(key(k), value(v)).map(|old| word(&old)), model.insert(k, v));
            }
            Op::Remove(k) => {
                let k = u64::from(*k);
                assert_eq!(map.remove(&key(k)).map(|old| word(&old)), model.remove(&k));
            }
            Op::Neighbours(k) => {
                let k = u64::from(*k);
                assert_eq!(map.floor(&key(k)).map(pair), of(model.range(..=k).next_back()));
                assert_eq!(map.lower(&key(k)).map(pair), of(model.range(..k).next_back()));
                assert_eq!(map.ceiling(&key(k)).map(pair), of(model.range(k..).next()));
                assert_eq!(map.higher(&key(k)).map(pair), of(model.range(k + 1..).next()));
                assert_eq!(map.first().map(pair), of(model.first_key_value()));
                assert_eq!(map.last().map(pair), of(model.last_key_value()));
                assert_eq!(map.get_ref(&key(k)).map(pair), of(model.get_key_value(&k)));
            }
            Op::Range(from, to) => {
                let (from, to) = (wide(from), wide(to));
                let mut expected = Vec::new();
                if !is_wrong_way_round(from, to) {
                    expected.extend(model.range((from, to)).map(|(key, value)| (*key, *value)));
                }
                let range = || map.range((made(from), made(to)));
                assert_eq!(range().map(pair).collect::<Vec<_>>(), expected);
                let mut met = Vec::new();
                map.for_each_in((made(from), made(to)), |key, value| {
                    met.push((number(key), word(value)));
                });
                assert_eq!(met, expected);
                expected.reverse();
                assert_eq!(range().rev().map(pair).collect::<Vec<_>>(), expected);
            }
            Op::Meet(from, to, ends) => {
                let (from, to) = (wide(from), wide(to));
                if is_wrong_way_round(from, to) {
                    continue;
                }
                let mut one = map.range((made(from), made(to)));
                let mut two = model.range((from, to));
                for front in ends.iter().chain(&[true, false]) {
                    let (one, two) = if *front {
                        (one.next(), two.next())
                    } else {
                        (one.next_back(), two.next_back())
                    };
                    assert_eq!(one.map(pair), of(two));
                }
            }
            Op::PopFirst => assert_eq!(map.pop_first().map(pair), model.pop_first()),
            Op::PopLast => assert_eq!(map.pop_last().map(pair), model.pop_last()),
            Op::Clear => {
                map.clear();
                model.clear();
            }
        }
        assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
    }
    let all: Vec<_> = map.iter().map(pair).collect();
    assert_eq!(all, model.into_iter().collect::<Vec<_>>());
}

fn text(number: u64) -> String {
    format!("{number:05}")
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 64 }))]

    #[test]
    fn it_is_a_map(operations in operations()) {
        as_the_model(&SkipMap::new(), &operations);
    }

    #[test]
    fn inline_entries_are_in_order(operations in ordered(2_000)) {
        let map = SkipMap::<u64, u64>::new();
        as_the_ordered_model(&map, &operations, |key| key, |key| *key, |value| value, |value| *value);
    }

    #[test]
    fn few_keys_are_in_order(operations in ordered(60)) {
        let map = SkipMap::<i32, u8>::new();
        let signed = |key| key as i32 - 30;
        as_the_ordered_model(
            &map,
            &operations.into_iter().map(|op| match op {
                Op::Insert(key, value) => Op::Insert(key, value % 256),
                other => other,
            }).collect::<Vec<_>>(),
            signed,
            |key| (key + 30) as u64,
            |value| value as u8,
            |value| u64::from(*value),
        );
    }

    #[test]
    fn boxed_entries_are_in_order(operations in ordered(2_000)) {
        as_the_ordered_model(&SkipMap::new(), &operations, text, |key| number(key), text, |value| number(value));
    }
}

#[test]
fn words_pass_the_battery() {
    passes_the_battery(SkipMap::<u64, u64>::new);
}

#[test]
fn owned_entries_pass_the_battery_and_every_life_ends_once() {
    for budget in seeds() {
        let report = battery_owned(|| Any::new(SkipMap::<Key, Value>::new()), &budget);
        assert!(report.passed(), "{report}");
    }
}

#[test]
fn a_panic_at_every_call_of_user_code_leaves_the_map_whole() {
    let report = countdown_panics(|| Any::new(SkipMap::<Key, Value>::new()), 2_000);
    assert!(report.faults.is_empty(), "{:#?}", report.faults);
    assert!(report.injected[1..].iter().all(|injected| *injected >= 8), "{report:?}");
    assert_eq!(report.leaks[..3], [0; 3], "only a panic in drop may leak: {report:?}");
}

/// Large enough for several levels.
#[test]
fn many_entries_in_any_order_of_insertion() {
    const ALL: u64 = if cfg!(miri) { 3_000 } else { 300_000 };
    let ways: [fn(u64) -> u64; 3] =
        [|nth| nth, |nth| ALL - 1 - nth, |nth| nth.wrapping_mul(0x9E37_79B9) % (1 << 32) % ALL];
    for way in ways {
        let map: SkipMap<u64, u64> = (0..ALL).map(|nth| (way(nth), nth)).collect();
        let keys: std::collections::BTreeSet<u64> = (0..ALL).map(way).collect();
        assert_eq!(map.len(), keys.len());
        assert!(map.keys().eq(keys.iter().copied()));
        assert!(map.keys().rev().eq(keys.iter().rev().copied()));
        for key in &keys {
            assert!(map.remove(key).is_some());
        }
        assert_eq!((map.len(), map.first().is_none(), map.last().is_none()), (0, true, true));
        let summary = map.summary();
        assert!(summary.bytes.unwrap() < 20_000, "emptied leaves are joined: {summary:?}");
    }
}

#[test]
fn stable_keys_are_all_met_in_order_while_others_come_and_go() {
    const KEYS: u64 = 3_000;
    fn walk<K: Ord + Send + Sync, V: Send + Sync>(
        map: &SkipMap<K, V>,
        key: impl Fn(u64) -> K + Sync,
        number: impl Fn(&K) -> u64 + Sync,
        value: impl Fn(u64) -> V + Sync,
    ) {
        // Each third key stays.
        (0..KEYS).step_by(3).for_each(|stable| drop(map.insert(key(stable), value(stable))));
        let done = AtomicBool::new(false);
        let written = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for writer in 0..2 {
                let (key, value, map, done, written) = (&key, &value, map, &done, &written);
                scope.spawn(move || {
                    let mut seed = writer;
                    while !done.load(Ordering::Relaxed) {
                        seed = tophash_verify::mix(seed);
                        // Bursts empty leaves and fill them again.
                        let (from, removes) = (seed % KEYS, seed & 1 << 40 == 0);
                        for other in (from..KEYS.min(from + 300)).filter(|other| other % 3 != 0) {
                            if removes {
                                map.remove(&key(other));
                            } else {
                                map.insert(key(other), value(other));
                            }
                        }
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let rounds = if cfg!(miri) { 2 } else { 150 };
            for round in 0..rounds {
                let mut met = Vec::new();
                match round % 3 {
                    0 => map.for_each(|key, _| met.push(number(key))),
                    1 => met.extend(map.iter().map(|entry| number(entry.key()))),
                    _ => {
                        met.extend(map.iter().rev().map(|entry| number(entry.key())));
                        met.reverse();
                    }
                }
                assert!(met.is_sorted_by(|one, two| one < two), "not strictly ascending");
                let stable: Vec<_> = met.into_iter().filter(|key| key % 3 == 0).collect();
                assert!(stable.into_iter().eq((0..KEYS).step_by(3)), "a stable key was missed");
                for key_of in (0..KEYS).step_by(50) {
                    let below = key_of / 3 * 3;
                    let floor = number(map.floor(&key(key_of)).expect("stable keys").key());
                    assert!((below..=key_of).contains(&floor), "{floor} below {key_of}");
                    assert!(map.get_ref(&key(below)).is_some());
                }
            }
            // On a machine that is busy the walks may be over before the writers have begun.
            while written.load(Ordering::Relaxed) < 100 && !cfg!(miri) {
                std::thread::yield_now();
            }
            done.store(true, Ordering::Relaxed);
        });
    }
    walk(&SkipMap::<u64, u64>::new(), |key| key, |key| *key, |value| value);
    walk(&SkipMap::new(), text, |key: &String| number(key), text);
}

#[test]
fn what_is_popped_is_handed_to_one_and_in_order() {
    const ALL: u64 = if cfg!(miri) { 300 } else { 30_000 };
    let map: SkipMap<u64, String> = (0..ALL).map(|key| (key, text(key))).collect();
    let popped: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let pop = |first: bool| {
            let map = &map;
            scope.spawn(move || {
                let next = || if first { map.pop_first() } else { map.pop_last() };
                std::iter::from_fn(next).map(|entry| number(entry.value())).collect::<Vec<_>>()
            })
        };
        let threads = [pop(true), pop(true), pop(false)];
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(popped[0].is_sorted() && popped[1].is_sorted() && popped[2].is_sorted_by(|a, b| a > b));
    let mut all = popped.concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..ALL));
    assert!(map.is_empty());
}

#[test]
fn a_queue_by_time_keeps_no_leaves() {
    let queue = SkipMap::<u64, u64>::new();
    for now in 0..if cfg!(miri) { 1_000 } else { 200_000 } {
        queue.insert(now, now);
        if now >= 100 {
            assert_eq!(queue.pop_first().map(|entry| *entry.key()), Some(now - 100));
        }
    }
    let summary = queue.summary();
    assert!(summary.bytes.unwrap() < 40_000, "{summary:?}");
}

#[test]
fn closures_may_use_the_map() {
    let map = SkipMap::from([(1u64, String::from("one"))]);
    let read = map.get_with(&1, |one| {
        map.insert(2, format!("{one} and one"));
        map.insert(1, String::from("uno"));
        one.clone()
    });
    assert_eq!(read.as_deref(), Some("one"));
    let altered = map.compute(2, |old| {
        map.insert(3, old.cloned().unwrap_or_default());
        match old {
            Some(old) if old.len() > 3 => Operation::Insert(String::from("two")),
            _ => Operation::<_, ()>::Remove,
        }
    });
    assert_eq!(altered, Altered::Replaced);
    // Its own entry, once: the closure runs again, and what it then says is done.
    let mut runs = 0;
    let altered = map.compute(2, |old| {
        runs += 1;
        if runs == 1 {
            map.insert(2, String::from("zwei"));
        }
        Operation::<_, String>::Abort(old.cloned().unwrap_or_default())
    });
    assert_eq!((altered, runs), (Altered::Aborted(String::from("two")), 1));
    let old = map.update(&2, |old| format!("{old}!")).expect("it is there");
    assert_eq!((old.as_str(), map.get(&2).as_deref()), ("zwei", Some("zwei!")));
    for entry in &map {
        map.remove(entry.key());
    }
    assert!(map.is_empty());
    assert_eq!(map.get_or_insert_with(9, || String::from("nine"), String::len), 4);
    assert_eq!(map.get_or_insert_with(9, || unreachable!(), String::len), 4);
    assert_eq!(map.remove_if(&9, |_, value| value.len() > 4).as_deref(), None);
    assert_eq!(
        map.remove_if(&9, |key, value| *key == value.len() as u64 + 5).as_deref(),
        Some(&String::from("nine"))
    );
    let taken = map.try_insert(4, String::from("four"));
    assert!(taken.is_ok());
    let refused = map.try_insert(4, String::from("vier")).expect_err("it is there");
    assert_eq!(
        (refused.current.as_str(), refused.key, refused.value.as_str()),
        ("four", 4, "vier")
    );
}

#[test]
fn keys_may_be_looked_up_in_borrowed_form_and_borrow_themselves() {
    let local = String::from("borrowed");
    let map: SkipMap<&str, &String> = SkipMap::from([("a", &local)]);
    assert_eq!(map.get("a"), Some(&local));
    let owned: SkipMap<String, u32> =
        SkipMap::from([(String::from("b"), 1), (String::from("d"), 2)]);
    assert_eq!(owned.get("b"), Some(1));
    assert_eq!(owned.ceiling("c").map(|entry| *entry), Some(2));
    assert_eq!(owned.range::<str, _>((Bound::Excluded("b"), Bound::Unbounded)).count(), 1);
    assert_eq!(format!("{owned:?}"), r#"{"b": 1, "d": 2}"#);
    let copy = owned.clone();
    assert_eq!(copy, owned);
    copy.insert(String::from("c"), 3);
    assert_ne!(copy, owned);
}

#[test]
fn a_reader_that_stays_away_keeps_what_there_was_and_no_more() {
    const KEYS: u64 = 1_000;
    let map: SkipMap<u64, String> = (0..KEYS).map(|key| (key, text(key))).collect();
    let first = map.first().expect("it is there");
    let live = map.summary().bytes.unwrap();
    let rounds = if cfg!(miri) { 2 } else { 300 };
    for round in 0..rounds {
        (0..KEYS).for_each(|key| drop(map.insert(key, text(round))));
    }
    let retired = map.summary().retired_bytes.unwrap();
    assert!(retired < 2 * live + (256 << 10), "{retired} of {live}");
    assert_eq!((*first.key(), first.as_str()), (0, "00000"));
}

#[test]
fn it_is_written_and_read_in_order() {
    let map: SkipMap<u64, String> = (0..100).map(|key| (key * 7 % 101, text(key))).collect();
    let written = serde_json::to_string(&map).expect("it can be written");
    let read: SkipMap<u64, String> = serde_json::from_str(&written).expect("it can be read");
    assert_eq!(read, map);
    assert!(written.starts_with(r#"{"0":"#), "{written}");
}
