//! Runs of a script against each kind of map.

use super::Entries;
use super::pass::{Value, pass};
use super::script::{Script, Step};
use super::std_map::Std;
use crate::family::Kind;
use std::hash::Hash;
use std::time::Duration;
use tophash::{ConcurrentMap, HashMap, Locked, Lookup, Sharded, SnapshotMap, SyncMap};

/// What is run, whichever map it is run against.
pub(super) struct Runner<'s> {
    script: &'s Script,
    threads: Vec<Vec<Step>>,
    keys: Keys,
}

/// The keys, by number.
enum Keys {
    Words(Vec<u64>),
    Bytes(Vec<Box<[u8]>>),
}

impl<'s> Runner<'s> {
    /// Runs of the first so many operations.
    pub(super) fn new(script: &'s Script, operations: usize) -> Self {
        let numbers = 0..script.key_bytes.len() as u64;
        let keys = match script.entries {
            // Fibonacci's multiplier, so that keys are not in a row.
            Entries::Words => {
                Keys::Words(numbers.map(|key| key.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect())
            }
            Entries::Bytes => Keys::Bytes(
                numbers.zip(&script.key_bytes).map(|(key, bytes)| of_bytes(key, *bytes)).collect(),
            ),
        };
        Self { script, threads: script.by_thread(operations), keys }
    }

    pub(super) fn operations(&self) -> u64 {
        self.threads.iter().map(|steps| steps.len() as u64).sum()
    }

    /// Nanoseconds of an operation, in one run.
    pub(super) fn nanoseconds(&self, kind: Kind) -> f64 {
        self.run(kind).as_nanos() as f64 / self.operations().max(1) as f64
    }

    /// Nanoseconds of an operation, in as many runs as take this time.
    pub(super) fn mean(&self, kind: Kind, time: Duration) -> f64 {
        let (mut sum, mut runs) = (0.0, 0_u32);
        while runs == 0 || sum < time.as_nanos() as f64 {
            sum += self.run(kind).as_nanos() as f64;
            runs = runs.saturating_add(1);
            if runs == 1_000 {
                break;
            }
        }
        sum / f64::from(runs) / self.operations().max(1) as f64
    }

    fn run(&self, kind: Kind) -> Duration {
        match &self.keys {
            Keys::Words(keys) => self.run_on::<u64, u64>(kind, keys),
            Keys::Bytes(keys) => self.run_on::<Box<[u8]>, Box<[u8]>>(kind, keys),
        }
    }

    fn run_on<K: Hash + Eq + Clone + Send + Sync, V: Value>(
        &self,
        kind: Kind,
        keys: &[K],
    ) -> Duration {
        match kind {
            Kind::HashMap => self.on(&HashMap::<K, V>::default(), keys),
            Kind::Sharded => self.on(&Sharded::<K, V>::default(), keys),
            Kind::Locked => self.on(&Locked::<K, V>::default(), keys),
            Kind::SnapshotMap => self.on(&SnapshotMap::<K, V>::default(), keys),
            Kind::SyncMap => self.on(&SyncMap::<K, V>::default(), keys),
            Kind::Std => self.on(&Std::<K, V>::default(), keys),
        }
    }

    fn on<M, K, V>(&self, map: &M, keys: &[K]) -> Duration
    where
        M: ConcurrentMap<Key = K> + Lookup<K, Value = V> + Sync,
        K: Clone + Sync,
        V: Value,
    {
        pass(map, keys, (&self.script.filled, self.script.fill_bytes), &self.threads)
    }
}

/// A key of this size, or of as many bytes as tell it from the others.
fn of_bytes(number: u64, bytes: u32) -> Box<[u8]> {
    let mut key = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes().to_vec();
    key.resize((bytes as usize).max(8), b'.');
    key.into_boxed_slice()
}
