//! **A reference that outlives what it points into.** Safe code reads freed memory, because a signature lets a
//! reference live longer than the map, the entry or the guard that it came from.
//!
//! RUSTSEC-2022-0002, RUSTSEC-2021-0130, RUSTSEC-2020-0091. The half of it that must not compile is in the
//! documentation of `src/map/bounds.rs`; the deep tier also looks whether each of these examples fails for the reason
//! that it names.

use crate::counted::Counted;
use crate::few;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tophash::{HashMap, Ref};

#[test]
fn a_reference_outlives_its_entry_and_pins_it_alone() {
    let alive = Arc::new(AtomicUsize::new(0));
    let map = HashMap::new();
    map.insert(1u64, Counted::new(0, &alive));
    let first = map.get_ref(&1).unwrap();
    let mut most = 0;
    let last = few(20_000, 400) - 1;
    for number in 1..=last {
        let old = map.insert(1, Counted::new(number, &alive)).unwrap();
        assert_eq!(old.number, number - 1);
        most = most.max(alive.load(Ordering::Relaxed));
    }
    assert_eq!(first.number, 0);
    // A list waits for 64 KiB of entries where many were held at once, as other tests of this process do.
    assert!(most < 3_000, "{most} values alive for one entry and one reference");
    assert_eq!(map.stats().retired + 1, alive.load(Ordering::Relaxed));
    let removed = map.remove(&1).unwrap();
    assert_eq!((removed.number, first.number, map.len()), (last, 0, 0));
    drop((removed, first));
    drop(map);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[test]
fn what_is_found_borrows_the_map_and_not_the_key() {
    fn find<'m>(map: &'m HashMap<String, String>, number: u64) -> Option<Ref<'m, String, String>> {
        let key = number.to_string();
        map.get_ref(&key)
    }
    let map = HashMap::from([("1".to_owned(), "one".to_owned())]);
    let found = find(&map, 1);
    map.clear();
    assert_eq!(found.as_deref().map(String::as_str), Some("one"));
}

#[test]
#[expect(unsafe_code, reason = "Miri takes what only a static map leads to for a leak")]
fn a_reference_may_outlive_its_thread() {
    let owned = Box::into_raw(Box::new(HashMap::<u64, String>::new()));
    // SAFETY: it is freed at the end, when the threads and what they kept have ended.
    let map: &'static HashMap<u64, String> = unsafe { &*owned };
    thread_local! {
        static KEPT: RefCell<Vec<Ref<'static, u64, String>>> = const { RefCell::new(Vec::new()) };
    }
    for thread in 0..8 {
        map.insert(thread, thread.to_string());
        let last = std::thread::spawn(move || {
            KEPT.with_borrow_mut(|kept| kept.extend(map.get_ref(&thread)));
            map.insert(thread, String::new());
            KEPT.with_borrow(|kept| kept[0].clone())
        });
        assert_eq!(last.join().unwrap(), thread.to_string());
    }
    // What the threads kept until they ended is freed as anything else is.
    for round in 0..few(20_000, 400) {
        map.insert(round % 8, round.to_string());
    }
    assert!(map.stats().retired < 3_000, "{:?}", map.stats());
    // SAFETY: it came from a box, and nobody uses it any more.
    drop(unsafe { Box::from_raw(owned) });
}
