//! What the verifier is worth: how many of 20 seeds catch each mutation of the raw table's own lines; fewer than 19 fail.
//!
//! `RUSTFLAGS="--cfg tophash_mutants" cargo test --release -p tophash --all-features --test mutations -- --ignored --nocapture every`
//!
//! Each run is a child process: a mutation may crash it or make it hang, which counts as caught. Its budget is
//! [`PER_CLASS`] for the class that the mutation is said to plant and then for each other class, until something is
//! found. `TOPHASH_MUTATIONS` names some mutations, divided by commas, and `TOPHASH_SEEDS` gives another number of seeds.

#![cfg(all(tophash_mutants, feature = "locked"))]

#[path = "support/any.rs"]
mod any;
mod support;

use any::Any;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::Under;
use tophash::mutants::{ALL, Mutation, activate, at_each_point};
use tophash::{BoxedFixedMap, DoubleBuffered, HashMap, SyncMap};
use tophash_verify::{Budget, Class, Key, Value, battery, battery_owned, chaos};

/// What each class of fault may cost at most.
const PER_CLASS: Duration = Duration::from_millis(1_000);

/// A child that has not ended by then hangs.
const HANGS: Duration = Duration::from_secs(30);

/// The map that follows is not broken.
const NONE: &str = "none of ";

/// The maps that have lines to break.
const MAPS: [&str; 4] = ["HashMap", "SyncMap", "DoubleBuffered", "FixedMap"];

/// Where the children find what to do.
const WHAT: &str = "TOPHASH_MUTATION_AND_SEED";

/// Not a test of its own: what the others run in children.
#[test]
#[ignore = "run by the other tests"]
fn child() {
    let Ok(what) = std::env::var(WHAT) else { return };
    let Some((name, seed)) = what.split_once('@') else { panic!("{what} is no mutation and seed") };
    let place = ALL.iter().position(|mutation| mutation.name == name);
    let suspected = place.map_or("", |place| ALL[place].class);
    let mut classes = Class::ALL.to_vec();
    classes.sort_by_key(|class| format!("{class:?}") != suspected);
    let seed = seed.parse().unwrap();
    let budget = Budget { per_class: PER_CLASS, classes, stop_early: true, ..Budget::quick(seed) };
    at_each_point(chaos::point);
    activate(place);
    let mut reports = Vec::new();
    let broken = place.map_or_else(|| name.trim_start_matches(NONE), |place| ALL[place].map);
    let is_of = |map| broken == map;
    let may_be_boxed = |boxed| place.is_none_or(|place| ALL[place].boxed == boxed);
    if is_of("HashMap") && may_be_boxed(false) {
        reports.push(battery(Under::<u64, u64>::new, &budget));
    }
    if is_of("HashMap") && may_be_boxed(true) {
        reports.push(battery_owned(Under::<Key, Value>::new, &budget));
    }
    if is_of("SyncMap") {
        reports.push(battery_owned(|| Any::new(SyncMap::<Key, Value>::new()), &budget));
    }
    if is_of("DoubleBuffered") {
        reports.push(battery_owned(|| Any::new(DoubleBuffered::<Key, Value>::new()), &budget));
    }
    if is_of("FixedMap") {
        let make = || Any::new(BoxedFixedMap::<u64, u64>::with_capacity(65_536));
        reports.push(battery(make, &budget));
    }
    for report in reports {
        assert!(report.passed(), "{report}");
    }
}

/// Not a test: a map that is never dropped, which a checker of leaks has to see (`ci/sanitize.sh`).
#[test]
#[ignore = "leaks on purpose"]
fn planted_leak() {
    let forget = || {
        let map: HashMap<u64, String> = (0..100).map(|key| (key, key.to_string())).collect();
        std::mem::forget(map);
    };
    // On a stack that is gone, lest an old word there be taken for a way to it.
    std::thread::spawn(forget).join().unwrap();
}

/// Whether a child has found anything, and after which time.
fn caught(name: &str, seed: u64) -> (bool, Duration) {
    let begun = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored"])
        .env(WHAT, format!("{name}@{seed}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (!status.success(), begun.elapsed());
        }
        if begun.elapsed() > HANGS {
            child.kill().unwrap();
            child.wait().unwrap();
            return (true, begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs one mutation with the seeds `1..=seeds`; how many caught it, and the median time.
fn measure(name: &str, seeds: u64) -> (u64, Duration) {
    let runs: Vec<(bool, Duration)> = (1..=seeds).map(|seed| caught(name, seed)).collect();
    let mut times: Vec<Duration> = runs.iter().map(|(_, took)| *took).collect();
    times.sort_unstable();
    (runs.iter().filter(|(caught, _)| *caught).count() as u64, times[times.len() / 2])
}

#[test]
#[ignore = "deep: takes minutes"]
fn every_mutation_is_caught_in_19_of_20_seeds() {
    let wanted = std::env::var("TOPHASH_MUTATIONS").ok();
    let seeds = std::env::var("TOPHASH_SEEDS").map_or(20, |seeds| seeds.parse().unwrap());
    let mut missed = Vec::new();
    println!("| mutation | class | caught of {seeds} | median time |\n|---|---|---|---|");
    for Mutation { name, class, .. } in ALL {
        if wanted.as_ref().is_some_and(|wanted| !wanted.split(',').any(|one| one == *name)) {
            continue;
        }
        let (caught, median) = measure(name, seeds);
        println!("| {name} | {class} | {caught} | {} ms |", median.as_millis());
        if caught * 20 < seeds * 19 {
            missed.push(*name);
        }
    }
    assert!(missed.is_empty(), "caught too seldom: {missed:?}");
}

#[test]
fn the_maps_without_a_mutation_pass_with_the_same_delays() {
    for map in MAPS {
        let seeds = if std::env::var_os("TOPHASH_DEEP").is_some() { 10 } else { 1 };
        let (caught, _) = measure(&format!("{NONE}{map}"), seeds);
        assert_eq!(caught, 0, "{map}");
    }
}

#[test]
fn mutations_are_named_once_and_three_of_each_class() {
    for (place, mutation) in ALL.iter().enumerate() {
        assert!(ALL[..place].iter().all(|other| other.name != mutation.name), "{mutation:?}");
    }
    for class in Class::ALL.map(|class| format!("{class:?}")) {
        assert!(ALL.iter().filter(|mutation| mutation.class == class).count() >= 3, "{class}");
    }
    assert!(ALL.iter().all(|mutation| MAPS.contains(&mutation.map)));
    let known = Class::ALL.map(|class| format!("{class:?}"));
    assert!(ALL.iter().all(|mutation| known.iter().any(|class| class == mutation.class)));
}
