//! What an observed map tells: plain data, taken at one moment.

use super::alarm::Growth;
mod display;
mod json;

use super::calls::{COUNTED, Call, Outcome};
use super::histogram::Durations;
use super::hot::HotKey;
use super::waits::Locks;
use crate::concurrent::Summary;
use alloc::string::String;
use alloc::vec::Vec;
use std::time::SystemTime;

/// What an observed map tells about itself and its use: see [`Observed::stats`](super::Observed::stats).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The name that the map was given.
    pub map: String,
    /// When this was taken.
    pub taken: SystemTime,
    /// What the map says of its size, growth and memory; `None` if that would have meant to wait for its lock.
    pub summary: Option<Summary>,
    /// How often which operation came out how. Operations that panicked, in a closure of the caller's, are not counted.
    pub operations: Vec<Operations>,
    /// Of how many operations one was timed in the mean; zero if none was.
    pub sample_every: u32,
    /// How long those took that were timed.
    pub timings: Vec<Timing>,
    /// When the map was last changed: by the change that was sampled last, or by the first look at the map that saw more
    /// changes than the look before.
    pub last_write: Option<SystemTime>,
    /// Waits for the map's locks, and alarms; `None` if it has none.
    pub locks: Option<Locks>,
    /// Samples of keys in the window that is running and the one before.
    pub samples: u64,
    /// The ten keys that these met most often, written as [`Builder::show_keys`](super::Builder::show_keys) says.
    pub hot_keys: Vec<HotKey<String>>,
    /// When the map grew, the last few times that somebody saw it.
    pub growths: Vec<Growth>,
    /// The most entries that anybody saw in the map: reports, scrapes, and sampled writers about once a second.
    pub most_entries: usize,
}

/// How often an operation came out in one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Operations {
    /// The operation.
    pub call: Call,
    /// What came of it.
    pub outcome: Outcome,
    /// How often.
    pub count: u64,
}

/// How long the sampled operations of one kind took.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Timing {
    /// The operation.
    pub call: Call,
    /// How long it took.
    pub durations: Durations,
}

impl Report {
    pub(super) fn operations(counts: &[u64]) -> Vec<Operations> {
        let all = COUNTED.iter().zip(counts);
        all.map(|(&(call, outcome), &count)| Operations { call, outcome, count }).collect()
    }

    /// Operations of one kind.
    #[must_use]
    pub fn calls(&self, call: Call) -> u64 {
        self.operations.iter().filter(|each| each.call == call).map(|each| each.count).sum()
    }

    /// How often an operation of one kind came out in one way.
    #[must_use]
    pub fn count(&self, call: Call, outcome: Outcome) -> u64 {
        let wanted = |each: &&Operations| (each.call, each.outcome) == (call, outcome);
        self.operations.iter().filter(wanted).map(|each| each.count).sum()
    }

    /// The capacity with which the map, if it is made again for the same use, need not grow; `None` if it did not grow.
    ///
    /// That is an eighth more than the most entries that anybody saw, since no hash spreads entries evenly.
    #[must_use]
    pub fn capacity_hint(&self) -> Option<usize> {
        let grew = self.summary.as_ref()?.growths? > 0;
        grew.then(|| self.most_entries.saturating_add(self.most_entries / 8))
    }

    /// The share of look-ups that found a value; `None` where there were none.
    #[must_use]
    pub fn hit_ratio(&self) -> Option<f64> {
        let all = self.calls(Call::Get);
        (all > 0).then(|| self.count(Call::Get, Outcome::Hit) as f64 / all as f64)
    }
}
