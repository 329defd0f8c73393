//! What is asked of every kind of map alike: sequences of operations against `std`'s map, and the verifier's battery.

use crate::any::Any;
use proptest::prelude::*;
use std::collections::HashMap as Model;
use tophash::{Altered, ConcurrentMap, Lookup, Operation};
use tophash_verify::{Budget, battery};

/// An operation that all maps have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Get(u16),
    Insert(u16, u16),
    InsertNew(u16, u16),
    Remove(u16),
    Alter(u16, u16),
    Walk,
    Clear,
}

/// Sequences on few keys.
pub(crate) fn operations() -> impl Strategy<Value = Vec<Op>> {
    let (key, value) = (0..120u16, any::<u16>());
    let both = (key.clone(), value);
    let op = prop_oneof![
        6 => key.clone().prop_map(Op::Get),
        6 => both.clone().prop_map(|(k, v)| Op::Insert(k, v)),
        3 => both.clone().prop_map(|(k, v)| Op::InsertNew(k, v)),
        4 => key.prop_map(Op::Remove),
        4 => both.prop_map(|(k, v)| Op::Alter(k, v)),
        1 => Just(Op::Walk),
        1 => Just(Op::Clear),
    ];
    prop::collection::vec(op, 1..300)
}

fn walked<M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64>>(map: &M) -> Vec<(u64, u64)> {
    let mut met = Vec::new();
    map.for_each(|key, value| met.push((*key, *value)));
    met.sort_unstable();
    met
}

/// Runs a sequence on a map and on `std`'s.
pub(crate) fn as_the_model<M>(map: &M, operations: &[Op])
where
    M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64>,
{
    let mut model = Model::<u64, u64>::new();
    for op in operations {
        match *op {
            Op::Get(key) => {
                assert_eq!(map.get(&key.into()), model.get(&key.into()).copied());
                assert_eq!(map.contains_key(&key.into()), model.contains_key(&key.into()));
            }
            Op::Insert(key, value) => {
                let old = ConcurrentMap::insert(map, key.into(), value.into());
                assert_eq!(old, Ok(model.insert(key.into(), value.into())));
            }
            Op::InsertNew(key, value) => {
                let new = !model.contains_key(&key.into());
                assert_eq!(map.insert_new(key.into(), value.into()), Ok(new));
                model.entry(key.into()).or_insert(value.into());
            }
            Op::Remove(key) => {
                assert_eq!(Lookup::remove(map, &key.into()), model.remove(&key.into()));
            }
            Op::Alter(key, value) => {
                let mut seen = None;
                let done = map.alter(key.into(), |old| {
                    seen = old.copied();
                    match value % 3 {
                        0 => Operation::Insert(value.into()),
                        1 => Operation::Remove,
                        _ => Operation::Abort(value),
                    }
                });
                assert_eq!(seen, model.get(&key.into()).copied());
                let expected = match (value % 3, seen) {
                    (0, None) => Altered::Inserted,
                    (0, Some(_)) => Altered::Replaced,
                    (1, None) => Altered::Absent,
                    (1, Some(_)) => Altered::Removed,
                    _ => Altered::Aborted(value),
                };
                assert_eq!(done, Ok(expected));
                match value % 3 {
                    0 => drop(model.insert(key.into(), value.into())),
                    1 => drop(model.remove(&key.into())),
                    _ => {}
                }
            }
            Op::Walk => {
                let mut expected: Vec<_> =
                    model.iter().map(|(key, value)| (*key, *value)).collect();
                expected.sort_unstable();
                assert_eq!(walked(map), expected);
            }
            Op::Clear => {
                map.clear();
                model.clear();
            }
        }
        assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
        assert_eq!(map.summary().entries, model.len());
    }
}

fn deep() -> bool {
    std::env::var_os("TOPHASH_DEEP").is_some()
}

/// What one run may cost, for each seed.
pub(crate) fn seeds() -> impl Iterator<Item = Budget> {
    (1..=if deep() { 5 } else { 2 })
        .map(|seed| if deep() { Budget::deep(seed) } else { Budget::quick(seed) })
}

/// The whole battery on maps of words.
pub(crate) fn passes_the_battery<M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64> + Sync>(
    make: impl Fn() -> M + Sync,
) {
    for budget in seeds() {
        let report = battery(|| Any::new(make()), &budget);
        assert!(report.passed(), "{report}");
    }
}
