//! **A closure that calls the map.** It is run in the middle of a change, so it deadlocks, runs for ever, or sees and
//! breaks what is half done.
//!
//! JDK-8062841 is the famous one: `computeIfAbsent` within `computeIfAbsent` never came back.

use crate::within_a_minute;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tophash::{Compute, HashMap, Operation};
use tophash_verify::fault::Constant;

#[test]
fn closures_may_use_the_map_they_are_called_by() {
    fn with<V: Clone + PartialEq + std::fmt::Debug>(value: fn(u64) -> V) {
        let map: HashMap<u64, V, Constant> = HashMap::default();
        map.insert(1, value(1));
        // All keys share a bucket, so each of these changes what the outer call saw, but not its entry.
        let mut runs = 0;
        map.update(&1, |old| {
            runs += 1;
            assert_eq!(map.get(&1).as_ref(), Some(old));
            map.insert(100 + runs, value(0));
            map.remove(&(99 + runs));
            value(2)
        });
        assert_eq!((runs, map.get(&1)), (1, Some(value(2))));
        let mut runs = 0;
        let done = map.compute(2, |old| {
            runs += 1;
            assert!(old.is_none());
            map.insert(200 + runs, value(0));
            Operation::<_, ()>::Insert(value(3))
        });
        assert!(matches!(done, Compute::Inserted(new) if *new == value(3)));
        assert_eq!(runs, 1);
        let mut runs = 0;
        let old = map.remove_if(&2, |_, _| {
            runs += 1;
            map.insert(300 + runs, value(0));
            true
        });
        assert_eq!((runs, old.map(|old| old.cloned())), (1, Some(value(3))));
        // A key that the closure puts in itself is there first.
        let inner = map.get_or_insert_with(5, || {
            map.insert(5, value(6));
            value(7)
        });
        assert_eq!(*inner, value(6));
        map.retain(|key, _| {
            map.insert(key + 1_000, value(0));
            *key >= 1_000
        });
        assert!(map.keys().all(|key| *key >= 1_000));
    }
    within_a_minute(|| {
        with(|value| value);
        with(|value| value.to_string());
    });
}

/// Without `std` this is noticed only by how often the closure runs.
#[cfg(feature = "std")]
#[test]
fn a_closure_that_changes_its_own_entry_is_told_so() {
    fn with<V: Clone + PartialEq + std::fmt::Debug>(value: fn(u64) -> V) {
        let map: HashMap<u64, V> = HashMap::new();
        map.insert(1, value(0));
        let next = Cell::new(1);
        let change = || {
            next.set(next.get() + 1);
            map.insert(1, value(next.get()));
        };
        let panics = |call: &mut dyn FnMut()| {
            let error = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
            let message = error.downcast_ref::<&str>().unwrap();
            assert!(message.contains("changed the very entry"), "{message}");
        };
        panics(&mut || {
            map.update(&1, |_| {
                change();
                value(5)
            });
        });
        panics(&mut || {
            map.remove_if(&1, |_, _| {
                change();
                true
            });
        });
        panics(&mut || {
            map.compute(1, |_| {
                change();
                Operation::<V, ()>::Remove
            });
        });
        panics(&mut || {
            map.retain(|_, _| {
                change();
                false
            });
        });
        panics(&mut || {
            map.compute(2, |_| {
                map.insert(2, value(next.get()));
                Operation::<V, ()>::Insert(value(1))
            });
        });
        assert_eq!(map.get(&1), Some(value(next.get())));
        // The list of closures is empty again.
        assert!(map.update(&1, |_| value(50)).is_some());
        assert_eq!(map.len(), 2);
    }
    within_a_minute(|| {
        with(|value| value);
        with(|value| value.to_string());
    });
}
