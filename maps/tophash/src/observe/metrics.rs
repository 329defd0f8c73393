//! The table of all metrics: what every exposition writes, and what dashboards, alerts and documents are compared with.

mod family;
mod read;

use super::clock::seconds_since_1970;
use super::series::{Collected, Series};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
pub use family::{Family, Sample, Value};
use read::{
    Of, alarms, called, counts, holds, hot_keys, numbers, operations, panics, timings, waits, whole,
};

/// A metric: what it is called, and what it means.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Metric {
    /// Its name, by Prometheus convention: with `_total` if it is a counter, and with its unit.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Its unit, with which the name ends; empty where it counts things.
    pub unit: &'static str,
    /// What it means.
    pub help: &'static str,
    /// The labels of its samples, without `le`.
    pub labels: &'static [&'static str],
    read: Read,
}

/// The type of a metric.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Only ever grows.
    Counter,
    /// Grows and shrinks.
    Gauge,
    /// Durations in buckets.
    Histogram,
    /// Says something by its labels; its value is one.
    Info,
}

#[derive(Clone, Copy, Debug)]
enum Read {
    /// From the numbers of one label: the labels behind `map`, and the value.
    Map(fn(&Series) -> Of),
    /// From the collection as a whole.
    Whole(fn(&Collected) -> Vec<Sample>),
}

/// All metrics, in the order of expositions.
#[must_use]
pub fn metrics() -> &'static [Metric] {
    METRICS
}

const fn gauge(name: &'static str, unit: &'static str, help: &'static str, read: Read) -> Metric {
    Metric { name, kind: Kind::Gauge, unit, help, labels: &["map"], read }
}

const fn counter(name: &'static str, help: &'static str, read: Read) -> Metric {
    Metric { name, kind: Kind::Counter, unit: "", help, labels: &["map"], read }
}

const METRICS: &[Metric] = &[
    gauge("tophash_map_entries", "", "Entries in the map.", Read::Map(|of| counts(of.entries))),
    gauge(
        "tophash_map_capacity_entries",
        "",
        "Entries that the map holds before it grows.",
        Read::Map(|of| counts(of.capacity)),
    ),
    gauge(
        "tophash_map_memory_bytes",
        "bytes",
        "Bytes that the map has from the allocator, without what keys and values own elsewhere.",
        Read::Map(|of| counts(of.bytes)),
    ),
    gauge(
        "tophash_map_retired_bytes",
        "bytes",
        "Bytes that were replaced or removed and are not freed yet.",
        Read::Map(|of| counts(of.retired_bytes)),
    ),
    gauge(
        "tophash_map_blocked_waiters",
        "",
        "Calls that have waited for the map's lock for so long that there was an alarm, and wait still.",
        Read::Map(|of| counts(of.locks.as_ref().map(|locks| locks.blocked))),
    ),
    gauge(
        "tophash_map_last_write_timestamp_seconds",
        "seconds",
        "When the map was last changed, as far as samples and scrapes have seen it.",
        Read::Map(|of| numbers(of.last_write.map(seconds_since_1970))),
    ),
    gauge(
        "tophash_map_shard_imbalance_ratio",
        "ratio",
        "Entries of the fullest shard, in proportion to the mean.",
        Read::Map(|of| numbers(of.imbalance)),
    ),
    Metric {
        labels: &["map", "rank"],
        ..gauge(
            "tophash_map_hot_key_share_ratio",
            "ratio",
            "Share of the sampled operations that met the key of this rank.",
            Read::Map(hot_keys),
        )
    },
    Metric {
        labels: &["map", "op", "result"],
        ..counter(
            "tophash_map_operations_total",
            "Operations, by what they were and what came of them.",
            Read::Map(operations),
        )
    },
    counter(
        "tophash_map_grows_total",
        "How often the map, or a part of it, grew.",
        Read::Map(|of| counts(of.growths)),
    ),
    counter(
        "tophash_map_moved_entries_total",
        "Entries that growth has moved.",
        Read::Map(|of| counts(of.moved)),
    ),
    counter(
        "tophash_map_collisions_total",
        "Entries that share their whole hash with too many others.",
        Read::Map(|of| counts(of.collisions)),
    ),
    counter(
        "tophash_map_missed_summaries_total",
        "Scrapes that did not wait for the map's lock, and told its size as it was at the scrape before.",
        Read::Map(|of| counts(Some(of.missed_summaries))),
    ),
    Metric {
        labels: &["map", "mode"],
        ..counter(
            "tophash_map_blocked_alarms_total",
            "Calls that waited for the map's lock for so long that there was an alarm.",
            Read::Map(alarms),
        )
    },
    counter(
        "tophash_map_dropped_alarms_total",
        "Alarms that reached no handler, because too many were waiting.",
        Read::Map(|of| counts(of.locks.as_ref().map(|locks| locks.dropped_alarms))),
    ),
    Metric {
        name: "tophash_map_wait_seconds",
        kind: Kind::Histogram,
        unit: "seconds",
        help: "How long calls waited for the map's locks, of those that found them taken.",
        labels: &["map", "mode"],
        read: Read::Map(waits),
    },
    Metric {
        name: "tophash_map_hold_seconds",
        kind: Kind::Histogram,
        unit: "seconds",
        help: "How long calls had the map's locks, of those that were sampled.",
        labels: &["map", "mode"],
        read: Read::Map(holds),
    },
    Metric {
        name: "tophash_map_operation_seconds",
        kind: Kind::Histogram,
        unit: "seconds",
        help: "How long operations took, of those that were sampled.",
        labels: &["map", "op"],
        read: Read::Map(timings),
    },
    Metric {
        labels: &[],
        ..gauge(
            "tophash_map_scrape_seconds",
            "seconds",
            "How long it took to ask all maps, this time.",
            Read::Whole(|all| whole(Value::Number(all.took.as_secs_f64()))),
        )
    },
    Metric {
        labels: &["component"],
        ..counter("tophash_panics_total", "Panics of the program.", Read::Whole(panics))
    },
    Metric {
        labels: &[],
        ..counter(
            "tophash_handler_panics_total",
            "Handlers of alarms, events and spans that panicked.",
            Read::Whole(|all| whole(Value::Count(all.handler_panics))),
        )
    },
    Metric {
        labels: &[],
        ..counter(
            "tophash_dumps_total",
            "Dumps that were written.",
            Read::Whole(|all| whole(Value::Count(all.dumps))),
        )
    },
    Metric {
        labels: &[],
        ..counter(
            "tophash_dump_failures_total",
            "Dumps that could not be written.",
            Read::Whole(|all| whole(Value::Count(all.dump_failures))),
        )
    },
    Metric {
        name: "tophash_build_info",
        kind: Kind::Info,
        unit: "",
        help: "The version of tophash that the program was built with.",
        labels: &["version"],
        read: Read::Whole(|_| {
            let labels = vec![Arc::from(env!("CARGO_PKG_VERSION"))];
            vec![Sample { labels, value: Value::Count(1) }]
        }),
    },
];

/// The metrics under names that Go teams use for them, told if [`Registry::aliases`](super::Registry::aliases) is on.
#[must_use]
pub fn aliases() -> &'static [Metric] {
    ALIASES
}

const ALIASES: &[Metric] = &[
    gauge(
        "map_entry_count",
        "",
        "The same as tophash_map_entries.",
        Read::Map(|of| counts(of.entries)),
    ),
    gauge(
        "map_size_bytes",
        "bytes",
        "The same as tophash_map_memory_bytes.",
        Read::Map(|of| counts(of.bytes)),
    ),
    counter(
        "map_grow_total",
        "The same as tophash_map_grows_total.",
        Read::Map(|of| counts(of.growths)),
    ),
    counter(
        "monmap_read_total",
        "Operations of tophash_map_operations_total that change nothing.",
        Read::Map(|of| counts(Some(called(of, false)))),
    ),
    counter(
        "monmap_write_total",
        "Operations of tophash_map_operations_total that may change the map.",
        Read::Map(|of| counts(Some(called(of, true)))),
    ),
    Metric {
        name: "monmap_block_seconds",
        kind: Kind::Histogram,
        unit: "seconds",
        help: "The same as tophash_map_wait_seconds, of both modes.",
        labels: &["map"],
        read: Read::Map(|of| {
            let Some(locks) = &of.locks else { return Vec::new() };
            let mut waits = locks.read_waits.clone();
            waits.merge(&locks.write_waits);
            vec![(Vec::new(), Value::Durations(waits))]
        }),
    },
];
