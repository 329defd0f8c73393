//! How long keys live, from what a trace has seen of their lives.
//!
//! The mean life is the time that all keys together were in the map, by the number of those that left it (Little's law). That holds
//! whatever the lives are like, where as many come as go, and otherwise where lives are short against the trace.

use std::collections::HashMap;

/// Removals that a mean life is told from, at least.
const FEW: u64 = 10;

/// The lives of keys.
#[derive(Default)]
pub(super) struct Lives {
    /// Since when keys are in the map, as far as they have been met.
    since: HashMap<u64, u64>,
    /// Keys that were in the map before the trace and have not been met.
    unmet: u64,
    births: u64,
    deaths: u64,
    /// Nanoseconds that keys which have left were in the map.
    lived: f64,
}

/// What is known of the mean life.
pub(super) enum Life {
    Seconds(f64),
    /// Fewer keys left than can tell.
    TooFewLeft(u64),
    /// The map is filling, and lives may be longer than the trace.
    Filling,
}

impl Lives {
    /// So many entries are there from the beginning.
    pub(super) fn begin(entries: u64) -> Self {
        Self { unmet: entries, ..Self::default() }
    }

    /// The key was met with a value that it had before.
    pub(super) fn met(&mut self, key: u64) {
        let unmet = &mut self.unmet;
        self.since.entry(key).or_insert_with(|| {
            *unmet = unmet.saturating_sub(1);
            0
        });
    }

    pub(super) fn born(&mut self, key: u64, at: u64) {
        self.births = self.births.saturating_add(1);
        self.since.insert(key, at);
    }

    pub(super) fn gone(&mut self, key: u64, at: u64) {
        self.met(key);
        if let Some(since) = self.since.remove(&key) {
            self.lived += at.saturating_sub(since) as f64;
            self.deaths = self.deaths.saturating_add(1);
        }
    }

    pub(super) fn all_gone(&mut self, at: u64) {
        let deaths = self.since.len() as u64;
        self.lived +=
            self.since.drain().map(|(_, since)| at.saturating_sub(since) as f64).sum::<f64>();
        self.lived += self.unmet as f64 * at as f64;
        self.deaths = self.deaths.saturating_add(deaths).saturating_add(self.unmet);
        self.unmet = 0;
    }

    pub(super) fn mean(&self, end: u64) -> Life {
        if self.deaths < FEW {
            return Life::TooFewLeft(self.deaths);
        }
        let there = self.since.values().map(|since| end.saturating_sub(*since) as f64);
        let lived = self.lived + there.sum::<f64>() + self.unmet as f64 * end as f64;
        let mean = lived / self.deaths as f64;
        let steady = self.births.abs_diff(self.deaths) <= self.births.max(self.deaths) / 5;
        if steady || mean <= end as f64 / 4.0 { Life::Seconds(mean / 1e9) } else { Life::Filling }
    }
}
