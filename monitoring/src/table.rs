//! The rows and panels of the dashboard.

use crate::panel::{Kind, Panel, Query, Row, Step, Unit};

const GREEN: Step = Step { from: f64::NEG_INFINITY, colour: "green" };

const fn orange(from: f64) -> Step {
    Step { from, colour: "orange" }
}

const fn red(from: f64) -> Step {
    Step { from, colour: "red" }
}

const fn query(expression: &'static str, legend: &'static str) -> Query {
    Query { expression, legend }
}

const fn lines(
    title: &'static str,
    description: &'static str,
    unit: Unit,
    queries: &'static [Query],
) -> Panel {
    Panel { title, description, kind: Kind::Lines, unit, steps: &[], queries }
}

const fn state(
    title: &'static str,
    description: &'static str,
    unit: Unit,
    steps: &'static [Step],
    queries: &'static [Query],
) -> Panel {
    Panel { title, description, kind: Kind::State, unit, steps, queries }
}

/// The dashboard, from the top down.
pub const ROWS: &[Row] = &[
    Row { title: "State", panels: STATE },
    Row { title: "Alerts", panels: ALERTS },
    Row { title: "Size", panels: SIZE },
    Row { title: "Operations", panels: OPERATIONS },
    Row { title: "Waiting", panels: WAITING },
    Row { title: "Growth", panels: GROWTH },
    Row { title: "Hot keys", panels: HOT_KEYS },
    Row { title: "The observer itself", panels: OBSERVER },
    Row { title: "Goroutines of Go services", panels: GOROUTINES },
    Row { title: "Maps as Go services name them", panels: GO },
];

const STATE: &[Panel] = &[
    state(
        "Waiting too long",
        "Operations past the alarm's limit that are still waiting.",
        Unit::Count,
        &[GREEN, red(1.0)],
        &[query("sum(tophash_map_blocked_waiters{$maps})", "waiting")],
    ),
    state(
        "Growths in an hour",
        "Of the map that grew most. More than 100 fire MapGrowthOverload, unless little was moved.",
        Unit::Count,
        &[GREEN, orange(50.0), red(100.0)],
        &[query("max(increase(tophash_map_grows_total{$maps}[1h]))", "growths")],
    ),
    state(
        "Hottest key",
        "The share of a map's operations that its hottest key takes.",
        Unit::Share,
        &[GREEN, orange(0.2), red(0.3)],
        &[query(r#"max(tophash_map_hot_key_share_ratio{rank="1", $maps})"#, "share")],
    ),
    state(
        "Fullest shard",
        "How many times the mean the fullest shard of a map holds.",
        Unit::Times,
        &[GREEN, orange(2.0), red(4.0)],
        &[query("max(tophash_map_shard_imbalance_ratio{$maps})", "times")],
    ),
    state(
        "Panics in an hour",
        "Counted by observe::panic_hook().",
        Unit::Count,
        &[GREEN, red(1.0)],
        &[query("sum(increase(tophash_panics_total{$services}[1h]))", "panics")],
    ),
];

const ALERTS: &[Panel] = &[Panel {
    title: "Alerts",
    description: "Which alerts were pending and which fired, and for which map.",
    kind: Kind::Alerts,
    unit: Unit::Count,
    steps: &[GREEN, orange(1.0), red(2.0)],
    queries: &[query(
        r#"max by (alertname, map) (ALERTS{alertname=~"Tophash.*|MapGrowthOverload", alertstate="firing", $services}) * 2 or max by (alertname, map) (ALERTS{alertname=~"Tophash.*|MapGrowthOverload", alertstate="pending", $services})"#,
        "{{alertname}} {{map}}",
    )],
}];

const SIZE: &[Panel] = &[
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

const OPERATIONS: &[Panel] = &[
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

const WAITING: &[Panel] = &[
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

const GROWTH: &[Panel] = &[
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

const HOT_KEYS: &[Panel] = &[
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

const OBSERVER: &[Panel] = &[
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

const GOROUTINES: &[Panel] = &[lines(
    "Goroutines",
    "More than 500 for five minutes fire TophashGoroutinesHigh.",
    Unit::Count,
    &[query("go_goroutines{$services}", "{{instance}}")],
)];

const GO: &[Panel] = &[
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
