//! The maps under locks before the verifier, with the number of shards changing in the middle of everything.
//!
//! `TOPHASH_DEEP=1` gives every class ten seconds, and more seeds.
#![cfg(feature = "locked")]

#[path = "support/any.rs"]
mod any;

use any::Any;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tophash::{DefaultHasher, Locked, RandomState, Sharded};
use tophash_verify::chaos::{self, Delays};
use tophash_verify::check::{Meeting, iterations, linearizable};
use tophash_verify::fault::{Constant, Identity, Truncated, countdown_panics};
use tophash_verify::stress::{Mix, Phase, Stress};
use tophash_verify::{Budget, Key, Report, Value, battery, battery_owned, mix};

fn deep() -> bool {
    std::env::var_os("TOPHASH_DEEP").is_some()
}

fn clean(hunt: impl Fn(&Budget) -> Report) {
    for seed in 1..=if deep() { 5 } else { 1 } {
        let report = hunt(&if deep() { Budget::deep(seed) } else { Budget::quick(seed) });
        assert!(report.passed(), "{report}");
    }
}

/// Another number of shards each time, more or fewer.
fn reshard<K: std::hash::Hash + Eq, V, S: BuildHasher>(map: &Sharded<K, V, S>) {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    map.set_shards([1, 64, 4, 2, 128, 16, 8][turn % 7]);
}

fn sharded<K: std::hash::Hash + Eq, V, S: BuildHasher + Default>() -> Any<Sharded<K, V, S>> {
    let map = Sharded::with_shards_and_hasher(4, S::default());
    Any { compact: Some(reshard), ..Any::new(map) }
}

#[test]
fn locked_passes_the_battery() {
    let shrink = Some(Locked::shrink_to_fit as fn(&_));
    clean(|budget| {
        battery(|| Any { compact: shrink, ..Any::new(Locked::<u64, u64>::new()) }, budget)
    });
}

#[test]
fn locked_passes_the_battery_and_every_life_ends_once() {
    clean(|budget| battery_owned(|| Any::new(Locked::<Key, Value>::new()), budget));
}

#[test]
fn sharded_passes_the_battery() {
    clean(|budget| battery(sharded::<u64, u64, RandomState>, budget));
}

#[test]
fn sharded_passes_the_battery_and_every_life_ends_once() {
    clean(|budget| battery_owned(sharded::<Key, Value, RandomState>, budget));
}

/// Short, since searches walk all entries of a hash.
fn badly_hashed<S: BuildHasher + Default + Send + Sync>() {
    let per_class = Duration::from_millis(if deep() { 2_000 } else { 40 });
    let budget = Budget { per_class, ..Budget::quick(3) };
    let report = battery(sharded::<u64, u64, S>, &budget);
    assert!(report.passed(), "{report}");
    let report = battery(|| Any::new(Locked::<u64, u64, S>::default()), &budget);
    assert!(report.passed(), "{report}");
}

#[test]
fn bad_hashes_pass_the_battery() {
    badly_hashed::<Constant>();
    badly_hashed::<Truncated<3, 0>>();
    badly_hashed::<Truncated<0, 3>>();
    badly_hashed::<Identity>();
}

#[test]
fn a_panic_at_every_call_of_user_code_leaves_the_map_whole() {
    let reports = [
        countdown_panics(|| Any::new(Locked::<Key, Value, Identity>::default()), 400),
        countdown_panics(sharded::<Key, Value, Identity>, 400),
    ];
    for report in reports {
        assert!(report.faults.is_empty(), "{:#?}", report.faults);
        assert!(report.injected[..4].iter().all(|injected| *injected >= 8), "{report:?}");
        assert_eq!(report.leaks[..3], [0; 3], "only a panic in drop may leak: {report:?}");
    }
}

/// Holds threads up before they ask for a lock, and while shards are moved.
#[derive(Default, Clone)]
struct Slow(RandomState);

impl BuildHasher for Slow {
    type Hasher = DefaultHasher;
    fn build_hasher(&self) -> DefaultHasher {
        chaos::point();
        self.0.build_hasher()
    }
}

const DELAYS: Delays = Delays { spin: 6, give_way: 150, sleep: 5_000, ..Delays::NONE };

#[test]
fn every_operation_can_be_explained_while_shards_are_moved() {
    let wanted = if deep() { 20_000_000 } else { 300_000 };
    let (mut operations, mut iterated, mut moves, mut number) = (0, 0, 0, 0);
    while operations < wanted {
        number += 1;
        let stress = Stress {
            seed: mix(number),
            threads: 2 + number as usize % 4,
            keys: [1, 30, 300, 3_000][number as usize % 4],
            phases: vec![
                Phase { mix: Mix::GROW, length: 400 },
                Phase { mix: Mix { iterate: 1, ..Mix::ALL }, length: 400 },
                Phase { mix: Mix::SHRINK, length: 400 },
            ],
            operations: 4_000,
            delays: DELAYS,
            ..Stress::default()
        };
        let map = sharded::<u64, u64, Slow>();
        let done = AtomicBool::new(false);
        let history = std::thread::scope(|scope| {
            let mover = scope.spawn(|| {
                let mut moves = 0;
                while !done.load(Ordering::Relaxed) {
                    reshard(&map.map);
                    moves += 1;
                    // In between, calls take the short way.
                    std::thread::sleep(Duration::from_micros(moves % 3 * 20));
                }
                moves
            });
            let history = stress.run(&map).unwrap_or_else(|fault| panic!("{fault} in {stress:?}"));
            done.store(true, Ordering::Relaxed);
            moves += mover.join().unwrap();
            history
        });
        match linearizable(&history) {
            Ok(checked) => operations += checked.operations,
            Err(violation) => panic!("{violation}\nin {stress:?}"),
        }
        if let Err(fault) = iterations(&history, Meeting::ExactlyOnce) {
            panic!("{fault}\nin {stress:?}");
        }
        iterated += history.iterations.len();
    }
    assert!(iterated > 100 && moves > 300, "{iterated} iterations, {moves} moves");
}
