//! What observed maps tell, as a collector of [`prometheus_client`]: for programs that register their metrics there already.
//!
//! ```
//! use std::sync::Arc;
//! use tophash::HashMap;
//! use tophash::observe::{Observed, Registry};
//!
//! let sessions = Arc::new(Observed::new("sessions", HashMap::<u64, String>::new()));
//! Registry::global().add(&sessions);
//!
//! let mut registry = prometheus_client::registry::Registry::default();
//! let collector = tophash_prometheus_client::collector(Registry::global());
//! registry.register_collector(Box::new(collector));
//!
//! sessions.insert(7, "seven".into())?;
//! let mut text = String::new();
//! prometheus_client::encoding::text::encode(&mut text, &registry)?;
//! assert!(text.contains("tophash_map_entries{map=\"sessions\"} 1\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is told
//! Every metric of [`tophash::observe::metrics()`], under the names that `prometheus_client` makes of them in each of its formats: in
//! OpenMetrics those that [`tophash::observe::prometheus`] writes. A prefix and labels of the registry come before them.
//!
//! Maps are asked when the registry is encoded, and at no other time, so no operation pays for this. Locks of maps are not waited
//! for.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use std::fmt;
use std::time::Duration;
use tophash::observe::{Durations, Family, Kind, Metric, Registry, Sample, Value};

/// A collector of what the maps of a registry tell. It keeps the registry alive, but none of its maps.
#[must_use]
pub fn collector(registry: &Registry) -> impl Collector {
    Maps(registry.clone())
}

#[derive(Debug)]
struct Maps(Registry);

impl Collector for Maps {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Family { metric, samples, .. } in &self.0.families() {
            let (name, unit) = named(metric);
            let unit = unit.as_ref();
            let mut encoder =
                encoder.encode_descriptor(name, metric.help, unit, type_of(metric))?;
            for sample in samples {
                encode(&mut encoder, metric, sample)?;
            }
        }
        Ok(())
    }
}

/// The name without what encoders add to it, and the unit, which they add.
fn named(metric: &Metric) -> (&'static str, Option<Unit>) {
    let added = match metric.kind {
        Kind::Counter => "_total",
        Kind::Info => "_info",
        _ => "",
    };
    let name = metric.name.strip_suffix(added).unwrap_or(metric.name);
    let bare = name.strip_suffix(metric.unit).and_then(|name| name.strip_suffix('_'));
    match (bare, metric.unit) {
        (Some(bare), "seconds") => (bare, Some(Unit::Seconds)),
        (Some(bare), "bytes") => (bare, Some(Unit::Bytes)),
        (Some(bare), unit) if !unit.is_empty() => (bare, Some(Unit::Other(unit.to_owned()))),
        _ => (name, None),
    }
}

fn type_of(metric: &Metric) -> MetricType {
    match metric.kind {
        Kind::Counter => MetricType::Counter,
        Kind::Histogram => MetricType::Histogram,
        Kind::Info => MetricType::Info,
        _ => MetricType::Gauge,
    }
}

fn encode(encoder: &mut MetricEncoder<'_>, metric: &Metric, sample: &Sample) -> fmt::Result {
    let labels: Vec<(&str, &str)> =
        metric.labels.iter().copied().zip(sample.labels.iter().map(|label| &**label)).collect();
    if metric.kind == Kind::Info {
        return encoder.encode_info(&labels);
    }
    if labels.is_empty() {
        return value(encoder, metric, sample);
    }
    value(&mut encoder.encode_family(&labels)?, metric, sample)
}

fn value(encoder: &mut MetricEncoder<'_>, metric: &Metric, sample: &Sample) -> fmt::Result {
    match (&sample.value, metric.kind) {
        (Value::Count(count), Kind::Counter) => {
            encoder.encode_counter::<NoLabelSet, _, f64>(count, None)
        }
        (Value::Count(count), _) => encoder.encode_gauge(count),
        (Value::Number(number), _) => encoder.encode_gauge(number),
        (Value::Durations(durations), _) => histogram(encoder, durations),
        // A later tophash has a kind of value that is not known here.
        _ => Ok(()),
    }
}

fn histogram(encoder: &mut MetricEncoder<'_>, durations: &Durations) -> fmt::Result {
    let bound = |bound: Option<Duration>| bound.map_or(f64::INFINITY, |bound| bound.as_secs_f64());
    let buckets: Vec<(f64, u64)> =
        durations.buckets().map(|(upper, count)| (bound(upper), count)).collect();
    let (sum, count) = (durations.total().as_secs_f64(), durations.count());
    encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
}
