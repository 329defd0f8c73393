//! What is done with a map, as a file that programs in any language read: numbers of 64 bits, little end first.
//!
//! The first is how many of the keys that follow are in the map before it begins; then those keys; then operations, one a number: the
//! two highest bits say what is done (0 get, 1 put, 2 remove), the others are the key.

use anyhow::{Context, Result};

/// Keys that are in the map before it begins.
const ENTRIES: u64 = 1 << 16;

/// Operations of a trace; who needs more begins anew.
const OPERATIONS: usize = 1 << 20;

/// The share of a key falls with its rank to this power.
const ZIPF: f64 = 0.99;

/// A kind of trace.
pub struct Workload {
    pub name: &'static str,
    /// Of a hundred operations.
    puts: u64,
    /// Whether every second operation is to remove, and the next to put the same key in again.
    churns: bool,
    is_zipf: bool,
}

pub const WORKLOADS: [Workload; 3] = [
    Workload { name: "98/2 zipf", puts: 2, churns: false, is_zipf: true },
    Workload { name: "50/50", puts: 50, churns: false, is_zipf: false },
    Workload { name: "churn", puts: 0, churns: true, is_zipf: false },
];

/// An operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    Get(u64),
    Put(u64),
    Remove(u64),
}

/// What is done with a map.
#[derive(PartialEq, Eq, Debug)]
pub struct Trace {
    pub keys: Vec<u64>,
    /// As the file has them: see [`Act::of`].
    pub acts: Vec<u64>,
}

impl Act {
    /// What a number of the file means.
    #[inline]
    pub fn of(number: u64) -> Self {
        let key = number & !(3 << 62);
        match number >> 62 {
            0 => Self::Get(key),
            1 => Self::Put(key),
            _ => Self::Remove(key),
        }
    }

    fn number(self) -> u64 {
        match self {
            Self::Get(key) => key,
            Self::Put(key) => 1 << 62 | key,
            Self::Remove(key) => 2 << 62 | key,
        }
    }
}

impl Workload {
    /// The trace, the same each time.
    pub fn trace(&self) -> Trace {
        let mut random = Random(0x746f_7068_6173_6801);
        let zipf: Vec<f64> = (1..=ENTRIES)
            .scan(0.0, |sum, rank| {
                *sum += (rank as f64).powf(-ZIPF);
                Some(*sum)
            })
            .collect();
        let all = zipf.last().copied().unwrap_or(1.0);
        let mut acts = Vec::with_capacity(OPERATIONS);
        while acts.len() < OPERATIONS {
            let number = if self.is_zipf {
                let at = random.next() as f64 / u64::MAX as f64 * all;
                zipf.partition_point(|sum| *sum < at) as u64 % ENTRIES
            } else {
                random.next() % ENTRIES
            };
            let key = key(number);
            if self.churns {
                acts.extend([Act::Remove(key), Act::Put(key)]);
            } else if random.next() % 100 < self.puts {
                acts.push(Act::Put(key));
            } else {
                acts.push(Act::Get(key));
            }
        }
        let acts = acts.into_iter().map(Act::number).collect();
        Trace { keys: (0..ENTRIES).map(key).collect(), acts }
    }
}

/// The key of a number: scattered over 62 bits, one to one, by the finaliser of SplitMix64 in as many bits.
fn key(number: u64) -> u64 {
    const MASK: u64 = (1 << 62) - 1;
    let mut key = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) & MASK;
    key = (key ^ (key >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9) & MASK;
    key = (key ^ (key >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) & MASK;
    key ^ (key >> 31)
}

/// Marsaglia's xorshift, "Xorshift RNGs", 2003.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

impl Trace {
    pub fn to_bytes(&self) -> Vec<u8> {
        let keys = self.keys.iter().copied();
        [self.keys.len() as u64]
            .into_iter()
            .chain(keys)
            .chain(self.acts.iter().copied())
            .flat_map(u64::to_le_bytes)
            .collect()
    }

    pub fn of_bytes(bytes: &[u8]) -> Result<Self> {
        let (numbers, _) = bytes.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let entries = numbers.next().context("the trace is empty")?;
        let keys = numbers.by_ref().take(usize::try_from(entries)?).collect();
        Ok(Self { keys, acts: numbers.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_trace_is_read_as_it_was_written_and_its_keys_are_distinct() {
        for workload in &WORKLOADS {
            let trace = workload.trace();
            assert_eq!(Trace::of_bytes(&trace.to_bytes()).unwrap(), trace);
            let distinct: HashSet<u64> = trace.keys.iter().copied().collect();
            assert_eq!(distinct.len() as u64, ENTRIES);
            let puts =
                trace.acts.iter().filter(|act| matches!(Act::of(**act), Act::Put(_))).count();
            let meant = if workload.churns { 50 } else { workload.puts };
            let share = puts as f64 / trace.acts.len() as f64 * 100.0;
            assert!((share - meant as f64).abs() < 0.5, "{}: {share} % put", workload.name);
        }
    }
}
