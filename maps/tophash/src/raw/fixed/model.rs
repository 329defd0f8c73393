//! The lists under loom, with groups of two heads and four nodes, so that nodes are used again at once.

#[cfg(not(feature = "std"))]
extern crate std;

use super::{Became, Group, Header, Room, Want};
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

struct Map {
    header: Header,
    groups: [Group; 1],
}

impl Map {
    fn new() -> Arc<Self> {
        Arc::new(Self { header: Header::new(), groups: [Group::new()] })
    }

    fn room(&self) -> Room<'_> {
        Room { header: &self.header, groups: &self.groups }
    }

    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        match self.room().change(key, |_| Want::<()>::Put(value)).unwrap() {
            Became::Replaced(old) => Some(old),
            _ => None,
        }
    }

    fn remove(&self, key: u64) -> Option<u64> {
        match self.room().change(key, |_| Want::<()>::Cut).unwrap() {
            Became::Removed(old) => old,
            _ => None,
        }
    }

    /// At rest: as many nodes are used as there are entries.
    fn is_whole(&self) {
        assert_eq!(self.groups[0].used(), self.room().len());
    }
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(2);
    builder.max_branches = 100_000;
    builder.check(model);
}

#[test]
fn loom_a_key_is_there_once_whoever_inserts_it() {
    explore(|| {
        let map = Map::new();
        let other = Arc::clone(&map);
        let first = thread::spawn(move || other.insert(1, 10));
        let second = map.insert(1, 20);
        match (first.join().unwrap(), second) {
            (None, Some(10)) => assert_eq!(map.room().get(1), Some(20)),
            (Some(20), None) => assert_eq!(map.room().get(1), Some(10)),
            both => panic!("{both:?}"),
        }
        map.is_whole();
    });
}

#[test]
fn loom_a_value_is_replaced_or_removed_and_not_both() {
    explore(|| {
        let map = Map::new();
        map.insert(1, 10);
        let other = Arc::clone(&map);
        let first = thread::spawn(move || other.remove(1));
        let second = map.insert(1, 20);
        match (first.join().unwrap(), second) {
            (Some(10), None) => assert_eq!(map.room().get(1), Some(20)),
            (Some(20), Some(10)) => assert_eq!(map.room().get(1), None),
            both => panic!("{both:?}"),
        }
        map.is_whole();
    });
}

#[test]
fn loom_a_node_that_is_used_again_is_not_taken_for_what_it_was() {
    explore(|| {
        let map = Map::new();
        map.insert(1, 10);
        let reader = Arc::clone(&map);
        let reading = thread::spawn(move || {
            let seen = reader.room().get(1);
            assert!(seen.is_none_or(|seen| seen == 10 || seen == 11), "{seen:?}");
        });
        map.remove(1);
        // The node that was free first.
        map.insert(2, 20);
        map.insert(1, 11);
        reading.join().unwrap();
        assert_eq!((map.room().get(1), map.room().get(2)), (Some(11), Some(20)));
        map.is_whole();
    });
}

#[test]
fn loom_room_that_is_given_back_is_room() {
    explore(|| {
        let map = Map::new();
        map.insert(1, 10);
        map.insert(2, 20);
        let other = Arc::clone(&map);
        let first = thread::spawn(move || other.remove(1));
        let third = map.room().change(3, |_| Want::<()>::Put(30)).is_ok();
        assert_eq!(first.join().unwrap(), Some(10));
        assert_eq!(map.room().len(), 1 + usize::from(third));
        assert_eq!((map.room().get(2), map.room().get(3)), (Some(20), third.then_some(30)));
        map.is_whole();
    });
}

/// What the models are worth. By itself, as `published`'s.
#[cfg(tophash_mutants)]
#[test]
#[ignore = "breaks the lines for all tests of the process"]
fn loom_broken_lists_are_reported() {
    use crate::raw::mutants::{ALL, activate};
    activate(ALL.iter().position(|mutation| mutation.name == "node-unvalidated"));
    let model = loom_a_node_that_is_used_again_is_not_taken_for_what_it_was;
    assert!(std::panic::catch_unwind(model).is_err(), "not reported");
    activate(None);
}
