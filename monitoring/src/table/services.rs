//! What is not of one map: the observer itself, and services in Go.

use super::{lines, query};
use crate::panel::{Panel, Unit};

pub(super) const OBSERVER: &[Panel] = &[
    lines(
        "Panics",
        "Within an hour, by component.",
        Unit::Count,
        &[query(
            "sum by (component) (increase(tophash_panics_total{$services}[1h]))",
            "{{component}}",
        )],
    ),
    lines(
        "What was lost",
        "Within an hour: alarms that came faster than they were handled, handlers that panicked, dumps that could not be written.",
        Unit::Count,
        &[
            query(
                "sum by (map) (increase(tophash_map_dropped_alarms_total{$maps}[1h]))",
                "alarms of {{map}}",
            ),
            query("sum(increase(tophash_handler_panics_total{$services}[1h]))", "handlers"),
            query("sum(increase(tophash_dump_failures_total{$services}[1h]))", "dumps"),
        ],
    ),
    lines(
        "Scrapes without sizes",
        "Within an hour: those that would have had to wait for a map's lock. They told the sizes of the scrape before.",
        Unit::Count,
        &[query(
            "sum by (map) (increase(tophash_map_missed_summaries_total{$maps}[1h]))",
            "{{map}}",
        )],
    ),
    lines(
        "Dumps and collection",
        "Dumps that were written within an hour, and the seconds that the last scrape took within the service.",
        Unit::Times,
        &[
            query("sum(increase(tophash_dumps_total{$services}[1h]))", "dumps"),
            query("max by (instance) (tophash_map_scrape_seconds{$services})", "{{instance}}"),
        ],
    ),
    lines(
        "Versions",
        "Instances by the version of the library that they were built with.",
        Unit::Count,
        &[query("count by (version) (tophash_build_info{$services})", "{{version}}")],
    ),
];

pub(super) const GOROUTINES: &[Panel] = &[lines(
    "Goroutines",
    "More than 500 for five minutes fire TophashGoroutinesHigh.",
    Unit::Count,
    &[query("go_goroutines{$services}", "{{instance}}")],
)];

pub(super) const GO: &[Panel] = &[
    lines(
        "Entries",
        "As Go teams name them; services in Rust have them too where the aliases are on.",
        Unit::Count,
        &[query("sum by (map) (map_entry_count{$maps})", "{{map}}")],
    ),
    lines(
        "Memory",
        "As above.",
        Unit::Bytes,
        &[query("sum by (map) (map_size_bytes{$maps})", "{{map}}")],
    ),
    lines(
        "Waits for the lock, p99",
        "As above.",
        Unit::Seconds,
        &[query(
            "histogram_quantile(0.99, sum by (map, le) (rate(monmap_block_seconds_bucket{$maps}[$__rate_interval])))",
            "{{map}}",
        )],
    ),
    lines(
        "Growths in an hour",
        "As above. More than 100 fire MapGrowthOverload.",
        Unit::Count,
        &[query("sum by (map) (increase(map_grow_total{$maps}[1h]))", "{{map}}")],
    ),
    lines(
        "Reads and writes",
        "As above, a second.",
        Unit::PerSecond,
        &[
            query(
                "sum by (map) (rate(monmap_read_total{$maps}[$__rate_interval]))",
                "{{map}} read",
            ),
            query(
                "sum by (map) (rate(monmap_write_total{$maps}[$__rate_interval]))",
                "{{map}} write",
            ),
        ],
    ),
];
