//! The raw table against a sequential model, and under threads.

use super::cursor::Cursor;
use super::layout::Pair;
use super::table::{Search, Step, Table};
use crate::hasher::spread;
use std::collections::HashMap;
use std::vec::Vec;

struct Words {
    table: Table,
    hash: fn(u64) -> u64,
}

impl Words {
    fn new(hash: fn(u64) -> u64) -> Self {
        Self { table: Table::new(), hash }
    }

    fn get(&self, key: u64) -> Option<u64> {
        match self.find(key) {
            Search::Hit(_, value) => Some(value),
            Search::Miss(_) => None,
        }
    }

    fn find(&self, key: u64) -> Search<'_, u64> {
        self.table.find::<Pair, _>((self.hash)(key), |candidate| {
            if candidate.words[0] == key { Step::Yes(candidate.words[1]) } else { Step::No }
        })
    }

    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        loop {
            match self.find(key) {
                Search::Hit(spot, old) => {
                    if self.table.replace::<Pair>(&spot, [key, value]).is_ok() {
                        return Some(old);
                    }
                }
                Search::Miss(vacancy) => {
                    let words = [key, value];
                    if self
                        .table
                        .insert::<Pair>(&vacancy, (self.hash)(key), &mut || words, &|slot| {
                            Some((self.hash)(slot.words[0]))
                        })
                        .is_ok()
                    {
                        return None;
                    }
                }
            }
        }
    }

    fn remove(&self, key: u64) -> Option<u64> {
        loop {
            match self.find(key) {
                Search::Miss(_) => return None,
                Search::Hit(spot, old) => {
                    if self.table.remove::<Pair>(&spot).is_ok() {
                        return Some(old);
                    }
                }
            }
        }
    }

    fn entries(&self) -> Vec<(u64, u64)> {
        let mut cursor = Cursor::new(&self.table);
        let mut entries = Vec::new();
        while cursor.next_home::<Pair, _>(
            &|slot| Some((self.hash)(slot.words[0])),
            &mut entries,
            |candidate| Some((candidate.words[0], candidate.words[1])),
        ) {}
        entries
    }
}

fn random(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

fn against_the_model(hash: fn(u64) -> u64, keys: u64, operations: usize) {
    let map = Words::new(hash);
    let mut model = HashMap::new();
    let mut seed = 88172645463325252;
    for step in 0..operations {
        let (key, value) = (random(&mut seed) % keys, random(&mut seed));
        match random(&mut seed) % 8 {
            0..4 => assert_eq!(
                map.insert(key, value),
                model.insert(key, value),
                "insert {key}, step {step}"
            ),
            4 | 5 => assert_eq!(map.remove(key), model.remove(&key), "remove {key}, step {step}"),
            _ => assert_eq!(map.get(key), model.get(&key).copied(), "get {key}, step {step}"),
        }
    }
    assert_eq!(map.table.len(), model.len());
    let mut entries = map.entries();
    entries.sort_unstable();
    let mut expected: Vec<_> = model.into_iter().collect();
    expected.sort_unstable();
    assert_eq!(entries, expected);
}

#[test]
fn it_does_what_the_model_does() {
    for keys in [1, 7, 60, 500, 5_000, 100_000] {
        against_the_model(spread, keys, 200_000);
    }
}

#[test]
fn equal_hashes_are_survived() {
    against_the_model(|_| 42, 2_000, 20_000);
    against_the_model(|key| (key & 7) << 61, 5_000, 30_000);
    against_the_model(|key| key & 0xff, 5_000, 30_000);
    against_the_model(|key| key << 48, 20_000, 60_000);
}

#[test]
fn equal_hashes_do_not_blow_the_table_up() {
    let map = Words::new(|_| 42);
    for key in 0..10_000 {
        map.insert(key, key);
    }
    assert!(map.table.bytes() < 10_000 * 16 * 3, "{} bytes", map.table.bytes());
}

#[test]
fn keys_that_collide_do_not_keep_others_from_growing() {
    // Three hundred keys of one hash, in the home that growth comes to last.
    let map = Words::new(|key| if key < 300 { 0 } else { spread(key) });
    for key in 0..200_000 {
        assert_eq!(map.insert(key, key), None);
    }
    for key in 0..200_000 {
        assert_eq!(map.get(key), Some(key));
    }
    let overflowed = map.table.counts().overflowed;
    assert!((1..=600).contains(&overflowed), "{overflowed} in the overflow list");
    for key in 0..300 {
        assert_eq!(map.remove(key), Some(key));
    }
    assert_eq!(map.entries().len(), 199_700);
}

#[test]
fn growth_moves_few_entries_at_a_time() {
    let map = Words::new(spread);
    for key in 0..300_000 {
        map.insert(key, key);
    }
    let shared = map.table.shared().unwrap();
    let most = shared.past.most_moved.load(crate::sync::Ordering::Relaxed);
    let moved = shared.past.moved.load(crate::sync::Ordering::Relaxed);
    // A page of half the length, full, is doubled at once.
    assert!(most <= 256, "{most} entries in one insert");
    assert!(moved <= 2 * 300_000, "{moved} entries moved in all");
    assert!(map.table.bytes() <= 44 * 300_000, "{} bytes", map.table.bytes());
}

#[test]
fn threads_that_write_their_own_keys_lose_none() {
    const KEYS: u64 = 60_000;
    for _ in 0..4 {
        let map = Words::new(spread);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let map = &map;
                scope.spawn(move || {
                    for key in (thread..KEYS).step_by(4) {
                        assert_eq!(map.insert(key, key), None);
                        if key % 3 == 0 {
                            assert_eq!(map.remove(key), Some(key), "{key}");
                        }
                        let other = key.wrapping_mul(31) % KEYS;
                        assert!(map.get(other).is_none_or(|value| value == other));
                    }
                });
            }
            // A reader that iterates meets no key twice.
            scope.spawn(|| {
                for _ in 0..5 {
                    let mut keys: Vec<u64> =
                        map.entries().into_iter().map(|(key, _)| key).collect();
                    let before = keys.len();
                    keys.sort_unstable();
                    keys.dedup();
                    assert!(before - keys.len() < 8, "{} of {before} twice", before - keys.len());
                }
            });
        });
        for key in 0..KEYS {
            assert_eq!(map.get(key), (key % 3 != 0).then_some(key), "{key}");
        }
        assert_eq!(map.table.len() as u64, KEYS - KEYS.div_ceil(3));
    }
}
