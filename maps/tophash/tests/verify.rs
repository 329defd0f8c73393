//! The map before the verifier: no class of fault, no panic and no bad hasher brings it down.
//!
//! `TOPHASH_DEEP=1` gives every class ten seconds, and more seeds.

#[path = "support/plain.rs"]
mod plain;
mod support;

use plain::{Halves, Id};
use std::hash::BuildHasher;
use std::time::Duration;
use support::Under;
use tophash::PlainMap;
use tophash_verify::fault::{Constant, Identity, Truncated, countdown_panics};
use tophash_verify::{Budget, Key, Map, Report, Unsupported, Value, battery, battery_owned};

fn deep() -> bool {
    std::env::var_os("TOPHASH_DEEP").is_some()
}

fn clean(hunt: impl Fn(&Budget) -> Report) {
    for seed in 1..=if deep() { 5 } else { 2 } {
        let report = hunt(&if deep() { Budget::deep(seed) } else { Budget::quick(seed) });
        assert!(report.passed(), "{report}");
    }
}

#[test]
fn inline_entries_pass_the_battery() {
    clean(|budget| battery(Under::<u64, u64>::new, budget));
}

/// A map of a user's types, of which the verifier's words are made and into which they are put.
struct UnderPlain(PlainMap<Id, Halves>);

impl Map for UnderPlain {
    fn get(&self, key: &u64) -> Option<u64> {
        self.0.get(&Id(*key)).map(u64::from)
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.0.insert(Id(key), value.into()).map(|old| u64::from(*old))
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.0.remove(&Id(*key)).map(|old| u64::from(*old))
    }
    fn try_insert(&self, key: u64, value: u64) -> Result<Option<u64>, Unsupported> {
        let there = self.0.try_insert(Id(key), value.into()).err();
        Ok(there.map(|there| u64::from(*there.current)))
    }
    fn fetch_add(&self, key: &u64, delta: u64) -> Result<Option<u64>, Unsupported> {
        let add = |value: &Halves| u64::from(*value).wrapping_add(delta).into();
        Ok(self.0.update(&Id(*key), add).map(|old| u64::from(*old)))
    }
    fn iterate(&self, meet: &mut dyn FnMut(&u64, &u64)) -> Result<(), Unsupported> {
        self.0.iter().for_each(|entry| meet(&entry.key().0, &u64::from(*entry)));
        Ok(())
    }
    fn clear(&self) -> Result<(), Unsupported> {
        self.0.clear();
        Ok(())
    }
    fn len(&self) -> Result<usize, Unsupported> {
        Ok(self.0.len())
    }
}

#[test]
fn plain_entries_pass_the_battery() {
    clean(|budget| battery(|| UnderPlain(PlainMap::default()), budget));
}

#[test]
fn boxed_entries_pass_the_battery_and_every_life_ends_once() {
    clean(|budget| battery_owned(Under::<Key, Value>::new, budget));
}

/// Many equal hashes: pages fill up, and the overflow list is used. Short, since searches walk it.
fn badly_hashed<S: BuildHasher + Default + Sync>() {
    let per_class = Duration::from_millis(if deep() { 2_000 } else { 40 });
    let budget = Budget { per_class, ..Budget::quick(3) };
    let report = battery(Under::<u64, u64, S>::new, &budget);
    assert!(report.passed(), "{report}");
}

#[test]
fn constant_hashes_pass_the_battery() {
    badly_hashed::<Constant>();
}

#[test]
fn truncated_hashes_pass_the_battery() {
    badly_hashed::<Truncated<3, 0>>();
    badly_hashed::<Truncated<0, 3>>();
}

#[test]
fn unmixed_hashes_pass_the_battery() {
    badly_hashed::<Identity>();
}

#[test]
fn a_panic_at_every_call_of_user_code_leaves_the_map_whole() {
    let report = countdown_panics(Under::<Key, Value, Identity>::new, 400);
    assert!(report.faults.is_empty(), "{:#?}", report.faults);
    assert!(report.injected[..4].iter().all(|injected| *injected >= 8), "{report:?}");
    assert_eq!(report.leaks[..3], [0; 3], "only a panic in drop may leak: {report:?}");
}

#[test]
fn the_map_says_what_it_replaced() {
    let map = Under::<u64, u64>::new();
    assert_eq!((map.insert(1, 2), map.insert(1, 3)), (None, Some(2)));
    assert_eq!(map.compare_exchange(&1, &9, 4), Ok(Some(3)));
    assert_eq!(map.compare_exchange(&1, &3, 4), Ok(Some(3)));
    assert_eq!((map.fetch_add(&1, 5), map.remove(&1)), (Ok(Some(4)), Some(9)));
}
