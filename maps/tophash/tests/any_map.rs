//! The traits that all maps have in common: what generic code can rely on, whichever map it is given.

#[path = "support/any.rs"]
mod any;

use any::Any;
use tophash::{Altered, ConcurrentMap, HashMap, Locked, Lookup, Operation, Sharded};
use tophash_verify::{Budget, Key, Value, battery, battery_owned};

/// Exercises a map of strings through the traits alone.
fn exercise<M>(map: &M)
where
    M: ConcurrentMap<Key = String> + Lookup<String, Value = u64> + Lookup<str, Value = u64>,
{
    assert_eq!(ConcurrentMap::insert(map, "one".into(), 1), Ok(None));
    assert_eq!(ConcurrentMap::insert(map, "one".into(), 10), Ok(Some(1)));
    assert_eq!(map.insert_new("one".into(), 11), Ok(false));
    assert_eq!(map.insert_new("two".into(), 2), Ok(true));
    assert_eq!(map.get_with("one", |value| *value), Some(10));
    assert!(map.contains_key("two") && !map.contains_key("three"));

    let double =
        |old: Option<&u64>| old.map_or(Operation::Abort(()), |old| Operation::Insert(old * 2));
    assert_eq!(map.alter("two".into(), double), Ok(Altered::Replaced));
    assert_eq!(map.alter("three".into(), double), Ok(Altered::Aborted(())));
    let put = |_: Option<&u64>| Operation::<u64, ()>::Insert(3);
    assert_eq!(map.alter("three".into(), put), Ok(Altered::Inserted));
    let take = |_: Option<&u64>| Operation::<u64, ()>::Remove;
    assert_eq!(map.alter("three".into(), take), Ok(Altered::Removed));
    assert_eq!(map.alter("three".into(), take), Ok(Altered::Absent));

    let mut met = Vec::new();
    map.for_each(|key, value| met.push((key.clone(), *value)));
    met.sort();
    assert_eq!(met, [("one".into(), 10), ("two".into(), 4)]);

    assert_eq!(Lookup::<str>::remove(map, "one"), Some(10));
    assert_eq!(Lookup::<str>::remove(map, "one"), None);
    assert_eq!((map.len(), map.summary().entries), (1, 1));
    map.clear();
    assert!(map.is_empty());
}

#[test]
fn a_hash_map_is_one_of_the_maps() {
    exercise(&HashMap::<String, u64>::new());
}

#[test]
fn those_under_locks_are_maps_too() {
    exercise(&Locked::<String, u64>::new());
    exercise(&Sharded::<String, u64>::new());
    exercise(&Sharded::<String, u64>::with_shards(1));
}

#[test]
fn a_hash_map_passes_the_battery_through_the_traits() {
    let report = battery(|| Any::new(HashMap::<u64, u64>::new()), &Budget::quick(4));
    assert!(report.passed(), "{report}");
    let make =
        || Any { compact: Some(HashMap::shrink_to_fit), ..Any::new(HashMap::<Key, Value>::new()) };
    let report = battery_owned(make, &Budget::quick(4));
    assert!(report.passed(), "{report}");
}
