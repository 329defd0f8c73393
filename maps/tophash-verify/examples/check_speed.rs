//! How fast the checker is: two million operations of eight threads on a thousand keys, recorded on a locked map.
//!
//! `cargo run --release -p tophash-verify --example check_speed`
#![expect(clippy::print_stdout, reason = "an example speaks to its user")]

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;
use tophash_verify::Map;
use tophash_verify::chaos::Delays;
use tophash_verify::check::linearizable;
use tophash_verify::stress::Stress;

struct Locked(RwLock<HashMap<u64, u64>>);

impl Map for Locked {
    fn get(&self, key: &u64) -> Option<u64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, value)
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(key)
    }
}

fn main() {
    for (threads, keys, operations) in
        [(8, 1_000, 350_000), (8, 8, 350_000), (2, 1_000_000, 1_000_000)]
    {
        let stress =
            Stress { threads, keys, operations, delays: Delays::NONE, ..Stress::default() };
        let begun = Instant::now();
        let Ok(history) = stress.run(&Locked(RwLock::default())) else { continue };
        let (recorded, begun) = (begun.elapsed(), Instant::now());
        match linearizable(&history) {
            Ok(checked) => println!("{threads} threads, {keys} keys: {checked:?}"),
            Err(violation) => println!("{violation}"),
        }
        println!("  recorded in {recorded:?}, checked in {:?}", begun.elapsed());
    }
}
