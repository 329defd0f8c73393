//! What is told of all maps of one label together.

use super::calls::{COUNTED, Call};
use super::histogram::Durations;
use super::observed::RANKS;
use super::report::Report;
use super::waits::Locks;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;
use std::time::SystemTime;

/// Everything that one collection found.
pub(super) struct Collected {
    /// By label.
    pub(super) maps: Vec<(Arc<str>, Series)>,
    pub(super) took: Duration,
    pub(super) handler_panics: u64,
    pub(super) dumps: u64,
    pub(super) dump_failures: u64,
    /// By component.
    pub(super) panics: Vec<(Arc<str>, u64)>,
    /// Whether metrics are also told under the names that Go teams use.
    pub(super) aliases: bool,
}

/// The numbers of a label; `None` is what no map of it knows.
#[derive(Clone, Default)]
pub(super) struct Series {
    pub(super) entries: Option<u64>,
    pub(super) capacity: Option<u64>,
    pub(super) bytes: Option<u64>,
    pub(super) retired_bytes: Option<u64>,
    pub(super) imbalance: Option<f64>,
    pub(super) last_write: Option<SystemTime>,
    pub(super) growths: Option<u64>,
    pub(super) moved: Option<u64>,
    pub(super) collisions: Option<u64>,
    pub(super) missed_summaries: u64,
    pub(super) operations: [u64; COUNTED.len()],
    pub(super) timings: [Durations; Call::ALL.len()],
    /// `None` if no map has locks.
    pub(super) locks: Option<Locks>,
    /// The shares of the hottest keys, by rank.
    pub(super) hot: [Option<f64>; RANKS],
}

impl Series {
    /// What one map told.
    pub(super) fn of(report: &Report, missed_summaries: u64) -> Self {
        let mut series =
            Self { missed_summaries, last_write: report.last_write, ..Self::default() };
        if let Some(summary) = &report.summary {
            let wide = |number: Option<usize>| number.map(|number| number as u64);
            series.entries = wide(Some(summary.entries));
            series.capacity = wide(summary.capacity);
            series.bytes = wide(summary.bytes);
            series.retired_bytes = wide(summary.retired_bytes);
            series.imbalance = summary.imbalance();
            series.growths = summary.growths;
            series.moved = summary.moved;
            series.collisions = summary.collisions;
        }
        for (operations, told) in series.operations.iter_mut().zip(&report.operations) {
            *operations = told.count;
        }
        for (durations, told) in series.timings.iter_mut().zip(&report.timings) {
            durations.clone_from(&told.durations);
        }
        for (share, hot) in series.hot.iter_mut().zip(&report.hot_keys) {
            *share = Some(hot.share);
        }
        series.locks.clone_from(&report.locks);
        series
    }

    /// Those numbers that only ever grow.
    pub(super) fn counters(self) -> Self {
        Self {
            growths: self.growths,
            moved: self.moved,
            collisions: self.collisions,
            missed_summaries: self.missed_summaries,
            operations: self.operations,
            timings: self.timings,
            locks: self.locks.map(|locks| Locks { blocked: 0, ..locks }),
            ..Self::default()
        }
    }

    /// Takes in another map of the label.
    pub(super) fn merge(&mut self, other: &Self) {
        fn add(sum: &mut Option<u64>, more: Option<u64>) {
            if let Some(more) = more {
                *sum = Some(sum.unwrap_or(0).saturating_add(more));
            }
        }
        add(&mut self.entries, other.entries);
        add(&mut self.capacity, other.capacity);
        add(&mut self.bytes, other.bytes);
        add(&mut self.retired_bytes, other.retired_bytes);
        add(&mut self.growths, other.growths);
        add(&mut self.moved, other.moved);
        add(&mut self.collisions, other.collisions);
        self.imbalance = largest(self.imbalance, other.imbalance);
        self.last_write = self.last_write.max(other.last_write);
        self.missed_summaries += other.missed_summaries;
        for (sum, more) in self.operations.iter_mut().zip(other.operations) {
            *sum += more;
        }
        for (sum, more) in self.timings.iter_mut().zip(&other.timings) {
            sum.merge(more);
        }
        if let Some(more) = &other.locks {
            self.locks.get_or_insert_default().merge(more);
        }
        for (share, other) in self.hot.iter_mut().zip(other.hot) {
            *share = largest(*share, other);
        }
    }
}

fn largest(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}
