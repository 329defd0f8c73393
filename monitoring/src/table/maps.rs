//! What maps do: their size, their operations, who waits, what grows, what is hot.

use super::{lines, query};
use crate::panel::{Panel, Unit};

pub(super) const SIZE: &[Panel] = &[
    lines(
        "Entries",
        "Entries of each map, over all instances.",
        Unit::Count,
        &[query("sum by (map) (tophash_map_entries{$maps})", "{{map}}")],
    ),
    lines(
        "Memory",
        "Bytes that maps have from the allocator, without what keys and values own elsewhere.",
        Unit::Bytes,
        &[query("sum by (map) (tophash_map_memory_bytes{$maps})", "{{map}}")],
    ),
    lines(
        "Load",
        "Entries in proportion to what the map holds before it grows.",
        Unit::Share,
        &[query(
            "sum by (map) (tophash_map_entries{$maps}) / sum by (map) (tophash_map_capacity_entries{$maps})",
            "{{map}}",
        )],
    ),
    lines(
        "Waits to be freed",
        "Bytes that were replaced or removed and that a reader or snapshot may still use.",
        Unit::Bytes,
        &[query("sum by (map) (tophash_map_retired_bytes{$maps})", "{{map}}")],
    ),
    lines(
        "Floor of the hour",
        "The fewest entries of the last hour. One that rises for hours fires TophashMapLeakSuspected.",
        Unit::Count,
        &[query("job_instance_map:tophash_map_entries:min1h{$maps}", "{{map}} {{instance}}")],
    ),
];

pub(super) const OPERATIONS: &[Panel] = &[
    lines(
        "Operations",
        "Operations a second, by kind.",
        Unit::PerSecond,
        &[query(
            "sum by (map, op) (rate(tophash_map_operations_total{$maps}[$__rate_interval]))",
            "{{map}} {{op}}",
        )],
    ),
    lines(
        "Hits",
        "The share of reads that found a value.",
        Unit::Share,
        &[query("job_instance_map:tophash_map_hits:ratio_rate5m{$maps}", "{{map}} {{instance}}")],
    ),
    lines(
        "Time of an operation, p99",
        "Of those that were timed, which is a sample.",
        Unit::Seconds,
        &[query(
            "histogram_quantile(0.99, sum by (map, op, le) (rate(tophash_map_operation_seconds_bucket{$maps}[$__rate_interval])))",
            "{{map}} {{op}}",
        )],
    ),
    lines(
        "Time of an operation, median",
        "Of those that were timed, which is a sample.",
        Unit::Seconds,
        &[query(
            "histogram_quantile(0.5, sum by (map, op, le) (rate(tophash_map_operation_seconds_bucket{$maps}[$__rate_interval])))",
            "{{map}} {{op}}",
        )],
    ),
    lines(
        "Since the last write",
        "One that rises without end says that writers are stuck or gone.",
        Unit::Seconds,
        &[query(
            "time() - max by (map) (tophash_map_last_write_timestamp_seconds{$maps} > 0)",
            "{{map}}",
        )],
    ),
];

pub(super) const WAITING: &[Panel] = &[
    lines(
        "Waits for the lock, p99",
        "Of those that had to wait. Maps without a lock have none.",
        Unit::Seconds,
        &[query(
            "histogram_quantile(0.99, sum by (map, mode, le) (rate(tophash_map_wait_seconds_bucket{$maps}[$__rate_interval])))",
            "{{map}} {{mode}}",
        )],
    ),
    lines(
        "Holds the lock, p99",
        "Of those that were timed, which is a sample.",
        Unit::Seconds,
        &[query(
            "histogram_quantile(0.99, sum by (map, mode, le) (rate(tophash_map_hold_seconds_bucket{$maps}[$__rate_interval])))",
            "{{map}} {{mode}}",
        )],
    ),
    lines(
        "Waits",
        "Locks a second that were not free at once.",
        Unit::PerSecond,
        &[query(
            "sum by (map, mode) (rate(tophash_map_wait_seconds_count{$maps}[$__rate_interval]))",
            "{{map}} {{mode}}",
        )],
    ),
    lines(
        "Blocked alarms",
        "Waits past the limit within five minutes.",
        Unit::Count,
        &[query(
            "sum by (map, mode) (increase(tophash_map_blocked_alarms_total{$maps}[5m]))",
            "{{map}} {{mode}}",
        )],
    ),
    lines(
        "Still waiting",
        "Operations past the limit that have not come through.",
        Unit::Count,
        &[query(
            "sum by (map, instance) (tophash_map_blocked_waiters{$maps})",
            "{{map}} {{instance}}",
        )],
    ),
];

pub(super) const GROWTH: &[Panel] = &[
    lines(
        "Growths in an hour",
        "What each map calls a growth: of a HashMap, a small step.",
        Unit::Count,
        &[query("sum by (map) (increase(tophash_map_grows_total{$maps}[1h]))", "{{map}}")],
    ),
    lines(
        "Moved entries",
        "Entries a second that growth moved.",
        Unit::PerSecond,
        &[query(
            "sum by (map) (rate(tophash_map_moved_entries_total{$maps}[$__rate_interval]))",
            "{{map}}",
        )],
    ),
    lines(
        "Moved an entry",
        "How often growth moved each entry within an hour. A map that fills has about 2.",
        Unit::Times,
        &[query(
            "sum by (map) (increase(tophash_map_moved_entries_total{$maps}[1h])) / sum by (map) (max_over_time(tophash_map_entries{$maps}[1h]) > 0)",
            "{{map}}",
        )],
    ),
    lines(
        "Collisions",
        "Entries a second whose whole hash too many others have.",
        Unit::PerSecond,
        &[query(
            "sum by (map) (rate(tophash_map_collisions_total{$maps}[$__rate_interval]))",
            "{{map}}",
        )],
    ),
    lines(
        "Fullest shard",
        "How many times the mean it holds.",
        Unit::Times,
        &[query(
            "max by (map, instance) (tophash_map_shard_imbalance_ratio{$maps})",
            "{{map}} {{instance}}",
        )],
    ),
];

pub(super) const HOT_KEYS: &[Panel] = &[
    lines(
        "The ten hottest keys",
        "The share of the operations that each takes, by rank. Keys are in no label: ask the service.",
        Unit::Share,
        &[query("max by (map, rank) (tophash_map_hot_key_share_ratio{$maps})", "{{map}} {{rank}}")],
    ),
    lines(
        "All ten together",
        "A share that is high here and low for the first says that several keys are hot.",
        Unit::Share,
        &[query(
            "sum by (map, instance) (tophash_map_hot_key_share_ratio{$maps})",
            "{{map}} {{instance}}",
        )],
    ),
];
