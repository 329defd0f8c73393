//! **An ordering that is too weak.** A thread finds an entry before it sees what was written ahead of it: a value
//! whose contents are still to come, or an index into something that is not filled yet.
//!
//! RUSTSEC-2022-0006. A processor of the x86 family hides nearly all of these. Miri, where loads may be given old
//! values, ThreadSanitizer, which compares clocks, and the models under loom do not; the deep tier runs this under
//! the first two.

use crate::few;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tophash::{HashMap, Operation};

const KEYS: u64 = 4;

/// What is told through the map, by loads and stores that order nothing themselves.
struct Told(Vec<AtomicU64>);

impl Told {
    fn new(rounds: u64) -> Self {
        Self((0..rounds).map(|_| AtomicU64::new(0)).collect())
    }
    fn tell(&self, round: u64) {
        self.0[round as usize].store(round + 1, Ordering::Relaxed);
    }
    fn check(&self, round: u64) {
        let seen = self.0[round as usize].load(Ordering::Relaxed);
        assert_eq!(seen, round + 1, "found before it was told");
    }
}

/// `write` puts a round's number in after it was told; `read` finds some numbers.
fn what_was_told_before_is_seen<V: Send + Sync>(
    write: impl Fn(&HashMap<u64, V>, u64) + Sync,
    read: impl Fn(&HashMap<u64, V>, &mut dyn FnMut(u64)) + Sync,
) {
    let rounds = few(60_000, 120);
    let (map, told, done) = (HashMap::new(), Told::new(rounds), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let (map, told, done, read, write) = (&map, &told, &done, &read, &write);
        for _ in 0..2 {
            scope.spawn(move || {
                let mut seen = 0u64;
                while !done.load(Ordering::Relaxed) {
                    read(map, &mut |round| {
                        told.check(round);
                        seen += 1;
                    });
                    std::hint::spin_loop();
                }
                read(map, &mut |_| seen += 1);
                assert!(seen > 0);
            });
        }
        for round in 0..rounds {
            told.tell(round);
            write(map, round);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn an_inline_value_is_seen_after_what_it_stands_for() {
    what_was_told_before_is_seen(
        |map: &HashMap<u64, u64>, round| match round % 8 {
            0..4 => drop(map.insert(round % KEYS, round)),
            4 | 5 => drop(map.fetch_max(round % KEYS, round)),
            6 => {
                map.compute(round % KEYS, |_| Operation::<_, ()>::Insert(round));
            }
            _ => {
                map.remove(&(round % KEYS));
                assert!(map.try_insert(round % KEYS, round).is_ok());
            }
        },
        |map, see| {
            (0..KEYS).for_each(|key| map.get(&key).into_iter().for_each(&mut *see));
            map.iter().for_each(|entry| see(*entry));
        },
    );
}

#[test]
fn a_boxed_value_is_seen_whole_and_after_what_it_stands_for() {
    what_was_told_before_is_seen(
        |map: &HashMap<u64, Box<[u64; 3]>>, round| {
            let value = Box::new([round; 3]);
            match round % 4 {
                0 | 1 => drop(map.insert(round % KEYS, value)),
                2 => drop(map.update(&(round % KEYS), |_| value.clone())),
                _ => {
                    map.remove(&(round % KEYS));
                    let _ = map.get_or_insert(round % KEYS, value);
                }
            }
        },
        |map, see| {
            let mut see = |value: &[u64; 3]| {
                assert!(value.iter().all(|word| *word == value[0]), "half a value: {value:?}");
                see(value[0]);
            };
            (0..KEYS).for_each(|key| map.get_ref(&key).into_iter().for_each(|entry| see(&entry)));
            map.iter().for_each(|entry| see(&entry));
        },
    );
}
