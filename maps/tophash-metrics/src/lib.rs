//! What observed maps tell, for the recorders of the crate [`metrics`](https://docs.rs/metrics): for programs that have one installed already.
//!
//! ```
//! use std::sync::Arc;
//! use tophash::HashMap;
//! use tophash::observe::{Observed, Registry};
//! use tophash_metrics::Publisher;
//!
//! let sessions = Arc::new(Observed::new("sessions", HashMap::<u64, String>::new()));
//! Registry::global().add(&sessions);
//!
//! // Once, when the recorder is installed:
//! let mut publisher = Publisher::new(Registry::global());
//! publisher.describe();
//! // Before each scrape, or every so often:
//! publisher.publish();
//! ```
//!
//! # What is told
//! Every metric of [`tophash::observe::metrics()`], under its name and with its labels, as a counter, gauge or histogram of the
//! facade. Maps are asked by [`Publisher::publish`], and at no other time: no operation calls the recorder, which would cost ten
//! times what counting costs.
//!
//! # Histograms
//! A map has counted durations in buckets when a recorder comes to know them. They are recorded as values within those buckets whose
//! sum is the sum of the durations. So a recorder with the [same buckets](buckets) has the same counts and the same sum; summaries
//! are as fine as the buckets. With the crate `metrics-exporter-prometheus`, set them by `set_buckets_for_metric`, for
//! `Matcher::Suffix("_seconds".into())`.
//!
//! # Maps that are gone
//! The facade forgets nothing. When a map is gone its counters stay as they are; its gauges are set to zero once, except the date of
//! its last write.

mod histogram;

use histogram::Seen;
use metrics::{Key, KeyName, Label, Level, Metadata, Recorder, SharedString, Unit, with_recorder};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tophash::observe::{Durations, Family, Kind, Metric, Registry, Value, aliases, metrics};

const METADATA: Metadata<'static> = Metadata::new("tophash", Level::INFO, Some(module_path!()));

/// A name, and the values of its labels.
type Place = (&'static str, Vec<Arc<str>>);

/// Tells a recorder what the maps of a registry tell, whenever it is asked to.
///
/// It is for one recorder, and a recorder needs one alone: it knows what it has recorded before. It keeps the registry alive, but
/// none of its maps.
#[derive(Debug)]
pub struct Publisher {
    registry: Registry,
    /// Durations that were recorded.
    seen: BTreeMap<Place, Seen>,
    /// Gauges that were set last time, and the names of their labels.
    set: BTreeMap<Place, &'static Metric>,
}

impl Publisher {
    /// Of the maps of a registry.
    #[must_use]
    pub fn new(registry: &Registry) -> Self {
        Self { registry: registry.clone(), seen: BTreeMap::new(), set: BTreeMap::new() }
    }

    /// Tells the recorder that is installed what the metrics mean.
    pub fn describe(&self) {
        with_recorder(|recorder| self.describe_to(recorder));
    }

    /// Tells a recorder what the metrics mean.
    pub fn describe_to(&self, recorder: &dyn Recorder) {
        for metric in metrics().iter().chain(aliases()) {
            let name = KeyName::from_const_str(metric.name);
            let (unit, help) = (unit(metric), SharedString::const_str(metric.help));
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, unit, help),
                Kind::Histogram => recorder.describe_histogram(name, unit, help),
                _ => recorder.describe_gauge(name, unit, help),
            }
        }
    }

    /// Tells the recorder that is installed what the maps tell now. Linear in the maps. Locks of maps are not waited for.
    pub fn publish(&mut self) {
        with_recorder(|recorder| self.publish_to(recorder));
    }

    /// Tells a recorder what the maps tell now.
    pub fn publish_to(&mut self, recorder: &dyn Recorder) {
        let mut told = BTreeSet::new();
        for Family { metric, samples, .. } in self.registry.families() {
            for sample in samples {
                let (key, place) = (key(metric, &sample.labels), (metric.name, sample.labels));
                match sample.value {
                    Value::Count(count) if metric.kind == Kind::Counter => {
                        recorder.register_counter(&key, &METADATA).absolute(count);
                    }
                    Value::Count(count) => {
                        recorder.register_gauge(&key, &METADATA).set(count as f64);
                        self.set.insert(place.clone(), metric);
                    }
                    Value::Number(number) => {
                        recorder.register_gauge(&key, &METADATA).set(number);
                        self.set.insert(place.clone(), metric);
                    }
                    Value::Durations(durations) => {
                        let histogram = recorder.register_histogram(&key, &METADATA);
                        let seen = self.seen.entry(place.clone()).or_default();
                        for (value, count) in seen.new_ones(&durations) {
                            histogram.record_many(value, count);
                        }
                    }
                    _ => {}
                }
                told.insert(place);
            }
        }
        self.seen.retain(|place, _| told.contains(place));
        self.set.retain(|place, metric| {
            let stays = told.contains(place);
            if !stays && !is_date(metric) {
                recorder.register_gauge(&key(metric, &place.1), &METADATA).set(0.0);
            }
            stays
        });
    }
}

/// The bounds of the buckets in which maps count durations, in seconds.
#[must_use]
pub fn buckets() -> Vec<f64> {
    Durations::bounds().map(|bound| bound.as_secs_f64()).collect()
}

fn key(metric: &Metric, labels: &[Arc<str>]) -> Key {
    let labels = metric.labels.iter().zip(labels);
    let labels = labels.map(|(name, value)| Label::new(*name, Arc::clone(value)));
    Key::from_parts(metric.name, labels.collect::<Vec<_>>())
}

/// Of what has a unit that the facade knows; it knows none for shares.
fn unit(metric: &Metric) -> Option<Unit> {
    match metric.unit {
        "seconds" => Some(Unit::Seconds),
        "bytes" => Some(Unit::Bytes),
        "" if metric.kind != Kind::Info => Some(Unit::Count),
        _ => None,
    }
}

fn is_date(metric: &Metric) -> bool {
    metric.name.ends_with("_timestamp_seconds")
}
