//! What is wrong now: one number for each kind of trouble, and the alerts.

use super::{GREEN, orange, query, red, state};
use crate::panel::{Kind, Panel, Unit};

pub(super) const STATE: &[Panel] = &[
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

pub(super) const ALERTS: &[Panel] = &[Panel {
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
