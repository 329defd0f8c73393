//! Any sequence of operations on a map does what it does on `std`'s, in each storage class and with bad hashers.
//!
//! ```text
//! cargo +nightly fuzz run maps fuzz/corpus/maps
//! ```

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::HashMap as Model;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use tophash::{Compute, Entry, HashMap, Operation};
use tophash_verify::fault::{Constant, Identity, Truncated};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, operations)) = bytes.split_first() else { return };
    let (word, text) = (u64::from, |number: u16| number.to_string());
    let signed = |number: u16| (number as i16).wrapping_mul(7);
    match first % 8 {
        0 => run::<u64, u64, Identity>(operations, word, word),
        1 => run::<i16, u8, Identity>(operations, signed, |number| number as u8),
        2 => run::<u64, u64, Truncated<2, 3>>(operations, word, word),
        3 => run::<u64, u64, Constant>(operations, |number| word(number % 64), word),
        4 => run::<String, u64, Truncated<4, 4>>(operations, text, word),
        5 => run::<u64, String, Identity>(operations, word, text),
        6 => run::<u64, (), Truncated<8, 8>>(operations, word, |_| ()),
        _ => run::<String, Box<u16>, Constant>(operations, |number| text(number % 64), Box::new),
    }
});

/// Four bytes say an operation: which one, a key of some thousand, and a value.
fn run<K, V, S>(operations: &[u8], k: impl Fn(u16) -> K, v: impl Fn(u16) -> V)
where
    K: Hash + Eq + Ord + Clone + Debug,
    V: Clone + Ord + Debug,
    S: BuildHasher + Default + Clone,
{
    let mut map = HashMap::<K, V, S>::default();
    let mut model = Model::<K, V>::new();
    for operation in operations.chunks_exact(4) {
        let number = u16::from_le_bytes([operation[1], operation[2]]) % 2_000;
        let (key, value) = (k(number), v(u16::from(operation[3])));
        match operation[0] % 20 {
            0..4 => {
                let old = map.insert(key.clone(), value.clone()).map(|old| old.cloned());
                assert_eq!(old, model.insert(key, value));
            }
            4 | 5 => assert_eq!(map.remove_entry(&key), model.remove_entry(&key)),
            6 => {
                let there = map.try_insert(key.clone(), value.clone()).err();
                assert_eq!(there.map(|there| there.current.cloned()), model.get(&key).cloned());
                model.entry(key).or_insert(value);
            }
            7 => {
                let removed = map.remove_if(&key, |_, old| *old < value).map(|old| old.cloned());
                let expected = model.get(&key).filter(|old| **old < value).cloned();
                assert_eq!(removed, expected);
                if expected.is_some() {
                    model.remove(&key);
                }
            }
            8 => {
                let old = map.update(&key, |_| value.clone()).map(|old| old.cloned());
                let place = model.get_mut(&key);
                assert_eq!(old, place.map(|place| std::mem::replace(place, value)));
            }
            9 => {
                let there = map.get_or_insert_with(key.clone(), || value.clone()).cloned();
                assert_eq!(there, *model.entry(key).or_insert(value));
            }
            10 => {
                let mut seen = None;
                let done = map.compute(key.clone(), |old| {
                    seen = old.cloned();
                    match operation[3] % 3 {
                        0 => Operation::Insert(value.clone()),
                        1 => Operation::Remove,
                        _ => Operation::Abort(()),
                    }
                });
                assert_eq!(seen.as_ref(), model.get(&key));
                match done {
                    Compute::Inserted(new) | Compute::Updated { new, .. } => {
                        model.insert(key, new.cloned());
                    }
                    Compute::Removed(_) => drop(model.remove(&key)),
                    Compute::Aborted(()) => assert_eq!(operation[3] % 3, 2),
                }
            }
            11 => match map.entry(key.clone()) {
                Entry::Occupied(entry) => {
                    let old = entry.remove().map(|old| old.cloned());
                    assert_eq!(old.ok(), model.remove(&key));
                }
                Entry::Vacant(entry) => {
                    assert_eq!(entry.insert(value.clone()).unwrap().value(), &value);
                    assert_eq!(model.insert(key, value), None);
                }
            },
            12 | 13 => {
                assert_eq!(map.get(&key).as_ref(), model.get(&key));
                assert_eq!(map.contains_key(&key), model.contains_key(&key));
                assert_eq!(map.get_mut(&key).cloned(), model.get(&key).cloned());
            }
            14 => {
                // Many at once, so that short inputs grow maps too.
                for step in 0..u16::from(operation[3]) {
                    map.insert(k(number + step), v(step));
                    model.insert(k(number + step), v(step));
                }
            }
            15 => {
                let keys: [K; 5] = std::array::from_fn(|step| k(number + step as u16));
                let found = map.get_many(keys.each_ref());
                assert_eq!(found, keys.map(|key| model.get(&key).cloned()));
            }
            16 => {
                map.retain(|_, old| *old < value);
                model.retain(|_, old| *old < value);
            }
            17 => match operation[3] % 4 {
                0 => {
                    map.clear();
                    model.clear();
                }
                1 => {
                    let mut drained: Vec<(K, V)> = map.drain().collect();
                    let mut expected: Vec<(K, V)> = model.drain().collect();
                    drained.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!(drained, expected);
                }
                2 => map.shrink_to_fit(),
                _ => map.reserve(usize::from(number)),
            },
            18 => map = map.clone(),
            _ => check(&mut map, &model),
        }
        assert_eq!(map.len(), model.len());
    }
    check(&mut map, &model);
}

/// All ways to see everything agree with the model.
fn check<K, V, S>(map: &mut HashMap<K, V, S>, model: &Model<K, V>)
where
    K: Hash + Eq + Ord + Clone + Debug,
    V: Clone + Ord + Debug,
    S: BuildHasher,
{
    let mut expected: Vec<(K, V)> = model.clone().into_iter().collect();
    expected.sort_unstable();
    let met = map.iter().map(|entry| (entry.key().clone(), entry.cloned()));
    let mut met: Vec<(K, V)> = met.collect();
    met.sort_unstable();
    assert_eq!(met, expected);
    let mut mutable: Vec<(K, V)> =
        map.iter_mut().map(|(key, value)| (key.clone(), value.clone())).collect();
    mutable.sort_unstable();
    assert_eq!(mutable, expected);
    assert!(
        expected.iter().all(|(key, value)| map.get_with(key, |found| found == value) == Some(true))
    );
    assert_eq!(map.stats().entries, expected.len());
}
