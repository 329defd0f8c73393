//! Durations in buckets whose bounds never change, so that histograms of all maps and of all times can be added.
//!
//! Three buckets a decade from 100 ns to 50 ms, and closer ones from 0.1 to 5 s, which is where waits begin to hurt.

use super::clock::nanos;
use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::vec::Vec;
use core::time::Duration;

/// The upper bounds of the buckets, in nanoseconds and as expositions write them, in seconds. One more is without a bound.
pub(super) const BOUNDS: [(u64, &str); 32] = [
    (100, "1e-07"),
    (250, "2.5e-07"),
    (500, "5e-07"),
    (1_000, "1e-06"),
    (2_500, "2.5e-06"),
    (5_000, "5e-06"),
    (10_000, "1e-05"),
    (25_000, "2.5e-05"),
    (50_000, "5e-05"),
    (100_000, "0.0001"),
    (250_000, "0.00025"),
    (500_000, "0.0005"),
    (1_000_000, "0.001"),
    (2_500_000, "0.0025"),
    (5_000_000, "0.005"),
    (10_000_000, "0.01"),
    (25_000_000, "0.025"),
    (50_000_000, "0.05"),
    (100_000_000, "0.1"),
    (200_000_000, "0.2"),
    (300_000_000, "0.3"),
    (400_000_000, "0.4"),
    (500_000_000, "0.5"),
    (750_000_000, "0.75"),
    (1_000_000_000, "1.0"),
    (1_500_000_000, "1.5"),
    (2_000_000_000, "2.0"),
    (2_500_000_000, "2.5"),
    (3_000_000_000, "3.0"),
    (4_000_000_000, "4.0"),
    (5_000_000_000, "5.0"),
    (10_000_000_000, "10.0"),
];

const BUCKETS: usize = BOUNDS.len() + 1;

/// Durations as they are being counted.
pub(super) struct Histogram {
    counts: [AtomicU64; BUCKETS],
    nanos: AtomicU64,
}

impl Histogram {
    pub(super) const fn new() -> Self {
        Self { counts: [const { AtomicU64::new(0) }; BUCKETS], nanos: AtomicU64::new(0) }
    }

    pub(super) fn add(&self, duration: Duration) {
        let nanos = nanos(duration);
        let bucket = BOUNDS.partition_point(|(bound, _)| *bound < nanos);
        self.counts[bucket].fetch_add(1, Relaxed);
        self.nanos.fetch_add(nanos, Relaxed);
    }

    pub(super) fn read(&self) -> Durations {
        Durations {
            counts: self.counts.iter().map(|count| count.load(Relaxed)).collect(),
            nanos: self.nanos.load(Relaxed),
        }
    }
}

/// How long something took: how often it took how long.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Durations {
    /// Of each bucket; empty is none at all.
    counts: Vec<u64>,
    nanos: u64,
}

impl Durations {
    /// How many durations there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All of them together.
    #[must_use]
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.nanos)
    }

    /// The mean; `None` where there are none.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        self.nanos.checked_div(self.count()).map(Duration::from_nanos)
    }

    /// A duration that this share of them did not exceed: the upper bound of the bucket in which it lies. `None` where
    /// there are none, and for those of more than ten seconds, of which no bound is known.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let rank = (self.count() as f64 * share.clamp(0.0, 1.0)).ceil().max(1.0) as u64;
        let mut seen = 0;
        let at = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        BOUNDS.get(at).map(|(bound, _)| Duration::from_nanos(*bound))
    }

    /// The buckets: the upper bound of each, `None` for the last one, and how many durations lie in it.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> + '_ {
        let bounds = BOUNDS.iter().map(|(bound, _)| Some(Duration::from_nanos(*bound)));
        bounds.chain([None]).zip(self.counts.iter().copied())
    }

    /// The upper bounds of the buckets, which are the same in all histograms and never change. One more bucket is without a bound.
    pub fn bounds() -> impl Iterator<Item = Duration> {
        BOUNDS.iter().map(|(bound, _)| Duration::from_nanos(*bound))
    }

    /// The buckets as expositions write them: the bound, and how many durations do not exceed it.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let bounds = BOUNDS.iter().map(|(_, text)| *text).chain(["+Inf"]);
        bounds.zip(&self.counts).scan(0, |sum, (bound, count)| {
            *sum += count;
            Some((bound, *sum))
        })
    }

    /// Adds others.
    pub(super) fn merge(&mut self, other: &Self) {
        self.nanos = self.nanos.saturating_add(other.nanos);
        self.counts.resize(BUCKETS.max(self.counts.len()), 0);
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_lies_in_the_bucket_whose_bound_it_does_not_exceed() {
        let histogram = Histogram::new();
        for nanos in [0, 100, 101, 2_000_000_000, 2_000_000_001, 60_000_000_000] {
            histogram.add(Duration::from_nanos(nanos));
        }
        let read = histogram.read();
        let held: Vec<_> = read.buckets().filter(|(_, count)| *count > 0).collect();
        let bound = |nanos| Some(Duration::from_nanos(nanos));
        assert_eq!(
            held,
            [
                (bound(100), 2),
                (bound(250), 1),
                (bound(2_000_000_000), 1),
                (bound(2_500_000_000), 1),
                (None, 1)
            ]
        );
        assert_eq!(read.cumulative().last(), Some(("+Inf", 6)));
        assert_eq!(read.quantile(0.5), bound(250));
        assert_eq!((read.quantile(1.0), Durations::default().quantile(0.5)), (None, None));
    }

    #[test]
    fn bounds_are_in_order_and_written_as_the_numbers_they_are() {
        assert!(BOUNDS.is_sorted_by(|one, next| one.0 < next.0));
        for (nanos, text) in BOUNDS {
            let seconds: f64 = text.parse().unwrap();
            assert!((seconds * 1e9 - nanos as f64).abs() < 1e-3, "{text} is not {nanos} ns");
        }
    }
}
