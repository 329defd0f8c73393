//! Sequences of operations against `std::collections`, over every storage class and over bad hashers.

#[path = "support/plain.rs"]
mod plain;

use plain::{Halves, Id};
use proptest::prelude::*;
use std::collections::HashMap as Model;
use std::fmt::Debug;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::num::Wrapping;
use tophash::{ByType, Compute, Entry, HashMap, HashSet, Inline, Operation, Storage};

/// Gives every key the same hash.
#[derive(Default, Clone)]
struct Constant;

impl Hasher for Constant {
    fn finish(&self) -> u64 {
        7
    }
    fn write(&mut self, _: &[u8]) {}
}

/// Keeps four bits.
#[derive(Default, Clone)]
struct Truncated(u64);

impl Hasher for Truncated {
    fn finish(&self) -> u64 {
        self.0 & 15
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Insert(u16, u16),
    TryInsert(u16, u16),
    Remove(u16),
    RemoveIf(u16, u16),
    Update(u16, u16),
    GetOrInsert(u16, u16),
    Compute(u16, u16),
    EntryReplace(u16, u16),
    EntryRemove(u16),
    Get(u16),
    GetMut(u16, u16),
    GetMany(u16),
    Fill(u16),
    Retain(u16),
    Clear,
    Reserve(u16),
    Shrink,
    Compact,
    Check,
}

fn operations() -> impl Strategy<Value = Vec<Op>> {
    let (key, value) = (0..300u16, any::<u16>());
    let both = (key.clone(), value);
    let op = prop_oneof![
        8 => both.clone().prop_map(|(k, v)| Op::Insert(k, v)),
        2 => both.clone().prop_map(|(k, v)| Op::TryInsert(k, v)),
        4 => key.clone().prop_map(Op::Remove),
        2 => both.clone().prop_map(|(k, v)| Op::RemoveIf(k, v)),
        2 => both.clone().prop_map(|(k, v)| Op::Update(k, v)),
        2 => both.clone().prop_map(|(k, v)| Op::GetOrInsert(k, v)),
        3 => both.clone().prop_map(|(k, v)| Op::Compute(k, v)),
        2 => both.clone().prop_map(|(k, v)| Op::EntryReplace(k, v)),
        1 => key.clone().prop_map(Op::EntryRemove),
        4 => key.clone().prop_map(Op::Get),
        1 => both.prop_map(|(k, v)| Op::GetMut(k, v)),
        1 => key.clone().prop_map(Op::GetMany),
        1 => key.clone().prop_map(Op::Fill),
        1 => value.prop_map(Op::Retain),
        1 => Just(Op::Clear),
        1 => key.prop_map(Op::Reserve),
        1 => Just(Op::Shrink),
        1 => Just(Op::Compact),
        1 => Just(Op::Check),
    ];
    prop::collection::vec(op, 1..200)
}

fn run<K, V, S>(operations: &[Op], k: fn(u16) -> K, v: fn(u16) -> V)
where
    K: Hash + Eq + Ord + Clone + Debug,
    V: Clone + Ord + Debug,
    S: BuildHasher + Default + Clone,
{
    run_in::<K, V, S, ByType>(operations, k, v);
}

fn run_in<K, V, S, C>(operations: &[Op], k: fn(u16) -> K, v: fn(u16) -> V)
where
    K: Hash + Eq + Ord + Clone + Debug,
    V: Clone + Ord + Debug,
    S: BuildHasher + Default + Clone,
    C: Storage<K, V>,
{
    let mut map = HashMap::<K, V, S, C>::default();
    let mut model = Model::<K, V>::new();
    for op in operations {
        match *op {
            Op::Insert(key, value) => {
                let old = map.insert(k(key), v(value)).map(|old| old.cloned());
                assert_eq!(old, model.insert(k(key), v(value)));
            }
            Op::TryInsert(key, value) => match map.try_insert(k(key), v(value)) {
                Ok(new) => {
                    assert_eq!(new.pair(), (&k(key), &v(value)));
                    assert_eq!(model.insert(k(key), v(value)), None);
                }
                Err(occupied) => {
                    assert_eq!(model.get(&k(key)), Some(occupied.current.value()));
                    assert_eq!((occupied.key, occupied.value), (k(key), v(value)));
                }
            },
            Op::Remove(key) => {
                assert_eq!(map.remove_entry(&k(key)), model.remove_entry(&k(key)));
            }
            Op::RemoveIf(key, value) => {
                let removed = map.remove_if(&k(key), |_, old| *old < v(value));
                let expected = model.get(&k(key)).is_some_and(|old| *old < v(value));
                assert_eq!(removed.is_some(), expected);
                if expected {
                    model.remove(&k(key));
                }
            }
            Op::Update(key, value) => {
                let old = map.update(&k(key), |_| v(value)).map(|old| old.cloned());
                let expected = model.get_mut(&k(key)).map(|old| std::mem::replace(old, v(value)));
                assert_eq!(old, expected);
            }
            Op::GetOrInsert(key, value) => {
                let found = map.get_or_insert_with(k(key), || v(value)).cloned();
                assert_eq!(found, *model.entry(k(key)).or_insert(v(value)));
            }
            Op::Compute(key, value) => {
                let operation = |value: u16| match value % 3 {
                    0 => Operation::Insert(v(value)),
                    1 => Operation::Remove,
                    _ => Operation::Abort(value),
                };
                let mut seen = None;
                let done = map.compute(k(key), |old| {
                    seen = old.cloned();
                    operation(value)
                });
                assert_eq!(seen.as_ref(), model.get(&k(key)));
                match (value % 3, done) {
                    (0, Compute::Inserted(new)) => {
                        assert_eq!(model.insert(k(key), new.cloned()), None);
                    }
                    (0, Compute::Updated { old, new }) => {
                        assert_eq!(model.insert(k(key), new.cloned()), Some(old.cloned()));
                    }
                    (1, Compute::Removed(old)) => {
                        assert_eq!(model.remove(&k(key)), old.map(|old| old.cloned()));
                    }
                    (2, Compute::Aborted(result)) => assert_eq!(result, value),
                    (_, done) => panic!("{done:?}"),
                }
            }
            Op::EntryReplace(key, value) => match map.entry(k(key)) {
                Entry::Occupied(entry) => {
                    let old = entry.replace(v(value)).map(|old| old.cloned());
                    assert_eq!(old.ok(), model.insert(k(key), v(value)));
                }
                Entry::Vacant(entry) => {
                    assert_eq!(entry.insert(v(value)).unwrap().value(), &v(value));
                    assert_eq!(model.insert(k(key), v(value)), None);
                }
            },
            Op::EntryRemove(key) => match map.entry(k(key)) {
                Entry::Occupied(entry) => {
                    let old = entry.remove().map(|old| old.cloned());
                    assert_eq!(old.ok(), model.remove(&k(key)));
                }
                Entry::Vacant(entry) => assert!(!model.contains_key(entry.key())),
            },
            Op::Get(key) => {
                assert_eq!(map.get(&k(key)).as_ref(), model.get(&k(key)));
                assert_eq!(map.contains_key(&k(key)), model.contains_key(&k(key)));
            }
            Op::GetMut(key, value) => {
                let old = map.get_mut(&k(key)).map(|old| std::mem::replace(old, v(value)));
                let expected = model.get_mut(&k(key)).map(|old| std::mem::replace(old, v(value)));
                assert_eq!(old, expected);
            }
            Op::GetMany(key) => {
                let keys: [K; 5] = std::array::from_fn(|step| k(key + step as u16));
                let found = map.get_many(keys.each_ref());
                assert_eq!(found, keys.map(|key| model.get(&key).cloned()));
                let keys: Vec<K> = (0..40).map(|step| k(key + step)).collect();
                let mut next = 0;
                map.get_many_with(&keys, |place, value| {
                    assert_eq!((place, value), (next, model.get(&keys[place])));
                    next += 1;
                });
                assert_eq!(next, 40);
            }
            Op::Fill(from) => {
                for key in from..from + 200 {
                    map.insert(k(key), v(key));
                    model.insert(k(key), v(key));
                }
            }
            Op::Retain(limit) => {
                map.retain(|_, value| *value < v(limit));
                model.retain(|_, value| *value < v(limit));
            }
            Op::Clear => {
                map.clear();
                model.clear();
            }
            Op::Reserve(additional) => {
                map.reserve(usize::from(additional));
                assert!(map.capacity() >= map.len() + usize::from(additional));
            }
            Op::Shrink => map.shrink_to_fit(),
            Op::Compact => map.compact(),
            Op::Check => check(&mut map, &mut model),
        }
        assert_eq!(map.len(), model.len());
    }
    check(&mut map, &mut model);
    let copy = map.clone();
    assert_eq!(copy, map);
    let mut drained: Vec<(K, V)> = map.drain().collect();
    assert!(map.is_empty() && map.iter().next().is_none());
    drained.sort_unstable();
    let mut owned: Vec<(K, V)> = copy.into_iter().collect();
    owned.sort_unstable();
    let mut expected: Vec<(K, V)> = model.into_iter().collect();
    expected.sort_unstable();
    assert_eq!(drained, expected);
    assert_eq!(owned, expected);
    assert_eq!(map, expected.iter().take(0).cloned().collect::<HashMap<K, V, S, C>>());
}

fn check<K, V, S, C>(map: &mut HashMap<K, V, S, C>, model: &mut Model<K, V>)
where
    K: Hash + Eq + Ord + Clone + Debug,
    V: Clone + Ord + Debug,
    S: BuildHasher,
    C: Storage<K, V>,
{
    let mut expected: Vec<(K, V)> =
        model.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    expected.sort_unstable();
    let mut met: Vec<(K, V)> =
        map.iter().map(|entry| (entry.key().clone(), entry.cloned())).collect();
    met.sort_unstable();
    assert_eq!(met, expected);
    let mut mutable: Vec<(K, V)> =
        map.iter_mut().map(|(key, value)| (key.clone(), value.clone())).collect();
    mutable.sort_unstable();
    assert_eq!(mutable, expected);
    let mut keys: Vec<K> = map.keys().map(|key| key.clone()).collect();
    keys.sort_unstable();
    assert!(keys.iter().eq(expected.iter().map(|(key, _)| key)));
    assert_eq!(map.values().count(), expected.len());
    let stats = map.stats();
    assert_eq!(stats.entries, expected.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn inline_pairs(operations in operations()) {
        run::<u64, u64, tophash::RandomState>(&operations, u64::from, u64::from);
        run::<i16, u8, tophash::RandomState>(&operations, |k| k as i16, |v| v as u8);
        run::<u64, u64, BuildHasherDefault<Truncated>>(&operations, u64::from, u64::from);
        run::<usize, i32, BuildHasherDefault<Constant>>(&operations, usize::from, i32::from);
    }

    #[test]
    fn plain_pairs(operations in operations()) {
        let halves: fn(u16) -> Halves = |number| (u64::from(number) << 24).into();
        run_in::<Id, Halves, tophash::RandomState, Inline>(&operations, |k| Id(k.into()), halves);
        run_in::<[u8; 3], Wrapping<i16>, tophash::RandomState, Inline>(
            &operations,
            |k| [7, k as u8, (k >> 8) as u8],
            |v| Wrapping(v as i16),
        );
        run_in::<Halves, u64, BuildHasherDefault<Truncated>, Inline>(&operations, halves, u64::from);
        run_in::<[u64; 2], (), tophash::RandomState, Inline>(
            &operations,
            |k| [7, k.into()],
            |_| (),
        );
        run_in::<Id, (), BuildHasherDefault<Constant>, Inline>(&operations, |k| Id(k.into()), |_| ());
    }

    #[test]
    fn boxed_keys(operations in operations()) {
        run::<String, u64, tophash::RandomState>(&operations, |k| k.to_string(), u64::from);
        run::<String, u64, BuildHasherDefault<Truncated>>(&operations, |k| k.to_string(), u64::from);
    }

    #[test]
    fn boxed_values(operations in operations()) {
        run::<u64, String, tophash::RandomState>(&operations, u64::from, |v| v.to_string());
        run::<u64, String, BuildHasherDefault<Constant>>(&operations, u64::from, |v| v.to_string());
    }

    #[test]
    fn keys_alone(operations in operations()) {
        run::<u64, (), tophash::RandomState>(&operations, u64::from, |_| ());
        run::<u32, (), BuildHasherDefault<Constant>>(&operations, u32::from, |_| ());
        run::<String, (), tophash::RandomState>(&operations, |k| k.to_string(), |_| ());
    }

    #[test]
    fn sets(elements in prop::collection::vec((0..200u64, any::<bool>()), 0..400)) {
        let set = HashSet::new();
        let mut model = std::collections::HashSet::new();
        for (element, put_in) in elements {
            if put_in {
                prop_assert_eq!(set.insert(element), model.insert(element));
            } else {
                prop_assert_eq!(set.remove(&element), model.remove(&element));
            }
            prop_assert_eq!(set.contains(&element), model.contains(&element));
        }
        let copy: HashSet<u64> = model.iter().copied().collect();
        prop_assert_eq!(&copy, &set);
        prop_assert!(copy.is_subset(&set) && copy.is_superset(&set));
        prop_assert_eq!(copy.is_disjoint(&set), model.is_empty());
        set.retain(|element| element % 2 == 0);
        model.retain(|element| element % 2 == 0);
        let mut left: Vec<u64> = set.into_iter().collect();
        left.sort_unstable();
        let mut expected: Vec<u64> = model.into_iter().collect();
        expected.sort_unstable();
        prop_assert_eq!(left, expected);
    }
}
