//! **Formatting what is not there.** `Debug` or `Display` follows a pointer that is null, tagged or freed, and so the
//! line that was to explain a failure is the failure.
//!
//! RUSTSEC-2026-0204.

use crate::few;
use std::sync::atomic::{AtomicBool, Ordering};
use tophash::{Entry, HashMap, HashSet, Operation};

#[test]
fn empty_maps_and_what_they_hand_out_are_printed() {
    let mut map: HashMap<u64, String> = HashMap::new();
    let mut set: HashSet<String> = HashSet::with_capacity(100);
    for _ in 0..2 {
        assert_eq!(format!("{map:?} {set:?} {map:#?}"), "{} {} {}");
        assert_eq!(format!("{:?}", map.get_ref(&1)), "None");
        assert!(format!("{:?}", map.stats()).contains("entries: 0"));
        assert_eq!(format!("{:?}", map.insert(1, "one".to_owned())), "None");
        assert_eq!(format!("{:?}", map.remove(&2)), "None");
        set.insert("x".to_owned());
        assert_eq!(format!("{map:?} {set:?}"), "{1: \"one\"} {\"x\"}");
        // Emptied in a way that leaves pages, and in one that leaves none.
        map.drain();
        set.clear();
    }
    set.drain();
    assert_eq!(format!("{set:?}"), "{}");
}

#[test]
fn what_a_map_hands_out_is_printed_after_it_left_the_map() {
    let map: HashMap<u64, String> = HashMap::from([(1, "one".to_owned())]);
    let held = map.get_ref(&1).unwrap();
    let key = map.keys().next().unwrap();
    let refused = map.try_insert(1, "uno".to_owned()).unwrap_err();
    map.clear();
    assert_eq!(format!("{held:?} {held} {key:?} {key}"), "Ref(1, \"one\") one 1 1");
    assert_eq!(refused.to_string(), "the key has a value already");
    assert!(format!("{refused:?}").contains("current: Ref(1, \"one\"), key: 1, value: \"uno\""));
    let removed = map.compute(1, |_| Operation::<String, ()>::Remove);
    assert_eq!(format!("{removed:?}"), "Removed(None)");
    map.insert(1, "two".to_owned());
    let Entry::Occupied(entry) = map.entry(1) else { panic!("it was put in") };
    map.clear();
    let changed = entry.replace("three".to_owned()).unwrap_err();
    assert_eq!(format!("{changed:?}"), "Changed(\"three\")");
}

#[test]
fn a_map_is_printed_while_it_grows_and_shrinks() {
    let map: HashMap<u64, String> = HashMap::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (map, done) = (&map, &done);
        scope.spawn(move || {
            for round in 0..few(40, 2) {
                (0..few(2_000, 60))
                    .for_each(|key| drop(map.insert(key, (key + round).to_string())));
                map.retain(|key, _| key % 7 == round % 7);
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let text = format!("{map:?}");
            assert!(text.starts_with('{') && text.ends_with('}'), "{text}");
        }
    });
}
