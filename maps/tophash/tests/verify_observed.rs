//! An observed map before the verifier, with every operation sampled: it does what the map within does.
//!
//! `TOPHASH_DEEP=1` gives every class ten seconds, and more seeds.
#![cfg(feature = "std")]

#[path = "support/any.rs"]
mod any;

use any::Any;
use std::hash::Hash;
use tophash::HashMap;
use tophash::observe::Observed;
use tophash_verify::{Budget, Key, Report, Value, battery, battery_owned};

fn clean(hunt: impl Fn(&Budget) -> Report) {
    let deep = std::env::var_os("TOPHASH_DEEP").is_some();
    for seed in 1..=if deep { 5 } else { 1 } {
        let report = hunt(&if deep { Budget::deep(seed) } else { Budget::quick(seed) });
        assert!(report.passed(), "{report}");
    }
}

fn shrink<K: Hash + Eq, V>(map: &Observed<HashMap<K, V>>) {
    map.inner().shrink_to_fit();
}

/// Keys are held, let go and cloned all the time: there are few places for them.
fn observed<K: Hash + Eq, V>() -> Any<Observed<HashMap<K, V>>> {
    let builder = Observed::builder("verified").sample_every(1).hot_keys(4);
    Any { compact: Some(shrink), ..Any::new(builder.build(HashMap::new()).unwrap()) }
}

#[test]
fn inline_entries_pass_the_battery() {
    clean(|budget| battery(observed::<u64, u64>, budget));
}

#[test]
fn boxed_entries_pass_the_battery_and_every_life_ends_once() {
    clean(|budget| battery_owned(observed::<Key, Value>, budget));
}
