//! `SyncMap` held against Go's own `sync.Map`: the same operations give the same results, and leave the same inner state,
//! step by step.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_21`, whose map it is; skipped loudly without.
#![cfg(all(feature = "locked", not(miri)))]

#[path = "support/go.rs"]
mod go;

use std::fmt::Display;
use tophash::SyncMap;
use tophash_verify::Rng;

/// Operations on few enough keys that entries are expunged and come back, in phases of different kinds.
fn operations(seed: u64, count: usize) -> Vec<String> {
    let mut rng = Rng::new(seed);
    let mut all = Vec::new();
    while all.len() < count {
        let keys = [3, 12, 60, 400][rng.below(4) as usize];
        // How much each kind weighs in this phase.
        let weights: Vec<u64> =
            (0..9).map(|kind| rng.below(if kind == 8 { 2 } else { 9 })).collect();
        let whole = weights.iter().sum::<u64>().max(1);
        for _ in 0..rng.below(4 * keys) + 10 {
            let mut at = rng.below(whole);
            let kind = weights.iter().position(|weight| {
                let here = at < *weight;
                at = at.wrapping_sub(*weight);
                here
            });
            let (key, one, two) = (rng.below(keys), rng.below(3), rng.below(3));
            all.push(match kind.unwrap_or(0) {
                0 => format!("load {key}"),
                1 => format!("store {key} {one}"),
                2 => format!("swap {key} {one}"),
                3 => format!("load_or_store {key} {one}"),
                4 => format!("load_and_delete {key}"),
                5 => format!("delete {key}"),
                6 => format!("compare_and_swap {key} {one} {two}"),
                7 => format!("compare_and_delete {key} {one}"),
                _ => "range".to_owned(),
            });
        }
    }
    all
}

fn found(value: Option<impl std::ops::Deref<Target = u64>>) -> String {
    value.map_or("none".to_owned(), |value| value.to_string())
}

/// Carries an operation out, and prints what the Go program prints.
fn step(map: &SyncMap<u64, u64>, operation: &str) -> String {
    let mut words = operation.split(' ');
    let name = words.next().unwrap();
    let mut number = || words.next().map_or(0, |word| word.parse().unwrap());
    let (key, one, two) = (number(), number(), number());
    let done = || "done".to_owned();
    let text = |truth: &dyn Display| truth.to_string();
    let result = match name {
        "load" => found(map.load(&key)),
        "store" => {
            map.store(key, one);
            done()
        }
        "swap" => found(map.swap(key, one)),
        "load_or_store" => match map.load_or_store(key, one) {
            Some(there) => text(&*there),
            None => "none".to_owned(),
        },
        "load_and_delete" => found(map.load_and_delete(&key)),
        "delete" => {
            map.delete(&key);
            done()
        }
        "compare_and_swap" => text(&map.compare_and_swap(&key, &one, two)),
        "compare_and_delete" => text(&map.compare_and_delete(&key, &one)),
        "range" => {
            let (mut count, mut sum) = (0, 0);
            map.range(|key, value| {
                count += 1;
                sum += key * 31 + value;
                true
            });
            format!("{count}:{sum}")
        }
        other => panic!("{other}"),
    };
    let state = map.state();
    let dirty = state.dirty.map_or("none".to_owned(), |dirty| dirty.to_string());
    format!(
        "{result} {} {dirty} {} {} {} {}",
        state.read, state.amended, state.misses, state.expunged, state.promotions
    )
}

#[test]
fn results_and_promotions_are_those_of_go() {
    let Some(root) = go::go(21, "results_and_promotions_are_those_of_go") else { return };
    let folder = std::env::temp_dir().join(format!("tophash-sync-map-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let deep = std::env::var_os("TOPHASH_DEEP").is_some();
    let operations = operations(7, if deep { 2_000_000 } else { 60_000 });
    let list = folder.join("operations");
    std::fs::write(&list, operations.join("\n")).unwrap();
    let go = go::run(&root, &folder, include_str!("sync_map/oracle.go"), list.to_str().unwrap());
    std::fs::remove_dir_all(&folder).unwrap();

    let map = SyncMap::new();
    assert_eq!(go.lines().count(), operations.len());
    for (at, (operation, theirs)) in operations.iter().zip(go.lines()).enumerate() {
        assert_eq!(step(&map, operation), theirs, "operation {at}, {operation}");
    }
    let state = map.state();
    assert!(state.promotions > 500 && state.copies > 500, "hardly anything happened: {state:?}");
}
