//! A checked map notices uses that meet, names both sides, keeps nobody waiting, and goes on where it is told to.

#![cfg(feature = "std")]

use std::panic::Location;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use tophash::checked::{Conflict, Using};
use tophash::{Checked, HashMap};

fn refusing() -> Checked<HashMap<u64, u64>> {
    Checked::refusing((0..10).map(|key| (key, key)).collect())
}

/// Runs `uses` in a thread of that name.
fn named<R: Send>(name: &str, uses: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        thread::Builder::new().name(name.into()).spawn_scoped(scope, uses).unwrap().join().unwrap()
    })
}

#[test]
fn both_sides_are_named_by_thread_and_line() {
    let map = refusing();
    let line = line!() + 1;
    let _span = map.writing();
    let (conflict, its) = named("sweeper", || (map.remove(&1).unwrap_err(), line!()));
    assert_eq!(conflict.go_message(), "concurrent map writes");
    assert_eq!(
        (conflict.noticed_by.thread.as_str(), conflict.noticed_by.site.line()),
        ("sweeper", its)
    );
    assert_eq!((conflict.other.using, conflict.other.site.line()), (Using::Write, line));
    assert_eq!(conflict.other.site.file(), Location::caller().file());
    let me = thread::current();
    assert_eq!(Some(conflict.other.thread.as_str()), me.name());
    let message = conflict.to_string();
    assert!(message.starts_with("concurrent map writes: thread sweeper writes at "), "{message}");
    assert!(message.contains(", while thread "), "{message}");
}

#[test]
fn what_is_refused_does_nothing_and_what_comes_after_it_is_not_refused() {
    let map = refusing();
    let span = map.reading();
    assert!(named("writer", || map.insert(1, 100)).is_err());
    assert_eq!(named("reader", || map.get(&1)), Ok(Some(1)));
    drop(span);
    assert_eq!(named("writer", || map.insert(1, 100)), Ok(Some(1)));
    assert_eq!((map.conflicts(), map.unchecked()), (1, 0));
}

#[test]
fn reads_and_walks_may_meet_each_other_and_changes_nothing() {
    let map = refusing();
    let walk = |what: &dyn Fn() -> Option<Conflict>| {
        let mut met = None;
        map.for_each(|_, _| met = met.take().or_else(what)).unwrap();
        met
    };
    assert_eq!(walk(&|| named("other", || map.get(&1).err())), None);
    assert_eq!(walk(&|| named("other", || map.len().err())), None);
    assert_eq!(walk(&|| named("other", || map.for_each(|_, _| ()).err())), None);
    let conflict = walk(&|| named("other", || map.insert(1, 1).err())).unwrap();
    assert_eq!(conflict.go_message(), "concurrent map iteration and map write");
    let conflict = map.get_with(&1, |_| named("other", || map.clear().err())).unwrap();
    assert_eq!(conflict.flatten().unwrap().go_message(), "concurrent map read and map write");
}

#[test]
fn a_thread_does_not_conflict_with_itself() {
    let map = refusing();
    map.for_each(|key, _| assert!(map.remove(key).unwrap().is_some())).unwrap();
    let _span = map.writing();
    assert_eq!(map.insert(1, 1), Ok(None));
    let _inner = map.reading();
    assert_eq!((map.get(&1), map.conflicts()), (Ok(Some(1)), 0));
}

#[test]
fn where_it_reports_it_goes_on() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let map = Checked::reporting(HashMap::from([(1, 1)]), {
        let seen = seen.clone();
        move |conflict| seen.lock().unwrap().push(conflict.clone())
    });
    let span = map.writing();
    assert_eq!(named("second", || map.insert(1, 2)), Ok(Some(1)));
    drop(span);
    assert_eq!(map.get(&1), Ok(Some(2)));
    assert_eq!((seen.lock().unwrap().len(), map.conflicts()), (1, 1));
}

#[test]
fn a_use_ends_when_its_closure_panics() {
    let map = Checked::panicking(HashMap::from([(1, 1)]));
    let panics = || map.get_with(&1, |_| panic!("in the closure"));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
    assert_eq!(named("writer", || map.insert(1, 2)), Ok(Some(1)));
}

#[test]
fn uses_for_which_there_is_no_place_are_counted() {
    let map = refusing();
    let spans: Vec<_> = (0..70).map(|_| map.reading()).collect();
    assert_eq!(map.unchecked(), 6);
    drop(spans);
    assert_eq!(map.get(&1), Ok(Some(1)));
    assert_eq!(map.unchecked(), 6);
}

/// Of two uses that overlap, one notices: the rounds are laid out so that all of them overlap.
#[test]
fn no_overlap_goes_unnoticed() {
    const ROUNDS: u64 = if cfg!(miri) { 50 } else { 5_000 };
    let map = Checked::reporting(HashMap::<u64, u64>::new(), |_| ());
    let barrier = Barrier::new(2);
    let noticed = Mutex::new(0);
    thread::scope(|scope| {
        let rounds = || {
            for _ in 0..ROUNDS {
                barrier.wait();
                let span = map.writing();
                if barrier.wait().is_leader() {
                    let now = map.conflicts();
                    let mut before = noticed.lock().unwrap();
                    assert!(now > *before, "two uses overlapped, and neither noticed");
                    *before = now;
                }
                drop(span);
            }
        };
        scope.spawn(rounds);
        scope.spawn(rounds);
    });
}

/// Without a span, too: plain calls of two threads meet now and then, the more so the longer they last.
#[test]
fn lingering_uses_meet() {
    let map = Checked::reporting(HashMap::<u64, u64>::new(), |_| ()).lingering(3);
    thread::scope(|scope| {
        for first in [0, 1] {
            let map = &map;
            scope.spawn(move || {
                let mut key = first;
                while map.conflicts() == 0 {
                    map.insert(key, key).unwrap();
                    key += 2;
                }
            });
        }
    });
    assert!(map.conflicts() > 0);
}
