//! An observable instrument for each metric, or three for a histogram.
//!
//! The SDK calls each instrument by itself. They share what the maps told: the first that is called asks the maps, the others of the
//! same collection are given the same. A collection has begun when an instrument is called that has been given this one already.

use crate::names::{attribute, name, unit};
use opentelemetry::metrics::{AsyncInstrument, Meter};
use opentelemetry::{KeyValue, StringValue};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use tophash::observe::{Durations, Kind, Metric, Registry, Sample, Value, aliases, metrics};

/// Makes the instruments of a meter that tell of the maps of a registry, for as long as the meter's provider lives. They keep the
/// registry alive, but none of its maps.
///
/// Call it once for each provider and registry.
pub fn instruments(meter: &Meter, registry: &Registry) {
    let shared = Arc::new(Shared { registry: registry.clone(), told: Mutex::default() });
    for metric in metrics().iter().chain(aliases()) {
        let of = |part| Instrument { metric, part, shared: Arc::clone(&shared) };
        match metric.kind {
            Kind::Counter => of(Part::Whole).count(meter),
            Kind::Histogram => {
                of(Part::Buckets).count(meter);
                of(Part::Count).count(meter);
                of(Part::Sum).sum(meter);
            }
            _ => of(Part::Whole).gauge(meter),
        }
    }
}

/// What of a metric an instrument tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Whole,
    Buckets,
    Count,
    Sum,
}

struct Instrument {
    metric: &'static Metric,
    part: Part,
    shared: Arc<Shared>,
}

impl Instrument {
    fn name(&self) -> String {
        let end = match self.part {
            Part::Whole => "",
            Part::Buckets => ".bucket",
            Part::Count => ".count",
            Part::Sum => ".sum",
        };
        name(self.metric) + end
    }

    fn count(self, meter: &Meter) {
        let metric = self.metric;
        let builder = meter.u64_observable_counter(self.name()).with_description(metric.help);
        let builder = if metric.kind == Kind::Histogram {
            builder.with_unit("{duration}")
        } else {
            builder.with_unit(unit(metric))
        };
        builder.with_callback(move |observer| self.tell(observer, count)).build();
    }

    fn sum(self, meter: &Meter) {
        let builder = meter.f64_observable_counter(self.name()).with_description(self.metric.help);
        let builder = builder.with_unit(unit(self.metric));
        builder.with_callback(move |observer| self.tell(observer, sum)).build();
    }

    fn gauge(self, meter: &Meter) {
        let builder = meter.f64_observable_gauge(self.name()).with_description(self.metric.help);
        let builder = builder.with_unit(unit(self.metric));
        builder.with_callback(move |observer| self.tell(observer, number)).build();
    }

    /// Observes every sample, by what `read` makes of its value.
    fn tell<T>(&self, observer: &dyn AsyncInstrument<T>, read: fn(&Value) -> Option<T>) {
        let told = self.shared.told(self.metric, self.part);
        for sample in told.get(self.metric.name).into_iter().flatten() {
            let mut attributes = attributes(self.metric, sample);
            match (&sample.value, self.part) {
                (Value::Durations(durations), Part::Buckets) => {
                    for (bound, count) in cumulative(durations) {
                        attributes.push(KeyValue::new("le", bound));
                        if let Some(count) = read(&Value::Count(count)) {
                            observer.observe(count, &attributes);
                        }
                        attributes.pop();
                    }
                }
                (value, _) => {
                    if let Some(value) = read(value) {
                        observer.observe(value, &attributes);
                    }
                }
            }
        }
    }
}

fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Count(count) => Some(*count),
        Value::Durations(durations) => Some(durations.count()),
        _ => None,
    }
}

fn sum(value: &Value) -> Option<f64> {
    match value {
        Value::Durations(durations) => Some(durations.total().as_secs_f64()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Count(count) => Some(*count as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

fn attributes(metric: &Metric, sample: &Sample) -> Vec<KeyValue> {
    let pairs = metric.labels.iter().zip(&sample.labels);
    let pair = |(label, value): (&&'static str, &Arc<str>)| {
        KeyValue::new(attribute(label), StringValue::from(Arc::clone(value)))
    };
    pairs.map(pair).collect()
}

/// The upper bound of each bucket, and how many durations do not exceed it.
fn cumulative(durations: &Durations) -> impl Iterator<Item = (String, u64)> + '_ {
    durations.buckets().scan(0, |sum, (bound, count)| {
        *sum += count;
        let bound = bound.map_or("+Inf".to_owned(), |bound| bound.as_secs_f64().to_string());
        Some((bound, *sum))
    })
}

/// What the instruments of a registry share.
struct Shared {
    registry: Registry,
    told: Mutex<Told>,
}

type Samples = Arc<BTreeMap<&'static str, Vec<Sample>>>;

/// What the maps told last, and who was given it.
#[derive(Default)]
struct Told {
    samples: Option<Samples>,
    given: BTreeSet<(&'static str, Part)>,
}

impl Shared {
    /// What the maps tell in this collection.
    fn told(&self, metric: &Metric, part: Part) -> Samples {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = told.given.insert((metric.name, part));
        match &told.samples {
            Some(samples) if is_new => Arc::clone(samples),
            _ => {
                let families = self.registry.families().into_iter();
                let samples: BTreeMap<_, _> =
                    families.map(|family| (family.metric.name, family.samples)).collect();
                let samples = Arc::new(samples);
                told.samples = Some(Arc::clone(&samples));
                told.given = BTreeSet::from([(metric.name, part)]);
                samples
            }
        }
    }
}
