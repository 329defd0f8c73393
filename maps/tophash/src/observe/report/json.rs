//! A report as a tree of plain values. Field names are stable: new ones may come.

use super::Report;
use crate::concurrent::Mode;
use crate::observe::clock::seconds_since_1970;
use crate::observe::histogram::Durations;
use crate::observe::json::Json;
use crate::observe::waits::{Locks, MODES, mode_label};
use alloc::string::{String, ToString};
use alloc::vec;

impl Report {
    /// As one JSON object, as dumps hold it.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json().to_string()
    }

    pub(super) fn json(&self) -> Json<'_> {
        let date = |date| Json::from(seconds_since_1970(date));
        let summary = self.summary.as_ref().map(|summary| {
            Json::Object(vec![
                ("kind", Json::from(summary.kind)),
                ("entries", summary.entries.into()),
                ("capacity", summary.capacity.into()),
                ("bytes", summary.bytes.into()),
                ("growths", summary.growths.into()),
                ("moved", summary.moved.into()),
                ("retired_bytes", summary.retired_bytes.into()),
                ("collisions", summary.collisions.into()),
                ("imbalance", summary.imbalance().into()),
                ("shards", summary.shards.iter().map(|entries| Json::from(*entries)).collect()),
            ])
        });
        let operations = self.operations.iter().filter(|each| each.count > 0).map(|each| {
            Json::Object(vec![
                ("op", Json::from(each.call.label())),
                ("result", each.outcome.label().into()),
                ("count", each.count.into()),
            ])
        });
        let timings = self.timings.iter().filter(|timing| timing.durations.count() > 0);
        let timings = timings.map(|timing| timed("op", timing.call.label(), &timing.durations));
        let locks = self.locks.as_ref().map(locks);
        let hot_keys = self.hot_keys.iter().map(|hot| {
            Json::Object(vec![
                ("key", Json::from(hot.key.as_str())),
                ("samples", hot.samples.into()),
                ("error", hot.error.into()),
                ("share", hot.share.into()),
                ("heat", hot.heat.label().into()),
            ])
        });
        let growths = self.growths.iter().map(|growth| {
            Json::Object(vec![
                ("seen", date(growth.seen)),
                ("within_seconds", growth.within.as_secs_f64().into()),
                ("growths", growth.growths.into()),
                ("entries", growth.entries.into()),
                ("capacity", growth.capacity.into()),
            ])
        });
        Json::Object(vec![
            ("map", Json::from(self.map.as_str())),
            ("taken", date(self.taken)),
            ("summary", summary.into()),
            ("operations", operations.collect()),
            ("last_write", self.last_write.map(seconds_since_1970).into()),
            ("sample_every", u64::from(self.sample_every).into()),
            ("timings", timings.collect()),
            ("locks", locks.into()),
            ("samples", self.samples.into()),
            ("hot_keys", hot_keys.collect()),
            ("growths", growths.collect()),
            ("most_entries", self.most_entries.into()),
            ("capacity_hint", self.capacity_hint().into()),
        ])
    }
}

fn locks(locks: &Locks) -> Json<'static> {
    let by_mode = |durations: fn(&Locks, Mode) -> &Durations| {
        MODES
            .into_iter()
            .map(|mode| timed("mode", mode_label(mode), durations(locks, mode)))
            .collect()
    };
    Json::Object(vec![
        ("waits", by_mode(|locks, mode| locks.of(mode).0)),
        ("holds", by_mode(|locks, mode| locks.of(mode).1)),
        ("read_alarms", locks.read_alarms.into()),
        ("write_alarms", locks.write_alarms.into()),
        ("blocked", locks.blocked.into()),
        ("dropped_alarms", locks.dropped_alarms.into()),
    ])
}

/// Durations under a label, with the buckets that hold any.
fn timed(label: &'static str, value: &'static str, durations: &Durations) -> Json<'static> {
    let buckets = durations.buckets().filter(|(_, count)| *count > 0).map(|(bound, count)| {
        Json::Object(vec![
            ("at_most_seconds", bound.map(|bound| bound.as_secs_f64()).into()),
            ("count", count.into()),
        ])
    });
    Json::Object(vec![
        (label, Json::from(value)),
        ("count", durations.count().into()),
        ("seconds", durations.total().as_secs_f64().into()),
        ("buckets", buckets.collect()),
    ])
}

#[cfg(feature = "serde")]
impl serde::Serialize for Report {
    /// Writes what [`Report::to_json`] writes.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}
