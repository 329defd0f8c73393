//! **Freed while it is got again.** One thread gives up the last hold on a value and frees it, while another has just
//! found it and takes a new hold.
//!
//! RUSTSEC-2020-0017, in a table of interned values.

use crate::few;
use std::sync::atomic::{AtomicBool, Ordering};
use tophash::HashMap;
use tophash_verify::chaos::{self, Delays};
use tophash_verify::fault::Kit;
use tophash_verify::{Rng, Value};

#[test]
fn readers_see_whole_entries_while_boxes_come_and_go() {
    let map: HashMap<u64, [u64; 8]> = HashMap::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..2u64 {
            let (map, done) = (&map, &done);
            scope.spawn(move || {
                for step in 0..few(60_000, 100) {
                    let key = (step * 13 + thread) % 64;
                    match step % 4 {
                        0 => drop(map.remove(&key)),
                        1 => drop(map.update(&key, |old| old.map(|word| word + 1))),
                        _ => drop(map.insert(key, [step; 8])),
                    }
                }
                done.store(true, Ordering::Relaxed);
            });
        }
        for _ in 0..2 {
            let (map, done) = (&map, &done);
            scope.spawn(move || {
                let mut held = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    for key in 0..64 {
                        if let Some(entry) = map.get_ref(&key) {
                            assert!(entry.iter().all(|word| *word == entry[0]));
                            held.push(entry);
                        }
                    }
                    if held.len() > 200 {
                        for entry in held.drain(..) {
                            assert!(entry.iter().all(|word| *word == entry[0]));
                        }
                    }
                }
            });
        }
    });
}

#[test]
fn what_one_thread_takes_out_another_still_reads() {
    const KEYS: u64 = 3;
    let kit = Kit::leaked();
    let map: HashMap<u64, Value> = HashMap::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let map = &map;
            scope.spawn(move || {
                let mut rng = Rng::part(7, thread);
                let _delays = chaos::enter(thread, Delays::LIGHT);
                for _ in 0..few(10_000, 30) {
                    let key = rng.below(KEYS);
                    let found = map.get_or_insert_with(key, || kit.value(key, 9));
                    assert_eq!(found.word(key), Some(9), "found a dead value");
                    if rng.once_in(2) {
                        map.remove(&key);
                    }
                    assert_eq!(found.word(key), Some(9), "it died while it was held");
                }
            });
        }
    });
    drop(map);
    assert!(kit.lives().is_balanced(), "{:?}", kit.lives());
}
