//! `SyncMap`: what a user relies on. That it is Go's map is the matter of `sync_map_go.rs`.
#![cfg(feature = "locked")]

#[path = "support/any.rs"]
mod any;
#[path = "support/kinds.rs"]
mod kinds;
#[path = "support/owned.rs"]
mod owned;

use kinds::{as_the_model, operations};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};
use tophash::SyncMap;
use tophash::sync_map::{Change, Event, Promotion};
use tophash_verify::fault::{Constant, Identity, Truncated};
use tophash_verify::{Key, Value};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_sequence_does_what_it_does_on_the_model(operations in operations()) {
        as_the_model(&SyncMap::<u64, u64>::new(), &operations);
        as_the_model(&SyncMap::<u64, u64, Constant>::default(), &operations);
    }
}

#[test]
fn words_pass_the_battery() {
    kinds::passes_the_battery(SyncMap::<u64, u64>::new);
}

#[test]
fn badly_hashed_words_pass_the_battery() {
    kinds::passes_the_battery(SyncMap::<u64, u64, Identity>::default);
}

#[test]
fn owned_entries_pass_the_battery_and_every_life_ends_once() {
    owned::passes_the_battery(SyncMap::<Key, Value>::new);
}

#[test]
fn panics_leave_it_whole() {
    owned::stays_whole_in_panics(SyncMap::<Key, Value, Identity>::default);
}

/// What happened, without the numbers.
fn changes(events: &Mutex<Vec<Event>>) -> Vec<Change> {
    let events = std::mem::take(&mut *events.lock().unwrap());
    assert!(events.windows(2).all(|two| two[0].number + 1 == two[1].number), "{events:?}");
    events.iter().map(|event| event.what).collect()
}

#[test]
fn events_tell_what_happens_as_it_happens() {
    let events = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&events);
    let map = SyncMap::new().on_event(move |event| log.lock().unwrap().push(*event));
    map.store("a", 1);
    map.store("b", 2);
    assert_eq!(changes(&events), [Change::Copied { entries: 0, expunged: 0 }]);
    assert!(map.load("a").is_some() && map.load("c").is_none());
    assert_eq!(
        changes(&events),
        [
            Change::Missed { misses: 1, dirty: 2 },
            Change::Missed { misses: 2, dirty: 2 },
            Change::Promoted { entries: 2, by: Promotion::Misses },
        ]
    );
    assert!(map.load("a").is_some() && map.load("c").is_none());
    assert_eq!(changes(&events), [], "what the read map has, or lacks unamended, is no miss");
    map.delete("a");
    map.store("c", 3);
    assert_eq!(changes(&events), [Change::Copied { entries: 1, expunged: 1 }]);
    assert_eq!((map.state().expunged, map.state().dirty), (1, Some(2)));
    map.store("a", 4);
    assert_eq!(changes(&events), [Change::Unexpunged]);
    assert_eq!((map.state().expunged, map.state().dirty), (0, Some(3)));
    map.range(|_, _| true);
    assert_eq!(changes(&events), [Change::Promoted { entries: 3, by: Promotion::Range }]);
    map.clear();
    assert_eq!(changes(&events), [Change::Cleared]);
    assert!(map.is_empty() && map.state().read == 0);
}

#[test]
fn who_is_told_of_an_event_may_use_the_map() {
    static MAP: std::sync::OnceLock<SyncMap<u64, u64>> = std::sync::OnceLock::new();
    let tell = |event: &Event| {
        if let (Change::Promoted { .. }, Some(map)) = (event.what, MAP.get()) {
            assert_eq!(map.load(&1).as_deref(), Some(&1));
            map.store(2, 2);
        }
    };
    let map = MAP.get_or_init(|| SyncMap::new().on_event(tell));
    map.store(1, 1);
    assert_eq!((map.load(&1).as_deref(), map.load(&2).as_deref()), (Some(&1), Some(&2)));
}

#[test]
fn values_may_use_the_map_when_they_are_dropped() {
    struct Last(u64);
    static MAP: std::sync::OnceLock<SyncMap<u64, Last>> = std::sync::OnceLock::new();
    impl Drop for Last {
        fn drop(&mut self) {
            // Each of them has another one dropped, as long as there are some.
            if let Some(map) = MAP.get().filter(|_| self.0 > 0) {
                map.store(self.0 % 3, Last(self.0 - 1));
            }
        }
    }
    let map = MAP.get_or_init(SyncMap::new);
    for round in 0..2_000 {
        map.store(round % 5, Last(3));
        map.delete(&(round % 2));
        if round % 50 == 0 {
            map.clear();
        }
    }
    assert!(map.len() <= 5);
}

/// As in Go 1.23: a dirty map that was emptied stays, so that the next new key does not copy.
#[test]
fn clear_leaves_an_empty_dirty_map() {
    let map: SyncMap<u64, u64> = (0..10).map(|key| (key, key)).collect();
    map.range(|_, _| true);
    map.store(10, 10);
    assert!(map.load(&99).is_none());
    assert_eq!((map.state().read, map.state().dirty, map.state().misses), (10, Some(11), 1));
    map.clear();
    let state = map.state();
    assert_eq!((state.read, state.dirty, state.misses, state.amended), (0, Some(0), 0, false));
    map.store(1, 1);
    assert_eq!((map.state().copies, map.state().dirty), (state.copies, Some(1)));
    assert_eq!((map.load(&1).as_deref(), map.len()), (Some(&1), 1));
}

#[test]
fn what_is_held_outlives_whatever_happens_to_the_map() {
    let map = SyncMap::new();
    map.store(1, String::from("one"));
    map.store(2, String::from("two"));
    map.range(|_, _| true);
    let (one, two) = (map.load(&1).unwrap(), map.load(&2).unwrap());
    let old = map.swap(1, String::from("uno")).unwrap();
    map.clear();
    // Superseded read maps and their entries are gone by now, and what was taken out has been looked through.
    for round in 0..5_000u64 {
        map.store(round % 7, round.to_string());
        if round % 100 == 0 {
            map.clear();
            map.range(|_, _| true);
        }
    }
    assert_eq!((one.as_str(), two.as_str(), old.as_str()), ("one", "two", "one"));
    assert!(std::thread::scope(|scope| scope.spawn(move || one.len() + two.len()).join()).is_ok());
}

#[test]
fn values_are_freed_while_the_map_lives() {
    let value = Arc::new(());
    let map = SyncMap::new();
    for key in 0..20_000u64 {
        map.store(key % 50, Arc::clone(&value));
        if key % 1_000 == 0 {
            map.clear();
        }
    }
    let alive = Arc::strong_count(&value) - 1;
    assert!(alive < 3_000, "{alive} of 20,000 values are kept");
    drop(map);
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn entries_may_borrow() {
    let words = [String::from("a"), String::from("b")];
    let map: SyncMap<&str, &String> = words.iter().map(|word| (word.as_str(), word)).collect();
    assert!(map.compare_and_swap("a", &&words[0], &words[1]));
    assert!(!map.compare_and_delete("a", &&words[0]) && map.compare_and_delete("a", &&words[1]));
    assert_eq!(format!("{map:?}"), r#"{"b": "b"}"#);
}

/// Threads whose keys are expunged and come back all the time: nothing that was stored last is lost.
#[test]
fn no_store_is_lost_to_an_expunged_entry() {
    const ROUNDS: u64 = if cfg!(miri) { 60 } else { 20_000 };
    let map = SyncMap::<u64, u64, Truncated<3, 0>>::default();
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let map = &map;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let key = thread * 8 + round % 8;
                    assert!(map.load_or_store(key, round).is_none());
                    assert!(map.compare_and_swap(&key, &round, round + 1));
                    // A new key makes a dirty map, which has what has a value just now.
                    map.store(1_000 + thread, round);
                    assert_eq!(map.load(&key).as_deref(), Some(&(round + 1)));
                    assert_eq!(map.load_and_delete(&key).as_deref(), Some(&(round + 1)));
                    assert!(map.load(&key).is_none());
                    map.delete(&(1_000 + thread));
                }
            });
        }
    });
    assert!(map.is_empty() && map.state().promotions > 0, "{:?}", map.state());
}
